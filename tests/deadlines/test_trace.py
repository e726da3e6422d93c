"""The reasons of a date: complete, translatable, and enough to compute it again."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time
from typing import Any

import pytest

from dsr.deadlines import (
    Facts,
    Formatter,
    Result,
    Step,
    WorkingCalendar,
    compute,
    explain,
)
from dsr.deadlines.sentences import PERIODS, SENTENCES, WHYS, WORDS
from tests.deadlines.paper import ask, extension, pause, replay, restart, rule

GDPR = rule(
    "1 month",
    roll="next_working_day",
    source="GDPR, Art. 12(3)",
    sources=(("roll", "Reg. 1182/71, Art. 3(4)"),),
)


def codes(result: Result) -> list[str]:
    return [step.code for step in result.trace]


def step(result: Result, code: str) -> Step:
    return next(each for each in result.trace if each.code == code)


def test_a_rolled_month_tells_its_story_in_order() -> None:
    assert explain(ask(GDPR, "2026-01-31").trace) == [
        "The request was received on 2026-01-31.",
        "The time allowed is 1 month.",
        "Working days are those of the calendar FR. Days of rest in the week: Saturday, Sunday.",
        "1 month from 2026-01-31: the last month is too short to have that day, so the count ends"
        " on its last day, 2026-02-28.",
        "2026-02-28 is not a working day, so the last day moves to the next one, 2026-03-02.",
        "The last day is 2026-03-02, until its end in the time zone Europe/Paris.",
    ]


def test_each_step_names_its_source() -> None:
    result = ask(GDPR, "2026-01-31")
    assert step(result, "rule").source == "GDPR, Art. 12(3)"
    assert step(result, "roll_next").source == "Reg. 1182/71, Art. 3(4)"
    assert step(result, "calendar").source == "holidays 0.109"


@pytest.mark.parametrize(
    ("ruled", "received", "events", "expected"),
    [
        pytest.param(
            rule("20 days"), "2026-03-02", [pause("2026-03-05", "2026-03-12")],
            ["first_day_next", "count_day", "pause_counted", "pause_added", "roll_none", "due"],
            id="pause",
        ),
        pytest.param(
            rule("20 days", start="same_day"), "2026-03-02", [pause("2026-03-05", None)],
            ["first_day_same", "count_day", "pause_open", "no_date"], id="open pause",
        ),
        pytest.param(
            rule("10 business days"), "2026-03-02", [pause("2026-03-05", "2026-03-06")],
            ["first_day_next", "count_business_day", "pause_counted", "pause_skipped",
             "roll_none", "due"], id="business days",
        ),
        pytest.param(
            rule("2 weeks"), "2026-03-02", [pause("2026-05-05", None)],
            ["count_week", "pause_after_due", "roll_none", "due"], id="weeks, pause too late",
        ),
        pytest.param(
            rule("2 days", min_working_days=2, roll="next_working_day"), "2026-03-06", [],
            ["first_day_next", "count_day", "floor_extended", "roll_not_needed", "due"],
            id="floor",
        ),
        pytest.param(
            rule("9 days", min_working_days=2, roll="previous_working_day"), "2026-03-06", [],
            ["first_day_next", "count_day", "floor_kept", "roll_previous", "due"],
            id="floor kept, rolled back",
        ),
        pytest.param(
            rule("1 month", anchor="day_after"), "2026-03-02",
            [restart("2026-03-03"), restart("2026-03-05"), restart("2026-03-06", allowed=False)],
            ["restart_earlier", "restart", "restart_not_allowed", "start", "count_month_day_after",
             "roll_none", "due"], id="restarts",
        ),
        pytest.param(
            rule("1 month", anchor="day_before"), "2026-03-02",
            [extension("1 month", "2026-03-03"), extension("1 month", "2026-03-04")],
            ["extension_admitted", "extension_too_many", "count_month_day_before", "roll_none",
             "due"], id="extensions",
        ),
        pytest.param(
            rule("1 month"), "2026-03-02",
            [extension("1 month", "2026-03-08"), pause("2026-03-05", None)],
            ["extension_admitted_paused", "count_month", "pause_open", "no_date"],
            id="extension while the clock stands still",
        ),
        pytest.param(
            rule("1 month"), "2026-03-02", [extension("1 month", None), pause("2026-03-05", None)],
            ["extension_not_notified_paused", "count_month", "pause_open", "no_date"],
            id="extension not announced",
        ),
        pytest.param(
            rule("6 years", direction="back"), "2026-03-02", [pause("2026-03-05", None)],
            ["count_back", "pause_not_applicable", "due_back"], id="counted back",
        ),
        pytest.param(
            rule("1 hour"), "2026-03-02T10:00:00+01:00", [pause("2026-03-02", None)],
            ["count_hour", "pause_not_applicable", "due_hour"], id="hours",
        ),
        pytest.param(
            rule("1 hour", hour_start="next_full_hour"), "2026-03-02T10:00:00+01:00", [],
            ["count_hour_full", "due_hour"], id="full hours",
        ),
        pytest.param(rule(None), "2026-03-02", [], [], id="no period"),
    ],
)  # fmt: skip
def test_what_happened_is_told(
    ruled: Any, received: str, events: list[Any], expected: list[str]
) -> None:
    result = ask(ruled, received, *events)
    assert codes(result)[3:] == expected
    assert replay(result.trace).due == result.due
    assert all("{" not in said and "None" not in said for said in explain(result.trace))


def test_deeming_is_told_day_by_day() -> None:
    deemed = rule("1 month", cutoff=time(22), receipt_on_non_working="next_working_day")
    said = explain(ask(deemed, "2014-04-17T23:00:00+02:00").trace)
    assert said[:3] == [
        "The request arrived at 2014-04-17 23:00:00+02:00. In the time zone Europe/Paris, that is"
        " 2014-04-17.",
        "It arrived at 22:00 or later, so it counts as received on the next day, 2014-04-18.",
        # Good Friday is worked in most of France, so that is all.
        "The time allowed is 1 month.",
    ]
    said = explain(ask(deemed, "2026-03-06T23:00:00+01:00").trace)
    assert said[2] == (
        "2026-03-07 is not a working day, so the request counts as received on 2026-03-09."
    )


def test_a_moment_that_has_not_come_is_named() -> None:
    waiting = ask(rule("1 month", starts=("received", "identity_proved")), "2026-03-02")
    assert explain(waiting.trace)[-1] == (
        "This is needed to begin: proof of identity. Until it is there, there is no last day."
    )
    there = ask(
        rule("1 month", starts=("received", "identity_proved")),
        "2026-03-02",
        identity_proved="2026-03-05",
    )
    assert "This was needed to begin: proof of identity. It was there on 2026-03-05." in explain(
        there.trace
    )


@pytest.mark.parametrize(
    ("counting", "same", "used"),
    [
        pytest.param("inclusive_both", "next_day", 1, id="3 March"),
        pytest.param("exclude_first", "next_day", 2, id="3 and 4 March"),
        pytest.param("inclusive_both", "same_day", 2, id="2 and 3 March"),
    ],
)
def test_the_days_already_used_are_told(counting: str, same: str, used: int) -> None:
    result = ask(rule("20 days", start=same), "2026-03-02", pause("2026-03-04", None, counting))
    assert step(result, "pause_open").values["used"] == used


def test_a_clock_stopped_at_once_has_used_no_day() -> None:
    for begun in ("2026-03-01", "2026-03-02", "2026-03-03"):
        result = ask(rule("20 days"), "2026-03-02", pause(begun, None))
        assert step(result, "pause_open").values["used"] == 0


def test_days_of_an_earlier_pause_are_not_used_up() -> None:
    earlier = pause("2026-03-04", "2026-03-06")
    result = ask(rule("20 days"), "2026-03-02", earlier, pause("2026-03-10", None))
    assert step(result, "pause_open").values["used"] == 4  # 3, 7, 8 and 9 March


def test_a_trace_keeps_its_date_when_the_calendar_changes() -> None:
    closed = WorkingCalendar(("FR",), extra=frozenset({date(2026, 3, 2)}))
    result = ask(GDPR, "2026-01-31", calendar=closed)
    assert result.due == date(2026, 3, 3)
    assert replay(result.trace).due == date(2026, 3, 3)


def test_a_trace_survives_json() -> None:
    result = ask(GDPR, "2026-01-31", extension("2 months", "2026-02-20", reason="number"))
    again = [Step.from_json(each) for each in json.loads(json.dumps(result.trace_json()))]
    assert tuple(again) == result.trace
    assert replay(again).due == date(2026, 4, 30)


def test_without_a_trace_the_dates_are_the_same() -> None:
    facts = Facts(date(2026, 1, 31), "Europe/Paris")
    calendar = WorkingCalendar(("FR",))
    quick = compute(GDPR, facts, calendar, trace=False)
    assert quick.trace == ()
    assert quick.due == compute(GDPR, facts, calendar).due == date(2026, 3, 2)


class French(Formatter):
    def day(self, iso: str) -> str:
        return datetime.fromisoformat(iso).strftime("%d.%m.%Y")

    def period(self, amount: int, unit: str) -> str:
        return f"{amount} mois"


def test_the_reader_decides_about_words_and_dates() -> None:
    french = {"The time allowed is {period}.": "Le délai est de {period}."}
    said = explain(ask(GDPR, "2026-03-10").trace, French(lambda text: french.get(text, text)))
    assert said[1] == "Le délai est de 1 mois."
    assert said[-1] == "The last day is 10.04.2026, until its end in the time zone Europe/Paris."


@pytest.mark.parametrize("text", [*SENTENCES.values(), *WHYS.values()])
def test_sentences_are_plain_and_end_like_sentences(text: str) -> None:
    assert not re.search(r"\b(roll|clamp|suspend|working_day|null|event|unit)", text)
    assert text.endswith((".", "{why}"))


def test_lengths_agree_in_number() -> None:
    formatter = Formatter()
    assert [formatter.period(n, "business_day") for n in (1, 2)] == [
        "1 working day",
        "2 working days",
    ]
    assert set(PERIODS) == {"hour", "day", "business_day", "week", "month", "year"}
    assert formatter.word("fee") == WORDS["fee"]
    assert formatter.word("flood") == "flood"
