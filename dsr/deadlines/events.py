"""What happened: receipt, and whatever moved or tried to move the clock afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, get_args

from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.moments import Moment, legal_day, zone_named
from dsr.deadlines.periods import Period

Counting = Literal["inclusive_both", "exclude_first", "between"]
COUNTINGS: Final[tuple[Counting, ...]] = get_args(Counting)


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from `from_on` to `to_on`; `None` means it still does.

    `counting` says which of these days do not count: both ends included (UK GDPR,
    Art. 12A(5)), without the first, or only those strictly between. With `allowed` false
    the pause is known but the law does not admit it.

    Raises `DeadlineInputError` on `from`, `to` or `counting`.
    """

    from_on: Moment
    to_on: Moment | None
    counting: Counting
    reason: str = ""
    allowed: bool = True

    def __post_init__(self) -> None:
        check_moment("from", self.from_on)
        if self.counting not in COUNTINGS:
            raise DeadlineInputError(
                "counting", f"{self.counting!r} is not one of {', '.join(COUNTINGS)}"
            )
        if self.to_on is not None:
            check_moment("to", self.to_on)
            if _both_days(self.from_on, self.to_on) and self.to_on < self.from_on:
                raise DeadlineInputError(
                    "to", f"the pause ends on {self.to_on}, before its start on {self.from_on}"
                )


@dataclass(frozen=True, slots=True)
class Restart:
    """Something arrived without which the period does not run: it runs from here, whole.

    UK GDPR, Art. 12A(2): information on identity, a fee. Raises `DeadlineInputError` on `on`.
    """

    on: Moment
    reason: str = ""
    allowed: bool = True

    def __post_init__(self) -> None:
        check_moment("on", self.on)


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, announced to the person on `notified_on` (`None`: not announced yet).

    Its unit must be the rule's. It is added to the rule's amount and the whole is counted
    again from the original start, never from the first due date.
    """

    period: Period
    notified_on: Moment | None
    reason: str = ""
    allowed: bool = True

    def __post_init__(self) -> None:
        if self.notified_on is not None:
            check_moment("notified_on", self.notified_on)


Event = Pause | Restart | Extension


@dataclass(frozen=True, slots=True)
class Facts:
    """Receipt, its zone, the events, and other moments from which a rule may run.

    `received` is the day of receipt or the instant (without offset: local in `zone`, an
    IANA name). `milestones` names further moments (`requested`, `identity_proved`, ...)
    for rules with `starts`; what is absent has not happened. The order of events does not
    matter. Raises `DeadlineInputError` on `received`, `zone`, `events` or `milestones`.
    """

    received: Moment
    zone: str
    events: tuple[Event, ...] = ()
    milestones: Mapping[str, Moment] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        zone_named(self.zone)
        check_moment("received", self.received)
        for name, moment in self.milestones.items():
            check_moment(f"milestones.{name}", moment)
        object.__setattr__(self, "milestones", dict(self.milestones))
        object.__setattr__(self, "events", tuple(self.events))
        for place, event in enumerate(self.events):
            self._check_event(f"events[{place}]", event)

    def _check_event(self, name: str, event: object) -> None:
        if not isinstance(event, (Pause, Restart, Extension)):
            raise DeadlineInputError(name, f"{type(event).__name__} is not an event")
        if isinstance(event, Pause) and event.to_on is not None:
            first, last = legal_day(event.from_on, self.zone), legal_day(event.to_on, self.zone)
            if last < first:
                raise DeadlineInputError(
                    f"{name}.to", f"the pause ends on {last}, before its start on {first}"
                )


def check_moment(field: str, moment: object) -> None:
    """Refuse what is neither a date nor a date-time."""
    if not isinstance(moment, date):
        raise DeadlineInputError(field, f"{moment!r} is not a date")


def _both_days(one: Moment, other: Moment) -> bool:
    return not isinstance(one, datetime) and not isinstance(other, datetime)
