"""Extensions: which were announced in time, and how long the whole period became."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, NamedTuple

from dsr.deadlines.periods import DeadlineInputError, Moment, Period, legal_day, local_instant
from dsr.deadlines.rules import Extension, Rule

ADMITTED: Final = "admitted"
LATE: Final = "late"
NOT_NOTIFIED: Final = "not_notified"
NOT_ALLOWED: Final = "not_allowed"
TOO_MANY: Final = "too_many"
TOO_LONG: Final = "too_long"
WRONG_REASON: Final = "wrong_reason"
# Outcomes for which the last day for the announcement decided, or would decide.
_MEASURED: Final = frozenset({ADMITTED, LATE, NOT_NOTIFIED})


class ExtensionVerdict(NamedTuple):
    """Whether an extension took effect: `admitted`, or why not.

    `late`, `not_notified`, `not_allowed`, `too_many`, `too_long` (beyond the cap of the
    rule) or `wrong_reason`. `notice_by` is the last day on which it could be announced,
    `None` while the deadline stands still.
    """

    extension: Extension
    outcome: str
    notice_by: Moment | None
    notified_on: date | None

    @property
    def admitted(self) -> bool:
        return self.outcome == ADMITTED


Reach = Callable[[Period], Moment | None]


def extend(
    rule: Rule,
    total: Period,
    extensions: list[Extension],
    reach: Reach,
    zone: str,
    own_limit: Callable[[], Moment | None] | None,
) -> tuple[Period, tuple[ExtensionVerdict, ...]]:
    """`total`, the rule's period, with every admitted extension added; a verdict on each.

    The extensions are taken, and judged, in the order in which they were announced.

    `reach` gives the due date of a period. Each extension is measured against the date as
    extended so far, or against `own_limit` where the rule has a notice rule of its own.
    """
    verdicts = []
    granted = 0
    # A notice not given yet comes last: it cannot have used up an extension.
    for extension in sorted(extensions, key=lambda each: _day(each.notified_on, zone)):
        limit = own_limit() if own_limit else reach(total)
        outcome = _outcome(rule, extension, granted, total, limit, zone)
        if outcome == ADMITTED:
            granted += 1
            # Added to the period, never to the date: two months from 28 February would lose the
            # days that 31 January gave.
            total = _longer(total, extension.period)
        told = extension.notified_on
        told_on = None if told is None else legal_day(told, zone)
        verdicts.append(ExtensionVerdict(extension, outcome, limit, told_on))
    return total, tuple(verdicts)


def notice_limit(verdicts: tuple[ExtensionVerdict, ...]) -> Moment | None:
    """The limit of the last extension for which the day of notice mattered, else of the first."""
    measured = [verdict for verdict in verdicts if verdict.outcome in _MEASURED]
    if measured:
        return measured[-1].notice_by
    return verdicts[0].notice_by if verdicts else None


def _outcome(
    rule: Rule,
    extension: Extension,
    granted: int,
    total: Period,
    limit: Moment | None,
    zone: str,
) -> str:
    if not extension.allowed:
        return NOT_ALLOWED
    if rule.extension_reasons and extension.reason not in rule.extension_reasons:
        return WRONG_REASON
    # Before the day is looked at: what is not open to the controller cannot be late.
    if granted >= rule.max_extensions:
        return TOO_MANY
    if _exceeds_cap(rule, total.amount + extension.period.amount):
        return TOO_LONG
    if extension.notified_on is None:
        return NOT_NOTIFIED
    return ADMITTED if _in_time(extension.notified_on, limit, zone) else LATE


def _exceeds_cap(rule: Rule, amount: int) -> bool:
    # All together: the two further months of GDPR, Art. 12(3) are not two each time.
    cap, period = rule.extension_cap, rule.period
    return cap is not None and period is not None and amount > period.amount + cap.amount


def _in_time(told: Moment, limit: Moment | None, zone: str) -> bool:
    if limit is None:
        # The deadline stands still, so the limit cannot have passed.
        return True
    if isinstance(limit, datetime):
        # Told on a day, without its hour: that day is in time as long as the limit falls on it.
        if isinstance(told, datetime):
            return local_instant(told, zone) <= limit
        return told <= limit.date()
    return legal_day(told, zone) <= limit


def _longer(total: Period, more: Period) -> Period:
    try:
        return Period(total.amount + more.amount, total.unit)
    except DeadlineInputError as wrong:
        # Either alone is within ten years, so it is the announcement that made the sum too long.
        raise DeadlineInputError("events", f"with its extensions, {wrong.message}") from None


def _day(moment: Moment | None, zone: str) -> date:
    return date.max if moment is None else legal_day(moment, zone)
