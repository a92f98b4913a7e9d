"""Addresses of the practice: enrolment, clients, organisations, new engagements."""

from django.urls import path

from clients.views import barriers, coach, engagements, enrol, own, sponsors

urlpatterns = [
    path("accounts/signup/", enrol.sign_up, name="sign_up"),
    path("link/<str:token>/", enrol.enrol, name="enrol"),
    path("link-again/", enrol.link_again, name="link_again"),
    path("accounts/address/", own.change_address, name="change_address"),
    path("accounts/key/", own.own_key, name="own_key"),
    path("admin/coaches/invite/", enrol.invite_coach, name="coach_invite"),
    path("coach/clients/", coach.client_list, name="client_list"),
    path("coach/clients/add/", coach.client_add, name="client_add"),
    path("coach/clients/<uuid:pk>/", coach.client_page, name="client_page"),
    path("coach/clients/<uuid:pk>/archive/", coach.client_archive, name="client_archive"),
    path("coach/clients/<uuid:pk>/invite/", coach.client_invite, name="client_invite"),
    path("coach/clients/<uuid:pk>/barriers/add/", barriers.barrier_add, name="barrier_add"),
    path("coach/barriers/<uuid:pk>/lift/", barriers.barrier_lift, name="barrier_lift"),
    path("coach/organisations/", sponsors.sponsor_list, name="sponsor_list"),
    path("coach/organisations/add/", sponsors.sponsor_add, name="sponsor_add"),
    path("coach/organisations/<uuid:pk>/", sponsors.sponsor_page, name="sponsor_page"),
    path("coach/organisations/<uuid:pk>/edit/", sponsors.sponsor_edit, name="sponsor_edit"),
    path("coach/organisations/<uuid:pk>/contacts/add/", sponsors.contact_add, name="contact_add"),
    path("coach/contacts/<uuid:pk>/invite/", sponsors.contact_invite, name="contact_invite"),
    path("coach/engagements/new/", engagements.engagement_new, name="engagement_new"),
    path("coach/engagements/new/<slug:step>/", engagements.engagement_new, name="engagement_step"),
]
