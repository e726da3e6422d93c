"""Before anything is sent: by when an answer would have to be there, and what a law needs to know
to set a day. Nothing here is saved."""

from __future__ import annotations

from datetime import date, datetime

from dsr.days.place import standing_in
from dsr.policies.models import Right
from dsr.policies.regimes import PLACES, Duty
from dsr.requests.laws import duties_if_asked
from dsr.requests.models import SubjectRequest
from dsr.requests.models.deadlines import TO_ANSWER_BY

from .explain import expected
from .lifecycle import begin

# Wherever one of the laws that ship protects somebody.
_PLACES = (*sorted(PLACES["EEA"]), "CH", "GB", "US-CA", "US-TX", "US-WA", "US")


def if_sent_now(right: Right, country: str, at: datetime) -> str:
    """What the confirmation would say of the date to a request that arrives at ``at``."""
    organisation = right.reading.version.policy.organisation
    today = organisation.today(at)
    asked = SubjectRequest(
        organisation=organisation,
        right=right,
        kind=right.kind,
        country=country,
        received_at=at,
        received_on=today,
    )
    with standing_in(organisation.place):
        return expected(begin(asked, at=at), today)


def law_answers(right: Right, place: str, on: date) -> list[Duty]:
    """What laws demand by way of an answer for somebody at a place (FR; "" says only what the
    choice of the right says)."""
    return [
        duty
        for _law, duty in duties_if_asked(right, place, on)
        if duty.code in TO_ANSWER_BY and duty.source.checked != "remembered"
    ]


def country_decides(right: Right, on: date) -> bool:
    """Whether the law's day hangs on where the requester lives, and nothing else says it."""
    if law_answers(right, "", on):
        return False
    return any(law_answers(right, place, on) for place in _PLACES)


def law_is_elsewhere(right: Right, country: str, on: date) -> bool:
    """Whether the right would have a law's day, but not for somebody in this country."""
    return bool(law_answers(right, "", on)) and not law_answers(right, country, on)
