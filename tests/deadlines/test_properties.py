"""What holds for every date, whatever the rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dsr.deadlines import (
    Extension,
    Facts,
    Pause,
    Period,
    Reading,
    Result,
    Rule,
    Step,
    WorkingCalendar,
    compute,
)
from tests.deadlines.paper import replay

CALENDARS = [
    WorkingCalendar(),
    WorkingCalendar(("FR",)),
    WorkingCalendar(("GB-ALL",)),
    WorkingCalendar(("US",), weekend=frozenset({6})),
]
MOST = {"day": 120, "business_day": 60, "week": 20, "month": 12, "year": 1}

many = settings(max_examples=150, deadline=None)

days = st.dates(date(2019, 1, 1), date(2029, 12, 31))
calendars = st.sampled_from(CALENDARS)


@st.composite
def periods(draw: st.DrawFn, units: tuple[str, ...] = tuple(MOST)) -> Period:
    unit: Any = draw(st.sampled_from(units))
    return Period(draw(st.integers(1, MOST[unit])), unit)


@st.composite
def rules(draw: st.DrawFn, **fixed: Any) -> Rule:
    switches = {
        "start": st.sampled_from(["next_day", "same_day"]),
        "anchor": st.sampled_from(["event", "day_after", "day_before"]),
        "roll": st.sampled_from(["none", "next_working_day", "previous_working_day"]),
        "min_working_days": st.integers(0, 5),
        "receipt_on_non_working": st.sampled_from(["none", "next_working_day"]),
        "max_extensions": st.integers(0, 3),
    }
    drawn = {name: draw(switch) for name, switch in switches.items()}
    return Rule(period=draw(periods()), **{**drawn, **fixed})


@st.composite
def pauses(draw: st.DrawFn, received: date) -> Pause:
    begun = received + timedelta(days=draw(st.integers(-20, 150)))
    lasted = draw(st.none() | st.integers(0, 40))
    counting: Any = draw(st.sampled_from(["inclusive_both", "exclude_first", "between"]))
    ended = None if lasted is None else begun + timedelta(days=lasted)
    return Pause(begun, ended, counting, allowed=draw(st.booleans()))


@st.composite
def extensions(draw: st.DrawFn, rule: Rule, received: date) -> Extension:
    assert rule.period is not None
    told = received + timedelta(days=draw(st.integers(-5, 200)))
    return Extension(Period(draw(st.integers(1, 3)), rule.period.unit), told)


def ask(rule: Rule, received: date, calendar: WorkingCalendar, *events: Any) -> Result:
    return compute(rule, Facts(received, "Europe/Paris", tuple(events)), calendar, trace=False)


def latest(result: Result) -> date:
    return result.due_on or date.max


@many
@given(rules(), days, st.integers(0, 60), calendars)
def test_a_later_receipt_never_gives_an_earlier_date(
    rule: Rule, received: date, more: int, calendar: WorkingCalendar
) -> None:
    later = received + timedelta(days=more)
    assert latest(ask(rule, received, calendar)) <= latest(ask(rule, later, calendar))


@many
@given(rules(roll="next_working_day"), days, calendars)
def test_a_rolled_date_is_a_working_day_and_no_later_than_needed(
    rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    due = latest(ask(rule, received, calendar))
    plain = latest(ask(Rule(**_without_roll(rule)), received, calendar))
    assert calendar.is_working(due)
    skipped = (plain + timedelta(days=n) for n in range((due - plain).days))
    assert not any(calendar.is_working(day) for day in skipped)


def _without_roll(rule: Rule) -> dict[str, Any]:
    names = ("period", "start", "anchor", "min_working_days", "receipt_on_non_working")
    return {name: getattr(rule, name) for name in names}


@many
@given(st.data(), rules(), days, calendars)
def test_a_trace_leads_to_the_same_result(
    data: st.DataObject, rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    events = data.draw(st.lists(pauses(received) | extensions(rule, received), max_size=4))
    result = compute(rule, Facts(received, "Europe/Paris", tuple(events)), calendar)
    again = replay([Step.from_json(step.to_json()) for step in result.trace])
    for name in ("due", "notice_by", "suspended", "due_without_pause", "start_on"):
        assert getattr(again, name) == getattr(result, name)


@many
@given(st.data(), rules(), days, calendars)
def test_the_order_of_events_is_no_matter(
    data: st.DataObject, rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    events = data.draw(st.lists(pauses(received), max_size=4))
    shuffled = data.draw(st.permutations(events))
    assert (
        ask(rule, received, calendar, *events).due == ask(rule, received, calendar, *shuffled).due
    )


@many
@given(st.data(), rules(), days, calendars)
def test_a_pause_never_makes_a_date_earlier(
    data: st.DataObject, rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    events = data.draw(st.lists(pauses(received), max_size=3))
    fewer, all_of_them = events[:-1], events
    assert latest(ask(rule, received, calendar, *fewer)) <= latest(
        ask(rule, received, calendar, *all_of_them)
    )


@many
@given(st.data(), rules(), days, calendars)
def test_an_extension_never_shortens(
    data: st.DataObject, rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    stops = data.draw(st.lists(pauses(received), max_size=2))
    more = data.draw(extensions(rule, received))
    assert latest(ask(rule, received, calendar, *stops)) <= latest(
        ask(rule, received, calendar, *stops, more)
    )


@many
@given(st.data(), rules(), days, calendars)
def test_suspended_means_no_date_because_of_an_open_pause(
    data: st.DataObject, rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    events = data.draw(st.lists(pauses(received), max_size=3))
    result = ask(rule, received, calendar, *events)
    is_open = any(pause.allowed and pause.to_on is None for pause in events)
    assert result.suspended is (result.due is None)
    assert not result.suspended or is_open
    assert result.due_without_pause == ask(rule, received, calendar).due


@many
@given(rules(min_working_days=2), days, calendars)
def test_a_short_period_holds_its_two_working_days(
    rule: Rule, received: date, calendar: WorkingCalendar
) -> None:
    short = Rule(**{**_without_roll(rule), "period": Period(2, "day")})
    result = ask(short, received, calendar)
    assert isinstance(result.start_on, date)
    length = (latest(result) - result.start_on).days
    held = [result.start_on + timedelta(days=n) for n in range(length + 1)]
    assert sum(map(calendar.is_working, held)) >= 2


@many
@given(days, st.sampled_from(["day_after", "day_before"]), calendars)
def test_other_readings_are_the_dates_those_rules_give(
    received: date, anchor: Any, calendar: WorkingCalendar
) -> None:
    month = Period(1, "month")
    ours = Rule(period=month, unsettled=(Reading("anchor", anchor, "."),))
    theirs = ask(Rule(period=month, anchor=anchor), received, calendar).due
    result = compute(ours, Facts(received, "Europe/Paris"), calendar)
    shown = [other.due for step in result.trace for other in step.alternatives]
    assert theirs is not None
    assert shown == ([] if theirs == result.due else [theirs.isoformat()])
