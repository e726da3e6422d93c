"""Reads the whole history again; exit status 1 and one line for each chain that was changed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsr.audit.checkpoints import CheckpointInvalid
from dsr.audit.models import Entry
from dsr.audit.services import Finding, verify, verify_checkpoint, verify_marks


class Command(BaseCommand):
    help = "Verify every audit chain, and against an exported checkpoint that none was cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", help="a file made by export_checkpoint")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        cut, damaged = verify_marks()
        found += cut
        if options["checkpoint"]:
            found += _against(Path(options["checkpoint"]))
        # The chain itself and the checkpoint may find the same row.
        for finding in dict.fromkeys(found):
            self.stderr.write(str(finding))
        for line in damaged:
            self.stderr.write(line)
        if damaged and not found:
            raise CommandError("The checkpoints are not as they were written.")
        if found:
            raise CommandError(f"{len({finding.chain for finding in found})} chains are broken.")
        self.stdout.write(f"{Entry.objects.count()} entries verified: every chain is sound.")


def _against(file: Path) -> list[Finding]:
    try:
        with file.open(encoding="utf-8") as lines:
            return verify_checkpoint(lines)
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"{file} cannot be read.") from None
    except CheckpointInvalid as error:
        raise CommandError(f"{file}: {error}") from None
