"""Looks for readable remains of an erased safe and says where it looked."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsr.vault.erasure_check import Looked, check_erasure
from dsr.vault.models import Safe

NOT_LOOKED_AT = "Not looked at: log files, write-ahead log and backups made before the erasure."


class Command(BaseCommand):
    help = "Look for readable remains of a safe in every table; exit status 1 when there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("safe_id", type=int)
        parser.add_argument(
            "--words",
            help="file with one word or name per line that must be gone; - reads standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        safe = Safe.objects.filter(pk=options["safe_id"]).first()
        if safe is None:
            raise CommandError(f"There is no safe {options['safe_id']}.")
        report = check_erasure(safe, _words(options["words"]))
        single = [f"{purpose} key {version}" for purpose, version in report.single_keys]
        erased = ", ".join([*sorted(report.erased), *single]) or "nothing"
        self.stdout.write(f"Safe {report.safe_id}; erased: {erased}.")
        for looked in report.looked:
            self.stdout.write(_line(looked))
        self.stdout.write(NOT_LOOKED_AT)
        if not (report.erased or report.single_keys):
            raise CommandError("No key of this safe has been destroyed.")
        if report.found:
            raise CommandError(f"Readable remains in {len(report.found)} places.")
        self.stdout.write("No readable remains.")


def _words(source: str | None) -> list[str]:
    if source is None:
        return []
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    return text.splitlines()


def _line(looked: Looked) -> str:
    mark = "READABLE" if looked.readable else "ok"
    return (
        f"{mark:8} {looked.place}: {looked.values} looked at, {looked.closed} closed, "
        f"{looked.kept} kept on purpose, {looked.readable} readable"
    )
