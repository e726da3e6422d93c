"""Moves everything under the newest master key and the newest index key, while the site works."""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsr.vault.checks import key_problems
from dsr.vault.rotation import Batch, rebuild, rewrap, waiting_for_rebuild, waiting_for_rewrap

TURNS = 20
PAUSE_SECONDS = 0.5


class Command(BaseCommand):
    help = "Wrap data keys anew under the newest master key and rebuild the blind index."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        if problems := key_problems():
            raise CommandError("\n".join(problems))
        size = max(1, options["batch"])
        self._rotate("data keys wrapped anew", rewrap, waiting_for_rewrap, size)
        self._rotate("index tokens rebuilt", rebuild, waiting_for_rebuild, size)
        self.stdout.write("The older keys are not needed any more and can be taken out.")

    def _rotate(
        self,
        what: str,
        one_batch: Callable[[int, int], Batch],
        waiting: Callable[[], int],
        size: int,
    ) -> None:
        """Several turns, because rows that somebody works with are skipped."""
        done, refused = 0, []
        for _ in range(TURNS):
            turn = self._turn(one_batch, size)
            done, refused = done + turn.done, turn.refused
            if waiting() <= len(refused):
                break
            time.sleep(PAUSE_SECONDS)
        self.stdout.write(f"{done} {what}.")
        if left := waiting():
            named = f"; refused: {', '.join(map(str, refused[:20]))}" if refused else ""
            raise CommandError(f"{left} still under an older key{named}. Keep it and run again.")

    def _turn(self, one_batch: Callable[[int, int], Batch], size: int) -> Batch:
        turn, after = Batch(), 0
        while True:
            batch = one_batch(size, after)
            turn.done += batch.done
            turn.refused += batch.refused
            if not batch.last_id:
                return turn
            after = batch.last_id
