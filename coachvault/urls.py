"""Every address of the instance, room by room."""

from django.urls import include, path

from coachvault import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("mail/", views.dev_mail, name="dev_mail"),
    path("accounts/", include("accounts.urls")),
    path("", include("clients.urls")),
    path("", include("consent.urls")),
    path("", include("sessions.urls")),
    path("admin/", views.administration, name="administration"),
]
handler400 = "coachvault.views.not_readable"
handler404 = "coachvault.views.not_found"
handler500 = "coachvault.views.server_error"
