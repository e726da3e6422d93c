from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "dsr.requests"
    label = "requests"
    verbose_name = "Requests"

    def ready(self) -> None:
        """The rooms below know no request: they ask what this one registers with them."""
        from dsr.notifications.services import expect, register_recheck
        from dsr.requests.deadlines import reminders

        register_recheck("reminder", reminders.still_needed)
        for sweep in ("reminders", "dates", "intake"):
            expect(sweep)
