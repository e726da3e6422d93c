from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "dsr.policies"
    label = "policies"
    verbose_name = "Policies and rights"

    def ready(self) -> None:
        from . import checks  # noqa: F401
