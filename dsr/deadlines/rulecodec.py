"""Rules as JSON, in the spelling of the vector format and a few keys beyond it."""

from __future__ import annotations

from typing import Any, Final

from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.jsonread import Json, clock_time, items, table, text, within
from dsr.deadlines.periods import Period
from dsr.deadlines.rules import RECEIVED, Reading, Rule

# Keys that hold one value and are spelled as the field is.
_PLAIN: Final = (
    "start",
    "anchor",
    "roll",
    "min_working_days",
    "max_extensions",
    "hour_start",
    "direction",
    "receipt_on_non_working",
    "source",
)
_KEYS: Final = (
    "amount",
    "unit",
    "month_end",
    "cutoff",
    "starts",
    "extension_cap",
    "extension_reasons",
    "notice",
    "sources",
    "unsettled",
    *_PLAIN,
)


def read_rule(value: object, field: str = "rule") -> Rule:
    """A rule from an object. Raises `DeadlineInputError` naming the key."""
    data = table(field, value, _KEYS, ("unit",))
    if data.get("month_end", "clamp") != "clamp":
        raise DeadlineInputError(
            f"{field}.month_end", f"{data['month_end']!r} is not known: a missing day is clamped"
        )
    return within(field, lambda: Rule(period=read_period(data), **_switches(data)))


def read_period(data: Json) -> Period | None:
    """The period in `amount` and `unit`; `None` for the unit `none`."""
    if data["unit"] == "none":
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
