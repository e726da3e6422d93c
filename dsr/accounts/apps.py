from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "dsr.accounts"
    label = "accounts"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from dsr.accounts import receivers  # noqa: F401
