from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import opening
        from clients.opening import vault_opened

        if vault_opened not in opening.AFTER:
            opening.AFTER.append(vault_opened)
