"""The names of addresses that the product's frame links to."""

from django.urls import path

from bench.twin import views

PLAIN = (
    "account_logout",
    "barrier_list",
    "client_add",
    "dev_mail",
    "help",
    "home",
    "recovery_sheet",
    "set_appearance",
    "set_language",
    "settings_page",
    "vault_lock",
    "vault_unlock",
)
NUMBERED = ("note_amend", "note_destroy", "note_sees", "note_versions", "session_page")
NAMED = ("client_page", "engagement_page")

urlpatterns = [
    path("healthz", views.elsewhere),
    path("coach/notes/<int:pk>/", views.note_page, name="note_page"),
    path("coach/clients/", views.client_list, name="client_list"),
    *(path(f"{name}/", views.elsewhere, name=name) for name in PLAIN),
    *(path(f"{name}/<int:pk>/", views.elsewhere, name=name) for name in NUMBERED),
    *(path(f"coach/clients/<uuid:pk>/{name}/", views.elsewhere, name=name) for name in NAMED),
]
