"""Addresses of this room: agreements for the coach and by link, the client's answers, the contact's space."""

from django.urls import path

from consent.views import client_summaries, contact

urlpatterns = [
    path("client/summaries/<uuid:pk>/", client_summaries.proposal, name="client_proposal"),
    path("client/summaries/<uuid:pk>/approve/", client_summaries.proposal_approve, name="client_proposal_approve"),
    path("client/summaries/<uuid:pk>/refuse/", client_summaries.proposal_refuse, name="client_proposal_refuse"),
    path("client/summaries/<uuid:pk>/change/", client_summaries.proposal_change, name="client_proposal_change"),
    path("client/authorisations/", client_summaries.consents, name="client_consents"),
    path("client/authorisations/<uuid:pk>/withdraw/", client_summaries.consent_withdraw, name="client_consent_withdraw"),
    path("contact/", contact.home, name="contact_home"),
    path("contact/summaries/<uuid:pk>/", contact.summary, name="contact_summary"),
]
