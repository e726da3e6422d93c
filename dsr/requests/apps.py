from importlib import import_module

from django.apps import AppConfig

# The modules of deeds, in the order in which docs/states.md and the staff pages list them.
SUBJECTS = (
    *(
        "assignment",
        "identity",
        "evidence",
        "conversation",
        "enclosures",
        "elements",
        "decision",
        "review",
        "answer",
    ),
    *("authority", "release", "ending", "receipt", "correction", "fee", "facts", "deadline"),
    *("order", "holding", "stopping", "findings"),
    *("held_contact", "post", "kept_ready", "writing"),
    *("opinions", "opinions_signed"),
)

DAILY = ("identity_documents", "checkpoints")


class RequestsConfig(AppConfig):
    name = "dsr.requests"
    label = "requests"
    verbose_name = "Requests"

    def ready(self) -> None:
        """Declare the deeds, and register with the rooms below, which know no request."""
        # Not at the top: models are not ready there, and each import declares its deeds.
        for subject in SUBJECTS:
            import_module(f"dsr.requests.deeds.{subject}")

        from dsr.audit.recording import decides
        from dsr.notifications.services import expect, register_follower, register_recheck
        from dsr.requests.deadlines import reminder_kinds
        from dsr.requests.deadlines.dispute_reminders import DisputeReminders
        from dsr.requests.deadlines.request_reminders import RequestReminders
        from dsr.requests.services import letter_reminders, links, notices, opinions, reading

        # Who may be asked; no name and no address stands in a line.
        decides("requests.healthprofessional", "is_active", "account")
        reminder_kinds.register(RequestReminders())
        reminder_kinds.register(DisputeReminders())
        register_recheck(links.RECHECK, links.still_leads_there)
        register_recheck(links.RECHECK_ANY, links.still_leads_there)
        register_recheck(links.LETTER_RECHECK, links.letter_holds)
        register_recheck(links.CODE_RECHECK, reading.still_of_use)
        register_recheck(opinions.LINK_RECHECK, opinions.link_still_leads)
        register_recheck(opinions.CODE_RECHECK, opinions.code_still_of_use)
        register_recheck(letter_reminders.RECHECK, letter_reminders.still_waits)
        register_follower(notices.follow)
        # A sweep that never ran at all is missed from now on, and not only one that stopped.
        for sweep in (
            "reminders",
            "dates",
            "intake",
            "identity_documents",
            "checkpoints",
            "notices",
        ):
            expect(sweep)
