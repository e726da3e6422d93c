"""What the laws as they ship would do to open cases, as text: references only, never names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dsr.policies.models import Organisation
from dsr.requests.deadlines import coming


class Command(BaseCommand):
    help = "Show what the laws as they ship would do to open cases; nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="short name; else all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Organisation.objects.order_by("slug")
        if slug := options["organisation"]:
            found = found.filter(slug=slug)
            if not found.exists():
                known = ", ".join(Organisation.objects.values_list("slug", flat=True))
                raise CommandError(f"There is no organisation “{slug}”. There are: {known}.")
        for organisation in found:
            self._tell(organisation)

    def _tell(self, organisation: Organisation) -> None:
        self.stdout.write(f"{organisation.slug}:")
        moves = coming.moves(organisation)
        for each in moves:
            days = f"{each.before or '-'} -> {each.after or '-'}"
            self.stdout.write(f"  {each.reference}  {each.code}  {each.what}  {days}")
        if not moves:
            self.stdout.write("  no open case would move")
        for begins in coming.starting(organisation, organisation.today(timezone.now())):
            kinds = ", ".join(begins.kinds)
            self.stdout.write(f"  from {begins.on}: {begins.law}, {begins.duty} ({kinds})")
