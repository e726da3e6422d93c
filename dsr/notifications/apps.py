from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "dsr.notifications"
    label = "notifications"
    verbose_name = "Outbox"

    def ready(self) -> None:
        from dsr.notifications import smtp  # noqa: F401  (its check of the settings)
