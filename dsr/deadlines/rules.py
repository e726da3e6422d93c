"""What happened, and what a law or a policy says about time: the two inputs, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Final, Literal, get_args

from dsr.deadlines.periods import (
    DeadlineInputError,
    Moment,
    Period,
    legal_day,
    whole_number,
    zone_named,
)

Counting = Literal["inclusive_both", "exclude_first", "between"]
COUNTINGS: Final[tuple[Counting, ...]] = get_args(Counting)


@dataclass(frozen=True, slots=True)
class Pause:
    """The deadline stands still from `from_on` to `to_on`; `None` means it still does.

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
            # An instant and a day are compared by `Facts`, which alone knows the zone.
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
        # "At once" is a period, more time of no days is none.
        whole_number("amount", self.period.amount, least=1)
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
    # A mapping has no hash; the moments in it are compared all the same.
    milestones: Mapping[str, Moment] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        zone_named(self.zone)
        check_moment("received", self.received)
        for name, moment in self.milestones.items():
            check_moment(f"milestones.{name}", moment)
        # A copy: whoever keeps the mapping cannot change facts that were computed with.
        object.__setattr__(self, "milestones", dict(self.milestones))
        object.__setattr__(self, "events", tuple(self.events))
        for place, event in enumerate(self.events):
            self._check_event(f"events[{place}]", event)

    def _check_event(self, name: str, event: object) -> None:
        if not isinstance(event, (Pause, Restart, Extension)):
            raise DeadlineInputError(name, f"{type(event).__name__} is not an event")
        if isinstance(event, Pause) and event.to_on is not None:
            # 23:30 UTC on the 5th is the 6th in Paris, so the order is that of local days.
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


Start = Literal["next_day", "same_day"]
Anchor = Literal["event", "day_after", "day_before"]
Roll = Literal["none", "next_working_day", "previous_working_day"]
HourStart = Literal["exact", "next_full_hour"]
Direction = Literal["forward", "back"]
Deeming = Literal["none", "next_working_day"]

RECEIVED: Final = "received"

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "start": get_args(Start),
    "anchor": get_args(Anchor),
    "roll": get_args(Roll),
    "hour_start": get_args(HourStart),
    "direction": get_args(Direction),
    "receipt_on_non_working": get_args(Deeming),
}
# What an unsettled reading may turn: a switch of the rule, how pauses are counted, what a
# pause does at all, or the calendar.
READABLE: Final[dict[str, tuple[str, ...] | None]] = {
    **CHOICES,
    "min_working_days": None,
    "counting": COUNTINGS,
    "pause": ("restart", "none"),
    "calendar": None,
    "zone": None,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read the source: one switch set differently, and why somebody would.

    `switch` is a field of `Rule`, or `counting` (of pauses), `pause` (`restart`: the period
    starts anew when a pause ends; `none`: pauses have no effect), `calendar` (codes,
    separated by commas) or `zone`. Raises `DeadlineInputError` on `switch` or `value`.
    """

    switch: str
    value: str
    why: str
    source: str = ""

    def __post_init__(self) -> None:
        if self.switch not in READABLE:
            raise DeadlineInputError("switch", f"{self.switch!r} is not a switch")
        allowed = READABLE[self.switch]
        if allowed is not None and self.value not in allowed:
            raise DeadlineInputError("value", f"{self.value!r} is not one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One period with every switch that decides where it ends.

    `period` of `None` means that the source states none ("within a reasonable time").
    `start`: whether the day of the event counts, for days and business days. `anchor`: from
    which day months and years are counted. `roll`: what happens, once and at the end, when
    the last day is not worked. `min_working_days`: floor for periods of two days or more in
    days (Reg. 1182/71, Art. 3(5)). `cutoff`, `receipt_on_non_working`: deem a late arrival
    received on the next (working) day. `hour_start`: hours from the instant or from the
    next full hour. `direction` `back` counts a window backwards and never rolls.

    `starts`: the period runs from the latest of these moments (`received`, or names from
    `Facts.milestones`). Extensions: at most `max_extensions`, together at most
    `extension_cap`, for one of `extension_reasons` (empty: any), announced by the due date
    so far or by the end of a `notice` rule of their own.

    `source` is the article; `sources` gives others for single switches. `unsettled` lists
    readings whose dates the trace shows beside ours.
    """

    period: Period | None
    start: Start = "next_day"
    anchor: Anchor = "event"
    # The defaults move nothing. Where a text is silent the earlier day is the careful one.
    roll: Roll = "none"
    min_working_days: int = 0
    # GDPR Art. 12(3) and HIPAA 164.524 know one; a regime says where it is another number.
    max_extensions: int = 1
    hour_start: HourStart = "exact"
    direction: Direction = "forward"
    cutoff: time | None = None
    receipt_on_non_working: Deeming = "none"
    starts: tuple[str, ...] = (RECEIVED,)
    extension_cap: Period | None = None
    extension_reasons: tuple[str, ...] = ()
    notice: Rule | None = None
    source: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    unsettled: tuple[Reading, ...] = ()
    variants: tuple[tuple[Reading, Rule], ...] = field(init=False, repr=False, compare=False)
    # Steps of the trace that are the same for every date of this rule.
    memo: dict[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Rules come from YAML and JSON, where a `Literal` guards nothing.
        for switch, allowed in CHOICES.items():
            value = getattr(self, switch)
            if value not in allowed:
                raise DeadlineInputError(switch, f"{value!r} is not one of {', '.join(allowed)}")
        whole_number("min_working_days", self.min_working_days, least=0, most=366)
        whole_number("max_extensions", self.max_extensions, least=0, most=100)
        self._check_combinations()
        for name in ("starts", "extension_reasons", "sources", "unsettled"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "memo", {})
        object.__setattr__(self, "variants", tuple(self._variants()))

    def _check_combinations(self) -> None:
        # Its place is the zone of the receipt, which differs from request to request.
        if self.cutoff is not None and self.cutoff.tzinfo is not None:
            raise DeadlineInputError("cutoff", "is a time on the local clock, without offset")
        # Without a start the latest of none would be asked for.
        if not self.starts:
            raise DeadlineInputError("starts", "names no moment from which to count")
        if self.direction == "back" and self.period is not None:
            # A window of no days shows nothing: it is never what a law means.
            whole_number("amount", self.period.amount, least=1)
        # Months and days have no common measure, so a cap in another unit could not be compared.
        cap = self.extension_cap
        if cap is not None and (self.period is None or cap.unit != self.period.unit):
            raise DeadlineInputError("extension_cap", "its unit differs from the unit of the rule")
        if cap is not None:
            whole_number("extension_cap.amount", cap.amount, least=1)

    def _variants(self) -> list[tuple[Reading, Rule]]:
        """The rule under each unsettled reading, made once and not for every date."""
        # Without its own readings, or every variant would build variants of variants.
        plain = replace(self, unsettled=()) if self.unsettled else self
        return [(reading, _read_as(plain, reading)) for reading in self.unsettled]

    def source_of(self, switch: str) -> str:
        """The provision behind one switch, or the rule's own."""
        for name, source in self.sources:
            if name == switch:
                return source
        return self.source


def _read_as(rule: Rule, reading: Reading) -> Rule:
    changes: dict[str, Any] = {}
    # Readings of pauses, of the calendar and of the zone leave the rule as it is.
    if reading.switch in CHOICES:
        changes[reading.switch] = reading.value
    elif reading.switch == "min_working_days":
        changes[reading.switch] = _number(reading.value)
    return replace(rule, **changes) if changes else rule


def _number(text: str) -> int:
    if not text.isdecimal():
        raise DeadlineInputError("value", f"{text!r} is not a whole number")
    return int(text)
