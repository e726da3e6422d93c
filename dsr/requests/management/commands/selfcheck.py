import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from dsr.requests.services.selfcheck import Finding, selfcheck


class Command(BaseCommand):
    help = (
        "For monitoring: one line for each thing that should not be, and exit status 1 if any. "
        "Looks at keys, the history, rows that it does not explain, background work and mail."
    )
    # The self-check says what is wrong with the system in its own lines.
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--full", action="store_true", help="read the whole history again, which takes longer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            findings = selfcheck(at=timezone.now(), full=options["full"])
        # The one failure that is a finding; anything else is a defect and shows itself.
        except OperationalError:
            findings = [Finding("system:database", "The database does not answer.")]
        if options["json"]:
            told = [{"code": each.code, "text": each.text} for each in findings]
            self.stdout.write(json.dumps({"well": not findings, "findings": told}))
        else:
            self.stdout.write("\n".join(map(str, findings)) or "All is well.")
        if findings:
            sys.exit(1)
