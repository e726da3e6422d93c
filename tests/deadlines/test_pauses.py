"""A clock that stops. Twenty days from Monday 2 March 2026 end on Sunday 22 March."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.deadlines import Pause
from tests.deadlines.paper import ask, due, extension, pause, restart, rule

TWENTY = rule("20 days")
START = "2026-03-02"
ROLLED = rule("1 month", roll="next_working_day")


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        pytest.param([("03-05", "03-12", "inclusive_both")], "03-30", id="both ends: 8 days"),
        pytest.param([("03-05", "03-12", "exclude_first")], "03-29", id="without the first: 7"),
        pytest.param([("03-05", "03-12", "between")], "03-28", id="strictly between: 6"),
        pytest.param([("03-05", "03-05", "inclusive_both")], "03-23", id="same day: one"),
        pytest.param([("03-05", "03-05", "exclude_first")], "03-22", id="same day: none"),
        pytest.param([("03-05", "03-05", "between")], "03-22", id="same day: none between"),
        pytest.param([("03-05", "03-06", "between")], "03-22", id="next day: none between"),
        pytest.param(
            [("03-05", "03-12", "inclusive_both"), ("03-10", "03-14", "exclude_first")],
            "04-01", id="overlap counted once: 5 to 14 March",
        ),
        pytest.param(
            [("03-05", "03-14", "inclusive_both"), ("03-07", "03-09", "inclusive_both")],
            "04-01", id="one within the other",
        ),
        pytest.param(
            [("03-05", "03-07", "inclusive_both"), ("03-08", "03-10", "inclusive_both")],
            "03-28", id="side by side: 6 days",
        ),
        pytest.param(
            [("03-05", "03-07", "inclusive_both"), ("03-09", "03-10", "inclusive_both")],
            "03-27", id="apart: 5 days",
        ),
        pytest.param(
            [("03-04", "03-05", "inclusive_both"), ("03-08", "03-09", "inclusive_both"),
             ("03-05", "03-08", "inclusive_both")],
            "03-28", id="the third joins two: 4 to 9 March",
        ),
        pytest.param(
            [("03-05", "03-07", "exclude_first"), ("03-05", "03-07", "between")],
            "03-24", id="the same days counted two ways: 6 and 7 March",
        ),
        pytest.param([("02-20", "03-05", "inclusive_both")], "03-25", id="only days after receipt"),
        pytest.param([("03-02", "03-02", "inclusive_both")], "03-22", id="the day of receipt"),
        pytest.param([("02-20", "02-25", "inclusive_both")], "03-22", id="over before receipt"),
        pytest.param([("03-22", "03-24", "inclusive_both")], "03-25", id="begun on the last day"),
        pytest.param([("03-23", "03-24", "inclusive_both")], "03-22", id="begun a day too late"),
        pytest.param([("03-20", "03-30", "inclusive_both")], "04-02", id="all of its days"),
        pytest.param(
            [("03-05", "03-12", "inclusive_both"), ("03-28", "03-29", "inclusive_both")],
            "04-01", id="within the time that the first one won: 8 and 2 days",
        ),
        pytest.param(
            [("03-05", "03-12", "inclusive_both"), ("03-31", "04-09", "inclusive_both")],
            "03-30", id="after the time that the first one won",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_days_of_pauses_are_added(
    pauses: list[tuple[str, str, Any]], expected: str, backwards: bool
) -> None:
    events = [pause(f"2026-{first}", f"2026-{last}", how) for first, last, how in pauses]
    assert due(TWENTY, START, *(events[::-1] if backwards else events)) == f"2026-{expected}"


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        pytest.param("2 weeks", "2026-03-19", id="weeks"),
        pytest.param("1 month", "2026-04-05", id="months"),
        pytest.param("1 year", "2027-03-05", id="years"),
    ],
)
def test_every_calendar_unit_takes_the_same_days(period: str, expected: str) -> None:
    assert due(rule(period), START, pause("2026-03-05", "2026-03-07")) == expected


@pytest.mark.parametrize(
    ("switches", "events", "expected"),
    [
        pytest.param({}, [pause("2026-03-07", "2026-03-08")], "2026-03-16", id="a weekend: none"),
        pytest.param({}, [pause("2026-03-05", "2026-03-09")], "2026-03-19", id="three of them"),
        pytest.param(
            {}, [pause("2026-03-05", "2026-03-09", "between")], "2026-03-17", id="Friday only"
        ),
        pytest.param(
            {}, [pause("2026-03-16", "2026-03-17")], "2026-03-18", id="begun on the tenth"
        ),
        pytest.param({}, [pause("2026-03-17", "2026-03-18")], "2026-03-16", id="begun after it"),
        pytest.param(
            {"start": "same_day"}, [pause(START, START)], "2026-03-16", id="day 1 is paused"
        ),
    ],
)
def test_paused_working_days_are_not_counted(
    switches: dict[str, Any], events: list[Pause], expected: str
) -> None:
    # From Monday 2 March the tenth working day after it is Monday 16 March.
    assert due(rule("10 business days", **switches), START, *events) == expected


def test_suspended_days_are_added_before_the_roll() -> None:
    # 2 May + 2 = Monday 4 May; rolling first would give 6 May.
    assert due(ROLLED, "2026-04-02", pause("2026-04-10", "2026-04-11")) == "2026-05-04"


def test_a_pause_may_begin_on_the_day_to_which_the_date_had_rolled() -> None:
    # 28 February, a Saturday, rolls to 2 March. Two days more: 2 March; three: 3 March.
    assert due(ROLLED, "2026-01-31", pause("2026-03-02", "2026-03-03")) == "2026-03-02"
    assert due(ROLLED, "2026-01-31", pause("2026-03-02", "2026-03-04")) == "2026-03-03"
    assert due(ROLLED, "2026-01-31", pause("2026-03-03", "2026-03-09")) == "2026-03-02"


def test_suspended_days_come_before_the_floor() -> None:
    short = rule("2 days", min_working_days=2)
    # 8 March + 3 = 11 March, and Monday to Wednesday are worked. Floor first: 13 March.
    assert due(short, "2026-03-06", pause("2026-03-07", "2026-03-09")) == "2026-03-11"


@pytest.mark.parametrize(
    ("events", "suspended"),
    [
        pytest.param([pause("2026-03-05", None)], True, id="open"),
        pytest.param([pause("2026-03-22", None)], True, id="open since the last day"),
        pytest.param([pause("2026-03-23", None)], False, id="begun when all was over"),
        pytest.param([pause("2026-03-05", None, allowed=False)], False, id="not admitted"),
        pytest.param(
            [pause("2026-03-28", None), pause("2026-03-05", "2026-03-12")], True,
            id="within the time another one won",
        ),
        pytest.param(
            [pause("2026-03-05", None), pause("2026-03-06", "2026-03-07")], True,
            id="a closed one does not end it",
        ),
        pytest.param([pause("2026-02-20", None)], True, id="begun before receipt"),
    ],
)  # fmt: skip
def test_while_an_admitted_pause_is_open_there_is_no_date(
    events: list[Pause], suspended: bool
) -> None:
    result = ask(TWENTY, START, *events)
    assert (result.due is None, result.suspended) == (suspended, suspended)
    assert (result.expires_at is None) == suspended


def test_an_open_pause_begun_before_a_restart_still_stops_the_clock() -> None:
    result = ask(TWENTY, START, pause("2026-03-05", None), restart("2026-03-10"))
    assert result.suspended


def test_of_a_pause_only_the_days_after_a_restart_count() -> None:
    # Ten paused days, two of them after 10 March, which is not counted itself: 30 March + 2.
    events = (restart("2026-03-10"), pause("2026-03-03", "2026-03-12"))
    assert due(TWENTY, START, *events) == "2026-04-01"


def test_a_pause_noted_by_the_hour_counts_by_the_days_of_the_place() -> None:
    # 23:30 UTC on the 5th is the 6th in Paris: two days, 6 and 7 March.
    assert due(TWENTY, START, pause("2026-03-05T23:30:00+00:00", "2026-03-07")) == "2026-03-24"


@pytest.mark.parametrize(
    ("events", "without"),
    [
        pytest.param([pause("2026-03-05", "2026-03-12")], "2026-03-22", id="closed"),
        pytest.param([pause("2026-03-05", None)], "2026-03-22", id="open"),
        pytest.param([], "2026-03-22", id="none at all"),
        pytest.param(
            [pause("2026-03-05", "2026-03-12"), extension("10 days", "2026-03-25")], "2026-04-01",
            id="the extension stays, though the pause made its notice timely",
        ),
    ],
)  # fmt: skip
def test_the_date_without_the_pauses_stays_visible(events: list[Any], without: str) -> None:
    result = ask(TWENTY, START, *events)
    assert result.due_without_pause is not None
    assert result.due_without_pause.isoformat() == without


def test_each_pause_is_judged() -> None:
    result = ask(
        TWENTY,
        START,
        pause("2026-05-01", None),
        pause("2026-03-05", "2026-03-12"),
        pause("2026-03-10", "2026-03-14"),
        pause("2026-03-06", "2026-03-09", allowed=False),
    )
    judged = [(verdict.effect, verdict.days) for verdict in result.pauses]
    assert judged == [("not_allowed", 0), ("counted", 8), ("counted", 2), ("after_due", 0)]


def test_a_window_counted_back_is_not_moved_by_a_pause() -> None:
    back = rule("2 years", direction="back")
    result = ask(back, "2026-05-04", pause("2024-01-01", None))
    assert (result.due, result.suspended) == (date(2024, 5, 4), False)
    assert [verdict.effect for verdict in result.pauses] == ["not_applicable"]


@pytest.mark.parametrize(
    ("period", "switches", "expected"),
    [
        pytest.param("20 days", {}, "2026-03-22", id="days"),
        pytest.param("20 days", {"start": "same_day"}, "2026-03-22", id="days, the first counts"),
        pytest.param("1 month", {}, "2026-04-02", id="a month"),
        pytest.param("1 month", {"anchor": "day_after"}, "2026-04-03", id="from the day after"),
        pytest.param("1 month", {"anchor": "day_before"}, "2026-04-02", id="beginning with it"),
        pytest.param("2 weeks", {"start": "same_day"}, "2026-03-16", id="weeks"),
        pytest.param("0 days", {}, "2026-03-03", id="at once"),
    ],
)
def test_a_pause_on_the_day_of_receipt_gives_a_day_only_where_that_day_counts(
    period: str, switches: dict[str, Any], expected: str
) -> None:
    paused = pause(START, START, "inclusive_both")
    assert due(rule(period, **switches), START, paused) == expected


def test_a_pause_within_an_open_one_has_its_verdict() -> None:
    result = ask(TWENTY, START, pause("2026-03-10", None), pause("2026-03-12", "2026-03-14"))
    assert result.due is None
    assert [step.code for step in result.trace if step.code.startswith("pause")] == [
        "pause_open",
        "pause_inside",
    ]
