"""The second half of a trace: extensions, the count, pauses, floor, roll, the last day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dsr.deadlines.clock import COUNTED, OPEN
from dsr.deadlines.counting import anchor_day, days_in
from dsr.deadlines.moments import ONE_DAY, first_instant_after
from dsr.deadlines.rulecodec import write_period

if TYPE_CHECKING:
    from dsr.deadlines.clock import PauseVerdict, Run
    from dsr.deadlines.extending import ExtensionVerdict
    from dsr.deadlines.telling import Telling


def tell_count(told: Telling) -> None:
    """The steps from the start to the last day."""
    found = told.found
    total = write_period(found.period) if found.period is not None else {}
    for verdict in found.extensions:
        _tell_extension(told, verdict, total)
    if found.run is None:
        _tell_hours(told, total)
        return
    _tell_raw(told, found.run, total)
    for pause in found.pauses:
        _tell_pause(told, pause, found.run)
    if found.due is None:
        told.say("due", "no_date", {}, "period")
        return
    if found.run.still:
        _tell_suspended_days(told, found.run)
    _tell_end(told, found.run)


def _tell_extension(told: Telling, verdict: ExtensionVerdict, total: dict[str, Any]) -> None:
    extension, limit = verdict.extension, verdict.notice_by
    notified = extension.notified_on
    values = {
        "extension": write_period(extension.period),
        "notified_on": None if notified is None else notified.isoformat(),
        "limit_on": None if limit is None else limit.isoformat(),
        "reason": extension.reason,
        "total": total,
    }
    paused = limit is None and verdict.outcome in ("admitted", "not_notified")
    code = f"extension_{verdict.outcome}" + ("_paused" if paused else "")
    told.say("extension", code, values, "extension")


def _tell_hours(told: Telling, total: dict[str, Any]) -> None:
    found = told.found
    assert found.start is not None
    assert found.due is not None
    due = found.due.isoformat()
    values = {"period": total, "start_on": found.start.isoformat(), "due_on": due}
    full = told.rule.hour_start == "next_full_hour"
    told.say("count", "count_hour_full" if full else "count_hour", values, "hour_start")
    for pause in found.pauses:
        _tell_pause(told, pause, None)
    told.say("due", "due_hour", {"due_on": due, "zone": told.facts.zone}, "period")


def _tell_raw(told: Telling, run: Run, total: dict[str, Any]) -> None:
    rule, start = told.rule, told.found.start
    assert start is not None
    values = {
        "period": total,
        "start_on": start.isoformat(),
        "raw_on": run.reached.bare.isoformat(),
    }
    unit = total["unit"]
    if rule.direction == "back":
        told.say("count", "count_back", values, "direction")
    elif unit in ("month", "year"):
        told.say("count", _month_code(told, start, run.reached.bare), values, "anchor")
    else:
        if unit != "week":
            first = "first_day_next" if rule.start == "next_day" else "first_day_same"
            told.say("count", first, {}, "start")
        told.say("count", f"count_{unit}", values, "start")


def _month_code(told: Telling, start: date, end: date) -> str:
    rule = told.rule
    if rule.anchor != "event":
        return f"count_month_{rule.anchor}"
    return "count_month" if anchor_day(rule, start).day == end.day else "count_month_clamped"


def _tell_pause(told: Telling, verdict: PauseVerdict, run: Run | None) -> None:
    values: dict[str, Any] = {
        "from_on": verdict.from_on.isoformat(),
        "to_on": None if verdict.to_on is None else verdict.to_on.isoformat(),
        "reason": verdict.pause.reason,
    }
    if verdict.effect == COUNTED:
        values["days"] = verdict.days
    elif verdict.effect == OPEN and run is not None:
        values["used"] = _days_used(told, verdict, run)
    told.say("pause", f"pause_{verdict.effect}", values, "pause")


def _days_used(told: Telling, verdict: PauseVerdict, run: Run) -> int:
    """Days of the period that had passed when the clock stopped, earlier pauses left out."""
    start = told.found.start
    assert start is not None
    same_day = told.rule.start == "same_day" and told.rule.period is not None
    first = start if same_day else start + ONE_DAY
    stopped = verdict.from_on
    if verdict.pause.counting != "inclusive_both":
        stopped += ONE_DAY
    return max(0, (stopped - first).days - days_in(run.still))


def _tell_suspended_days(told: Telling, run: Run) -> None:
    values = {"days": days_in(run.still), "raw_on": run.reached.raw.isoformat()}
    period = told.found.period
    skipped = period is not None and period.unit == "business_day"
    told.say("pause", "pause_skipped" if skipped else "pause_added", values, "pause")


def _tell_end(told: Telling, run: Run) -> None:
    count, rule = run.reached, told.rule
    due_on = count.due.isoformat()
    if rule.direction == "back":
        told.say("due", "due_back", {"due_on": due_on}, "period")
        return
    period = told.found.period
    if rule.min_working_days and period and period.unit == "day" and period.amount > 1:
        code = "floor_kept" if count.floored == count.raw else "floor_extended"
        values = {"minimum": rule.min_working_days, "floored_on": count.floored.isoformat()}
        told.say("floor", code, values, "min_working_days")
    told.say(
        "roll",
        _roll_code(told, run),
        {"from_on": count.floored.isoformat(), "due_on": due_on},
        "roll",
    )
    ends = first_instant_after(count.due, told.facts.zone).isoformat()
    told.say(
        "due", "due", {"due_on": due_on, "expires_on": ends, "zone": told.facts.zone}, "period"
    )


def _roll_code(told: Telling, run: Run) -> str:
    if told.rule.roll == "none":
        return "roll_none"
    if run.reached.due == run.reached.floored:
        return "roll_not_needed"
    return "roll_next" if told.rule.roll == "next_working_day" else "roll_previous"
