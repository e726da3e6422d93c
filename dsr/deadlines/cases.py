"""Cases with rule, facts and calendar: those of a file, or a single question in words.

Read by `codec.py`, our own reader, so that worked cases can be recomputed by anybody with the
standard library and the holiday calendar; an error names the case and the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.codec import (
    Json,
    items,
    read_calendar,
    read_facts,
    read_rule,
    table,
    text,
    write_period,
)
from dsr.deadlines.compute import (
    EARLIEST,
    WIDEST,
    Result,
    compute,
    earliest,
    usual_readings,
    widest,
)
from dsr.deadlines.periods import DeadlineInputError, Period
from dsr.deadlines.rules import Extension, Facts, Rule
from dsr.deadlines.trace import explain

THIS: Final = "this"

_NEEDED: Final = ("id", "received", "zone", "rule", "calendar")
_USED: Final = (*_NEEDED, "events", "combine", "milestones")
# Keys that describe a case and change nothing.
_TOLD: Final = (
    "regime",
    "kind",
    "official",
    "status",
    "source",
    "expected",
    "why",
    "caveat",
    "select",
    "right",
)


@dataclass(frozen=True, slots=True)
class Combination:
    """The earliest or widest of this case (`this`) and the cases named."""

    mode: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One case, ready to compute."""

    id: str
    rule: Rule
    facts: Facts
    calendar: WorkingCalendar
    combine: Combination | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case of a file: a result, or the error that names its field."""

    id: str
    case: Case | None = None
    result: Result | None = None
    error: DeadlineInputError | None = None


def parse_case(data: object) -> Case:
    """Read one case. Raises `DeadlineInputError` naming the field."""
    if not isinstance(data, dict):
        raise DeadlineInputError("case", "is not an object")
    # Spelling before absence: `recieved` is a slip of the pen, not a missing day of receipt.
    for key in data:
        _check_spelling(key)
    for key in _NEEDED:
        if key not in data:
            raise DeadlineInputError(key, "is missing")
    facts = read_facts(data)
    return Case(
        text("id", data["id"]),
        _completed(read_rule(data["rule"]), facts, data),
        facts,
        read_calendar(data["calendar"]),
        _combination(data.get("combine")),
    )


def _check_spelling(key: str) -> None:
    # A new describing word is no harm; `event` for `events` would silently change the date.
    if key not in _USED and key not in _TOLD:
        meant = get_close_matches(key, _USED, n=1, cutoff=0.8)
        if meant:
            raise DeadlineInputError(key, f"is not known; is {meant[0]} meant?")


def _completed(rule: Rule, facts: Facts, data: Json) -> Rule:
    """The rule with the source of the case; a mere convention shows the other readings."""
    if isinstance(data.get("source"), str) and not rule.source:
        rule = replace(rule, source=data["source"])
    if data.get("status") == "convention" and not rule.unsettled:
        rule = replace(rule, unsettled=usual_readings(rule, facts))
    return rule


def _combination(value: object) -> Combination | None:
    if value is None:
        return None
    data = table("combine", value, ("mode", "of"), ("mode", "of"))
    if data["mode"] not in (EARLIEST, WIDEST):
        raise DeadlineInputError("combine.mode", f"{data['mode']!r} is not earliest or widest")
    names = tuple(text("combine.of", name) for name in items("combine.of", data["of"]))
    if not names:
        raise DeadlineInputError("combine.of", "names no case")
    return Combination(data["mode"], names)


def read_document(document: object) -> list[object]:
    """The cases of a whole document (`{"vectors": [...]}`) or of a bare list."""
    if isinstance(document, dict):
        if "vectors" not in document:
            raise DeadlineInputError("vectors", "is missing")
        return items("vectors", document["vectors"])
    return items("vectors", document)


def compute_all(cases: list[object]) -> Iterator[Outcome]:
    """Compute every case, in order; what is wrong with one leaves the others untouched."""
    # All first: a case may name one that stands further down.
    outcomes = [_alone(place, data) for place, data in enumerate(cases)]
    by_id: dict[str, Outcome] = {}
    for outcome in outcomes:
        by_id.setdefault(outcome.id, outcome)
    for outcome in outcomes:
        # Whoever names the id means the first: a second one would be chosen by its place.
        if by_id[outcome.id] is not outcome:
            yield Outcome(outcome.id, error=DeadlineInputError("id", "is used by an earlier case"))
        elif outcome.case is None or outcome.case.combine is None or outcome.error:
            yield outcome
        else:
            yield _combined(outcome, outcome.case.combine, by_id)


def _alone(place: int, data: object) -> Outcome:
    name = data.get("id") if isinstance(data, dict) else None
    # A case without a name is known by its place, or its error could not be found in the file.
    name = name if isinstance(name, str) else f"case {place + 1}"
    try:
        case = parse_case(data)
        return Outcome(name, case, compute(case.rule, case.facts, case.calendar))
    except DeadlineInputError as error:
        return Outcome(name, error=error)


def _combined(own: Outcome, combine: Combination, by_id: Mapping[str, Outcome]) -> Outcome:
    try:
        results = [_result_of(own, name, by_id) for name in combine.of]
    except DeadlineInputError as error:
        return Outcome(own.id, own.case, error=error)
    chosen = earliest(results) if combine.mode == EARLIEST else widest(results)
    # The case asks for its own notice limit even when another of the dates governs.
    if own.result is not None and own.result.extensions and not chosen.extensions:
        chosen = replace(chosen, notice_by=own.result.notice_by, extensions=own.result.extensions)
    return Outcome(own.id, own.case, chosen)


def _result_of(own: Outcome, name: str, by_id: Mapping[str, Outcome]) -> Result:
    named = own if name == THIS else by_id.get(name)
    if named is None:
        raise DeadlineInputError("combine.of", f"no case {name!r} in this file")
    if named.result is None:
        # The fault lies in the other case and is told there; this one says why it has no date.
        raise DeadlineInputError("combine.of", f"case {name!r} could not be computed")
    return named.result


def answer(outcome: Outcome) -> Json:
    """The line printed for a case: its dates in ISO form and its trace.

    `notice_by` is there when the case has an extension, `expires_at` when there is a date.
    """
    result = outcome.result
    assert result is not None
    assert outcome.case is not None
    line: Json = {"id": outcome.id, "due": iso(result.due)}
    # There even as null: the day is not known while a pause is open.
    if any(isinstance(event, Extension) for event in outcome.case.facts.events):
        line["notice_by"] = iso(result.notice_by)
    if result.due is not None:
        line["expires_at"] = iso(result.expires_at)
    line["suspended"] = result.suspended
    line["trace"] = result.trace_json()
    return line


def iso(moment: date | None) -> str | None:
    """A day or an instant as text, `None` for none."""
    return None if moment is None else moment.isoformat()


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
    # No regime stands behind a single question, so whatever authorities dispute is shown.
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
        # `Period` names its own fields; who typed an option looks for the option.
        raise DeadlineInputError(option, wrong.message) from None


def _listed(text: str | None) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()] if text else []


def _weekday(text: str) -> int:
    if not text.isdecimal():
        raise DeadlineInputError("weekend", f"{text!r} is not a weekday number")
    return int(text)


def _events(options: Mapping[str, Any]) -> Iterator[Json]:
    for spelled in _given(options, "pause"):
        match = _matched("pause", _PAUSE, spelled, "2026-03-05..2026-03-12:inclusive_both")
        # UK GDPR Art. 12A(5), the only way of counting that a law states; the others are shown too.
        to, counting = match["to"] or None, match["counting"] or "inclusive_both"
        yield {"type": "pause", "from": match["from"], "to": to, "counting": counting}
    for spelled in _given(options, "restart"):
        yield {"type": "restart", "on": spelled}
    for spelled in _given(options, "extension"):
        match = _matched("extension", _EXTENSION, spelled, "2 months@2026-02-20")
        told = match["notified_on"]
        yield {"type": "extension", "notified_on": told, **_length("extension", match["period"])}


def _given(options: Mapping[str, Any], name: str) -> Sequence[str]:
    return options.get(name) or ()


def _matched(field: str, pattern: re.Pattern[str], text: str, like: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise DeadlineInputError(field, f"{text!r} is not spelled like {like!r}")
    return match
