"""Calendars, events, facts and rules as JSON, read strictly: an error names its field.

Our own reader on purpose: the engine imports the standard library (and the holiday calendar) only,
so that anybody can compute a date again without Django or pydantic. Each error names the field;
`cases.py` names the case beside it. (The files of policies and laws are read with pydantic.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from typing import Any, Final, TypeVar, cast

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.periods import DeadlineInputError, Moment, Period
from dsr.deadlines.rules import RECEIVED, Event, Extension, Facts, Pause, Reading, Restart, Rule

Json = dict[str, Any]
T = TypeVar("T")

# Narrower than Python, which also reads `20260131` and `2026-W05-6`; and `\d` alone would take
# the digits of every script.
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
# Words that explain a value and change nothing.
_REMARKS: Final = frozenset({"why", "note", "caveat", "right"})


def day(field: str, value: object) -> date:
    """A date spelled `2026-01-31`."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise DeadlineInputError(field, f"{value!r} is not a date like 2026-01-31")
    return _real(field, value, date.fromisoformat)


def moment(field: str, value: object) -> Moment:
    """A date, or a date-time spelled `2026-01-31T10:00:00+01:00`, the offset optional."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return _real(field, value, datetime.fromisoformat)
    return day(field, value)


def clock_time(field: str, value: object) -> time:
    """A time of day spelled `22:00`."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise DeadlineInputError(field, f"{value!r} is not a time like 22:00")
    return _real(field, value, time.fromisoformat)


def _real(field: str, value: str, read: Callable[[str], T]) -> T:
    try:
        return read(value)
    except ValueError as wrong:
        raise DeadlineInputError(field, f"{value!r} does not exist: {wrong}") from wrong


def table(field: str, value: object, known: Collection[str], needed: Collection[str] = ()) -> Json:
    """A JSON object with no key that is not `known` and none of the `needed` missing."""
    if not isinstance(value, dict):
        raise DeadlineInputError(field, f"{value!r} is not an object")
    # A switch that is misspelt and passed over would give another date without a word.
    for key in value:
        if key not in known and key not in _REMARKS:
            raise DeadlineInputError(f"{field}.{key}", "is not known here")
    for key in needed:
        if key not in value:
            raise DeadlineInputError(f"{field}.{key}", "is missing")
    return cast("Json", value)


def items(field: str, value: object) -> list[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise DeadlineInputError(field, f"{value!r} is not a list")
    return value


def text(field: str, value: object) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise DeadlineInputError(field, f"{value!r} is not a text")
    return value


def within(field: str, make: Callable[[], T]) -> T:
    """`make()`, with the field of an error placed below `field`."""
    try:
        return make()
    except DeadlineInputError as wrong:
        raise wrong.under(field) from None


_CALENDAR_KEYS: Final = ("codes", "extra", "remove", "weekend", "version")


def read_calendar(value: object, field: str = "calendar") -> WorkingCalendar:
    """A working calendar from `codes`, `extra`, `remove`, `weekend` and `version`."""
    data = table(field, value, _CALENDAR_KEYS, ("codes",))
    made: Json = {
        "codes": tuple(
            text(f"{field}.codes", code) for code in items(f"{field}.codes", data["codes"])
        )
    }
    # Corrections are part of the calendar and are stored with it: a trace has to stand alone.
    for key, name in (("extra", "extra"), ("remove", "removed")):
        place = f"{field}.{key}"
        made[name] = frozenset(day(place, each) for each in items(place, data.get(key, [])))
    if "weekend" in data:
        made["weekend"] = frozenset(
            _weekday(f"{field}.weekend", each)
            for each in items(f"{field}.weekend", data["weekend"])
        )
    if "version" in data:
        made["version"] = text(f"{field}.version", data["version"])
    return within(field, lambda: WorkingCalendar(**made))


def _weekday(field: str, value: object) -> int:
    # `true` would be Tuesday.
    if isinstance(value, bool) or not isinstance(value, int):
        raise DeadlineInputError(field, f"{value!r} is not a weekday number")
    return value


def write_calendar(calendar: WorkingCalendar) -> Json:
    """The calendar as JSON values, with its version."""
    return {
        "codes": list(calendar.codes),
        "extra": sorted(each.isoformat() for each in calendar.extra),
        "remove": sorted(each.isoformat() for each in calendar.removed),
        "weekend": sorted(calendar.weekend),
        "version": calendar.version,
    }


_EVENT_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    # `to` must be there, even as null: an end that was forgotten would stop the period for good.
    "pause": ("from", "to", "counting"),
    "restart": ("on",),
    "extension": ("amount", "unit", "notified_on"),
}


def read_event(value: object, field: str) -> Event:
    """A pause, restart or extension, told apart by `type`."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _EVENT_KEYS:
        raise DeadlineInputError(
            f"{field}.type", f"{kind!r} is not one of {', '.join(_EVENT_KEYS)}"
        )
    needed = _EVENT_KEYS[kind]
    data = table(field, value, ("type", "reason", "allowed", "base", *needed), needed)
    # Counting from the first due date is the common mistake, so it is refused by name.
    if data.get("base", "start") != "start":
        raise DeadlineInputError(f"{field}.base", "an extension is counted from the start only")
    # What the law does not admit is kept all the same: the trace says that it changed nothing.
    allowed = data.get("allowed", True)
    if not isinstance(allowed, bool):
        raise DeadlineInputError(f"{field}.allowed", f"{allowed!r} is not true or false")
    reason = text(f"{field}.reason", data.get("reason", ""))
    return within(field, lambda: _EVENT_READERS[kind](data, reason, allowed))


def _optional_moment(field: str, value: object) -> Moment | None:
    return None if value is None else moment(field, value)


def _read_pause(data: Json, reason: str, allowed: bool) -> Event:
    ends = _optional_moment("to", data["to"])
    return Pause(moment("from", data["from"]), ends, data["counting"], reason, allowed)


def _read_restart(data: Json, reason: str, allowed: bool) -> Event:
    return Restart(moment("on", data["on"]), reason, allowed)


def _read_extension(data: Json, reason: str, allowed: bool) -> Event:
    told = _optional_moment("notified_on", data["notified_on"])
    return Extension(Period(data["amount"], data["unit"]), told, reason, allowed)


_EVENT_READERS: Final[Mapping[str, Callable[[Json, str, bool], Event]]] = {
    "pause": _read_pause,
    "restart": _read_restart,
    "extension": _read_extension,
}


def write_event(event: Event) -> Json:
    """The event as JSON values."""
    if isinstance(event, Pause):
        ends = None if event.to_on is None else event.to_on.isoformat()
        data: Json = {"type": "pause", "from": event.from_on.isoformat(), "to": ends}
        data["counting"] = event.counting
    elif isinstance(event, Restart):
        data = {"type": "restart", "on": event.on.isoformat()}
    else:
        told = None if event.notified_on is None else event.notified_on.isoformat()
        data = {"type": "extension", "amount": event.period.amount, "unit": event.period.unit}
        data["notified_on"] = told
    if event.reason:
        data["reason"] = event.reason
    if not event.allowed:
        data["allowed"] = False
    return data


def read_facts(data: Json) -> Facts:
    """Facts from the `received`, `zone`, `events` and `milestones` of an object."""
    for key in ("received", "zone"):
        if key not in data:
            raise DeadlineInputError(key, "is missing")
    # What is absent has not happened: null would be a third answer that nobody defined.
    others = data.get("milestones", {})
    if not isinstance(others, dict):
        raise DeadlineInputError("milestones", f"{others!r} is not an object")
    events = enumerate(items("events", data.get("events", [])))
    return Facts(
        moment("received", data["received"]),
        text("zone", data["zone"]),
        tuple(read_event(event, f"events[{place}]") for place, event in events),
        {name: moment(f"milestones.{name}", each) for name, each in others.items()},
    )


# Keys that hold one value and are spelled as the field is.
_PLAIN: Final = (
    "start", "anchor", "roll", "min_working_days", "max_extensions", "hour_start", "direction",
    "receipt_on_non_working", "source",
)  # fmt: skip
_KEYS: Final = (
    "amount", "unit", "month_end", "cutoff", "starts", "extension_cap", "extension_reasons",
    "notice", "sources", "unsettled", *_PLAIN,
)  # fmt: skip


def read_rule(value: object, field: str = "rule") -> Rule:
    """A rule from an object. Raises `DeadlineInputError` naming the key."""
    data = table(field, value, _KEYS, ("unit",))
    # The only reading that Reg. 1182/71, Art. 3(2)(c) admits; the key is there for the format.
    if data.get("month_end", "clamp") != "clamp":
        raise DeadlineInputError(
            f"{field}.month_end", f"{data['month_end']!r} is not known: a missing day is clamped"
        )
    return within(field, lambda: Rule(period=read_period(data), **_switches(data)))


def read_period(data: Json) -> Period | None:
    """The period in `amount` and `unit`; `None` for the unit `none`."""
    # Written out: a key left out by mistake must not mean that there is no limit.
    if data["unit"] == "none":
        # "Within a reasonable time" has no number, and an amount beside it is a misread text.
        if data.get("amount") is not None:
            raise DeadlineInputError("amount", "a rule without a period has none")
        return None
    if "amount" not in data:
        raise DeadlineInputError("amount", "is missing")
    return Period(data["amount"], data["unit"])


def _switches(data: Json) -> dict[str, Any]:
    made: dict[str, Any] = {key: data[key] for key in _PLAIN if data.get(key) is not None}
    if data.get("cutoff") is not None:
        made["cutoff"] = clock_time("cutoff", data["cutoff"])
    if data.get("source") is not None:
        made["source"] = text("source", data["source"])
    for key in ("starts", "extension_reasons"):
        if key in data:
            made[key] = tuple(text(key, each) for each in items(key, data[key]))
    if data.get("extension_cap") is not None:
        cap = table("extension_cap", data["extension_cap"], ("amount", "unit"), ("unit",))
        # Its errors stand below its own name: `amount` alone would point at the rule's.
        made["extension_cap"] = within("extension_cap", lambda: read_period(cap))
    if data.get("notice") is not None:
        made["notice"] = read_rule(data["notice"], "notice")
    if "sources" in data:
        made["sources"] = _sources(data["sources"])
    if "unsettled" in data:
        readings = enumerate(items("unsettled", data["unsettled"]))
        made["unsettled"] = tuple(_reading(f"unsettled[{n}]", each) for n, each in readings)
    return made


def _sources(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise DeadlineInputError("sources", f"{value!r} is not an object")
    return tuple((key, text(f"sources.{key}", each)) for key, each in value.items())


def _reading(field: str, value: object) -> Reading:
    keys = ("switch", "value", "why", "source")
    data = table(field, value, keys, ("switch", "value", "why"))
    made = {key: text(f"{field}.{key}", data[key]) for key in keys if key in data}
    return within(field, lambda: Reading(**made))


def write_rule(rule: Rule) -> Json:
    """The rule as JSON values, switches at their default left out."""
    data: Json = {"unit": "none"} if rule.period is None else write_period(rule.period)
    # Left out where they are the default: stored rules stay short, and readable beside the law.
    # The price: a default that changed would move the dates of rules stored before.
    plain = Rule(period=None)
    for key in _PLAIN:
        if getattr(rule, key) != getattr(plain, key):
            data[key] = getattr(rule, key)
    if rule.cutoff is not None:
        data["cutoff"] = rule.cutoff.isoformat("minutes" if not rule.cutoff.second else "seconds")
    if rule.starts != (RECEIVED,):
        data["starts"] = list(rule.starts)
    if rule.extension_cap is not None:
        data["extension_cap"] = write_period(rule.extension_cap)
    if rule.extension_reasons:
        data["extension_reasons"] = list(rule.extension_reasons)
    if rule.notice is not None:
        data["notice"] = write_rule(rule.notice)
    if rule.sources:
        data["sources"] = dict(rule.sources)
    if rule.unsettled:
        data["unsettled"] = [_written(reading) for reading in rule.unsettled]
    return data


def write_period(period: Period) -> Json:
    """The period as JSON values."""
    return {"amount": period.amount, "unit": period.unit}


def _written(reading: Reading) -> Json:
    data = {"switch": reading.switch, "value": reading.value, "why": reading.why}
    return {**data, "source": reading.source} if reading.source else data
