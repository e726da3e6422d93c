"""Other readings of a rule: the dates they give, and where they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.deadlines import Facts, Reading, Result, Step, explain, usual_readings
from tests.deadlines.paper import ask, pause, rule


def step(result: Result, code: str) -> Step:
    return next(each for each in result.trace if each.code == code)


READINGS = (
    Reading("anchor", "day_after", "counted from the day after.", "ICO until 2019"),
    Reading("anchor", "day_before", "the day of receipt is the first day."),
    Reading("roll", "none", "the date does not move."),
    Reading("calendar", "FR,DE", "Germany rests too."),
    Reading("zone", "Pacific/Auckland", "the requester's zone."),
    Reading("pause", "restart", "the period runs anew."),
    Reading("pause", "none", "the clock does not stop."),
    Reading("counting", "between", "both ends count."),
    Reading("start", "same_day", "only wording."),
)


def test_other_readings_show_the_dates_that_they_give() -> None:
    ruled = rule("1 month", roll="next_working_day", unsettled=READINGS)
    # 16:00 UTC is already 3 March in Auckland.
    stopped = pause("2026-03-05", "2026-03-07", "exclude_first")
    result = ask(ruled, "2026-03-02T16:00:00+00:00", stopped)
    assert result.due == date(2026, 4, 7)  # 2 April + 2 = Saturday 4, Easter Monday is the 6th
    told = {
        (each.code, other.reading): other.due
        for each in result.trace
        for other in each.alternatives
    }
    assert told == {
        ("count_month", "anchor=day_before"): "2026-04-03",  # Good Friday is worked in France
        ("pause_added", "pause=none"): "2026-04-02",
        ("pause_added", "counting=between"): "2026-04-03",
        ("roll_next", "roll=none"): "2026-04-04",
    }


def test_other_readings_stand_beside_the_step_they_concern() -> None:
    ruled = rule("1 month", roll="next_working_day", unsettled=READINGS)
    result = ask(ruled, "2026-03-31T22:30:00+00:00")  # 1 April in Paris, in Auckland as well
    assert result.due == date(2026, 5, 4)
    others = {
        each.code: [(other.reading, other.due, other.source) for other in each.alternatives]
        for each in result.trace
        if each.alternatives
    }
    assert others == {
        "count_month": [("anchor=day_before", "2026-04-30", "")],
        "roll_next": [("roll=none", "2026-05-01", "")],
    }


def test_a_reading_is_told_with_its_reason() -> None:
    result = ask(rule("1 month", unsettled=READINGS[:1]), "2026-03-10")
    assert explain(result.trace)[4] == (
        "Read differently, the date would be 2026-04-11: counted from the day after."
    )
    assert step(result, "count_month").alternatives[0].source == "ICO until 2019"


def test_a_reading_without_a_date_says_so() -> None:
    late = Reading("roll", "next_working_day", "weekends move it.")
    result = ask(rule("1 month", unsettled=(late,)), "2026-01-31", pause("2026-03-02", None))
    # 28 February is a Saturday: only where it moves to Monday was the pause in time.
    assert result.due == date(2026, 2, 28)
    assert step(result, "roll_none").alternatives[0].due is None
    assert "there would be no date for now: weekends move it." in " ".join(explain(result.trace))


@pytest.mark.parametrize(
    ("ruled", "events", "expected"),
    [
        pytest.param(rule("20 days"), [], {"start", "roll"}, id="days"),
        pytest.param(rule("20 days", start="same_day"), [], {"start", "roll"}, id="first day"),
        pytest.param(rule("9 business days"), [], {"start", "roll"}, id="business days"),
        pytest.param(rule("1 month"), [], {"anchor", "roll"}, id="months"),
        pytest.param(
            rule("1 month", roll="next_working_day"), [], {"anchor", "roll"}, id="rolled months"
        ),
        pytest.param(
            rule("1 hour", hour_start="next_full_hour"), [], {"hour_start"}, id="full hours"
        ),
        pytest.param(rule("2 weeks"), [], {"roll"}, id="weeks"),
        pytest.param(rule("1 hour"), [], {"hour_start"}, id="hours"),
        pytest.param(rule("1 year", direction="back"), [], {"anchor"}, id="back"),
        pytest.param(rule(None), [], set(), id="none"),
        pytest.param(
            rule("2 weeks"), [pause("2026-03-05", None)], {"roll", "counting", "pause"}, id="pause"
        ),
        pytest.param(
            rule("2 weeks"), [pause("2026-03-05", None, allowed=False)], {"roll"}, id="no effect"
        ),
    ],
)
def test_the_usual_disputes_follow_from_the_rule(
    ruled: Any, events: list[Any], expected: set[str]
) -> None:
    readings = usual_readings(ruled, Facts(date(2026, 3, 2), "UTC", tuple(events)))
    assert {reading.switch for reading in readings} == expected
    assert all(reading.value != getattr(ruled, reading.switch, None) for reading in readings)


@pytest.mark.parametrize(
    ("reading", "received", "events", "ours", "theirs"),
    [
        pytest.param(
            Reading("calendar", "FR,DE", "."), "2026-09-03T10:00:00+02:00", [],
            "2026-10-05", None, id="3 October is a Saturday: no other date",
        ),
        pytest.param(
            Reading("calendar", "FR,DE", "."), "2025-09-03", [], "2025-10-03", "2025-10-06",
            id="3 October 2025, a Friday, is a holiday in Germany",
        ),
        pytest.param(
            Reading("zone", "Pacific/Auckland", "."), "2026-03-09T16:00:00+00:00", [],
            "2026-04-09", "2026-04-10", id="already the 10th in Auckland",
        ),
        pytest.param(
            Reading("pause", "restart", "."), "2026-03-02", [pause("2026-03-05", "2026-03-06")],
            "2026-04-07", None, id="restart on 6 March: Easter Monday, the same Tuesday",
        ),
        pytest.param(
            Reading("pause", "restart", "."), "2026-03-02", [pause("2026-03-05", "2026-03-12")],
            "2026-04-10", "2026-04-13", id="12 April is a Sunday",
        ),
        pytest.param(
            Reading("pause", "restart", "."), "2026-03-02", [pause("2026-03-05", None)],
            None, None, id="a pause that has not ended restarts nothing",
        ),
        pytest.param(
            Reading("min_working_days", "2", "."), "2026-03-02", [], "2026-04-02", None,
            id="a floor is not for months",
        ),
        pytest.param(
            Reading("receipt_on_non_working", "next_working_day", "."), "2026-03-08", [],
            "2026-04-08", "2026-04-09", id="received on a Sunday",
        ),
        pytest.param(
            Reading("direction", "back", "."), "2026-03-08", [], "2026-04-08", "2026-02-08",
            id="backwards",
        ),
    ],
)  # fmt: skip
def test_each_switch_can_be_read_otherwise(
    reading: Reading, received: str, events: list[Any], ours: str | None, theirs: str | None
) -> None:
    result = ask(rule("1 month", roll="next_working_day", unsettled=(reading,)), received, *events)
    shown = [other.due for each in result.trace for other in each.alternatives]
    assert result.due == (None if ours is None else date.fromisoformat(ours))
    assert shown == ([] if theirs is None else [theirs])


def test_a_reading_without_a_step_of_its_own_stands_beside_the_last_day() -> None:
    floor = Reading("min_working_days", "2", "two working days.")
    result = ask(rule("2 days", unsettled=(floor,)), "2026-03-06")
    assert [
        (each.code, each.alternatives[0].due) for each in result.trace if each.alternatives
    ] == [("due", "2026-03-10")]
