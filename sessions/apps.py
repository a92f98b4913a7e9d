from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "coaching_sessions"  # `sessions` is taken by django.contrib.sessions
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import opening
        from sessions.destroying.going_on import at_unlock

        opening.AFTER.insert(0, at_unlock)  # before the ledger's heads are signed
