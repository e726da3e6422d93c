"""Make everything ready: tables, rights of the application's role, policies, static files."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.database_roles import grant_to, role_exists
from dsr.vault.services import key_problems


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        role = settings.DSR_APP_ROLE
        if role_exists(role) and connection.settings_dict["USER"] != role:
            grant_to(role)
        if problems := key_problems():
            raise CommandError("\n".join(problems))
        call_command("load_policies", stdout=self.stdout)
        self._collect_static()

    def _collect_static(self) -> None:
        """Collecting takes a second; most starts find nothing new."""
        mark = settings.VAR_DIR / "static.mark"
        fingerprint = _fingerprint()
        if mark.exists() and mark.read_text(encoding="utf-8") == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(fingerprint, encoding="utf-8")


def _fingerprint() -> str:
    seen = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = storage.get_modified_time(path), storage.size(path)
            seen.update(f"{path} {found}\n".encode())
    return seen.hexdigest()
