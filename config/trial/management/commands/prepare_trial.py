"""Make everything ready for a trial: what a site needs, and the first time a demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from dsr.requests.models import SubjectRequest


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        # What the demonstration says is shown to the person; the rest goes to the log.
        call_command("prepare", stdout=self.stderr)
        mark = settings.VAR_DIR / "demonstration"
        if mark.exists():
            return
        # Once, into an empty database: one that holds requests is somebody's work.
        if not SubjectRequest.objects.exists():
            call_command("fill_demo", stdout=self.stdout)
        # Also where nothing was filled: who empties the database later is not surprised.
        mark.touch()
