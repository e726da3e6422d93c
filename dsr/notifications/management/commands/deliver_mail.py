"""One sweep of the outbox by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from dsr.notifications.services import deliver


class Command(BaseCommand):
    help = "Sends the mail that is owed now, once, without Celery."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=5000, help="at most so many mails")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = deliver(timezone.now(), options["limit"], worker="command")
        told = ", ".join(f"{what}: {number}" for what, number in sorted(counts.items()))
        self.stdout.write(told or "nothing was owed")
