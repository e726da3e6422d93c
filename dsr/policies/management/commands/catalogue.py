import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dsr.policies.catalogue.export import exported


class Command(BaseCommand):
    help = "Prints the catalogue: every right of every policy, with its clauses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="All of it, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = exported()
        if options["json"]:
            # Names keep their accents: the output is read by people as well.
            self.stdout.write(json.dumps(catalogue, ensure_ascii=False, indent=2))
            return
        for policy in catalogue["policies"]:
            self.stdout.write(f"{policy['slug']} {policy['version']}")
            for right in [*policy["rights"], *policy["law_rights"]]:
                period = right["period"]
                limit = f"{period['amount']} {period['unit']}" if period else "none stated"
                self.stdout.write(f"  {right['slug']}: {right['title']} ({limit})")
