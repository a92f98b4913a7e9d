from django.apps import AppConfig


class PadesConfig(AppConfig):
    name = "pades"
    default_auto_field = "django.db.models.BigAutoField"
