"""Make everything ready: tables, rights of the application's role, policies, static files."""

from __future__ import annotations

import hashlib
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import connection

from config.database_roles import grant_to, role_exists
from config.embedded.postgres import APP_ROLE
from dsr.vault.services import key_problems


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if role_exists(APP_ROLE) and connection.settings_dict["USER"] != APP_ROLE:
            grant_to(APP_ROLE)
        if problems := key_problems():
            raise CommandError("\n".join(problems))
        # What the demonstration says is shown to the person; the rest goes to the log.
        call_command("load_policies", stdout=self.stderr)
        self._collect_static()
        if settings.DSR_TRIAL:
            self._demonstrate(self.stdout)

    def _collect_static(self) -> None:
        """Collecting takes a second; most starts find nothing new."""
        mark = settings.VAR_DIR / "static.mark"
        fingerprint = _fingerprint()
        if mark.exists() and mark.read_text(encoding="utf-8") == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(fingerprint, encoding="utf-8")

    def _demonstrate(self, stdout: OutputWrapper) -> None:
        """Fill an empty database once. One that holds requests is somebody's work."""
        mark = settings.VAR_DIR / "demonstration"
        if mark.exists() or "fill_demo" not in get_commands():
            return
        if not apps.get_model("requests", "SubjectRequest")._default_manager.exists():
            call_command("fill_demo", stdout=stdout)
        mark.touch()


def _fingerprint() -> str:
    seen = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = storage.get_modified_time(path), storage.size(path)
            seen.update(f"{path} {found}\n".encode())
    return seen.hexdigest()
