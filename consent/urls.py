"""Addresses of this room: agreements for the coach and by link, the client's answers, the contact's space."""

from django.urls import path

from consent.views import client_agreements, client_summaries, coach_agreements, contact, signing

urlpatterns = [
    path("coach/engagements/<uuid:pk>/agreements/new/", coach_agreements.agreement_new, name="agreement_new"),
    path("coach/engagements/<uuid:pk>/agreements/preview/", coach_agreements.agreement_preview, name="agreement_preview"),
    path("coach/agreements/<uuid:pk>/", coach_agreements.agreement_page, name="agreement_page"),
    path("coach/agreements/<uuid:pk>/send/", coach_agreements.agreement_send, name="agreement_send"),
    path("coach/agreements/<uuid:pk>/resend/", coach_agreements.agreement_resend, name="agreement_resend"),
    path("coach/agreements/<uuid:pk>/cancel/", coach_agreements.agreement_cancel, name="agreement_cancel"),
    path("coach/agreements/<uuid:pk>/countersign/", coach_agreements.agreement_countersign, name="agreement_countersign"),
    path("coach/agreements/<uuid:pk>/document.pdf", coach_agreements.agreement_pdf, name="agreement_pdf"),
    path("coach/agreements/<uuid:pk>/signed.pdf", coach_agreements.agreement_copy, name="agreement_copy"),
    path("sign/<str:token>/", signing.sign, name="sign"),
    path("sign/<str:token>/document.pdf", signing.sign_pdf, name="sign_pdf"),
    path("client/agreements/<uuid:pk>/", client_agreements.client_agreement, name="client_agreement"),
    path("client/agreements/<uuid:pk>/document.pdf", client_agreements.client_agreement_pdf, name="client_agreement_pdf"),
    path("client/summaries/<uuid:pk>/", client_summaries.proposal, name="client_proposal"),
    path("client/summaries/<uuid:pk>/approve/", client_summaries.proposal_approve, name="client_proposal_approve"),
    path("client/summaries/<uuid:pk>/refuse/", client_summaries.proposal_refuse, name="client_proposal_refuse"),
    path("client/summaries/<uuid:pk>/change/", client_summaries.proposal_change, name="client_proposal_change"),
    path("client/authorisations/", client_summaries.consents, name="client_consents"),
    path("client/authorisations/<uuid:pk>/withdraw/", client_summaries.consent_withdraw, name="client_consent_withdraw"),
    path("contact/", contact.home, name="contact_home"),
    path("contact/summaries/<uuid:pk>/", contact.summary, name="contact_summary"),
]
