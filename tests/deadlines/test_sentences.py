"""What is said, word for word: these are read by people who complain and people who judge."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.deadlines import WorkingCalendar, explain
from dsr.deadlines.sentences import SENTENCES
from tests.deadlines.paper import FRANCE, WEEKENDS, ask, extension, pause, restart, rule

TOLD = "On 2026-03-20 the person was told that more time is needed: 2 months."


def said(*args: Any, **others: Any) -> list[str]:
    return explain(ask(*args, **others).trace)


@pytest.mark.parametrize(
    ("ruled", "received", "events", "place", "expected"),
    [
        pytest.param(
            rule(None), "2026-03-10", [], 1,
            "The text does not say how long an answer may take, so there is no last day.",
            id="no period",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [], 2,
            "Weekends and public holidays make no difference to this count.", id="no calendar",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [restart("2026-03-12", reason="fee")], 3,
            "Something needed for the answer came on 2026-03-12 (the fee). The time allowed begins"
            " anew on that day.", id="restart",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [restart("2026-03-08", reason="identity")], 3,
            "Something needed for the answer came on 2026-03-08 (proof of identity). The time"
            " allowed began later still, so this changes nothing.", id="restart without effect",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [restart("2026-03-12", allowed=False)], 3,
            "Something came on 2026-03-12 (no reason noted). Under this rule the time allowed does"
            " not begin anew.", id="restart not admitted",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [restart("2026-03-12")], 4,
            "The time allowed runs from 2026-03-12.", id="start",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [extension("2 months", "2026-03-20")], 3,
            f"{TOLD} That was in time, the last day for it being 2026-04-10. In all, 3 months are"
            " counted from the original start.", id="extension",
        ),
        pytest.param(
            rule("1 month"), "2026-02-10", [extension("2 months", "2026-03-20")], 3,
            f"{TOLD} That was too late, the last day for it being 2026-03-10. It has no effect.",
            id="extension too late",
        ),
        pytest.param(
            rule("1 month", extension_reasons=("number",)), "2026-03-10",
            [extension("2 months", "2026-03-20", reason="complexity")], 3,
            "More time (2 months) has no effect: its reason (the request is complex) is not one"
            " that the rule allows.", id="extension for another reason",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [extension("2 months", None)], 3,
            "More time (2 months) has no effect until the person is told. The last day for it is"
            " 2026-04-10.", id="extension not announced",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10",
            [pause("2026-03-12", "2026-03-13", reason="clarification")], 4,
            "The clock stood still from 2026-03-12 to 2026-03-13 (a question about the request)."
            " Days that do not count: 2.", id="pause",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [pause("2026-03-12", "2026-03-13")], 5,
            "Days for which the clock stood still: 2. Without them the count ends on 2026-04-12.",
            id="paused days",
        ),
        pytest.param(
            rule("10 business days"), "2026-03-02", [pause("2026-03-05", "2026-03-06")], 6,
            "Without the days on which the clock stood still, the count ends on 2026-03-18.",
            id="paused working days",
        ),
        pytest.param(
            rule("10 business days"), "2026-03-02", [pause("2026-03-05", "2026-03-06")], 4,
            "Only working days are counted. 10 working days from 2026-03-02 end on 2026-03-16.",
            id="working days",
        ),
        pytest.param(
            rule("1 month"), "2026-03-10", [pause("2026-03-12", None, reason="identity")], 4,
            "The clock has stood still since 2026-03-12 (proof of identity). Days already used"
            " before that: 1. There is no last day until the clock runs again.", id="open",
        ),
        pytest.param(
            rule("2 days", min_working_days=2), "2026-03-06", [], 5,
            "A period this short must hold working days, at least 2. It is lengthened to"
            " 2026-03-10.", id="floor",
        ),
        pytest.param(
            rule("1 day", roll="previous_working_day"), "2026-03-06", [], 5,
            "2026-03-07 is not a working day, so the last day moves to the one before, 2026-03-06.",
            id="moved back",
        ),
        pytest.param(
            rule("6 years", direction="back"), "2026-03-10", [], 3,
            "6 years counted back from 2026-03-10 reach 2020-03-10.", id="back",
        ),
        pytest.param(
            rule("6 years", direction="back"), "2026-03-10", [], 4,
            "The time looked back over begins on 2020-03-10.", id="window",
        ),
        pytest.param(
            rule("1 hour"), "2026-03-10T10:00:00+01:00", [], 3,
            "1 hour after 2026-03-10 10:00:00+01:00 is 2026-03-10 11:00:00+01:00. Every hour that"
            " passes is counted.", id="hours",
        ),
        pytest.param(
            rule("1 hour"), "2026-03-10T10:00:00+01:00", [pause("2026-03-10", None)], 4,
            "The wait that began on 2026-03-10 (no reason noted) cannot stop a count of this kind.",
            id="hours do not pause",
        ),
        pytest.param(
            rule("1 hour"), "2026-03-10T10:00:00+01:00", [], 4,
            "The time allowed ends at 2026-03-10 11:00:00+01:00.", id="end of hours",
        ),
    ],
)  # fmt: skip
def test_the_sentence(
    ruled: Any, received: str, events: list[Any], place: int, expected: str
) -> None:
    assert said(ruled, received, *events)[place] == expected


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        pytest.param(
            WorkingCalendar(("FR", "DE"), weekend=frozenset({6})),
            "Working days are those of the calendar FR, DE. Days of rest in the week: Sunday.",
            id="two places, six days",
        ),
        pytest.param(
            WEEKENDS,
            "No public holidays apply to this count. Days of rest in the week: Saturday, Sunday.",
            id="weekends only",
        ),
        pytest.param(
            WorkingCalendar(extra=frozenset({date(2026, 4, 20), date(2031, 1, 2)})),
            "The only holidays of this count are days that were entered one by one: 2026-04-20. "
            "Days of rest in the week: Saturday, Sunday.",
            id="added days alone",
        ),
        pytest.param(
            WorkingCalendar(extra=frozenset({date(2031, 1, 2)})),
            "No public holidays apply to this count. Days of rest in the week: Saturday, Sunday.",
            id="added days of another year",
        ),
        pytest.param(
            WorkingCalendar(("FR",), extra=frozenset({date(2026, 4, 20), date(2026, 5, 1)})),
            "Working days are those of the calendar FR, to which were added: 2026-04-20. "
            "Days of rest in the week: Saturday, Sunday.",
            id="a day added to a place",
        ),
        pytest.param(
            WorkingCalendar(("FR",), removed=frozenset({date(2026, 5, 25)})),
            "Working days are those of the calendar FR, in which these are no holidays: "
            "2026-05-25. Days of rest in the week: Saturday, Sunday.",
            id="a day struck from a place",
        ),
        pytest.param(
            WorkingCalendar(
                ("FR",),
                extra=frozenset({date(2026, 4, 20)}),
                removed=frozenset({date(2026, 5, 25)}),
            ),
            "Working days are those of the calendar FR, to which were added: 2026-04-20; these "
            "are no holidays in it: 2026-05-25. Days of rest in the week: Saturday, Sunday.",
            id="both",
        ),
    ],
)
def test_the_calendar_is_named(calendar: WorkingCalendar, expected: str) -> None:
    rolled = rule("1 month", roll="next_working_day")
    assert said(rolled, "2026-03-10", calendar=calendar)[2] == expected


def test_the_calendar_is_kept_with_the_holidays_that_were_looked_at() -> None:
    (step,) = (
        each
        for each in ask(rule("1 month", roll="next_working_day"), "2026-06-10").trace
        if each.code == "calendar"
    )
    assert step.values["calendar"] == {
        "codes": ["FR"], "extra": [], "remove": [], "weekend": [5, 6], "version": "holidays 0.109",
    }  # fmt: skip
    assert step.values["holidays"] == [
        "2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25",
        "2026-07-14", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25",
    ]  # fmt: skip


def test_the_same_rule_is_written_once() -> None:
    month = rule("1 month", roll="next_working_day")
    one, other = ask(month, "2026-03-10"), ask(month, "2026-03-11", calendar=FRANCE)
    assert one.trace[1] is other.trace[1]
    assert one.trace[2] is other.trace[2]


def test_no_sentence_is_written_twice() -> None:
    assert len(set(SENTENCES.values())) == len(SENTENCES)
