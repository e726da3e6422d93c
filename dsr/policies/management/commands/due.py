"""Due dates from the command line: a file of cases, or a single question."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsr.deadlines import DeadlineInputError
from dsr.deadlines.cases import answer, answer_text, compute_all, read_document, read_question
from dsr.deadlines.rules import CHOICES


class Command(BaseCommand):
    help = "Compute due dates with their reasons, for a file of cases or for one question."
    # Dates are computed from what is typed: no database, no settings.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", help="JSON: a list of cases, or {'vectors': [...]}; - for input"
        )
        parser.add_argument("--received", help="day or instant of receipt, like 2026-01-31")
        parser.add_argument("--period", help="'1 month', '20 days', '10 business days', '72 hours'")
        parser.add_argument("--calendar", help="codes like FR or DE-BY, separated by commas")
        parser.add_argument("--zone", help="time zone, like Europe/Paris (default UTC)")
        for switch in ("roll", "start", "anchor", "hour_start", "direction"):
            parser.add_argument(f"--{switch.replace('_', '-')}", choices=CHOICES[switch])
        parser.add_argument("--receipt-on-non-working", choices=CHOICES["receipt_on_non_working"])
        parser.add_argument("--cutoff", help="time from which an arrival is late, like 22:00")
        parser.add_argument("--min-working-days", type=int)
        parser.add_argument("--max-extensions", type=int)
        parser.add_argument("--weekend", help="weekdays of rest, 0 is Monday (default 5,6)")
        parser.add_argument("--extra", help="further holidays, separated by commas")
        parser.add_argument("--remove", help="holidays that do not apply, separated by commas")
        parser.add_argument(
            "--pause", action="append", help="FROM..TO[:counting]; without TO it is open"
        )
        parser.add_argument("--restart", action="append", help="day on which the period restarts")
        parser.add_argument("--extension", action="append", help="like '2 months@2026-02-20'")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            self._answer_file(options["file"])
        elif options["received"] and options["period"]:
            self._answer_question(options)
        else:
            raise CommandError("give a FILE, or --received and --period")

    def _answer_question(self, options: dict[str, Any]) -> None:
        try:
            lines = answer_text(read_question(options))
        except DeadlineInputError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines))

    def _answer_file(self, name: str) -> None:
        wrong = False
        # One line for each case: a wrong one stops none of the others.
        for outcome in compute_all(self._cases(name)):
            if outcome.error is None:
                self.stdout.write(json.dumps(answer(outcome), ensure_ascii=False))
            else:
                wrong = True
                self.stderr.write(f"{outcome.id}: {outcome.error}")
        # Told by the status too, for scripts that read no error output.
        if wrong:
            sys.exit(1)

    def _cases(self, name: str) -> list[object]:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            return read_document(json.loads(text))
        # No file, no JSON, no cases in it: to who typed the name it is one thing, unreadable.
        except (OSError, ValueError) as error:
            raise CommandError(f"{name}: {error}") from error
