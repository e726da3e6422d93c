"""The sweep of reminders: asks for everything owed and not yet done, however late it comes.

First it finds the deadlines whose day has come, writes down what is owed of each and marks them
with their next day: plain values and a few statements, so that nobody waits for a deadline's row.
Then the mails of what is owed are written, in small transactions of their own.

It is the same for every kind of deadline that was registered (``reminder_kinds``).

Each reminder is owed once per deadline, step, due date and recipient. Steps that passed while
nobody swept are owed too, but useful only until the next one: the outbox then marks them missed,
so that they can be seen and nobody is flooded.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet

from dsr.accounts.models import User
from dsr.days.place import standing_in
from dsr.notifications.services import Reader, owe_each, owe_together
from dsr.policies.models import Organisation
from dsr.requests.deadlines import reminder_days
from dsr.vault.models import Safe
from dsr.vault.services import site_safe

from .reminder_kinds import KINDS, ReminderKind

MARKED_AT_ONCE = 2000
WRITTEN_AT_ONCE = 100

FIND = """
SELECT deadline.id, deadline.status, deadline.due_on, deadline.remind_on, {is_open}, {heard}
FROM {deadlines} AS deadline
{joins}
WHERE deadline.status IN ('running', 'paused')
  AND deadline.remind_on <= %s
  AND {organisation} = %s
ORDER BY deadline.remind_on, deadline.id
LIMIT %s
FOR UPDATE OF deadline SKIP LOCKED
"""
MARK = """
UPDATE {deadlines} AS deadline SET remind_on = given.next_day
FROM unnest(%s::bigint[], %s::date[]) AS given (id, next_day)
WHERE deadline.id = given.id
"""
OWE = """
INSERT INTO {owed} (deadline_id, step, due_on, day, useful_until)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[], %s::date[])
ON CONFLICT DO NOTHING
"""
# A paused deadline is followed up by who has it; only what was not done in time goes further.
IN_TIME = frozenset({"-7", "-3", "-1", "0", "follow_up"})


class Found(NamedTuple):
    """A deadline whose day has come, as ``FIND`` selects it."""

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
    for kind in KINDS.values():
        while _write_batch(kind, at):
            pass
    return marked


def mark(organisation: Organisation, *, at: datetime) -> int:
    """Write down which reminders are owed, and on which day each deadline is looked at next."""
    today, done = organisation.today(at), 0
    for kind in KINDS.values():
        while count := _mark_batch(kind, organisation, today):
            done += count
    return done


def _mark_batch(kind: ReminderKind[Any], organisation: Organisation, today: date) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql(FIND, kind), [today, organisation.pk, MARKED_AT_ONCE])
        found = [Found._make(row) for row in cursor.fetchall()]
        if found:
            owed, next_days = _owed(found, today)
            columns = [list(column) for column in zip(*owed, strict=True)] or [[]] * 5
            cursor.execute(_sql(OWE, kind), columns)
            cursor.execute(_sql(MARK, kind), [[each.pk for each in found], next_days])
    return len(found)


def _sql(statement: str, kind: ReminderKind[Any]) -> str:
    """The statement for the tables of this kind; every part of it is written in code."""
    return statement.format(
        deadlines=kind.deadlines._meta.db_table,
        owed=kind.owed._meta.db_table,
        joins=kind.joins,
        organisation=kind.organisation,
        is_open=kind.is_open,
        heard=kind.heard,
    )


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


def _write_batch(kind: ReminderKind[Any], at: datetime) -> int:
    """Owe the mails of some reminders; what no longer holds is let go."""
    with transaction.atomic():
        batch = _batch(kind)
        if batch:
            kind.prepare([owed.deadline for owed in batch])
            owe_together(_mails(kind, batch, at))
            kind.owed._default_manager.filter(pk__in=[owed.pk for owed in batch]).delete()
    return len(batch)


def _batch(kind: ReminderKind[Any]) -> list[Any]:
    """Some of what is owed, and with it whatever is owed of the same thing."""
    every: QuerySet[Any] = kind.owed._default_manager.all()
    rows = (
        every.select_for_update(skip_locked=True, of=("self",))
        .select_related("deadline", *kind.follows)
        .defer(*kind.leaves_out)
        .order_by("pk")
    )
    batch = list(rows[:WRITTEN_AT_ONCE])
    if not (kind.together and len(batch) == WRITTEN_AT_ONCE):
        return batch
    things = {kind.thing(owed.deadline) for owed in batch}
    rest = rows.filter(**{f"{kind.together}__in": things})
    return batch + list(rest.exclude(pk__in=[owed.pk for owed in batch]))


def _mails(kind: ReminderKind[Any], batch: Iterable[Any], at: datetime) -> list[Any]:
    mails: list[Any] = []
    known: dict[Hashable, list[User]] = {}
    safe = site_safe(at)  # opened once for them all
    for gathered in _gathered(kind, batch, at):
        everybody = _readers(kind, gathered[0], False, known)
        with standing_in(kind.organisation_of(gathered[0].deadline).place):
            _write(kind, gathered, everybody, safe, mails, at)
            # What is late also goes to who oversees, who hears nothing of the rest.
            if late := [owed for owed in gathered if owed.step not in IN_TIME]:
                told = {user.pk for user in everybody}
                others = _readers(kind, late[0], True, known)
                more = [user for user in others if user.pk not in told]
                _write(kind, late, more, safe, mails, at)
    return mails


def _gathered(kind: ReminderKind[Any], batch: Iterable[Any], at: datetime) -> list[list[Any]]:
    """What is told in one mail, the nearest day first: of one request nobody gets four at once.

    A step that another has followed meanwhile is owed by itself, to be seen as missed.
    """
    groups: dict[Hashable, list[Any]] = {}
    for owed in batch:
        if kind.holds(owed.deadline, owed.step, owed.due_on.isoformat()):
            useful = owed.useful_until > kind.organisation_of(owed.deadline).today(at)
            gathers = bool(kind.together) and useful
            key = (gathers, kind.thing(owed.deadline) if gathers else owed.pk)
            groups.setdefault(key, []).append(owed)
    return [sorted(each, key=lambda owed: (owed.due_on, owed.pk)) for each in groups.values()]


def _readers(
    kind: ReminderKind[Any], owed: Any, late: bool, known: dict[Hashable, list[User]]
) -> list[User]:
    """Of many deadlines of the same people they are looked up once."""
    key = (kind.same_readers(owed.deadline), late)
    if key not in known:
        known[key] = kind.readers(owed.deadline, late=late)
    return known[key]


def _write(
    kind: ReminderKind[Any],
    gathered: Sequence[Any],
    readers: Iterable[User],
    safe: Safe,
    mails: list[Any],
    at: datetime,
) -> None:
    owed, *others = gathered
    deadline = owed.deadline
    says = _says(owed)
    owe_each(
        [Reader(user.pk, user.email, user.language) for user in readers],
        key=f"{kind.code}:{deadline.pk}:{owed.step}:{says['due_on']}",
        kind=kind.mail,
        safe=safe,
        context=_context(kind, owed) | {"also": [_context(kind, each) for each in others]},
        at=at,
        reference=kind.reference(deadline),
        recheck=kind.code,
        recheck_args=kind.remembers(deadline) | says | {"also": [_says(each) for each in others]},
        useful_until=_start_of(
            min(each.useful_until for each in gathered), kind.organisation_of(deadline)
        ),
        into=mails,
    )


def _says(owed: Any) -> dict[str, Any]:
    return {"deadline": owed.deadline_id, "due_on": owed.due_on.isoformat(), "step": owed.step}


def _context(kind: ReminderKind[Any], owed: Any) -> dict[str, Any]:
    deadline = owed.deadline
    return {
        **kind.context(deadline),
        "step": owed.step,
        "days": (deadline.due_on - owed.day).days if deadline.due_on else None,
        "due_on": deadline.due_on,
    }


def _start_of(day: date, organisation: Organisation) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(organisation.zone)).astimezone(UTC)
