from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dsr.policies.catalogue.loading import load
from dsr.policies.catalogue.reading import HOME
from dsr.policies.strict_yaml import CatalogueError


class Command(BaseCommand):
    help = "Loads policies from catalogue files: all of them, or none. Twice is once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            help="A policy file, its folder, or a folder of folders; without, those that ship.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The file's own lines, one error below the other, and no trace of ours.
        try:
            report = load(options["paths"] or [HOME], timezone.now(), actor_id=None)
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        for word, lines in (
            ("loaded", report.loaded),
            ("unchanged", report.unchanged),
            ("kept", report.kept),
        ):
            for line in lines:
                self.stdout.write(f"{word}: {line}")
