"""The sweep of reminders: asks for everything owed and not yet done, however late it comes.

Each reminder is owed once per deadline, step, due date and recipient. Steps that passed while
nobody swept are owed too, but useful only until the next one: the outbox then marks them missed,
so that they can be seen and nobody is flooded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.models import Organisation, Right
from dsr.requests import reminders
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import OPEN, ClockStatus, Status

from .telling import responsible, tell_staff

BATCH = 200


def sweep(*, at: datetime, batch: int = BATCH) -> int:
    """Owe every reminder that is due by now; returns how many deadlines were seen to.

    Several sweeps may run at the same second: each row is taken by one of them.
    """
    done = 0
    for organisation in Organisation.objects.all():
        while count := _sweep_batch(organisation, at, batch):
            done += count
    return done


def _sweep_batch(organisation: Organisation, at: datetime, batch: int) -> int:
    today = organisation.today(at)
    with transaction.atomic():
        due = list(
            Deadline.objects.live()
            .filter(remind_on__lte=today, subject_request__organisation=organisation)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("subject_request")
            .defer("trace", "rule", "pauses_admitted", "extension_rule")
            .order_by("remind_on", "pk")[:batch]
        )
        _share([deadline.subject_request for deadline in due], organisation)
        for deadline in due:
            _remind(deadline, today, at)
        _note_next_day(due)
    return len(due)


def _share(requests: list[SubjectRequest], organisation: Organisation) -> None:
    """Many requests have the same right and the same assignee: each is read once."""
    rights = Right.objects.in_bulk({each.right_id for each in requests})
    people = User.objects.in_bulk({each.assignee_id for each in requests} - {None})
    for each in requests:
        each.organisation = organisation
        each.right = rights[each.right_id]
        each.assignee = people.get(each.assignee_id)


def _note_next_day(due: list[Deadline]) -> None:
    """One statement for each day: most deadlines of a batch share the next one."""
    by_day = defaultdict(list)
    for deadline in due:
        by_day[deadline.remind_on].append(deadline.pk)
    for day, ids in by_day.items():
        Deadline.objects.filter(pk__in=ids).update(remind_on=day)


def _remind(deadline: Deadline, today: date, at: datetime) -> None:
    """Owe what is due and set the day of the next reminder."""
    first, subject_request = deadline.remind_on or today, deadline.subject_request
    if subject_request.status not in OPEN:
        deadline.remind_on = None
    elif deadline.status == ClockStatus.PAUSED:
        _owe(deadline, "follow_up", first, today + reminders.FOLLOW_UP, at)
        deadline.remind_on = today + reminders.FOLLOW_UP
    elif deadline.due_on is not None:
        for step, day in reminders.between(deadline.due_on, first, today):
            _owe(deadline, str(step), day, reminders.after(deadline.due_on, day), at)
        deadline.remind_on = reminders.after(deadline.due_on, today)
    else:
        deadline.remind_on = None


def _owe(deadline: Deadline, step: str, day: date, useful_until: date, at: datetime) -> None:
    subject_request = deadline.subject_request
    if not (deadline.governing or deadline.purpose != "respond"):
        return  # one duty, one reminder: that of the date that governs
    due_on = deadline.due_on.isoformat() if deadline.due_on else day.isoformat()
    tell_staff(
        subject_request,
        "reminder",
        recipients(
            subject_request, late=not step.startswith("-") and step not in ("0", "follow_up")
        ),
        at=at,
        key=f"reminder:{deadline.pk}:{step}:{due_on}",
        recheck="reminder",
        recheck_args={
            "deadline": deadline.pk,
            "due_on": due_on,
            "step": step,
            "frozen": subject_request.status == Status.FROZEN,
        },
        useful_until=_start_of(useful_until, subject_request),
        step=step,
        days=(deadline.due_on - day).days if deadline.due_on else None,
        purpose=deadline.get_purpose_display(),
        basis=deadline.get_basis_display(),
        due_on=deadline.due_on,
        unassigned=subject_request.assignee_id is None,
    )


def recipients(subject_request: SubjectRequest, *, late: bool) -> list[User]:
    """The responsible person, or the team; what is late also goes to who oversees."""
    people = {user.pk: user for user in responsible(subject_request)}
    if late:
        overseers = User.objects.with_permission(Permission.OVERSEE, subject_request.organisation)
        people |= {user.pk: user for user in overseers}
    return list(people.values())


def _start_of(day: date, subject_request: SubjectRequest) -> datetime:
    zone = ZoneInfo(subject_request.organisation.zone)
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def still_needed(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before sending: does the deadline still stand as the reminder says?"""
    deadline = (
        Deadline.objects.live()
        .select_related("subject_request")
        .filter(pk=args["deadline"])
        .first()
    )
    if deadline is None or not deadline.subject_request.awaits_answer:
        return False
    # It asks for work that must not be done now. Reminders owed since the freezing know of it.
    if deadline.subject_request.status == Status.FROZEN and not args.get("frozen"):
        return False
    if args["step"] == "follow_up":
        return bool(deadline.status == ClockStatus.PAUSED)
    return str(deadline.due_on) == str(args["due_on"])
