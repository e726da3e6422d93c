from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "dsr.requests"
    label = "requests"
    verbose_name = "Requests"

    def ready(self) -> None:
        """Declare the deeds; and the rooms below, which know no request, ask what is registered."""
        from dsr.notifications.services import expect, register_recheck
        from dsr.requests.deadlines import reminders
        from dsr.requests.deeds import (  # noqa: F401  in the order of docs/states.md
            answer,
            assignment,
            conversation,
            deadline,
            decision,
            ending,
            facts,
            identity,
            receipt,
        )

        register_recheck("reminder", reminders.still_needed)
        for sweep in ("reminders", "dates", "intake"):
            expect(sweep)
