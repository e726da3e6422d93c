from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dsr.days.place import standing_in
from dsr.days.words import day_words
from dsr.policies import duty_words
from dsr.policies.models import Organisation
from dsr.requests.deadlines import coming, coming_laws, coming_words


class Command(BaseCommand):
    help = (
        "Prints what the laws, as they are read now, would do to open requests if somebody "
        "accepted it on the page “Coming law”, and what starts within two years."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="Of this one alone.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Organisation.objects.select_related("calendar").order_by("slug")
        if slug := options["organisation"]:
            found = found.filter(slug=slug)
            if not found:
                raise CommandError(f"No organisation has the short name “{slug}”.")
        at = timezone.now()
        for organisation in found:
            with standing_in(organisation.place):
                self.stdout.write("\n".join(_lines(organisation, at)))


def _lines(organisation: Organisation, at: datetime) -> Iterator[str]:
    yield f"{organisation.slug}"
    shown = coming.previews(organisation, at=at)
    if not shown:
        yield "  Open requests: every deadline is as the law is read now."
    for each in shown:
        yield f"  {each.law.name}: {len(each.requests)} open requests would change"
        for foreseen in each.requests:
            yield f"    {foreseen.subject_request.reference}"
            for change in foreseen.changes:
                yield from _change(change)
    for law in coming_laws.coming_laws(organisation, organisation.today(at)):
        yield from _coming(law)


def _change(change: coming.Change) -> Iterator[str]:
    days = f"{coming_words.day_before(change)} -> {coming_words.day_after(change)}"
    yield f"      {change.what.label}: {coming_words.which(change)}: {days}"
    yield from (f"        {sentence}" for sentence in coming_words.why(change))


def _coming(law: coming_laws.Coming) -> Iterator[str]:
    verb = "ends" if law.ends else "a part of it starts" if law.is_part else "starts"
    named = "" if law.is_named else " (the organisation does not name it)"
    yield f"  {law.regime.name}: {verb} on {day_words(law.on)}{named}"
    if not law.brings:
        yield "    It concerns none of the rights that can be asked for here."
    for each in law.brings:
        limit = "falls away" if each.falls_away else duty_words.limit_in_words(each.duty)
        before = f" (until then: {each.before})" if each.before else ""
        rights = ", ".join(str(right) for right in each.rights)
        yield f"    {duty_words.duty_name(each.duty.code)}: {limit}{before}: {rights}"
