"""The sweep of reminders: asks for everything owed and not yet done, however late it comes.

First it finds the deadlines whose day has come, writes down what is owed of each and marks them
with their next day: plain values and a few statements, so that nobody waits for a deadline's row.
Then the mails of what is owed are written, in small transactions of their own.

Each reminder is owed once per deadline, step, due date and recipient. Steps that passed while
nobody swept are owed too, but useful only until the next one: the outbox then marks them missed,
so that they can be seen and nobody is flooded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.notifications.services import owe_together
from dsr.policies.models import Organisation, Right
from dsr.requests.deadlines import reminder_days
from dsr.requests.models import Deadline, ReminderOwed, SubjectRequest
from dsr.requests.services.notify import responsible, tell_staff
from dsr.requests.states import OPEN, DeadlineStatus, Duty, Status
from dsr.vault.models import Safe
from dsr.vault.services import site_safe

MARKED_AT_ONCE = 2000
WRITTEN_AT_ONCE = 100

FIND = """
SELECT deadline.id, deadline.status, deadline.due_on, deadline.remind_on,
       request.status = ANY(%s), deadline.governing OR deadline.purpose <> %s
FROM requests_deadline AS deadline
JOIN requests_subjectrequest AS request ON request.id = deadline.subject_request_id
WHERE deadline.status IN ('running', 'paused')
  AND deadline.remind_on <= %s
  AND request.organisation_id = %s
ORDER BY deadline.remind_on, deadline.id
LIMIT %s
FOR UPDATE OF deadline SKIP LOCKED
"""
MARK = """
UPDATE requests_deadline AS deadline SET remind_on = given.next_day
FROM unnest(%s::bigint[], %s::date[]) AS given (id, next_day)
WHERE deadline.id = given.id
"""
OWE = """
INSERT INTO requests_reminderowed (deadline_id, step, due_on, day, useful_until)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[], %s::date[])
ON CONFLICT DO NOTHING
"""


class Found(NamedTuple):
    """A deadline whose day has come; ``heard`` where it is the one of which people are reminded:
    one duty, one reminder, that of the date that governs.
    """

    pk: int
    status: str
    due_on: date | None
    remind_on: date
    open: bool
    heard: bool


def sweep(*, at: datetime) -> int:
    """Owe every reminder that is due by now; returns how many deadlines were seen to.

    Several sweeps may run at the same second: each row is taken by one of them.
    """
    marked = sum(mark(organisation, at=at) for organisation in Organisation.objects.all())
    while _write_batch(at):
        pass
    return marked


def mark(organisation: Organisation, *, at: datetime) -> int:
    """Write down which reminders are owed, and on which day each deadline is looked at next."""
    today, done = organisation.today(at), 0
    while count := _mark_batch(organisation, today):
        done += count
    return done


def _mark_batch(organisation: Organisation, today: date) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        asked: list[Any] = [sorted(OPEN), Duty.RESPOND, today, organisation.pk, MARKED_AT_ONCE]
        cursor.execute(FIND, asked)
        found = [Found._make(row) for row in cursor.fetchall()]
        if found:
            owed, next_days = _owed(found, today)
            cursor.execute(OWE, [list(column) for column in zip(*owed, strict=True)] or [[]] * 5)
            cursor.execute(MARK, [[each.pk for each in found], next_days])
    return len(found)


def _owed(
    found: Iterable[Found], today: date
) -> tuple[list[tuple[int, str, date, date, date]], list[date | None]]:
    """The rows of what is owed, and for each deadline the day of its next reminder."""
    rows: list[tuple[int, str, date, date, date]] = []
    next_days: list[date | None] = []
    for pk, status, due_on, first, is_open, heard in found:
        owed, next_day = reminder_days.owed(status, due_on, first, today) if is_open else ((), None)
        next_days.append(next_day)
        if heard:
            rows += [(pk, each.step, due_on or first, each.day, each.useful_until) for each in owed]
    return rows, next_days


def _write_batch(at: datetime) -> int:
    """Owe the mails of some reminders; what no longer holds is let go."""
    mails: list[Any] = []
    readers: dict[tuple[object, ...], list[User]] = {}
    with transaction.atomic():
        batch = list(
            ReminderOwed.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("deadline__subject_request")
            .defer("deadline__trace", "deadline__rule", "deadline__pauses_admitted")
            .order_by("pk")[:WRITTEN_AT_ONCE]
        )
        _share([owed.deadline.subject_request for owed in batch])
        safe = site_safe(at)  # opened once for them all
        for owed in batch:
            if _holds(owed.deadline, owed.step, owed.due_on.isoformat()):
                _write(owed, _readers(owed, readers), safe, mails, at)
        owe_together(mails)
        ReminderOwed.objects.filter(pk__in=[owed.pk for owed in batch]).delete()
    return len(batch)


def _share(requests: list[SubjectRequest]) -> None:
    """Many requests have the same organisation, right and assignee: each is read once."""
    organisations = Organisation.objects.in_bulk({each.organisation_id for each in requests})
    rights = Right.objects.in_bulk({each.right_id for each in requests})
    people = User.objects.in_bulk({each.assignee_id for each in requests} - {None})
    for each in requests:
        each.organisation = organisations[each.organisation_id]
        each.right = rights[each.right_id]
        each.assignee = people.get(each.assignee_id)


def _readers(owed: ReminderOwed, known: dict[tuple[object, ...], list[User]]) -> list[User]:
    """Of many requests of the same people they are looked up once."""
    asked = owed.deadline.subject_request
    late = not owed.step.startswith("-") and owed.step not in ("0", "follow_up")
    key = (asked.organisation_id, asked.department_id, asked.assignee_id, late)
    if key not in known:
        known[key] = recipients(asked, late=late)
    return known[key]


def recipients(subject_request: SubjectRequest, *, late: bool) -> list[User]:
    """The responsible person, or the team; what is late also goes to who oversees."""
    people = {user.pk: user for user in responsible(subject_request)}
    if late:
        overseers = User.objects.with_permission(Permission.OVERSEE, subject_request.organisation)
        people |= {user.pk: user for user in overseers}
    return list(people.values())


def _write(
    owed: ReminderOwed, readers: list[User], safe: Safe, mails: list[Any], at: datetime
) -> None:
    deadline, due_on = owed.deadline, owed.due_on.isoformat()
    subject_request = deadline.subject_request
    tell_staff(
        subject_request,
        "reminder",
        readers,
        at=at,
        key=f"reminder:{deadline.pk}:{owed.step}:{due_on}",
        safe=safe,
        recheck="reminder",
        recheck_args={
            "deadline": deadline.pk,
            "due_on": due_on,
            "step": owed.step,
            "frozen": subject_request.status == Status.FROZEN,
        },
        useful_until=_start_of(owed.useful_until, subject_request),
        into=mails,
        step=owed.step,
        days=(deadline.due_on - owed.day).days if deadline.due_on else None,
        purpose=deadline.get_purpose_display(),
        set_by=deadline.get_set_by_display(),
        due_on=deadline.due_on,
        unassigned=subject_request.assignee_id is None,
    )


def _start_of(day: date, subject_request: SubjectRequest) -> datetime:
    zone = ZoneInfo(subject_request.organisation.zone)
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def still_needed(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before sending: does the deadline still stand as the reminder says?"""
    deadline = (
        Deadline.objects.select_related("subject_request").filter(pk=args["deadline"]).first()
    )
    if deadline is None or not _holds(deadline, args["step"], args["due_on"]):
        return False
    # It asks for work that must not be done now. Reminders owed since the freezing know of it.
    return deadline.subject_request.status != Status.FROZEN or bool(args.get("frozen"))


def _holds(deadline: Deadline, step: str, due_on: str) -> bool:
    if not deadline.subject_request.awaits_answer:
        return False
    if step == "follow_up":
        return bool(deadline.status == DeadlineStatus.PAUSED)
    return deadline.is_live and str(deadline.due_on) == due_on
