from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "coaching_sessions"  # `sessions` is taken by django.contrib.sessions
    default_auto_field = "django.db.models.BigAutoField"
