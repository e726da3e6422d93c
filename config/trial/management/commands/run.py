"""Run the whole program in trial mode: servers, web, worker and beat, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.trial.supervisor import Supervisor


class Command(BaseCommand):
    help = __doc__ or ""
    # Checks ask the database, which this very command starts.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(Supervisor().run())
