"""What cannot be counted with is refused, with the field in the spelling of the format."""

from __future__ import annotations

import copy
from datetime import date, time
from typing import Any

import pytest

from dsr.deadlines import DeadlineInputError, Facts, Pause, Period, Reading, Rule, compute
from dsr.deadlines.cases import compute_all, parse_case, read_document
from tests.deadlines.paper import FRANCE, pause

GOOD: dict[str, Any] = {
    "id": "T-1",
    "received": "2026-03-02",
    "zone": "Europe/Paris",
    "rule": {"amount": 1, "unit": "month", "roll": "next_working_day"},
    "calendar": {"codes": ["FR"]},
    "events": [
        {"type": "pause", "counting": "between", "from": "2026-03-05", "to": "2026-03-06"},
        {"type": "extension", "amount": 2, "unit": "month", "notified_on": "2026-03-09"},
        {"type": "restart", "on": "2026-03-04"},
    ],
}
GONE = object()


def changed(path: str, value: object) -> dict[str, Any]:
    """The good case with one value put elsewhere, or gone."""
    case: Any = copy.deepcopy(GOOD)
    *above, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    place = case
    for part in above:
        place = place[part]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return case  # type: ignore[no-any-return]


def refusal(case: object) -> DeadlineInputError:
    (outcome,) = compute_all([case])
    assert outcome.error is not None, "was accepted"
    return outcome.error


def test_the_unchanged_case_is_accepted() -> None:
    case = parse_case(GOOD)
    assert compute(case.rule, case.facts, case.calendar).due == date(2026, 6, 4)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        pytest.param("received", "2026-02-30", "received", id="a day that does not exist"),
        pytest.param("received", "2025-02-29", "received", id="no leap year"),
        pytest.param("received", "2026-13-01", "received", id="a thirteenth month"),
        pytest.param("received", "31.01.2026", "received", id="another spelling"),
        pytest.param("received", "20260131", "received", id="without hyphens"),
        pytest.param("received", "2026-W05-6", "received", id="a week date"),
        pytest.param("received", "2026-01-31T25:00:00+00:00", "received", id="a 25th hour"),
        pytest.param("received", "2026-01-31T10:00:00+99:00", "received", id="no such offset"),
        pytest.param("received", "2026-01-31T10", "received", id="an hour alone"),
        pytest.param("received", 20260131, "received", id="a number"),
        pytest.param("received", None, "received", id="null"),
        pytest.param("received", GONE, "received", id="no receipt"),
        pytest.param("received", "1899-12-31", "received", id="before 1900"),
        pytest.param("received", "2101-01-01", "received", id="after 2100"),
        pytest.param("received", "2100-12-15", "calendar", id="ends after 2100"),
        pytest.param("zone", "Europe/Pari", "zone", id="unknown zone"),
        pytest.param("zone", "", "zone", id="empty zone"),
        pytest.param("zone", "../etc/passwd", "zone", id="a path"),
        pytest.param("zone", "Europe", "zone", id="a folder of zones"),
        pytest.param("zone", 1, "zone", id="a number as zone"),
        pytest.param("zone", GONE, "zone", id="no zone"),
        pytest.param("id", GONE, "id", id="no id"),
        pytest.param("id", 7, "id", id="a number as id"),
        pytest.param("rule", GONE, "rule", id="no rule"),
        pytest.param("rule", [], "rule", id="a list as rule"),
        pytest.param("rule/unit", GONE, "rule.unit", id="no unit"),
        pytest.param("rule/unit", "fortnight", "rule.unit", id="unknown unit"),
        pytest.param("rule/unit", None, "rule.unit", id="null unit"),
        pytest.param("rule/unit", ["day"], "rule.unit", id="a list as unit"),
        pytest.param("rule/unit", "none", "rule.amount", id="no period but an amount"),
        pytest.param("rule/amount", GONE, "rule.amount", id="no amount"),
        pytest.param("rule/amount", -1, "rule.amount", id="negative"),
        pytest.param("rule/amount", 0, "rule.amount", id="nothing"),
        pytest.param("rule/amount", 1.5, "rule.amount", id="a fraction"),
        pytest.param("rule/amount", True, "rule.amount", id="true"),
        pytest.param("rule/amount", "1", "rule.amount", id="text"),
        pytest.param("rule/amount", 121, "rule.amount", id="more than ten years"),
        pytest.param("rule/start", "today", "rule.start", id="unknown start"),
        pytest.param("rule/anchor", "eve", "rule.anchor", id="unknown anchor"),
        pytest.param("rule/roll", "forward", "rule.roll", id="unknown roll"),
        pytest.param("rule/direction", "up", "rule.direction", id="unknown direction"),
        pytest.param("rule/hour_start", "soon", "rule.hour_start", id="unknown hour start"),
        pytest.param("rule/month_end", "stick", "rule.month_end", id="unknown month end"),
        pytest.param(
            "rule/receipt_on_non_working", "x", "rule.receipt_on_non_working", id="unknown deeming"
        ),
        pytest.param("rule/cutoff", "25:00", "rule.cutoff", id="no such time"),
        pytest.param("rule/cutoff", 22, "rule.cutoff", id="a number as time"),
        pytest.param("rule/cutoff", "10pm", "rule.cutoff", id="another spelling of time"),
        pytest.param("rule/min_working_days", -2, "rule.min_working_days", id="negative floor"),
        pytest.param("rule/min_working_days", 367, "rule.min_working_days", id="floor of a year"),
        pytest.param("rule/max_extensions", -1, "rule.max_extensions", id="negative count"),
        pytest.param("rule/max_extensions", 1.0, "rule.max_extensions", id="fractional count"),
        pytest.param("rule/rol", "none", "rule.rol", id="unknown key of a rule"),
        pytest.param("rule/starts", [], "rule.starts", id="no start"),
        pytest.param("calendar", GONE, "calendar", id="no calendar"),
        pytest.param("calendar/codes", GONE, "calendar.codes", id="no codes"),
        pytest.param("calendar/codes", "FR", "calendar.codes", id="a text for a list"),
        pytest.param("calendar/codes", ["ZZ"], "calendar.codes", id="unknown country"),
        pytest.param("calendar/codes", ["DE-XX"], "calendar.codes", id="unknown part"),
        pytest.param("calendar/codes", ["FR-GES"], "calendar.codes", id="old region"),
        pytest.param("calendar/codes", [1], "calendar.codes", id="a number as code"),
        pytest.param("calendar/extra", ["2026-02-30"], "calendar.extra", id="no such extra day"),
        pytest.param("calendar/remove", "2026-05-01", "calendar.remove", id="a text, not a list"),
        pytest.param("calendar/weekend", [7], "calendar.weekend", id="an eighth weekday"),
        pytest.param("calendar/weekend", ["Sun"], "calendar.weekend", id="a name"),
        pytest.param("calendar/weekend", [True], "calendar.weekend", id="true as weekday"),
        pytest.param("calendar/weekend", [0, 1, 2, 3, 4, 5, 6], "calendar.weekend", id="all"),
        pytest.param("calendar/holidays", [], "calendar.holidays", id="unknown key of a calendar"),
        pytest.param("events", {}, "events", id="an object, not a list"),
        pytest.param("events/0", "pause", "events[0].type", id="a text as event"),
        pytest.param("events/0/type", "stop", "events[0].type", id="unknown event"),
        pytest.param("events/0/type", ["pause"], "events[0].type", id="a list as type"),
        pytest.param("events/0/to", "2026-03-04", "events[0].to", id="ends before it starts"),
        pytest.param("events/0/to", GONE, "events[0].to", id="no end, not even null"),
        pytest.param("events/0/from", GONE, "events[0].from", id="no start"),
        pytest.param("events/0/from", None, "events[0].from", id="null start"),
        pytest.param("events/0/counting", GONE, "events[0].counting", id="no counting"),
        pytest.param("events/0/counting", "all", "events[0].counting", id="unknown counting"),
        pytest.param("events/0/form", "2026-03-05", "events[0].form", id="unknown key of a pause"),
        pytest.param("events/0/allowed", "no", "events[0].allowed", id="text for true or false"),
        pytest.param("events/0/reason", 3, "events[0].reason", id="a number as reason"),
        pytest.param("events/1/unit", "day", "events[1].unit", id="not the unit of the rule"),
        pytest.param("events/1/unit", "moon", "events[1].unit", id="unknown unit of extension"),
        pytest.param("events/1/amount", 0, "events[1].amount", id="extension by nothing"),
        pytest.param("events/1/amount", -2, "events[1].amount", id="negative extension"),
        pytest.param("events/1/base", "due", "events[1].base", id="another base"),
        pytest.param("events/1/notified_on", "soon", "events[1].notified_on", id="no date"),
        pytest.param("events/1/notified_on", GONE, "events[1].notified_on", id="missing notice"),
        pytest.param("events/2/on", "2026-04-31", "events[2].on", id="31 April"),
        pytest.param("events/2/on", GONE, "events[2].on", id="restart without day"),
        pytest.param("event", [], "event", id="a misspelt key"),
        pytest.param("calender", {}, "calender", id="another misspelt key"),
        pytest.param("combine", {"mode": "latest", "of": ["this"]}, "combine.mode", id="mode"),
        pytest.param("combine", {"mode": "earliest", "of": []}, "combine.of", id="of nothing"),
        pytest.param("combine", {"mode": "earliest", "of": ["X"]}, "combine.of", id="unknown case"),
        pytest.param("combine", {"mode": "earliest"}, "combine.of", id="of missing"),
        pytest.param("milestones", [], "milestones", id="a list of milestones"),
        pytest.param("milestones", {"paid": "x"}, "milestones.paid", id="a milestone, no date"),
    ],
)  # fmt: skip
def test_the_error_names_the_field(path: str, value: object, field: str) -> None:
    assert refusal(changed(path, value)).field == field


@pytest.mark.parametrize(
    ("unit", "most"),
    [
        ("hour", 87672),
        ("day", 3653),
        ("business_day", 2610),
        ("week", 521),
        ("month", 120),
        ("year", 10),
    ],
)
def test_ten_years_are_the_most(unit: Any, most: int) -> None:
    assert Period(most, unit).amount == most
    with pytest.raises(DeadlineInputError, match="more than ten years"):
        Period(most + 1, unit)


def test_words_that_explain_a_case_are_no_error() -> None:
    told = {"select": {"record_date": "2015-06-01"}, "right": "access", "note": "x", "why": "y"}
    assert parse_case({**GOOD, **told}).id == "T-1"
    assert parse_case(changed("events/0/why", "because")).id == "T-1"


def test_what_is_wrong_with_one_case_leaves_the_others() -> None:
    cases = [changed("zone", "Nowhere"), {**GOOD, "id": "T-2"}, "no case", {**GOOD, "id": "T-2"}]
    told = [(each.id, each.error and each.error.field) for each in compute_all(cases)]
    assert told == [("T-1", "zone"), ("T-2", None), ("case 3", "case"), ("T-2", "id")]


def test_a_case_that_rests_on_a_bad_one_is_bad_too() -> None:
    resting = {**GOOD, "id": "T-2", "combine": {"mode": "earliest", "of": ["T-1", "this"]}}
    _, second = compute_all([changed("zone", "Nowhere"), resting])
    assert str(second.error) == "combine.of: case 'T-1' could not be computed"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"cases": []}, id="another key"),
        pytest.param({"vectors": {}}, id="an object for the list"),
        pytest.param("x", id="a text"),
    ],
)
def test_a_document_without_cases_is_refused(document: object) -> None:
    with pytest.raises(DeadlineInputError) as refused:
        read_document(document)
    assert refused.value.field == "vectors"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        pytest.param(lambda: Facts("2026-03-02", "UTC"), "received", id="text for a date"),
        pytest.param(lambda: Facts(date(2026, 3, 2), "UTC", ("x",)), "events[0]", id="no event"),
        pytest.param(lambda: Pause(None, None, "between"), "from", id="no day"),
        pytest.param(lambda: Period.parse("a month"), "period", id="no number"),
        pytest.param(lambda: Period.parse("3 moons"), "unit", id="no unit"),
        pytest.param(lambda: Period.parse("-3 days"), "amount", id="less than nothing"),
        pytest.param(lambda: Reading("sign", "x", ""), "switch", id="no switch"),
        pytest.param(lambda: Reading("roll", "x", ""), "value", id="no value of the switch"),
        pytest.param(
            lambda: Rule(period=None, unsettled=(Reading("min_working_days", "x", ""),)),
            "value", id="no number for the floor",
        ),
        pytest.param(
            lambda: Rule(period=Period(1, "day"), extension_cap=Period(1, "month")),
            "extension_cap", id="a cap in another unit",
        ),
        pytest.param(
            lambda: Rule(period=None, cutoff=time.fromisoformat("22:00+01:00")),
            "cutoff", id="a cut-off with an offset",
        ),
    ],
)  # fmt: skip
def test_values_refuse_what_has_no_meaning(make: Any, field: str) -> None:
    with pytest.raises(DeadlineInputError) as refused:
        make()
    assert refused.value.field == field


def test_a_pause_is_checked_on_the_days_of_the_place() -> None:
    # 23:30 UTC on the 5th is the 6th in Paris, after its end.
    with pytest.raises(DeadlineInputError, match=r"events\[0\].to: the pause ends on 2026-03-05"):
        Facts(date(2026, 3, 2), "Europe/Paris", (pause("2026-03-05T23:30:00+00:00", "2026-03-05"),))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("1 month", Period(1, "month")),
        ("20 days", Period(20, "day")),
        ("20 calendar days", Period(20, "day")),
        ("10 business days", Period(10, "business_day")),
        ("10 Working Days", Period(10, "business_day")),
        ("1 business_day", Period(1, "business_day")),
        ("72 hours", Period(72, "hour")),
        (" 6years ", Period(6, "year")),
        ("2 weeks", Period(2, "week")),
    ],
)
def test_periods_are_read_from_words(text: str, period: Period) -> None:
    assert Period.parse(text) == period


def test_a_due_date_in_a_year_that_the_country_does_not_know_is_refused() -> None:
    assert FRANCE.knows(2100)
    case = changed("calendar/codes", ["LK"]) | {"received": "2026-12-10", "events": []}
    assert "2027 is outside what LK knows (2003 to 2026)" in refusal(case).message
