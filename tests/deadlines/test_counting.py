"""Raw dates, the floor of working days and the roll, without events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.deadlines import WorkingCalendar
from tests.deadlines.paper import FRANCE, WEEKENDS, ask, due, rule

NEXT = {"roll": "next_working_day"}
FLOOR = {"roll": "next_working_day", "min_working_days": 2}


def table(*rows: Any) -> Any:
    return pytest.mark.parametrize(("period", "switches", "received", "expected"), rows)


@table(
    pytest.param("20 days", {}, "2026-03-02", "2026-03-22", id="day of receipt not counted"),
    pytest.param("20 days", {"start": "same_day"}, "2026-03-02", "2026-03-21", id="counted"),
    pytest.param("1 day", {"start": "same_day"}, "2026-03-02", "2026-03-02", id="ends that day"),
    pytest.param("30 days", {}, "2024-02-01", "2024-03-02", id="over 29 February"),
    pytest.param("2 weeks", {}, "2026-03-03", "2026-03-17", id="Tuesday to Tuesday"),
    pytest.param("2 weeks", {"start": "same_day"}, "2026-03-03", "2026-03-17", id="weeks: wording"),
    pytest.param("1 month", {}, "2026-01-31", "2026-02-28", id="clamped"),
    pytest.param("1 month", {}, "2024-01-31", "2024-02-29", id="clamped in a leap year"),
    pytest.param("1 month", {}, "2000-01-31", "2000-02-29", id="2000 was a leap year"),
    pytest.param("2 months", {}, "2099-12-31", "2100-02-28", id="2100 is none"),
    pytest.param("1 month", {}, "2026-02-28", "2026-03-28", id="the end of a month does not stick"),
    pytest.param("3 months", {}, "2026-11-30", "2027-02-28", id="into the next year"),
    pytest.param("1 month", {}, "2026-12-15", "2027-01-15", id="December to January"),
    pytest.param("12 months", {}, "2026-12-31", "2027-12-31", id="twelve months keep the date"),
    pytest.param("1 month", {"start": "same_day"}, "2026-03-10", "2026-04-10", id="only wording"),
    pytest.param("1 year", {}, "2024-02-29", "2025-02-28", id="from a leap day"),
    pytest.param("4 years", {}, "2024-02-29", "2028-02-29", id="leap day to leap day"),
    pytest.param("10 years", {}, "2016-02-29", "2026-02-28", id="ten years"),
)
def test_calendar_periods_end_where_the_paper_calendar_says(
    period: str, switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule(period, **switches), received) == expected


@table(
    pytest.param("1 month", {"anchor": "day_after"}, "2026-01-30", "2026-02-28", id="clamps"),
    pytest.param("1 month", {"anchor": "day_after"}, "2026-01-31", "2026-03-01", id="1 Feb"),
    pytest.param("1 month", {"anchor": "day_before"}, "2026-03-01", "2026-03-31", id="eve"),
    pytest.param("1 month", {"anchor": "day_before"}, "2026-03-31", "2026-04-29", id="clamp first"),
    pytest.param("1 year", {"anchor": "day_after"}, "2024-02-28", "2025-02-28", id="29 Feb clamps"),
    pytest.param("1 year", {"anchor": "day_before"}, "2024-02-29", "2025-02-27", id="year, eve"),
)
def test_the_anchor_moves_the_day_from_which_months_run(
    period: str, switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule(period, **switches), received) == expected


@table(
    pytest.param("1 business day", {}, "2026-04-30", "2026-05-04", id="1 May and a weekend"),
    pytest.param("5 business days", {}, "2026-04-30", "2026-05-11", id="also over 8 May"),
    pytest.param("1 business day", {"start": "same_day"}, "2026-04-30", "2026-04-30", id="day 1"),
    pytest.param(
        "2 business days", {"start": "same_day"}, "2026-05-01", "2026-05-05", id="holiday"
    ),
    pytest.param(
        "1 business day", {"start": "same_day"}, "2026-05-02", "2026-05-04", id="Saturday"
    ),
    pytest.param("1 business day", {}, "2026-05-02", "2026-05-04", id="Saturday, Monday is day 1"),
)
def test_business_days_are_counted_one_by_one(
    period: str, switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule(period, **switches), received) == expected


@pytest.mark.parametrize(
    ("weekend", "amount", "received", "expected"),
    [
        pytest.param({6}, "2 business days", "2026-04-30", "2026-05-04", id="Saturday is worked"),
        pytest.param(set(), "3 business days", "2026-03-06", "2026-03-09", id="no day of rest"),
        pytest.param({4, 5}, "1 business day", "2026-03-05", "2026-03-08", id="Friday, Saturday"),
    ],
)
def test_the_weekend_is_a_list_of_weekdays(
    weekend: set[int], amount: str, received: str, expected: str
) -> None:
    calendar = WorkingCalendar(("FR",), weekend=frozenset(weekend))
    assert due(rule(amount), received, calendar=calendar) == expected


@table(
    pytest.param("1 month", NEXT, "2026-01-31", "2026-03-02", id="28 February is a Saturday"),
    pytest.param("1 month", NEXT, "2026-03-10", "2026-04-10", id="a Friday stays"),
    pytest.param("10 years", NEXT, "2016-02-29", "2026-03-02", id="clamped, then rolled"),
    pytest.param(
        "1 day", {"roll": "previous_working_day"}, "2026-05-01", "2026-04-30", id="back over 1 May"
    ),
    pytest.param("5 business days", NEXT, "2026-04-30", "2026-05-11", id="already worked"),
    pytest.param("1 month", {}, "2026-01-31", "2026-02-28", id="none: Saturday stays"),
)
def test_the_roll_comes_once_and_at_the_end(
    period: str, switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule(period, **switches), received) == expected


def test_substitute_days_after_a_christmas_on_a_weekend_are_crossed() -> None:
    england = WorkingCalendar(("GB-ENG",))
    # 25 December 2027 is a Saturday; Monday 27 and Tuesday 28 stand in.
    assert due(rule("1 month", **NEXT), "2027-11-25", calendar=england) == "2027-12-29"


@table(
    pytest.param("2 days", FLOOR, "2026-03-06", "2026-03-10", id="Friday: Monday and Tuesday"),
    pytest.param("2 days", NEXT, "2026-03-06", "2026-03-09", id="without the floor: Monday"),
    pytest.param("1 day", FLOOR, "2026-03-06", "2026-03-09", id="not for a single day"),
    pytest.param("2 days", {"min_working_days": 2}, "2026-03-06", "2026-03-10", id="without roll"),
    pytest.param("2 days", {"min_working_days": 3}, "2026-03-06", "2026-03-11", id="three"),
    pytest.param("30 days", FLOOR, "2026-03-02", "2026-04-01", id="long periods hold them anyway"),
    pytest.param(
        "2 days", {"min_working_days": 2, "start": "same_day"}, "2026-03-06", "2026-03-09",
        id="the day of receipt is in the period and worked",
    ),
)  # fmt: skip
def test_a_short_period_in_days_holds_its_working_days(
    period: str, switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule(period, **switches), received, calendar=WEEKENDS) == expected


def test_the_floor_is_for_days_and_not_for_a_week_of_holidays() -> None:
    closed = frozenset(date(2026, 3, day) for day in (3, 4, 5, 6, 9))
    calendar = WorkingCalendar(extra=closed)
    # Monday to Monday, which is closed: Tuesday 10 March. Two working days would need the 11th.
    assert due(rule("1 week", **FLOOR), "2026-03-02", calendar=calendar) == "2026-03-10"


@table(
    pytest.param("30 days", {}, "2026-03-31", "2026-03-01", id="days"),
    pytest.param("30 days", {"start": "same_day"}, "2026-03-31", "2026-03-02", id="day counted"),
    pytest.param("1 month", {}, "2026-03-31", "2026-02-28", id="clamped"),
    pytest.param("6 years", {}, "2024-02-29", "2018-02-28", id="from a leap day"),
    pytest.param("2 weeks", {}, "2026-03-17", "2026-03-03", id="weeks"),
    pytest.param("5 business days", {}, "2026-05-04", "2026-04-24", id="30, 29, 28, 27, 24 April"),
    pytest.param("1 business day", {"start": "same_day"}, "2026-05-04", "2026-05-04", id="itself"),
    pytest.param("2 years", FLOOR, "2026-05-04", "2024-05-04", id="a Saturday: never rolled"),
    pytest.param("2 days", FLOOR, "2026-03-10", "2026-03-08", id="no floor either"),
)
def test_a_window_is_counted_back_and_stays_where_it_falls(
    period: str, switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule(period, direction="back", **switches), received) == expected


def test_a_text_that_states_no_period_gives_no_date_and_is_not_suspended() -> None:
    result = ask(rule(None), "2026-03-05", calendar=FRANCE)
    assert (result.due, result.expires_at, result.suspended) == (None, None, False)
