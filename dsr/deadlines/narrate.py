"""Writing down how a date came about: the steps of a solution, in the legal order."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from dsr.deadlines.codec import write_calendar, write_event
from dsr.deadlines.events import Restart
from dsr.deadlines.moments import Moment, legal_day
from dsr.deadlines.narrate_count import tell_count
from dsr.deadlines.readings import alternatives
from dsr.deadlines.rulecodec import write_period, write_rule
from dsr.deadlines.rules import RECEIVED, Rule
from dsr.deadlines.telling import Telling
from dsr.deadlines.trace import Step

if TYPE_CHECKING:
    from dsr.deadlines.calendars import WorkingCalendar
    from dsr.deadlines.events import Facts
    from dsr.deadlines.solving import Solution

# A roll never crosses more than this many days of rest in a row.
_LONGEST_REST: Final = timedelta(days=31)


def narrate(
    rule: Rule, facts: Facts, calendar: WorkingCalendar, found: Solution
) -> tuple[Step, ...]:
    """The trace of `found`. It holds all inputs: `replay` computes the date from it again."""
    told = Telling(rule, facts, calendar, found)
    _tell_receipt(told)
    _tell_rule(told)
    _tell_calendar(told)
    if rule.period is not None:
        _tell_start(told)
        if found.start is not None:
            tell_count(told)
    if rule.variants:
        told.show(alternatives(rule, facts, calendar, found))
    return tuple(told.steps)


def _tell_receipt(told: Telling) -> None:
    facts, found = told.facts, told.found
    arrived = facts.received.isoformat()
    values = {
        "received": arrived,
        "zone": facts.zone,
        "events": [write_event(event) for event in facts.events],
        "milestones": {name: each.isoformat() for name, each in facts.milestones.items()},
        "received_on": found.received_on.isoformat(),
    }
    if isinstance(facts.received, datetime):
        values["arrived_on"] = arrived
        told.say("received", "received_at", values, "receipt")
    else:
        told.say("received", "received_on", values, "receipt")
    _tell_deemed(told, found.received_on)


def _tell_deemed(told: Telling, on: date) -> None:
    deemed_on = told.found.deemed_on.isoformat()
    if told.found.late and told.rule.cutoff is not None:
        on += timedelta(days=1)
        values = {"cutoff": told.rule.cutoff.isoformat("minutes"), "deemed_on": on.isoformat()}
        told.say("received", "received_late", values, "receipt")
    if told.found.deemed_on != on:
        values = {"from_on": on.isoformat(), "deemed_on": deemed_on}
        told.say("received", "received_non_working", values, "receipt")


def _tell_rule(told: Telling) -> None:
    memo = told.rule.memo
    if "step" not in memo:
        memo["step"] = _rule_step(told.rule)
    told.steps.append(memo["step"])


def _rule_step(rule: Rule) -> Step:
    values = {"rule": write_rule(rule)}
    if rule.period is None:
        return Step("rule_none", values, rule.source_of("period"))
    values["period"] = write_period(rule.period)
    code = "rule" if rule.direction == "forward" else "rule_back"
    return Step(code, values, rule.source_of("period"))


def _tell_calendar(told: Telling) -> None:
    """The calendar with the holidays that were looked at, so that the trace stands alone."""
    calendar = told.calendar
    years = _years(told) if _uses_calendar(told.rule) else ()
    if years not in calendar.memo:
        calendar.memo[years] = _calendar_step(calendar, years)
    told.places["calendar"] = len(told.steps)
    told.steps.append(calendar.memo[years])


def _calendar_step(calendar: WorkingCalendar, years: tuple[int, ...]) -> Step:
    listed = sorted(day for year in years for day in calendar.holidays(year))
    values = {
        "calendar": write_calendar(calendar),
        "weekend": sorted(calendar.weekend),
        "holidays": [day.isoformat() for day in listed],
    }
    if not years:
        return Step("calendar_unused", values, calendar.version)
    named = calendar.codes or calendar.extra
    return Step("calendar" if named else "calendar_week", values, calendar.version)


def _uses_calendar(rule: Rule) -> bool:
    if rule.notice is not None and _uses_calendar(rule.notice):
        return True
    if rule.period is None or rule.period.unit == "hour":
        return False
    if rule.period.unit == "business_day" or rule.receipt_on_non_working != "none":
        return True
    return rule.direction == "forward" and (rule.roll != "none" or rule.min_working_days > 0)


def _years(told: Telling) -> tuple[int, ...]:
    """The years whose holidays may have been looked at, as far as the calendar knows them."""
    days = [told.found.received_on, told.found.deemed_on, *_dates(told)]
    unit = None if told.rule.period is None else told.rule.period.unit
    years = {day.year for day in days}
    if unit == "business_day" or told.rule.min_working_days:
        years = set(range(min(years), max(years) + 1))
    # A date early in January or late in December may have rolled there from the other year.
    years |= {(day - _LONGEST_REST).year for day in days} | {
        (day + _LONGEST_REST).year for day in days
    }
    return tuple(year for year in sorted(years) if told.calendar.knows(year))


def _dates(told: Telling) -> list[date]:
    found = told.found
    days = [] if found.start is None else [legal_day(found.start, told.facts.zone)]
    days += found.run.reached if found.run is not None else ()
    limits = (verdict.notice_by for verdict in found.extensions)
    return days + [legal_day(limit, told.facts.zone) for limit in limits if limit is not None]


def _tell_start(told: Telling) -> None:
    found, facts = told.found, told.facts
    if found.waiting_for:
        told.say("start", "waiting", {"names": list(found.waiting_for)}, "start_event")
        return
    for name in told.rule.starts:
        if name != RECEIVED:
            values = {"name": name, "on": facts.milestones[name].isoformat()}
            told.say("start", "milestone", values, "start_event")
    restarts = [event for event in facts.events if isinstance(event, Restart)]
    for event in restarts:
        _tell_restart(told, event)
    if restarts or told.rule.starts != (RECEIVED,):
        assert found.start is not None
        told.say("start", "start", {"start_on": found.start.isoformat()}, "start_event")


def _tell_restart(told: Telling, event: Restart) -> None:
    values = {"on": event.on.isoformat(), "reason": event.reason}
    start = told.found.start
    if not event.allowed:
        told.say("start", "restart_not_allowed", values, "restart")
    elif _day(told, event.on) == _day(told, start):
        told.say("start", "restart", values, "restart")
    else:
        told.say("start", "restart_earlier", values, "restart")


def _day(told: Telling, moment: Moment | None) -> date | None:
    return None if moment is None else legal_day(moment, told.facts.zone)
