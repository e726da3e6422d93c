"""Periods in hours: elapsed, never rolled, never paused."""

from __future__ import annotations

from datetime import time

import pytest

from dsr.deadlines import DeadlineInputError
from tests.deadlines.paper import ask, due, extension, pause, restart, rule

FULL = {"hour_start": "next_full_hour"}


@pytest.mark.parametrize(
    ("period", "switches", "received", "zone", "expected"),
    [
        pytest.param(
            "24 hours", {}, "2026-03-28T12:00:00+01:00", "Europe/Paris",
            "2026-03-29T13:00:00+02:00", id="spring: an hour later on the clock",
        ),
        pytest.param(
            "24 hours", {}, "2026-10-24T12:00:00+02:00", "Europe/Paris",
            "2026-10-25T11:00:00+01:00", id="autumn: an hour earlier",
        ),
        pytest.param(
            "1 hour", {}, "2026-10-25T02:30:00+02:00", "Europe/Paris",
            "2026-10-25T02:30:00+01:00", id="the same clock time, an hour on",
        ),
        pytest.param(
            "1 hour", {}, "2026-10-25T02:30:00+01:00", "Europe/Paris",
            "2026-10-25T03:30:00+01:00", id="second half past two",
        ),
        pytest.param(
            "1 hour", FULL, "2026-03-29T01:30:00+01:00", "Europe/Paris",
            "2026-03-29T04:00:00+02:00", id="the next full hour is three",
        ),
        pytest.param(
            "1 hour", FULL, "2026-03-03T12:00:00+01:00", "Europe/Paris",
            "2026-03-03T14:00:00+01:00", id="noon sharp runs from one",
        ),
        pytest.param(
            "1 hour", FULL, "2026-03-03T12:59:59.999999+01:00", "Europe/Paris",
            "2026-03-03T14:00:00+01:00", id="a moment before one as well",
        ),
        pytest.param(
            "1 hour", FULL, "2026-03-02T04:40:00+00:00", "Asia/Kolkata",
            "2026-03-02T12:00:00+05:30", id="full hours of the place",
        ),
        pytest.param(
            "1 hour", {}, "2026-03-29T02:30:00", "Europe/Paris",
            "2026-03-29T04:30:00+02:00", id="a time that was skipped",
        ),
        pytest.param(
            "48 hours", {"roll": "next_working_day", "min_working_days": 2},
            "2026-12-24T10:00:00+01:00", "Europe/Paris",
            "2026-12-26T10:00:00+01:00", id="neither roll nor floor",
        ),
        pytest.param(
            "24 hours", {"direction": "back"}, "2026-03-29T13:00:00+02:00", "Europe/Paris",
            "2026-03-28T12:00:00+01:00", id="counted back",
        ),
    ],
)  # fmt: skip
def test_hours_elapse(
    period: str, switches: dict[str, str], received: str, zone: str, expected: str
) -> None:
    assert due(rule(period, **switches), received, zone=zone) == expected


def test_a_late_arrival_counts_from_its_own_instant() -> None:
    deemed = rule("24 hours", cutoff=time(22), receipt_on_non_working="next_working_day")
    assert due(deemed, "2026-03-06T23:00:00+01:00") == "2026-03-07T23:00:00+01:00"


def test_an_hour_period_expires_when_it_is_due() -> None:
    result = ask(rule("72 hours"), "2026-03-02T10:00:00+01:00")
    assert result.expires_at == result.due


@pytest.mark.parametrize("to", ["2026-03-03", None])
def test_pauses_do_not_apply(to: str | None) -> None:
    result = ask(rule("72 hours"), "2026-03-02T10:00:00+01:00", pause("2026-03-03", to))
    assert result.due is not None
    assert result.due.isoformat() == "2026-03-05T10:00:00+01:00"
    assert not result.suspended


def test_a_restart_needs_its_hour_and_then_counts() -> None:
    restarted = restart("2026-03-03T08:00:00+01:00")
    assert due(rule("24 hours"), "2026-03-02T10:00:00+01:00", restarted) == (
        "2026-03-04T08:00:00+01:00"
    )


def test_a_restart_on_an_earlier_day_needs_no_hour() -> None:
    assert due(rule("24 hours"), "2026-03-02T10:00:00+01:00", restart("2026-03-01")) == (
        "2026-03-03T10:00:00+01:00"
    )


@pytest.mark.parametrize(
    ("received", "events", "field"),
    [
        pytest.param("2026-03-02", (), "received", id="receipt"),
        pytest.param("2026-03-02T10:00:00+01:00", (restart("2026-03-03"),), "events", id="restart"),
        pytest.param(
            "2026-03-02T10:00:00+01:00", (restart("2026-03-02"),), "events", id="same day"
        ),
        pytest.param("2100-12-31T10:00:00+01:00", (), "calendar", id="ends after 2100"),
    ],
)
def test_a_day_without_its_hour_is_refused(
    received: str, events: tuple[object, ...], field: str
) -> None:
    with pytest.raises(DeadlineInputError) as refused:
        ask(rule("72 hours"), received, *events)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("notified", "expected"),
    [
        pytest.param("2026-03-05", "2026-03-06T10:00:00+01:00", id="on its last day"),
        pytest.param("2026-03-05T10:00:00+01:00", "2026-03-06T10:00:00+01:00", id="at its end"),
        pytest.param("2026-03-05T10:00:01+01:00", "2026-03-05T10:00:00+01:00", id="a second late"),
        pytest.param("2026-03-06", "2026-03-05T10:00:00+01:00", id="a day late"),
    ],
)
def test_an_extension_is_in_hours_too(notified: str, expected: str) -> None:
    result = ask(rule("72 hours"), "2026-03-02T10:00:00+01:00", extension("24 hours", notified))
    assert result.due is not None
    assert result.due.isoformat() == expected
    assert result.notice_by is not None
    assert result.notice_by.isoformat() == "2026-03-05T10:00:00+01:00"
