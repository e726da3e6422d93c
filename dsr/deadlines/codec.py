"""Calendars, events and facts as JSON, in the spelling of the vector format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.events import Event, Extension, Facts, Pause, Restart
from dsr.deadlines.jsonread import Json, day, items, moment, table, text, within
from dsr.deadlines.moments import Moment
from dsr.deadlines.periods import Period

_CALENDAR_KEYS: Final = ("codes", "extra", "remove", "weekend", "version")


def read_calendar(value: object, field: str = "calendar") -> WorkingCalendar:
    """A working calendar from `codes`, `extra`, `remove`, `weekend` and `version`."""
    data = table(field, value, _CALENDAR_KEYS, ("codes",))
    made: Json = {
        "codes": tuple(
            text(f"{field}.codes", code) for code in items(f"{field}.codes", data["codes"])
        )
    }
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
    if data.get("base", "start") != "start":
        raise DeadlineInputError(f"{field}.base", "an extension is counted from the start only")
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


def write_facts(facts: Facts) -> Json:
    """The facts as JSON values."""
    return {
        "received": facts.received.isoformat(),
        "zone": facts.zone,
        "events": [write_event(event) for event in facts.events],
        "milestones": {name: each.isoformat() for name, each in facts.milestones.items()},
    }
