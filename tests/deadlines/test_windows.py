"""Several rules, windows, waits, keeping, parts of a record, and what is free."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dsr.deadlines import (
    DeadlineInputError,
    Facts,
    Period,
    Result,
    agency_pause,
    compute,
    earliest,
    explain,
    governing,
    is_free,
    is_older,
    keep_until,
    look_back,
    not_before,
    split_by_age,
    still_owed,
    widest,
)
from tests.deadlines.paper import FRANCE, ask, pause, replay, rule

PROMISE = ask(rule("20 days"), "2026-03-02")
LAW = ask(rule("1 month", roll="next_working_day"), "2026-03-02")
NOTHING = ask(rule(None), "2026-03-02")
STOPPED = ask(rule("1 month"), "2026-03-02", pause("2026-03-05", None))


@pytest.mark.parametrize(
    ("results", "place"),
    [
        pytest.param([PROMISE, LAW], 0, id="the promise is earlier"),
        pytest.param([LAW, PROMISE], 1, id="in whatever order"),
        pytest.param([NOTHING, LAW], 1, id="no period is passed over"),
        pytest.param([STOPPED, LAW], 1, id="a stopped clock as well"),
        pytest.param([LAW, LAW], 0, id="the first of two equals"),
        pytest.param([NOTHING, STOPPED], None, id="no date at all"),
    ],
)
def test_the_earliest_date_governs_a_duty(results: list[Result], place: int | None) -> None:
    assert governing(results) == place
    chosen = earliest(results)
    assert chosen.due == (None if place is None else results[place].due)
    assert chosen.suspended is (place is None)


def test_hours_and_days_are_compared_by_the_instant_of_their_end() -> None:
    # The 4th in Paris ends at 23:00 UTC; 72 hours from Sunday 23:30 UTC end half an hour later.
    day = ask(rule("2 days"), "2026-03-02")
    later = ask(rule("72 hours"), "2026-03-01T23:30:00+00:00")
    sooner = ask(rule("72 hours"), "2026-03-01T22:30:00+00:00")
    assert governing([later, day]) == 1
    assert governing([day, sooner]) == 1


def test_the_chosen_date_names_the_others_and_still_replays() -> None:
    chosen = earliest([LAW, PROMISE])
    assert chosen.trace[-1].values == {
        "candidates": ["2026-04-02", "2026-03-22"], "chosen": 1, "due_on": "2026-03-22",
    }  # fmt: skip
    assert explain(chosen.trace)[-1] == (
        "Of several rules, the one that ends first decides: 2026-03-22."
    )
    assert replay(chosen.trace).due == date(2026, 3, 22)
    assert explain(earliest([NOTHING]).trace)[-1] == "None of several rules gives a last day."


def test_results_without_traces_are_combined_without() -> None:
    quick = compute(rule("20 days"), Facts(date(2026, 3, 2), "UTC"), FRANCE, trace=False)
    assert earliest([quick]) is quick


def test_the_widest_window_governs_a_right() -> None:
    two = ask(rule("2 years", direction="back"), "2026-03-02")
    six = ask(rule("6 years", direction="back"), "2026-03-02")
    assert widest([two, six, NOTHING]).due == date(2020, 3, 2)


def test_nothing_to_choose_from_is_an_error() -> None:
    with pytest.raises(DeadlineInputError, match="results"):
        earliest([])


def test_a_window_is_closed_at_both_ends_and_does_not_roll() -> None:
    window = look_back(Period(6, "year"), date(2024, 2, 29))
    assert (window.first_on, window.last_on) == (date(2018, 2, 28), date(2024, 2, 29))
    assert date(2018, 2, 28) in window
    assert date(2024, 2, 29) in window
    assert date(2018, 2, 27) not in window
    assert date(2024, 3, 1) not in window


def test_forty_eight_hours_are_elapsed_hours() -> None:
    asked = datetime.fromisoformat("2026-03-28T09:30:00+01:00")
    opens = not_before(Period(48, "hour"), asked, "Europe/Paris")
    assert opens.isoformat() == "2026-03-30T10:30:00+02:00"


def test_a_wait_in_days_ends_with_its_last_day() -> None:
    opens = not_before(Period(2, "day"), date(2026, 3, 2), "Europe/Paris")
    assert opens.isoformat() == "2026-03-05T00:00:00+01:00"


@pytest.mark.parametrize(
    ("made_on", "at", "older"),
    [
        pytest.param("2021-03-02", "2026-03-02", False, id="exactly five years is not more"),
        pytest.param("2021-03-01", "2026-03-02", True, id="a day more"),
        pytest.param("2020-02-29", "2025-02-28", False, id="leap day: five years are not over"),
        pytest.param("2020-02-29", "2025-03-01", True, id="leap day: a day later they are"),
    ],
)
def test_older_than_five_years_is_more_than_five(made_on: str, at: str, older: bool) -> None:
    assert is_older(date.fromisoformat(made_on), date.fromisoformat(at)) is older


@pytest.mark.parametrize(
    ("made_on", "recent", "older"),
    [
        pytest.param(["2025-06-01", "2015-06-01"], "2026-03-10", "2026-05-02", id="mixed: two"),
        pytest.param(["2025-06-01"], "2026-03-10", None, id="recent only"),
        pytest.param(["2015-06-01"], None, "2026-05-02", id="older only"),
        pytest.param(["2021-03-02"], "2026-03-10", None, id="exactly five years"),
    ],
)
def test_a_mixed_record_has_two_dates(
    made_on: list[str], recent: str | None, older: str | None
) -> None:
    facts = Facts(datetime.fromisoformat("2026-03-01T23:30:00+00:00"), "Europe/Paris")
    split = split_by_age(
        rule("8 days"), rule("2 months"), facts, FRANCE, map(date.fromisoformat, made_on)
    )
    given = [part and part.due and part.due.isoformat() for part in (split.recent, split.older)]
    assert given == [recent, older]


def test_another_age_may_split_a_record() -> None:
    facts, made = Facts(date(2026, 3, 2), "Europe/Paris"), [date(2023, 3, 1)]
    three = split_by_age(rule("8 days"), rule("2 months"), facts, FRANCE, made, Period(3, "year"))
    assert three.recent is None


def test_a_record_without_days_is_refused() -> None:
    with pytest.raises(DeadlineInputError, match="made_on"):
        split_by_age(rule("8 days"), rule("2 months"), Facts(date(2026, 3, 2), "UTC"), FRANCE, [])


def test_keeping_is_counted_from_the_latest_day() -> None:
    kept = keep_until(Period(6, "year"), date(2020, 5, 10), date(2021, 1, 31))
    assert kept == date(2027, 1, 31)
    assert keep_until(Period(24, "month"), date(2024, 2, 29)) == date(2026, 2, 28)
    with pytest.raises(DeadlineInputError, match="days"):
        keep_until(Period(6, "year"))


def test_an_oral_statement_of_an_agency_counts_for_thirty_days() -> None:
    oral = agency_pause(date(2026, 3, 2))
    assert (oral.from_on, oral.to_on) == (date(2026, 3, 2), date(2026, 4, 1))
    assert agency_pause(date(2026, 3, 2), date(2026, 9, 1)).to_on == date(2026, 9, 1)
    # 60 days to 1 May, and 30 that do not count.
    assert ask(rule("60 days"), "2026-03-02", oral).due == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("granted", "times", "free"),
    [
        pytest.param([], 1, True, id="the first"),
        pytest.param(["2025-06-01"], 1, False, id="within twelve months"),
        pytest.param(["2025-03-02"], 1, True, id="twelve months ago"),
        pytest.param(["2025-03-03"], 1, False, id="a day less"),
        pytest.param(["2025-06-01"], 2, True, id="the second of two"),
        pytest.param(["2025-06-01", "2025-09-01"], 2, False, id="the third of two"),
        pytest.param(["2026-03-02"], 1, False, id="on the same day"),
        pytest.param(["2026-03-03"], 1, True, id="a later one does not count"),
    ],
)
def test_one_in_twelve_months_is_free(granted: list[str], times: int, free: bool) -> None:
    assert is_free(map(date.fromisoformat, granted), date(2026, 3, 2), times) is free


def test_an_acknowledgement_is_owed_until_an_answer_in_time() -> None:
    owed = ask(rule("10 business days"), "2026-03-02")  # 16 March
    assert still_owed(owed, None)
    assert not still_owed(owed, date(2026, 3, 16))
    assert still_owed(owed, date(2026, 3, 17))
    assert not still_owed(NOTHING, date(2026, 3, 17))
