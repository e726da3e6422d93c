"""Writing down how a date came about: the steps of a solution, in the legal order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.codec import write_calendar, write_event, write_period, write_rule
from dsr.deadlines.counting import (
    COUNTED,
    OPEN,
    PausedCount,
    PauseVerdict,
    anchor_day,
    days_in,
    first_day,
)
from dsr.deadlines.extending import ExtensionVerdict
from dsr.deadlines.periods import ONE_DAY, Moment, first_instant_after, legal_day
from dsr.deadlines.rules import RECEIVED, Facts, Restart, Rule
from dsr.deadlines.solving import Solution
from dsr.deadlines.trace import Alternative, Step, TraceWriter

# A roll never crosses more than this many days of rest in a row.
_LONGEST_REST: Final = timedelta(days=31)


def narrate(
    rule: Rule,
    facts: Facts,
    calendar: WorkingCalendar,
    found: Solution,
    others: Mapping[str, tuple[Alternative, ...]],
) -> tuple[Step, ...]:
    """The trace of `found`, with the dates of `others`, by the step beside which they belong.

    It holds every input and the holidays looked at, so that the date can be computed from it
    again when calendars have changed since.
    """
    writer = TraceWriter(rule, facts, calendar, found)
    _add_receipt(writer)
    _add_rule(writer)
    _add_calendar(writer)
    if rule.period is not None:
        _add_start(writer)
        if found.start is not None:
            _add_count(writer)
    writer.place(others)
    return tuple(writer.steps)


def _add_receipt(writer: TraceWriter) -> None:
    facts, found = writer.facts, writer.found
    arrived = facts.received.isoformat()
    # More than the sentence says: all that is needed to compute the date again.
    values = {
        "received": arrived,
        "zone": facts.zone,
        "events": [write_event(event) for event in facts.events],
        "milestones": {name: each.isoformat() for name, each in facts.milestones.items()},
        "received_on": found.received_on.isoformat(),
    }
    if isinstance(facts.received, datetime):
        values["arrived_on"] = arrived
        writer.add("received", "received_at", values, "receipt")
    else:
        writer.add("received", "received_on", values, "receipt")
    _add_deemed(writer, found.received_on)


def _add_deemed(writer: TraceWriter, on: date) -> None:
    deemed_on = writer.found.deemed_on.isoformat()
    if writer.found.late and writer.rule.cutoff is not None:
        # Two reasons, two sentences: the cut-off moves it by a day, the day of rest from there.
        on += timedelta(days=1)
        values = {"cutoff": writer.rule.cutoff.isoformat("minutes"), "deemed_on": on.isoformat()}
        writer.add("received", "received_late", values, "receipt")
    if writer.found.deemed_on != on:
        values = {"from_on": on.isoformat(), "deemed_on": deemed_on}
        writer.add("received", "received_non_working", values, "receipt")


def _add_rule(writer: TraceWriter) -> None:
    memo = writer.rule.memo
    # Written once for each rule: a sweep traces thousands of dates of the same one.
    if "step" not in memo:
        memo["step"] = _rule_step(writer.rule)
    writer.steps.append(memo["step"])


def _rule_step(rule: Rule) -> Step:
    values = {"rule": write_rule(rule)}
    if rule.period is None:
        return Step("rule_none", values, rule.source_of("period"))
    values["period"] = write_period(rule.period)
    code = "rule" if rule.direction == "forward" else "rule_back"
    if rule.period.amount == 0:
        code = "rule_at_once"
    return Step(code, values, rule.source_of("period"))


def _add_calendar(writer: TraceWriter) -> None:
    """The calendar with the holidays that were looked at, so that the trace stands alone."""
    calendar = writer.calendar
    years = _years(writer) if _uses_calendar(writer.rule) else ()
    # The list of holidays is most of a trace, and the same for every date in these years.
    if years not in calendar.memo:
        calendar.memo[years] = _calendar_step(calendar, years)
    # Not `add`: the step is shared by many dates and names its source already.
    writer.places["calendar"] = len(writer.steps)
    writer.steps.append(calendar.memo[years])


def _calendar_step(calendar: WorkingCalendar, years: tuple[int, ...]) -> Step:
    listed = sorted(day for year in years for day in calendar.holidays(year))
    values = {
        "calendar": write_calendar(calendar),
        "weekend": sorted(calendar.weekend),
        "holidays": [day.isoformat() for day in listed],
    }
    if not years:
        return Step("calendar_unused", values, calendar.version)
    corrected = [calendar.corrections(year) for year in years]
    added = sorted(day for more, _less in corrected for day in more)
    struck = sorted(day for _more, less in corrected for day in less)
    if added:
        values["added"] = [day.isoformat() for day in added]
    if struck:
        values["struck"] = [day.isoformat() for day in struck]
    return Step(_calendar_code(calendar, added, struck), values, calendar.version)


def _calendar_code(calendar: WorkingCalendar, added: list[date], struck: list[date]) -> str:
    """Which sentence says from where its days of rest come, in the years that were looked at."""
    if not calendar.codes:
        # Without places and added days there are no holidays to speak of, only the week.
        return "calendar_days" if added else "calendar_week"
    if added and struck:
        return "calendar_corrected"
    if added:
        return "calendar_added"
    return "calendar_struck" if struck else "calendar"


def _uses_calendar(rule: Rule) -> bool:
    # The limit for the notice rests on days of its own, and they must be found in the trace too.
    if rule.notice is not None and _uses_calendar(rule.notice):
        return True
    if rule.period is None or rule.period.unit == "hour":
        return False
    if rule.period.unit == "business_day" or rule.receipt_on_non_working != "none":
        return True
    return rule.direction == "forward" and (rule.roll != "none" or rule.min_working_days > 0)


def _years(writer: TraceWriter) -> tuple[int, ...]:
    """The years whose holidays may have been looked at, as far as the calendar knows them."""
    # Too few years and the date cannot be computed again; all of them would fill the trace.
    days = [writer.found.received_on, writer.found.deemed_on, *_dates(writer)]
    unit = None if writer.rule.period is None else writer.rule.period.unit
    years = {day.year for day in days}
    # Every day between was asked whether it is worked.
    if unit == "business_day" or writer.rule.min_working_days:
        years = set(range(min(years), max(years) + 1))
    # A date early in January or late in December may have rolled there from the other year.
    years |= {(day - _LONGEST_REST).year for day in days} | {
        (day + _LONGEST_REST).year for day in days
    }
    return tuple(year for year in sorted(years) if writer.calendar.knows(year))


def _dates(writer: TraceWriter) -> list[date]:
    found = writer.found
    days = [] if found.start is None else [legal_day(found.start, writer.facts.zone)]
    days += found.count.reached if found.count is not None else ()
    limits = (verdict.notice_by for verdict in found.extensions)
    return days + [legal_day(limit, writer.facts.zone) for limit in limits if limit is not None]


def _add_start(writer: TraceWriter) -> None:
    found, facts = writer.found, writer.facts
    if found.waiting_for:
        writer.add("start", "waiting", {"names": list(found.waiting_for)}, "start_event")
        return
    for name in writer.rule.starts:
        if name != RECEIVED:
            values = {"name": name, "on": facts.milestones[name].isoformat()}
            writer.add("start", "milestone", values, "start_event")
    # Also those without effect: who sent something is told why it moved nothing.
    restarts = [event for event in facts.events if isinstance(event, Restart)]
    for event in restarts:
        _add_restart(writer, event)
    if restarts or writer.rule.starts != (RECEIVED,):
        assert found.start is not None
        writer.add("start", "start", {"start_on": found.start.isoformat()}, "start_event")


def _add_restart(writer: TraceWriter, event: Restart) -> None:
    values = {"on": event.on.isoformat(), "reason": event.reason}
    start = writer.found.start
    if not event.allowed:
        writer.add("start", "restart_not_allowed", values, "restart")
    elif _day(writer, event.on) == _day(writer, start):
        writer.add("start", "restart", values, "restart")
    else:
        writer.add("start", "restart_earlier", values, "restart")


def _day(writer: TraceWriter, moment: Moment | None) -> date | None:
    return None if moment is None else legal_day(moment, writer.facts.zone)


def _add_count(writer: TraceWriter) -> None:
    """The steps from the start to the last day."""
    found = writer.found
    total = write_period(found.period) if found.period is not None else {}
    for verdict in found.extensions:
        _add_extension(writer, verdict, total)
    if found.count is None:
        _add_hours(writer, total)
        return
    _add_raw(writer, found.count, total)
    for pause in found.pauses:
        _add_pause(writer, pause, found.count)
    # A date that an open pause will move would be read as a promise.
    if found.due is None:
        writer.add("due", "no_date", {}, "period")
        return
    if found.count.still:
        _add_suspended_days(writer, found.count)
    _add_end(writer, found.count)


def _add_extension(writer: TraceWriter, verdict: ExtensionVerdict, total: dict[str, Any]) -> None:
    extension, limit = verdict.extension, verdict.notice_by
    notified = extension.notified_on
    values = {
        "extension": write_period(extension.period),
        "notified_on": None if notified is None else notified.isoformat(),
        "limit_on": None if limit is None else limit.isoformat(),
        "reason": extension.reason,
        "total": total,
    }
    # While the deadline stands still there is no last day to name.
    paused = limit is None and verdict.outcome in ("admitted", "not_notified")
    code = f"extension_{verdict.outcome}" + ("_paused" if paused else "")
    writer.add("extension", code, values, "extension")


def _add_hours(writer: TraceWriter, total: dict[str, Any]) -> None:
    found = writer.found
    assert found.start is not None
    assert found.due is not None
    due = found.due.isoformat()
    values = {"period": total, "start_on": found.start.isoformat(), "due_on": due}
    # No roll and no floor to tell: hours never move for days of rest.
    full = writer.rule.hour_start == "next_full_hour"
    writer.add("count", "count_hour_full" if full else "count_hour", values, "hour_start")
    for pause in found.pauses:
        _add_pause(writer, pause, None)
    writer.add("due", "due_hour", {"due_on": due, "zone": writer.facts.zone}, "period")


def _add_raw(writer: TraceWriter, count: PausedCount, total: dict[str, Any]) -> None:
    rule, start = writer.rule, writer.found.start
    assert start is not None
    values = {
        "period": total,
        "start_on": start.isoformat(),
        "raw_on": count.reached.bare.isoformat(),
    }
    unit = total["unit"]
    if rule.direction == "back":
        writer.add("count", "count_back", values, "direction")
    elif total["amount"] == 0:
        # Neither "the count begins the day after" nor "0 days end" would be true or plain.
        writer.add("count", "count_at_once", values, "start")
    elif unit in ("month", "year"):
        writer.add("count", _month_code(writer, start, count.reached.bare), values, "anchor")
    else:
        if unit != "week":
            first = "first_day_next" if rule.start == "next_day" else "first_day_same"
            writer.add("count", first, {}, "start")
        writer.add("count", f"count_{unit}", values, "start")


def _month_code(writer: TraceWriter, start: date, end: date) -> str:
    rule = writer.rule
    if rule.anchor != "event":
        return f"count_month_{rule.anchor}"
    return "count_month" if anchor_day(rule, start).day == end.day else "count_month_clamped"


def _add_pause(writer: TraceWriter, verdict: PauseVerdict, count: PausedCount | None) -> None:
    values: dict[str, Any] = {
        "from_on": verdict.from_on.isoformat(),
        "to_on": None if verdict.to_on is None else verdict.to_on.isoformat(),
        "reason": verdict.pause.reason,
    }
    if verdict.effect == COUNTED:
        values["days"] = verdict.days
    elif verdict.effect == OPEN and count is not None:
        values["used"] = _days_used(writer, verdict, count)
    writer.add("pause", f"pause_{verdict.effect}", values, "pause")


def _days_used(writer: TraceWriter, verdict: PauseVerdict, count: PausedCount) -> int:
    """Days of the period that had passed when the deadline stopped, earlier pauses left out."""
    start = writer.found.start
    assert start is not None
    period = writer.found.period or writer.rule.period
    assert period is not None
    first = first_day(writer.rule, period, start)
    stopped = verdict.from_on
    if verdict.pause.counting != "inclusive_both":
        stopped += ONE_DAY
    return max(0, (stopped - first).days - days_in(count.still))


def _add_suspended_days(writer: TraceWriter, count: PausedCount) -> None:
    values = {"days": days_in(count.still), "raw_on": count.reached.raw.isoformat()}
    period = writer.found.period
    # Working days are left out one by one on the way; other units get the days at the end.
    skipped = period is not None and period.unit == "business_day"
    writer.add("pause", "pause_skipped" if skipped else "pause_added", values, "pause")


def _add_end(writer: TraceWriter, count: PausedCount) -> None:
    reached, rule = count.reached, writer.rule
    due_on = reached.due.isoformat()
    if rule.direction == "back":
        writer.add("due", "due_back", {"due_on": due_on}, "period")
        return
    period = writer.found.period
    if rule.min_working_days and period and period.unit == "day" and period.amount > 1:
        code = "floor_kept" if reached.floored == reached.raw else "floor_extended"
        values = {"minimum": rule.min_working_days, "floored_on": reached.floored.isoformat()}
        writer.add("floor", code, values, "min_working_days")
    writer.add(
        "roll",
        _roll_code(writer, count),
        {"from_on": reached.floored.isoformat(), "due_on": due_on},
        "roll",
    )
    # As an instant: the end of the same day is another hour in UTC after the clocks change.
    ends = first_instant_after(reached.due, writer.facts.zone).isoformat()
    writer.add(
        "due", "due", {"due_on": due_on, "expires_on": ends, "zone": writer.facts.zone}, "period"
    )


def _roll_code(writer: TraceWriter, count: PausedCount) -> str:
    if writer.rule.roll == "none":
        return "roll_none"
    if count.reached.due == count.reached.floored:
        return "roll_not_needed"
    return "roll_next" if writer.rule.roll == "next_working_day" else "roll_previous"
