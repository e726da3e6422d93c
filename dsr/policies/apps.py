from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "dsr.policies"
    label = "policies"
    verbose_name = "Policies and rights"

    def ready(self) -> None:
        from dsr.audit.recording import decides

        from . import checks  # noqa: F401

        # What is asked of people, who decides alone, which law applies, and by when.
        decides(
            "policies.organisation",
            *("country", "zone", "calendar", "accepts_electronic_signatures", "sole_decisions"),
            *("target_amount", "target_unit", "regimes", "flags", "staff_idle_minutes"),
            *("neutral_name", "neutral_email", "is_open"),
        )
