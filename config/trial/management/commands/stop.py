"""Stop `make run` where it runs, and the embedded servers of this folder."""

from __future__ import annotations

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.trial.embedded import stop_servers, system
from config.trial.runfiles import running_elsewhere


class Command(BaseCommand):
    help = __doc__ or ""
    # Stopping has to work where nothing else does.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # The program first: it would revive the servers.
        running = running_elsewhere(settings.VAR_DIR)
        if running is not None:
            system.end(running, signal.SIGTERM, 30)
        stopped = stop_servers(settings.VAR_DIR)
        names = [*(["the program"] if running else []), *stopped]
        self.stdout.write(f"Stopped {', '.join(names)}." if names else "Nothing was running.")
