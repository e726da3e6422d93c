from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "dsr.audit"
    label = "audit"
    verbose_name = "Audit chain"

    def ready(self) -> None:
        from . import checks  # noqa: F401
