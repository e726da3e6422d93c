"""More time: when it is admitted, and from which day the whole is counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.deadlines import DeadlineInputError, Extension, Period
from tests.deadlines.paper import ask, extension, pause, restart, rule

GDPR = rule("1 month", roll="next_working_day")
HIPAA = rule("30 days")
TWICE = rule("30 days", max_extensions=2)


def outcome(*args: Any, **others: Any) -> tuple[str | None, str | None, list[str]]:
    result = ask(*args, **others)
    due = None if result.due is None else result.due.isoformat()
    notice_by = None if result.notice_by is None else result.notice_by.isoformat()
    return due, notice_by, [verdict.outcome for verdict in result.extensions]


@pytest.mark.parametrize(
    ("ruled", "received", "events", "expected"),
    [
        pytest.param(
            GDPR, "2026-01-31", [extension("2 months", "2026-03-02")],
            ("2026-04-30", "2026-03-02", ["admitted"]),
            id="on the rolled last day; 31 January + 3 months",
        ),
        pytest.param(
            GDPR, "2026-01-31", [extension("2 months", "2026-03-03")],
            ("2026-03-02", "2026-03-02", ["late"]), id="the day after: no effect",
        ),
        pytest.param(
            HIPAA, "2026-01-30", [extension("30 days", "2026-03-01T23:30:00-05:00")],
            ("2026-03-01", "2026-03-01", ["late"]), id="an instant: 2 March in Paris",
        ),
        pytest.param(
            HIPAA, "2026-01-30", [extension("30 days", "2026-02-25", allowed=False)],
            ("2026-03-01", "2026-03-01", ["not_allowed"]), id="a duty that it does not stretch",
        ),
        pytest.param(
            HIPAA, "2026-01-30", [extension("30 days", None)],
            ("2026-03-01", "2026-03-01", ["not_notified"]), id="not announced yet",
        ),
        pytest.param(
            HIPAA, "2026-01-30",
            [extension("30 days", "2026-02-27"), extension("10 days", "2026-02-25")],
            ("2026-03-11", "2026-03-01", ["admitted", "too_many"]), id="the earlier notice counts",
        ),
        pytest.param(
            HIPAA, "2026-01-30",
            [extension("30 days", "2026-02-20", allowed=False), extension("30 days", "2026-02-25")],
            ("2026-03-31", "2026-03-01", ["not_allowed", "admitted"]),
            id="one that is not admitted uses nothing up",
        ),
        pytest.param(
            TWICE, "2026-01-30",
            [extension("30 days", "2026-02-25"), extension("30 days", "2026-03-31")],
            ("2026-04-30", "2026-03-31", ["admitted", "admitted"]),
            id="the second is measured against the date as extended",
        ),
        pytest.param(
            TWICE, "2026-01-30",
            [extension("30 days", "2026-02-25"), extension("30 days", "2026-04-01")],
            ("2026-03-31", "2026-03-31", ["admitted", "late"]), id="the second is late",
        ),
        pytest.param(
            TWICE, "2026-01-30",
            [extension("30 days", "2026-03-02"), extension("30 days", "2026-03-05")],
            ("2026-03-01", "2026-03-01", ["late", "late"]), id="too late is too late twice",
        ),
        pytest.param(
            rule("30 days", max_extensions=0), "2026-01-30", [extension("30 days", "2026-02-25")],
            ("2026-03-01", "2026-03-01", ["too_many"]), id="none allowed",
        ),
        pytest.param(
            rule("10 business days"), "2026-03-02", [extension("5 business days", "2026-03-16")],
            ("2026-03-23", "2026-03-16", ["admitted"]), id="business days",
        ),
    ],
)  # fmt: skip
def test_an_extension_is_measured_by_the_day_of_its_notice(
    ruled: Any, received: str, events: list[Extension], expected: Any
) -> None:
    assert outcome(ruled, received, *events) == expected


def test_no_more_extensions_than_the_rule_allows() -> None:
    told = [extension("30 days", f"2026-02-{day}") for day in (20, 21, 22)]
    assert outcome(TWICE, "2026-01-30", *told)[2] == ["admitted", "admitted", "too_many"]


def test_the_day_of_the_notice_is_kept_as_the_day_of_the_place() -> None:
    result = ask(GDPR, "2026-03-10", extension("2 months", "2026-03-20T23:30:00+00:00"))
    assert [verdict.notified_on for verdict in result.extensions] == [date(2026, 3, 21)]
    assert [verdict.admitted for verdict in result.extensions] == [True]


def test_without_an_extension_there_is_no_notice_day() -> None:
    assert ask(GDPR, "2026-03-10").notice_by is None


def test_a_pause_moves_the_notice_limit_only_when_it_began_by_then() -> None:
    told = extension("2 months", "2026-04-12")
    early, late = pause("2026-03-20", "2026-03-22"), pause("2026-04-20", "2026-04-29")
    # 10 April + 3 = Monday 13 April; the second pause falls into the extended time.
    assert outcome(GDPR, "2026-03-10", told, early, late) == (
        "2026-06-23", "2026-04-13", ["admitted"],
    )  # fmt: skip


def test_while_the_clock_stands_still_the_notice_limit_cannot_pass() -> None:
    told = extension("2 months", "2026-06-01")
    assert outcome(GDPR, "2026-03-10", told, pause("2026-03-20", None)) == (
        None, None, ["admitted"],
    )  # fmt: skip


def test_an_open_pause_in_the_extended_time_leaves_the_notice_limit() -> None:
    told = extension("2 months", "2026-04-01")
    assert outcome(GDPR, "2026-03-10", told, pause("2026-04-20", None)) == (
        None, "2026-04-10", ["admitted"],
    )  # fmt: skip


def test_the_whole_is_counted_from_the_restart() -> None:
    told = extension("2 months", "2026-04-14")
    assert outcome(GDPR, "2026-03-10", told, restart("2026-03-16")) == (
        "2026-06-16", "2026-04-16", ["admitted"],
    )  # fmt: skip


def test_floor_and_extension_look_at_the_whole_period() -> None:
    # One day has no floor; with a second day it has: from Friday 6 March, Monday and Tuesday.
    short = rule("1 day", min_working_days=2)
    assert outcome(short, "2026-03-06", extension("1 day", "2026-03-07"))[0] == "2026-03-10"


def test_a_rule_may_cap_what_extensions_add() -> None:
    capped = rule("45 days", max_extensions=5, extension_cap=Period(45, "day"))
    first, second = extension("45 days", "2026-02-01"), extension("1 day", "2026-02-02")
    assert outcome(capped, "2026-01-01", first, second) == (
        "2026-04-01", "2026-02-15", ["admitted", "too_long"],
    )  # fmt: skip


def test_a_rule_may_name_the_reasons() -> None:
    strict = rule("1 month", extension_reasons=("complexity", "number"))
    idle = extension("2 months", "2026-03-20", reason="holidays")
    busy = extension("2 months", "2026-03-21", reason="number")
    assert outcome(strict, "2026-03-10", idle, busy) == (
        "2026-06-10", "2026-04-10", ["wrong_reason", "admitted"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param("2026-04-01", ("2026-05-04", "2026-04-01", ["admitted"]), id="last day"),
        pytest.param("2026-04-02", ("2026-04-04", "2026-04-01", ["late"]), id="a day late"),
    ],
)
def test_a_notice_rule_of_its_own_has_its_own_start(told: str, expected: Any) -> None:
    # PIPEDA, s. 8: 30 days after receipt to answer, 30 days after the date of the request
    # to announce an extension.
    pipeda = rule("30 days", notice=rule("30 days", starts=("requested",)))
    result = outcome(pipeda, "2026-03-05", extension("30 days", told), requested="2026-03-02")
    assert result == expected


@pytest.mark.parametrize("ruled", [rule("1 month"), rule(None)], ids=["month", "no period"])
def test_an_extension_in_another_unit_is_refused(ruled: Any) -> None:
    with pytest.raises(DeadlineInputError, match="unit"):
        ask(ruled, "2026-03-10", extension("30 days", "2026-03-20", allowed=False))


def test_ten_years_are_the_most_also_with_extensions() -> None:
    with pytest.raises(DeadlineInputError, match=r"events: .* ten years"):
        ask(rule("10 years"), "2026-03-10", extension("1 year", "2026-03-20"))
