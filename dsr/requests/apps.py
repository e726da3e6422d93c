from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "dsr.requests"
    label = "requests"
    verbose_name = "Requests"

    def ready(self) -> None:
        from dsr.notifications.services import register_recheck

        from .services import reminding

        register_recheck("reminder", reminding.still_needed)
