"""Rules, facts, calendars and steps written as JSON and read back."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest

from dsr.deadlines import (
    Alternative,
    DeadlineInputError,
    Facts,
    Period,
    Reading,
    Rule,
    Step,
    WorkingCalendar,
    compute,
)
from dsr.deadlines.cases import answer, compute_all, parse_case
from dsr.deadlines.codec import (
    read_calendar,
    read_facts,
    read_rule,
    write_calendar,
    write_rule,
)
from tests.deadlines.paper import extension, pause, restart

FULL = Rule(
    period=Period(2, "month"),
    start="same_day",
    anchor="day_after",
    roll="previous_working_day",
    min_working_days=2,
    max_extensions=3,
    hour_start="next_full_hour",
    direction="back",
    cutoff=time(22, 30),
    receipt_on_non_working="next_working_day",
    starts=("received", "fee_paid"),
    extension_cap=Period(2, "month"),
    extension_reasons=("complexity", "number"),
    notice=Rule(period=Period(30, "day"), starts=("requested",)),
    source="GDPR, Art. 12(3)",
    sources=(("roll", "Reg. 1182/71, Art. 3(4)"),),
    unsettled=(
        Reading("anchor", "event", "same date.", "ICO"),
        Reading("roll", "none", "it stays."),
    ),
)


def again(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(FULL, id="every switch"),
        pytest.param(Rule(period=None), id="no period"),
        pytest.param(Rule(period=Period(72, "hour"), cutoff=time(22, 0, 1)), id="seconds"),
    ],
)
def test_a_rule_is_read_back(rule: Rule) -> None:
    assert read_rule(again(write_rule(rule))) == rule


def test_switches_at_their_default_are_not_written() -> None:
    assert write_rule(Rule(period=Period(1, "month"))) == {"amount": 1, "unit": "month"}
    assert write_rule(Rule(period=None)) == {"unit": "none"}
    assert write_rule(FULL)["cutoff"] == "22:30"


def test_null_for_a_switch_is_its_default() -> None:
    nulls = dict.fromkeys(("roll", "cutoff", "min_working_days", "extension_cap", "notice"))
    assert read_rule({"amount": 1, "unit": "month", **nulls}) == Rule(period=Period(1, "month"))
    assert read_rule({"unit": "none", "amount": None}) == Rule(period=None)


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("sources", [], "rule.sources"),
        ("sources", {"roll": 1}, "rule.sources.roll"),
        ("unsettled", {}, "rule.unsettled"),
        ("unsettled", [{"switch": "roll", "value": "none"}], "rule.unsettled[0].why"),
        ("unsettled", [{"switch": "x", "value": "y", "why": "z"}], "rule.unsettled[0].switch"),
        ("unsettled", [{"switch": "roll", "value": 1, "why": "z"}], "rule.unsettled[0].value"),
        ("extension_cap", {"unit": "month"}, "rule.extension_cap.amount"),
        ("extension_cap", {"amount": 1}, "rule.extension_cap.unit"),
        ("notice", {"amount": 1, "unit": "moon"}, "rule.notice.unit"),
        ("starts", [1], "rule.starts"),
        ("extension_reasons", "number", "rule.extension_reasons"),
        ("source", ["x"], "rule.source"),
    ],
)
def test_the_further_keys_of_a_rule_are_checked(key: str, value: object, field: str) -> None:
    with pytest.raises(DeadlineInputError) as refused:
        read_rule({"amount": 1, "unit": "month", key: value})
    assert refused.value.field == field
    assert refused.value.message


def test_a_calendar_is_read_back() -> None:
    calendar = WorkingCalendar(
        ("FR", "GB-ALL"),
        frozenset({date(2026, 3, 2), date(2026, 3, 3)}),
        frozenset({date(2026, 5, 1)}),
        frozenset({6}),
        "holidays 0.109, corrected",
    )
    assert read_calendar(again(write_calendar(calendar))) == calendar


def test_facts_are_read_back() -> None:
    facts = Facts(
        date(2026, 3, 2),
        "Europe/Paris",
        (
            pause("2026-03-05", None, "between", reason="identity", allowed=False),
            pause("2026-03-05T10:00:00+01:00", "2026-03-06"),
            restart("2026-03-07", reason="fee"),
            extension("2 months", "2026-03-20", reason="number"),
            extension("1 month", None, allowed=False),
        ),
        {"fee_paid": date(2026, 3, 7)},
    )
    # A trace holds the facts as they are written.
    written = compute(Rule(period=Period(1, "month")), facts, WorkingCalendar()).trace[0].values
    keys = ("received", "zone", "events", "milestones")
    assert read_facts(again({key: written[key] for key in keys})) == facts


def test_a_step_is_read_back_with_its_other_readings() -> None:
    step = Step("due", {"due_on": "2026-03-02"}, "S", (Alternative("roll=none", None, "W", "T"),))
    assert Step.from_json(again(step.to_json())) == step
    assert step.to_json()["alternatives"] == [
        {"reading": "roll=none", "due": None, "why": "W", "source": "T"}
    ]
    assert Step.from_json({"code": "due", "values": {}}) == Step("due", {})


def case(name: str, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "id": name, "received": "2026-03-02", "zone": "UTC", "calendar": {"codes": []},
        "rule": {"amount": amount, "unit": "day"}, **more,
    }  # fmt: skip


def test_cases_name_each_other() -> None:
    told = {"type": "extension", "amount": 5, "unit": "day", "notified_on": "2026-03-05"}
    cases: list[object] = [
        case("A", 30, combine={"mode": "earliest", "of": ["this", "B"]}, events=[told]),
        case("B", 20),
        case("C", 10, combine={"mode": "widest", "of": ["B", "this"]}),
        case("D", 10, combine={"mode": "earliest", "of": ["B"]}),
        case("E", 10, combine={"mode": "earliest", "of": ["E", "B"]}),
    ]
    lines = [answer(outcome) for outcome in compute_all(cases)]
    assert [(line["id"], line["due"], line.get("notice_by")) for line in lines] == [
        ("A", "2026-03-22", "2026-04-01"),
        ("B", "2026-03-22", None),
        ("C", "2026-03-12", None),
        ("D", "2026-03-22", None),
        ("E", "2026-03-12", None),
    ]
    assert [line["trace"][-1]["code"] for line in lines] == [
        "earliest", "due", "widest", "earliest", "earliest",
    ]  # fmt: skip


def test_a_case_that_is_a_convention_shows_the_usual_other_readings() -> None:
    told = parse_case(case("A", 30, status="convention", source="SEED-004"))
    assert [reading.switch for reading in told.rule.unsettled] == ["start", "roll"]
    assert told.rule.source == "SEED-004"
    assert parse_case(case("A", 30, status="derived")).rule.unsettled == ()
