"""A deadline belongs to whatever has one: this file gives deadlines to tasks, as a room above
would, and the sweep of a request's reminders reminds of them too."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django_fsm import TransitionNotAllowed

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.notifications import owing, rendering
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.policies.models import Organisation
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines import reminder_days, reminder_kinds, reminders
from dsr.requests.deadlines.reminder_kinds import ReminderKind
from dsr.requests.deeds import ending
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.models.machine import DeadlineBase, ReminderOwedBase
from dsr.requests.states import DeadlineStatus
from tests import cast
from tests.cast import Desk

# Nothing is installed under this name, so no other test sees these tables.
ROOM = "tasks"


class Task(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    assignee = models.ForeignKey(User, models.CASCADE, related_name="+")
    of = models.ForeignKey(SubjectRequest, models.CASCADE, null=True, related_name="+")
    is_done = models.BooleanField(default=False)

    class Meta:
        app_label = ROOM


class TaskDeadline(DeadlineBase):
    task = models.ForeignKey(Task, models.CASCADE)

    class Meta(DeadlineBase.Meta):
        app_label = ROOM


class TaskReminderOwed(ReminderOwedBase):
    deadline = models.ForeignKey(TaskDeadline, models.CASCADE, db_index=False)

    class Meta(ReminderOwedBase.Meta):
        app_label = ROOM


class TaskReminders(ReminderKind[TaskDeadline]):
    code = "task_reminder"
    mail = "task_reminder"
    deadlines = TaskDeadline
    owed = TaskReminderOwed
    joins = "JOIN tasks_task AS task ON task.id = deadline.task_id"
    organisation = "task.organisation_id"
    is_open = "NOT task.is_done"
    follows = ("deadline__task",)

    def organisation_of(self, deadline: TaskDeadline) -> Organisation:
        return deadline.task.organisation

    def still_to_do(self, deadline: TaskDeadline) -> bool:
        return not deadline.task.is_done

    def readers(self, deadline: TaskDeadline, *, late: bool) -> list[User]:
        overseers = User.objects.with_permission(Permission.OVERSEE, deadline.task.organisation)
        return [deadline.task.assignee, *(overseers if late else ())]

    def same_readers(self, deadline: TaskDeadline) -> Hashable:
        return deadline.task.assignee_id

    def reference(self, deadline: TaskDeadline) -> str:
        return ""

    def context(self, deadline: TaskDeadline) -> dict[str, Any]:
        return {"task": deadline.task_id}


@pytest.fixture(autouse=True)
def tasks_are_reminded_of(db: None, tmp_path: Path, settings: Any) -> Iterator[None]:
    """Tables, mail and kind of tasks, for as long as a test runs."""
    mail = tmp_path / "mail" / "task_reminder"
    mail.mkdir(parents=True)
    (mail / "subject.txt").write_text("Reminder: a task")
    (mail / "body.txt").write_text(
        "Task {{ task }}: by {{ due_on|date:'Y-m-d' }}, {{ days }} days."
    )
    first, *others = settings.TEMPLATES
    settings.TEMPLATES = [first | {"DIRS": [*first["DIRS"], tmp_path]}, *others]
    rendering._engine.cache_clear()  # it remembers its folders
    with connection.schema_editor() as editor:
        for model in (Task, TaskDeadline, TaskReminderOwed):
            editor.create_model(model)
    reminder_kinds.register(TaskReminders())
    yield
    rendering._engine.cache_clear()
    del reminder_kinds.KINDS[TaskReminders.code], owing._registered[TaskReminders.code]


def search(desk: Desk, *, by: str, of: SubjectRequest | None = None) -> TaskDeadline:
    """The day of a task that was given to the handler on 1 June 2026."""
    task = Task.objects.create(
        organisation=desk.organisation("indigomed"), assignee=desk.handler, of=of
    )
    deadline = TaskDeadline(task=task, due_on=date.fromisoformat(by))
    deadline.remind_on = reminder_days.first_day(deadline, date(2026, 6, 1))
    deadline.save()
    return deadline


def steps() -> list[tuple[str, int | None]]:
    rows = OutboxMessage.objects.filter(kind="task_reminder").order_by("owed_at", "pk")
    return [(row.key.split(":")[2], row.recipient_user_id) for row in rows]


def sweep_every_day(first: str, last: str) -> None:
    day = cast.on(first, 9)
    while day <= cast.on(last, 9):
        reminders.sweep(at=day)
        day = cast.later(1, day)


def test_a_task_is_reminded_of_before_and_on_its_day(desk: Desk) -> None:
    deadline = search(desk, by="2026-06-20")
    sweep_every_day("2026-06-01", "2026-06-20")
    me = desk.handler.pk
    assert steps() == [("-7", me), ("-3", me), ("-1", me), ("0", me)]
    mail = OutboxMessage.objects.filter(kind="task_reminder").order_by("pk")[0]
    assert str(mail.unseal("subject")) == "Reminder: a task"
    assert str(mail.unseal("body")).strip() == f"Task {deadline.task_id}: by 2026-06-20, 7 days."


def test_a_late_task_is_also_told_to_who_oversees(desk: Desk) -> None:
    search(desk, by="2026-06-20")
    sweep_every_day("2026-06-21", "2026-06-21")
    assert {who for step, who in steps() if step == "1"} == {
        desk.handler.pk,
        desk.officer.pk,
        desk.second_officer.pk,
    }


def test_sweeping_twice_owes_a_tasks_reminder_once(desk: Desk) -> None:
    search(desk, by="2026-06-20")
    for _each in range(2):
        reminders.sweep(at=cast.on("2026-06-13", 9))
    assert steps() == [("-7", desk.handler.pk)]


def test_of_a_task_that_is_done_nobody_is_reminded(desk: Desk) -> None:
    deadline = search(desk, by="2026-06-20")
    Task.objects.update(is_done=True)
    reminders.sweep(at=cast.on("2026-06-13", 9))
    assert steps() == []
    deadline.refresh_from_db()
    assert deadline.remind_on is None


def test_a_task_done_or_moved_after_the_reminder_was_owed_is_asked_again_before_sending(
    desk: Desk,
) -> None:
    done, moved, waiting = (search(desk, by="2026-06-20") for _each in range(3))
    reminders.sweep(at=cast.on("2026-06-13", 9))
    Task.objects.filter(pk=done.task_id).update(is_done=True)
    TaskDeadline.objects.filter(pk=moved.pk).update(due_on=date(2026, 7, 20))
    deliver(cast.on("2026-06-13", 10))
    rows = OutboxMessage.objects.filter(kind="task_reminder")
    assert {int(row.key.split(":")[1]): row.status for row in rows} == {
        done.pk: "cancelled",
        moved.pk: "cancelled",
        waiting.pk: "sent",
    }


def test_requests_and_tasks_are_reminded_of_by_one_sweep(desk: Desk) -> None:
    cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-31"))  # due 20 June
    search(desk, by="2026-06-20")
    reminders.sweep(at=cast.on("2026-06-13", 9))
    kinds = OutboxMessage.objects.filter(kind__endswith="reminder").values_list("kind", flat=True)
    assert set(kinds) == {"reminder", "task_reminder"}


def test_what_ends_a_request_leaves_the_day_of_its_task_and_no_task_governs_it(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-06-01"))
    task = search(desk, of=asked, by="2026-06-05")
    assert asked.deadlines.get(governing=True).due_on == date(2026, 6, 21)
    ending.withdraw(asked.pk, actor=REQUESTER, at=cast.on("2026-06-02"), seen=None)
    task.refresh_from_db()
    assert task.status == DeadlineStatus.RUNNING
    assert not Deadline.objects.live().filter(subject_request=asked).exists()


def test_a_tasks_deadline_has_the_machine_and_the_guards_of_a_requests(desk: Desk) -> None:
    deadline = search(desk, by="2026-06-20")
    deadline.pause()
    deadline.resume()
    deadline.miss(date(2026, 6, 22))
    deadline.save()
    assert (deadline.status, deadline.ended_on) == (DeadlineStatus.MISSED, date(2026, 6, 22))
    with pytest.raises(TransitionNotAllowed):
        deadline.meet(date(2026, 6, 23))
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskDeadline.objects.update(status="lost")


def test_two_kinds_cannot_share_a_code() -> None:
    with pytest.raises(ValueError, match="task_reminder is registered twice"):
        reminder_kinds.register(reminder_kinds.KINDS["task_reminder"])
