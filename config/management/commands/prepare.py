"""Make the database ready: tables, rights of the application's role, policies, demonstration."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, OutputWrapper
from django.db import connection

from config.database_roles import grant_to, role_exists
from config.embedded.postgres import APP_ROLE


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if role_exists(APP_ROLE) and connection.settings_dict["USER"] != APP_ROLE:
            grant_to(APP_ROLE)
        # What the demonstration says is shown to the person; the rest goes to the log.
        self._call_if_there("load_policies", self.stderr)
        mark = settings.VAR_DIR / "demonstration"
        if settings.DSR_TRIAL and not mark.exists():
            if not self._in_use():
                self._call_if_there("fill_demo", self.stdout)
            mark.touch()

    def _call_if_there(self, command: str, stdout: OutputWrapper) -> None:
        if command in get_commands():
            call_command(command, stdout=stdout)

    def _in_use(self) -> bool:
        """A database that holds requests is somebody's work: no demonstration is added to it."""
        requests = apps.get_app_config("requests").models.get("subjectrequest")
        return requests is not None and requests._default_manager.exists()
