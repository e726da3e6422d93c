"""A period of 0 days: at once, on the day itself. 2 March 2026 is a Monday, 7 March a Saturday."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from dsr.deadlines import DeadlineInputError, Period, explain
from dsr.deadlines.codec import read_rule
from tests.deadlines.paper import ask, due, extension, pause, replay, restart, rule


@pytest.mark.parametrize(
    ("switches", "received", "expected"),
    [
        pytest.param({}, "2026-03-02", "2026-03-02", id="a Monday"),
        pytest.param({"start": "same_day"}, "2026-03-02", "2026-03-02", id="counted or not"),
        pytest.param({}, "2026-03-07", "2026-03-07", id="a Saturday stays"),
        pytest.param(
            {"roll": "next_working_day"}, "2026-03-07", "2026-03-09", id="a Saturday moves"
        ),
        pytest.param(
            {"roll": "previous_working_day"}, "2026-03-07", "2026-03-06", id="it moves back"
        ),
        pytest.param({"min_working_days": 2}, "2026-03-02", "2026-03-02", id="no floor"),
        pytest.param({}, "2026-03-02T23:30:00+00:00", "2026-03-03", id="already the 3rd in Paris"),
    ],
)
def test_at_once_ends_on_the_day_itself(
    switches: dict[str, Any], received: str, expected: str
) -> None:
    assert due(rule("0 days", **switches), received) == expected


def test_it_ends_with_the_end_of_that_day() -> None:
    expires_at = ask(rule("0 days"), "2026-03-02").expires_at
    assert expires_at is not None
    assert expires_at.isoformat() == "2026-03-03T00:00:00+01:00"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(restart("2026-03-05"), "2026-03-05", id="it begins anew"),
        pytest.param(pause("2026-03-02", "2026-03-04"), "2026-03-05", id="three days stand still"),
        pytest.param(pause("2026-03-02", None), None, id="it stands still"),
        pytest.param(pause("2026-03-03", None), "2026-03-02", id="a pause on the day after"),
        pytest.param(extension("5 days", "2026-03-02"), "2026-03-07", id="told on the day"),
        pytest.param(extension("5 days", "2026-03-03"), "2026-03-02", id="told a day late"),
    ],
)
def test_what_happens_afterwards_counts_as_for_every_period(
    event: Any, expected: str | None
) -> None:
    assert due(rule("0 days"), "2026-03-02", event) == expected


def test_the_reasons_say_at_once_and_not_0_days() -> None:
    trace = ask(rule("0 days"), "2026-03-02").trace
    assert explain(trace) == [
        "The request was received on 2026-03-02.",
        "The rule allows no further day: it has to be done at once.",
        "Weekends and public holidays make no difference to this count.",
        "At once means on the same day, 2026-03-02.",
        "The rule does not move a last day that is not a working day.",
        "The last day is 2026-03-02, until its end in the time zone Europe/Paris.",
    ]
    assert replay(trace).due == date(2026, 3, 2)


@pytest.mark.parametrize(
    "spelled", ["0 hours", "0 business days", "0 weeks", "0 months", "0 years"]
)
def test_at_once_is_spelled_in_days_alone(spelled: str) -> None:
    with pytest.raises(DeadlineInputError) as refused:
        Period.parse(spelled)
    assert str(refused.value) == "amount: 0 is less than 1"


def test_more_time_of_no_days_and_a_window_of_no_days_are_refused() -> None:
    with pytest.raises(DeadlineInputError, match="amount: 0 is less than 1"):
        extension("0 days", "2026-03-02")
    with pytest.raises(DeadlineInputError, match="amount: 0 is less than 1"):
        rule("0 days", direction="back")
    with pytest.raises(DeadlineInputError, match=r"rule\.extension_cap\.amount: 0 is less than 1"):
        read_rule({"amount": 1, "unit": "day", "extension_cap": {"amount": 0, "unit": "day"}})


def test_the_command_answers_it() -> None:
    out = StringIO()
    call_command("due", "--received", "2026-03-07", "--period", "0 days", stdout=out)
    assert out.getvalue().splitlines()[0] == "2026-03-07"
    out = StringIO()
    call_command("due", "--received=2026-03-07", "--period=0 days", "--calendar=FR", stdout=out)
    assert out.getvalue().splitlines()[0] == "2026-03-09"
