"""Requests with a past: other processes have the clock of the machine, so the facts are old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Role
from dsr.policies.models import Organisation
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=90)
# IMG names no period for access; its own target is 30 days, and the first reminder comes 7 days
# before the end. The request of so many days ago has exactly that one due, and nothing missed.
FIRST_REMINDER_IS_DUE = 23


def leave_one_deadline() -> None:
    """No law adds its own: a request to IMG has the clock of its target, thirty days, alone."""
    Organisation.objects.filter(slug="img").update(regimes=[])


def find_desk() -> Desk:
    people = {role.value: User.objects.get(email=f"{role.value}@example.org") for role in Role}
    second = User.objects.get(email="second.officer@example.org")
    return Desk(people={**people, "second_officer": second})


def days_ago(days: int) -> datetime:
    """At noon of that day, so that it is the same day in every zone the site knows."""
    then = datetime.now(UTC) - timedelta(days=days)
    return then.replace(hour=12, minute=0, second=0, microsecond=0)


def ask(desk: Desk, days: int = FIRST_REMINDER_IS_DUE) -> SubjectRequest:
    """Somebody asked for access so many days ago."""
    return cast.ask(desk.right("img", "access"), at=days_ago(days))


def many_due(desk: Desk, requests: int, readers: int) -> int:
    """Requests whose first reminder is due, for so many readers; how many reminders that makes.

    The readers join after the requests came in, else each would be told of each of them as well.
    """
    for _ in range(requests):
        ask(desk)
    organisation = Organisation.objects.get(slug="img")
    there = len(User.objects.filter(memberships__role__in=[Role.HANDLER, Role.OFFICER]).distinct())
    joined = User.objects.bulk_create(
        [
            User(email=f"reader{number}@example.org", name=f"Reader {number}")
            for number in range(readers - there)
        ]
    )
    Membership.objects.bulk_create(
        [Membership(user=user, organisation=organisation, role=Role.HANDLER) for user in joined]
    )
    return requests * readers
