"""The one place that writes dates: deadlines begun, recomputed from facts, settled, cancelled."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dsr.deadlines import Facts, Result, WorkingCalendar, compute, first_to_end
from dsr.deadlines.codec import read_rule
from dsr.policies.models import Right
from dsr.requests.actors import Actor
from dsr.requests.chain import write_line
from dsr.requests.deadlines import reminder_days
from dsr.requests.deadlines.planning import DeadlinePlan, plans_for, target
from dsr.requests.laws import duties_if_asked
from dsr.requests.models import Deadline, KeptReady, Notice, Pause, SubjectRequest
from dsr.requests.models.deadlines import BESIDE_THE_ANSWER, NO_DUTY, TO_ANSWER_BY
from dsr.requests.models.machine import LIVE
from dsr.requests.states import REFUSING, DeadlineStatus, Duty, Outcome, SetBy

from .solving import calendar_of, day_of, solve, solve_undisturbed

# Who set a date, from what binds most to what is a promise to oneself.
BINDING = (SetBy.ORDER, SetBy.LAW, SetBy.POLICY, SetBy.TARGET)


def begin(subject_request: SubjectRequest, *, at: datetime) -> list[Deadline]:
    """Every deadline of a request that is about to be saved, unsaved too; the earliest governs.

    Nothing has happened yet but its receipt.
    """
    received = Facts(
        received=subject_request.received_at, zone=subject_request.organisation.zone, events=()
    )
    deadlines = [planned(subject_request, plan, at) for plan in plans_for(subject_request)]
    own = subject_request.organisation.calendar.as_engine()
    for deadline in deadlines:
        calendar = own if deadline.calendar_codes is None else calendar_of(deadline)
        write_dates(deadline, compute(read_rule(deadline.rule), received, calendar), at)
    if first := first_due(deadlines):
        first.governing = True
        subject_request.due_on, subject_request.due_is_aim = first.due_on, first.is_aim
    return deadlines


def _begin_one(
    subject_request: SubjectRequest,
    plan: DeadlinePlan,
    *,
    actor: Actor,
    at: datetime,
    started_on: date | None = None,
    round_: int = 1,
) -> None:
    """A further deadline of a request that is there."""
    deadline = planned(subject_request, plan, at)
    deadline.started_on = started_on or deadline.started_on
    deadline.round = round_
    write_dates(deadline, solve(deadline), at)
    deadline.save()
    write_line(subject_request, "deadline_began", actor=actor, at=at, facts=begun(deadline))


def begin_after(
    subject_request: SubjectRequest,
    plan: DeadlinePlan,
    known_at: datetime,
    *,
    actor: Actor,
    at: datetime,
) -> Deadline:
    """A duty that is counted from a finding, not from the receipt."""
    deadline = planned(subject_request, plan, at)
    zone = subject_request.organisation.zone
    deadline.started_on = known_at.astimezone(ZoneInfo(zone)).date()
    found = Facts(received=known_at, zone=zone, events=())
    write_dates(deadline, compute(read_rule(plan.rule), found, calendar_of(deadline)), at)
    deadline.save()
    write_line(subject_request, "deadline_began", actor=actor, at=at, facts=begun(deadline))
    return deadline


def begin_of_its_own(
    subject_request: SubjectRequest,
    plan: DeadlinePlan,
    *,
    started_on: date,
    due_on: date | None,
    actor: Actor,
    at: datetime,
) -> Deadline:
    """A further deadline whose day is named by what set it, or which has none (``due_on`` None).

    Nothing computed it, so it has no steps to show; and no other deadline is changed by it.
    """
    deadline = planned(subject_request, plan, at)
    deadline.started_on, deadline.due_on, deadline.would_be_on = started_on, due_on, due_on
    # Whoever writes a due date also says when the sweep looks at it first; else nobody hears.
    deadline.remind_on = reminder_days.first_day(deadline, subject_request.organisation.today(at))
    deadline.save()
    write_line(subject_request, "deadline_began", actor=actor, at=at, facts=begun(deadline))
    return deadline


def planned(subject_request: SubjectRequest, plan: DeadlinePlan, at: datetime) -> Deadline:
    """The deadline of a plan, unsaved and without its dates."""
    calendar = subject_request.organisation.calendar
    return Deadline(
        subject_request=subject_request,
        purpose=plan.purpose,
        set_by=plan.set_by,
        regime=plan.regime,
        code=plan.code,
        label=plan.label,
        source=plan.source,
        checked=plan.checked,
        rule=plan.rule,
        pauses_admitted=plan.pauses,
        extension_rule=plan.extension,
        calendar=calendar,
        calendar_version=calendar.version,
        calendar_codes=plan.calendar_codes,
        started_on=subject_request.received_on,
        computed_at=at,
    )


def begun(deadline: Deadline) -> dict[str, Any]:
    """What the history says of a deadline that was just saved."""
    return {"deadline": deadline.pk, "code": deadline.code, "due_on": _iso(deadline.due_on)}


def codes_planned(subject_request: SubjectRequest) -> frozenset[str]:
    """Which deadlines the laws, as they are read now, give a request by its facts."""
    return frozenset(plan.code for plan in plans_for(subject_request))


def replan(
    subject_request: SubjectRequest,
    *,
    before: Collection[str],
    actor: Actor,
    at: datetime,
    cause: str = "fact_stated",
) -> None:
    """Another fact is known, or another day of receipt, so other laws may apply: their deadlines
    begin, others fall away. What was answered is not planned anew.

    ``before``: ``codes_planned`` without the fact. What a law that is read otherwise now would
    begin or end is no matter of the fact; it waits until somebody accepts it (``coming``).
    """
    answered = subject_request.answered_on or subject_request.answered_before
    if answered is not None or subject_request.kept_ready_on is not None:
        recompute(subject_request, actor=actor, at=at, cause=cause)
        return
    plans = {plan.code: plan for plan in plans_for(subject_request)}
    new = plans.keys() - set(before)
    today = subject_request.organisation.today(at)
    known = {each.code: each for each in subject_request.deadlines.filter(round=1)}
    for code, deadline in known.items():
        by_law = deadline.set_by == SetBy.LAW and deadline.is_planned
        gone = by_law and code in before and code not in plans
        if gone and deadline.status in (DeadlineStatus.RUNNING, DeadlineStatus.PAUSED):
            _end(deadline, "cancel", today, actor=actor, at=at)
        elif code in new and deadline.status == DeadlineStatus.CANCELLED:
            _run_again(deadline, actor=actor, at=at)
    for code, plan in plans.items():
        if code in new and code not in known:
            _begin_one(subject_request, plan, actor=actor, at=at)
    recompute(subject_request, actor=actor, at=at, cause=cause)
    _receipt_was_confirmed(subject_request, actor=actor, at=at)


def _receipt_was_confirmed(subject_request: SubjectRequest, *, actor: Actor, at: datetime) -> None:
    """A law that is found to apply later asks for no second confirmation of receipt."""
    given = subject_request.notices.went_out().filter(what=Notice.What.RECEIPT)
    first = given.order_by("on", "pk").first()
    if first is None or first.on is None:
        return
    owed = subject_request.deadlines.live().filter(purpose=Duty.ACKNOWLEDGE)
    # With the notice: should it come back after all, they run again.
    first.ended = sorted({*first.ended, *owed.values_list("pk", flat=True)})
    first.save(update_fields=["ended"])
    settle_duty(subject_request, Duty.ACKNOWLEDGE, first.on, actor=actor, at=at)


def write_dates(deadline: Deadline, result: Result, at: datetime) -> None:
    """The engine's answer on the deadline, which is not saved here."""
    deadline.due_on = result.due_on
    deadline.due_at = result.expires_at
    deadline.would_be_on = day_of(result.due_without_pause)
    deadline.notice_by = day_of(result.notice_by)
    deadline.trace = result.trace_json()
    deadline.calendar_version = deadline.calendar.version
    deadline.computed_at = at
    if result.suspended and deadline.status == DeadlineStatus.RUNNING:
        deadline.pause()
    elif not result.suspended and deadline.status == DeadlineStatus.PAUSED:
        deadline.resume()
    today = deadline.subject_request.organisation.today(at)
    deadline.remind_on = reminder_days.first_day(deadline, today)


def recompute(subject_request: SubjectRequest, *, actor: Actor, at: datetime, cause: str) -> int:
    """Write every live date anew from the facts; returns how many moved.

    Each move is a line of history that says from when, to when and why (``cause``, a closed code).
    """
    moved = 0
    live = list(subject_request.deadlines.live().select_related("calendar"))
    # Aims last: they go along with the duty that they serve, whose day must be known by then.
    live.sort(key=lambda each: each.is_aim)
    for deadline in live:
        if deadline.names_its_day:
            continue
        deadline.subject_request = subject_request
        before, status = deadline.due_on, deadline.status
        if deadline.round == 1 and deadline.is_planned:
            deadline.started_on = subject_request.received_on
        write_dates(deadline, solve(deadline), at)
        if deadline.is_aim and deadline.round == 1:
            go_along(deadline, first_due(each for each in live if not each.is_aim), at)
        deadline.save()
        if (before, status) != (deadline.due_on, deadline.status):
            moved += 1
            _say_moved(deadline, before, actor=actor, at=at, cause=cause)
    govern(subject_request)
    return moved


def go_along(
    aim: Deadline, duty: Deadline | None, at: datetime, calendar: WorkingCalendar | None = None
) -> None:
    """An aim moves as far as the duty that it serves was extended or paused, and stands still
    with it. ``calendar`` as of ``solve``."""
    aim.moved_along = 0
    if duty is None or duty.set_by == SetBy.ORDER or aim.due_on is None:
        return
    if duty.status == DeadlineStatus.PAUSED:
        aim.due_on = aim.due_at = None
        if aim.status == DeadlineStatus.RUNNING:
            aim.pause()
    elif duty.due_on and (alone := day_of(solve_undisturbed(duty, calendar).due_on)):
        aim.moved_along = (duty.due_on - alone).days
        aim.due_on, aim.due_at = aim.due_on + timedelta(days=aim.moved_along), None
    today = aim.subject_request.organisation.today(at)
    aim.remind_on = reminder_days.first_day(aim, today)


def _say_moved(
    deadline: Deadline, before: date | None, *, actor: Actor, at: datetime, cause: str
) -> None:
    write_line(
        deadline.subject_request,
        "deadline_moved",
        actor=actor,
        at=at,
        facts={
            "deadline": deadline.pk,
            "code": deadline.code,
            "from": _iso(before),
            "to": _iso(deadline.due_on),
            "cause": cause,
        },
    )


def govern(subject_request: SubjectRequest) -> None:
    """The earliest live day of a duty governs, else the aim; the request keeps it as a cache."""
    first = first_due(subject_request.deadlines.live().order_by("pk"))
    if first is None:
        return
    if not first.governing:
        subject_request.deadlines.filter(governing=True).update(governing=False)
        subject_request.deadlines.filter(pk=first.pk).update(governing=True)
    subject_request.due_on, subject_request.due_is_aim = first.due_on, first.is_aim
    subject_request.save()


def first_due(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The earliest to answer by; of two on the same day the one that binds more.

    An aim governs only where no order, law or policy says anything about a day.
    """
    rows = list(deadlines)
    # What had been held back is all that is owed once the rest is answered.
    every = [each for each in rows if each.is_duty] or [
        each for each in rows if each.purpose == Duty.SUPPLEMENT
    ]
    duties = [each for each in every if not each.is_aim]
    if not any(_has_a_day(each) for each in duties):
        duties = every
    duties.sort(key=lambda each: BINDING.index(SetBy(each.set_by)))
    # By days, also beside a period in hours: two that end on one day end together for a reader.
    first = first_to_end([each.due_on for each in duties])
    # Where none has a date the one that binds most governs, and the request has none.
    return duties[first or 0] if duties else None


def _has_a_day(deadline: Deadline) -> bool:
    # Paused it has one, which nobody knows yet; "without delay" has none.
    return deadline.due_on is not None or deadline.status == DeadlineStatus.PAUSED


def settle(subject_request: SubjectRequest, on: date, *, actor: Actor, at: datetime) -> None:
    """The answer went out on this day: duties are met, or missed when it was late."""
    _end_every_pause(subject_request, on)
    for deadline in subject_request.deadlines.live():
        # Of what is refused nothing is stopped.
        refused = deadline.purpose == Duty.STOP and subject_request.outcome == Outcome.REFUSED
        if deadline.purpose in BESIDE_THE_ANSWER and not refused:
            continue
        if refused or _concerns_nobody(deadline, subject_request):
            _end(deadline, "cancel", on, actor=actor, at=at)
        else:
            _settle(deadline, on, actor=actor, at=at)
    govern(subject_request)


def settle_supplement(
    subject_request: SubjectRequest, on: date, *, actor: Actor, at: datetime
) -> None:
    """The parts that were taken up went out on this day."""
    for deadline in subject_request.deadlines.live().filter(hold__taken_up_at__isnull=False):
        _settle(deadline, on, actor=actor, at=at)
    govern(subject_request)


def stopped(subject_request: SubjectRequest, on: date, *, actor: Actor, at: datetime) -> None:
    """The use was stopped everywhere on this day; found going on later, it had not been before."""
    for deadline in subject_request.deadlines.filter(purpose=Duty.STOP):
        if deadline.status == DeadlineStatus.MET:
            _run_again(deadline, actor=actor, at=at)
        if deadline.is_live:
            _settle(deadline, on, actor=actor, at=at)


def _concerns_nobody(deadline: Deadline, subject_request: SubjectRequest) -> bool:
    refuses = subject_request.outcome in REFUSING
    return deadline.purpose in NO_DUTY or (deadline.purpose == Duty.REFUSE and not refuses)


def settle_duty(
    subject_request: SubjectRequest, purpose: str, on: date, *, actor: Actor, at: datetime
) -> None:
    """One duty of the request was done on this day, the others run on."""
    for deadline in subject_request.deadlines.live().filter(purpose=purpose):
        _settle(deadline, on, actor=actor, at=at)


def settle_one(deadline: Deadline, on: date, *, actor: Actor, at: datetime) -> None:
    """This duty was done on this day."""
    _settle(deadline, on, actor=actor, at=at)


def settle_at(deadline: Deadline, ended_at: datetime, *, actor: Actor, at: datetime) -> None:
    """This duty was done at this instant, which counts where its limit is one of hours."""
    day = ended_at.astimezone(ZoneInfo(deadline.subject_request.organisation.zone)).date()
    late = ended_at > deadline.due_at if deadline.due_at else deadline.is_late(day)
    _end(deadline, "miss" if late else "meet", day, actor=actor, at=at)


def cancel_one(deadline: Deadline, on: date, *, actor: Actor, at: datetime) -> None:
    """This duty fell away on this day."""
    _end(deadline, "cancel", on, actor=actor, at=at)


def end_undelivered(subject_request: SubjectRequest, *, actor: Actor, at: datetime) -> list[int]:
    """It is ready and can reach nobody: a day that has passed is missed, any other ended without
    being met. Returns which ended."""
    today = subject_request.organisation.today(at)
    _end_every_pause(subject_request, today)
    ended = []
    for deadline in subject_request.deadlines.live():
        if deadline.purpose in BESIDE_THE_ANSWER:
            continue
        if _concerns_nobody(deadline, subject_request):
            _end(deadline, "cancel", today, actor=actor, at=at)
        else:
            how = "miss" if deadline.is_late(today) else "cancel"
            _end(deadline, how, today, actor=actor, at=at, undelivered=True)
        ended.append(deadline.pk)
    return ended


def settle_undelivered(
    subject_request: SubjectRequest,
    ids: Iterable[int],
    on: date,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """The answer that had been kept ready was delivered on this day after all.

    In time the duty is met. Later, what had been missed is done late; where it had been ready in
    time the duty stays as it ended: nobody could be reached by then, and that is still so.
    """
    ended = subject_request.deadlines.filter(pk__in=list(ids), undelivered=True)
    for deadline in ended.exclude(status__in=LIVE):
        late = deadline.is_late(on)
        if late and deadline.status == DeadlineStatus.CANCELLED:
            continue
        deadline.revive()
        deadline.save()
        _end(deadline, "miss" if late else "meet", on, actor=actor, at=at)


def cancel_all(
    subject_request: SubjectRequest, *, actor: Actor, at: datetime, on: date | None = None
) -> None:
    """The duty fell away: withdrawn, lapsed, out of scope, forwarded; on the day ``on``."""
    day = on or subject_request.organisation.today(at)
    _end_every_pause(subject_request, day)
    # What followed from a finding is owed whatever becomes of the request.
    for deadline in subject_request.deadlines.live().exclude(purpose=Duty.FOLLOW_UP):
        _end(deadline, "cancel", day, actor=actor, at=at)


def _settle(deadline: Deadline, on: date, *, actor: Actor, at: datetime) -> None:
    _end(deadline, "miss" if deadline.is_late(on) else "meet", on, actor=actor, at=at)


def _end(
    deadline: Deadline,
    how: str,
    on: date,
    *,
    actor: Actor,
    at: datetime,
    undelivered: bool = False,
) -> None:
    getattr(deadline, how)(on)
    deadline.undelivered = undelivered
    deadline.save()
    write_line(
        deadline.subject_request,
        f"deadline_{deadline.status}",
        actor=actor,
        at=at,
        facts={"deadline": deadline.pk, "code": deadline.code, "on": on.isoformat()}
        | ({"undelivered": True} if undelivered else {}),
    )


def take_up_again(subject_request: SubjectRequest, *, actor: Actor, at: datetime) -> None:
    """Every limit to answer by runs on from its old start, whatever had ended it.

    What was asked is not answered, so an answer that did not do has met nothing: ending and
    reopening must not buy time. Beside them stands a new aim where something had been answered.
    """
    _end_every_pause(subject_request, subject_request.organisation.today(at))
    kept = subject_request.kept_ready.standing()
    kept.update(settled_at=at, came=KeptReady.Came.TAKEN_BACK)
    plans = {plan.code for plan in plans_for(subject_request)}
    ended = subject_request.deadlines.exclude(status__in=LIVE)
    # What could reach nobody was no answer.
    answered = ended.filter(purpose__in=TO_ANSWER_BY, undelivered=False)
    anew = answered.exclude(status=DeadlineStatus.CANCELLED).exists()
    for deadline in ended:
        # A law that was found not to apply, or an earlier round's aim, has nothing to say now.
        stands = not deadline.is_planned or deadline.code in plans
        if stands and _asked_again(deadline, anew=anew):
            _run_again(deadline, actor=actor, at=at)
    if anew:
        last = subject_request.deadlines.latest("round").round
        _begin_one(
            subject_request,
            target(subject_request, "reopened"),
            actor=actor,
            at=at,
            started_on=subject_request.organisation.today(at),
            round_=last + 1,
        )
    recompute(subject_request, actor=actor, at=at, cause="reopened")


def _asked_again(deadline: Deadline, *, anew: bool) -> bool:
    if deadline.purpose == Duty.FOLLOW_UP:
        # It was judged that nothing is asked for; taking up the request changes nothing of that.
        return False
    if deadline.status == DeadlineStatus.CANCELLED or deadline.undelivered:
        return True
    # Confirming the receipt was done once and for all; so was telling of an extension.
    done = deadline.purpose not in TO_ANSWER_BY | {Duty.REFUSE}
    return not done and not (anew and deadline.is_aim)


def _run_again(deadline: Deadline, *, actor: Actor, at: datetime) -> None:
    deadline.revive()
    deadline.undelivered = False
    deadline.save()
    today = deadline.subject_request.organisation.today(at)
    write_line(
        deadline.subject_request,
        "deadline_revived",
        actor=actor,
        at=at,
        facts={"deadline": deadline.pk, "code": deadline.code, "on": today.isoformat()},
    )


def begin_pause(
    subject_request: SubjectRequest,
    reason: str,
    *,
    actor: Any,
    at: datetime,
    doubt: str = "",
    stated: Collection[str] = (),
) -> Pause:
    """Something is asked; once it is out each deadline's own rule says whether it is paused.

    ``stated``: facts of laws that the actor states with it, ``gdpr:large_quantity``.
    """
    pause = Pause(
        safe=subject_request.safe,
        subject_request=subject_request,
        reason=reason,
        began_on=subject_request.organisation.today(at),
        by=actor,
        recorded_at=at,
        stated=sorted(stated),
    )
    pause.seal(doubt=doubt)
    pause.doubt_recorded = bool(doubt.strip())
    pause.save()
    return pause


def end_pauses(
    subject_request: SubjectRequest,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
    on: date | None = None,
    in_vain: bool = False,
) -> None:
    """What was asked has come on the day ``on`` (else today).

    ``in_vain``: it did not, and is waited for no more. Then the clocks are as if nothing had been
    asked: nobody gains time by asking for what is given up.
    """
    day = on or subject_request.organisation.today(at)
    for pause in subject_request.pauses.filter(reason=reason, ended_on=None):
        pause.ended_on, pause.in_vain = max(day, pause.began_on), in_vain
        pause.save()
        recompute(subject_request, actor=actor, at=at, cause="pause_ended")


def _end_every_pause(subject_request: SubjectRequest, on: date) -> None:
    """Nothing is waited for any more: it was answered, has ended, or is taken up again."""
    for pause in subject_request.pauses.filter(ended_on=None):
        pause.ended_on = max(on, pause.began_on)
        pause.save(update_fields=["ended_on"])


def working_days_before_due(subject_request: SubjectRequest, count: int) -> date | None:
    """The working day that lies ``count`` working days before the governing date."""
    if subject_request.due_on is None:
        return None
    calendar = subject_request.organisation.calendar.as_engine()
    return calendar.add_working_days(subject_request.due_on, -count)


def regimes_of(right: Right, place: str, on: date) -> set[str]:
    """Short names of the laws that have something to say on a right asked for from a place."""
    return {regime.slug for regime, _duty in duties_if_asked(right, place, on)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def undo_ending(
    subject_request: SubjectRequest, ids: Iterable[int], *, actor: Actor, at: datetime, cause: str
) -> None:
    """What had ended these deadlines did not arrive: they run again, from their old start."""
    ended = subject_request.deadlines.filter(pk__in=list(ids)).exclude(status__in=LIVE)
    for deadline in ended:
        _run_again(deadline, actor=actor, at=at)
    recompute(subject_request, actor=actor, at=at, cause=cause)
