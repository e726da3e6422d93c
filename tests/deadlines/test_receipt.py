"""From an instant to the day on which a period starts."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from dsr.deadlines import DeadlineInputError, legal_day
from tests.deadlines.paper import ask, due, moment, restart, rule

LATE = {"cutoff": time(22)}
WORKED = {"receipt_on_non_working": "next_working_day"}


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        pytest.param("2026-03-31T23:30:00+00:00", "Europe/Paris", "2026-04-01", id="already April"),
        pytest.param("2026-03-31T21:59:59+00:00", "Europe/Paris", "2026-03-31", id="still March"),
        pytest.param("2026-03-01T00:30:00+01:00", "America/Chicago", "2026-02-28", id="day before"),
        pytest.param("2026-03-31T23:30:00", "Europe/Paris", "2026-03-31", id="no offset: local"),
        pytest.param("2026-03-31", "Pacific/Auckland", "2026-03-31", id="a day is a day"),
        pytest.param("2026-10-24T23:30:00+00:00", "Europe/London", "2026-10-25", id="summer time"),
    ],
)
def test_the_legal_day_is_that_of_the_place(instant: str, zone: str, expected: str) -> None:
    assert legal_day(moment(instant), zone) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("switches", "received", "expected"),
    [
        pytest.param(LATE, "2026-03-05T21:59:59+01:00", "2026-03-15", id="a second before"),
        pytest.param(LATE, "2026-03-05T22:00:00+01:00", "2026-03-16", id="at the hour is late"),
        pytest.param(LATE, "2026-03-05T21:30:00+00:00", "2026-03-16", id="22:30 on Paris clocks"),
        pytest.param(LATE, "2026-03-05T22:30:00", "2026-03-16", id="no offset: local"),
        pytest.param(LATE, "2026-03-05", "2026-03-15", id="a day has no hour"),
        pytest.param(LATE, "2026-03-06T23:00:00+01:00", "2026-03-17", id="Saturday is enough"),
        pytest.param(WORKED, "2026-03-08", "2026-03-19", id="Sunday to Monday"),
        pytest.param(WORKED, "2026-03-06", "2026-03-16", id="a Friday stays"),
        pytest.param(WORKED, "2026-05-01", "2026-05-14", id="holiday, Saturday, Sunday"),
        pytest.param(LATE | WORKED, "2026-03-06T23:00:00+01:00", "2026-03-19", id="both: Monday 9"),
    ],
)
def test_a_late_or_holiday_arrival_is_deemed_received_later(
    switches: dict[str, object], received: str, expected: str
) -> None:
    assert due(rule("10 days", **switches), received) == expected


def test_deeming_is_for_the_receipt_and_not_for_what_comes_after() -> None:
    # 7 March 2026 is a Saturday.
    assert due(rule("10 days", **WORKED), "2026-03-02", restart("2026-03-07")) == "2026-03-17"


@pytest.mark.parametrize(
    ("restarts", "expected"),
    [
        pytest.param(["2026-03-09", "2026-03-16"], "2026-04-16", id="the latest"),
        pytest.param(["2026-03-16", "2026-03-09"], "2026-04-16", id="in whatever order"),
        pytest.param(["2026-02-20"], "2026-04-02", id="before the receipt: no effect"),
        pytest.param(["2026-05-20"], "2026-06-20", id="after the first due date"),
        pytest.param(["2026-03-08T23:30:00+00:00"], "2026-04-09", id="the day of the place"),
    ],
)
def test_a_restart_lets_the_whole_period_run_again(restarts: list[str], expected: str) -> None:
    assert due(rule("1 month"), "2026-03-02", *map(restart, restarts)) == expected


def test_a_restart_that_the_rule_does_not_admit_changes_nothing() -> None:
    assert due(rule("1 month"), "2026-03-02", restart("2026-03-09", allowed=False)) == "2026-04-02"


def test_a_rule_may_run_from_the_latest_of_several_moments() -> None:
    latest = rule("30 days", starts=("received", "identity_proved"))
    assert due(latest, "2026-03-02", identity_proved="2026-03-05") == "2026-04-04"
    assert due(latest, "2026-03-10", identity_proved="2026-03-05") == "2026-04-09"


def test_a_rule_may_run_from_another_moment_than_receipt() -> None:
    letter = rule("15 days", starts=("requested",))
    assert due(letter, "2026-03-10", requested="2026-03-02") == "2026-03-17"


def test_until_the_moment_has_come_there_is_no_date() -> None:
    result = ask(rule("30 days", starts=("received", "fee_paid")), "2026-03-02")
    assert (result.due, result.waiting_for, result.suspended) == (None, ("fee_paid",), False)


@pytest.mark.parametrize(
    ("zone", "received", "expected"),
    [
        pytest.param("Europe/Paris", "2026-02-28", "2026-03-31T00:00:00+02:00", id="new clocks"),
        pytest.param("Africa/Cairo", "2026-03-23", "2026-04-24T01:00:00+03:00", id="no midnight"),
        pytest.param("America/Havana", "2026-09-30", "2026-10-31T00:00:00-04:00", id="ordinary"),
        pytest.param("Pacific/Apia", "2011-11-29", "2011-12-31T00:00:00+14:00", id="a day skipped"),
    ],
)
def test_a_period_expires_with_the_first_instant_of_the_next_local_day(
    zone: str, received: str, expected: str
) -> None:
    roll = "next_working_day" if zone == "Europe/Paris" else "none"
    result = ask(rule("1 month", roll=roll), received, zone=zone)
    assert result.expires_at == datetime.fromisoformat(expected)
    assert result.expires_at.isoformat() == expected


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(DeadlineInputError, match="zone: 'Europe/Pariss'"):
        legal_day(datetime(2026, 3, 2, 10), "Europe/Pariss")
