from collections.abc import Mapping

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "dsr.accounts"
    label = "accounts"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from dsr.accounts import receivers  # noqa: F401
        from dsr.accounts.models import Program, User
        from dsr.audit.models import By
        from dsr.audit.names import name_with

        def people(ids: set[int]) -> Mapping[int, str]:
            return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))

        def programs(ids: set[int]) -> Mapping[int, str]:
            return dict(Program.objects.filter(pk__in=ids).values_list("pk", "name"))

        name_with(By.STAFF, people)
        name_with(By.PROGRAM, programs)
