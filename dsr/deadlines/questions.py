"""A single question in words, as a case of the vector format, and its answer as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dsr.deadlines.compute import Result, compute
from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.explain import explain
from dsr.deadlines.jsonread import Json
from dsr.deadlines.periods import Period
from dsr.deadlines.readings import usual_readings
from dsr.deadlines.rulecodec import write_period
from dsr.deadlines.vectors import Case, iso, parse_case

_PAUSE: Final = re.compile(r"(?P<from>[^.]+)\.\.(?P<to>[^:.]*)(?::(?P<counting>\w+))?")
_EXTENSION: Final = re.compile(r"(?P<period>[^@]+)@(?P<notified_on>.+)")

# Options handed on as they are; those that were not given are left out.
_SWITCHES: Final = (
    "start", "anchor", "cutoff", "hour_start", "min_working_days", "max_extensions", "direction",
    "receipt_on_non_working",
)  # fmt: skip


def read_question(options: Mapping[str, Any]) -> Case:
    """The case that the options of `manage.py due` describe.

    `period` may be `none`. Where a calendar is named, a last day that is not worked moves
    to the next working day, unless `roll` says otherwise; without one it never moves.
    Raises `DeadlineInputError` naming the option.
    """
    codes = _listed(options.get("calendar"))
    rule: Json = {key: options[key] for key in _SWITCHES if options.get(key) is not None}
    rule["roll"] = options.get("roll") or ("next_working_day" if codes else "none")
    calendar: Json = {"codes": codes}
    for key in ("extra", "remove"):
        calendar[key] = _listed(options.get(key))
    if options.get("weekend"):
        calendar["weekend"] = [_weekday(each) for each in _listed(options["weekend"])]
    case = parse_case(
        {
            "id": "question",
            "received": options["received"],
            "zone": options.get("zone") or "UTC",
            "rule": {**rule, **_period(options["period"])},
            "calendar": calendar,
            "events": list(_events(options)),
        }
    )
    readings = usual_readings(case.rule, case.facts)
    return replace(case, rule=replace(case.rule, unsettled=readings))


def answer_text(case: Case) -> list[str]:
    """The lines of the answer: the date first, then how it came about."""
    result = compute(case.rule, case.facts, case.calendar)
    reasons = [f"  {number}. {said}" for number, said in enumerate(explain(result.trace), 1)]
    return [_headline(result), *reasons]


def _headline(result: Result) -> str:
    if result.due is None:
        return "no date: the clock stands still" if result.suspended else "no date"
    if result.extensions and result.notice_by is not None:
        return f"{iso(result.due)} (last day to announce the extension: {iso(result.notice_by)})"
    return result.due.isoformat()


def _period(text: str) -> Json:
    return {"unit": "none"} if text.strip() == "none" else _length("period", text)


def _length(option: str, text: str) -> Json:
    try:
        return write_period(Period.parse(text))
    except DeadlineInputError as wrong:
        raise DeadlineInputError(option, wrong.message) from None


def _listed(text: str | None) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()] if text else []


def _weekday(text: str) -> int:
    if not text.isdecimal():
        raise DeadlineInputError("weekend", f"{text!r} is not a weekday number")
    return int(text)


def _events(options: Mapping[str, Any]) -> Iterator[Json]:
    for text in _given(options, "pause"):
        match = _matched("pause", _PAUSE, text, "2026-03-05..2026-03-12:inclusive_both")
        to, counting = match["to"] or None, match["counting"] or "inclusive_both"
        yield {"type": "pause", "from": match["from"], "to": to, "counting": counting}
    for text in _given(options, "restart"):
        yield {"type": "restart", "on": text}
    for text in _given(options, "extension"):
        match = _matched("extension", _EXTENSION, text, "2 months@2026-02-20")
        told = match["notified_on"]
        yield {"type": "extension", "notified_on": told, **_length("extension", match["period"])}


def _given(options: Mapping[str, Any], name: str) -> Sequence[str]:
    return options.get(name) or ()


def _matched(field: str, pattern: re.Pattern[str], text: str, like: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise DeadlineInputError(field, f"{text!r} is not spelled like {like!r}")
    return match
