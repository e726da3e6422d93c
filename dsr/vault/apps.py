from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "dsr.vault"
    label = "vault"
    verbose_name = "Sealing"

    def ready(self) -> None:
        from . import checks  # noqa: F401
