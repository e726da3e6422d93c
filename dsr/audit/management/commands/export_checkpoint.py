"""Writes a checkpoint over all chains, to be kept out of reach of the database's administrator."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dsr.audit.services import checkpoint


class Command(BaseCommand):
    help = "Export a signed checkpoint of where every audit chain ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", help="a new file; without it the lines are printed")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = checkpoint(timezone.now())
        if options["output"] is None:
            for line in lines:
                self.stdout.write(line)
            return
        target = Path(options["output"])
        # Beside the target and renamed in one step: a cut file never bears the name.
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with draft.open("x", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
            draft.replace(target)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Checkpoint written to {target}.")
