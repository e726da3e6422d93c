"""The deadlines of a request as its page has them: what governs, what is to do, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dsr.dashboard import words
from dsr.days.words import instant_words
from dsr.policies.kinds import Checked
from dsr.policies.law_words import law_in_words
from dsr.requests.deadlines import clocks, explain
from dsr.requests.findings import title_of
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.words import Badge


@dataclass(frozen=True, slots=True)
class ClockShown:
    """Deadlines that end on one day; ``why`` has the reasons of each under its source."""

    first: Deadline
    title: str
    # The end in words where it is no whole day: 72 hours.
    hour: str
    badge: Badge
    set_by: str
    sources: list[str]
    unread: bool
    more_until: date | None
    beside: str
    why: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class ClocksShown:
    shown: list[ClockShown]
    folded: list[ClockShown]


def clocks_of(subject_request: SubjectRequest, at: datetime) -> ClocksShown:
    """What governs and what has to be done now; every other deadline is folded away."""
    today = subject_request.organisation.today(at)
    found = clocks.for_staff(subject_request, today)
    refusing = clocks.is_refusing(subject_request)

    def made(clock: clocks.Clock) -> ClockShown:
        return _clock(subject_request, clock, today, at, refusing=refusing)

    return ClocksShown([made(each) for each in found.shown], [made(each) for each in found.folded])


def _clock(
    subject_request: SubjectRequest,
    clock: clocks.Clock,
    today: date,
    at: datetime,
    *,
    refusing: bool,
) -> ClockShown:
    each_why = [(_source(each), explain.explain(each)) for each in clock.deadlines]
    more = [
        each.notice_by
        for each in clock.deadlines
        if each.notice_by and clocks.can_announce_more(each, subject_request, today)
    ]
    titles = dict.fromkeys(title_of(each) for each in clock.deadlines)
    return ClockShown(
        clock.first,
        ", ".join(titles),
        _hour(clock.first),
        words.deadline_badge(clock.first, today, at, refusing=refusing),
        explain.set_by(clock.deadlines),
        list(dict.fromkeys(source for source, _why in each_why)),
        any(each.checked != Checked.READ for each in clock.deadlines),
        min(more, default=None),
        explain.beside_the_pause(clock.first),
        each_why,
    )


def _hour(deadline: Deadline) -> str:
    hourly = deadline.rule.get("unit") == "hour"
    return instant_words(deadline.due_at) if hourly and deadline.due_at else ""


def _source(deadline: Deadline) -> str:
    # Stored untranslated, so that each reader gets their own language.
    return law_in_words(deadline.source)
