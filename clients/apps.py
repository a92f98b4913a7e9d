from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import opening
        from clients.opening import give_keys, sign_heads

        opening.AFTER += [give_keys, sign_heads]
        opening.BEFORE_LOCK += [sign_heads]
