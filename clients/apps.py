from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import opening
        from accounts.factors import codes
        from clients.opening import give_keys, must_be_mailed_a_code, sign_heads

        codes.DEMANDED[:] = [must_be_mailed_a_code]
        opening.AFTER += [give_keys, sign_heads]
        opening.BEFORE_LOCK += [sign_heads]
