"""The state machine of a deadline and the reminders owed of it, whoever the deadline belongs to.

A request's deadlines are one table, a room above has one of its own (``class TaskDeadline``), each
with the same machine and found by the same sweep (``deadlines.reminder_kinds``). One table for all
would need a foreign key that may be empty, or none: a deleted task would leave its deadline behind,
every question about the duties of requests would have to leave out what is none, and one forgotten
filter would settle a task with the answer. Two tables cannot be mixed up, cascade by themselves,
and keep their indexes small.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django_fsm import FSMField, transition

from dsr.requests.states import DeadlineStatus

if TYPE_CHECKING:
    # The library brings no types: this is what its mixin is for a type checker.
    class ConcurrentTransitionMixin:
        """Refuses to save a state that somebody else has changed meanwhile."""

else:
    from django_fsm import ConcurrentTransitionMixin

__all__ = ["LIVE", "ConcurrentTransitionMixin", "DeadlineBase", "ReminderOwedBase"]

LIVE = frozenset({DeadlineStatus.RUNNING, DeadlineStatus.PAUSED})


class DeadlineBase(ConcurrentTransitionMixin, models.Model):
    """A day by which something has to be done, and whether it was.

    ``remind_on`` is the day on which the sweep looks at it next; whoever writes ``due_on`` sets it
    by ``reminder_days.first_day``. A table of its own adds the foreign key of what it belongs to,
    and takes over ``Meta`` with its constraint and the index by which the sweep finds it.
    """

    due_on = models.DateField(null=True, blank=True)
    status = FSMField(
        default=DeadlineStatus.RUNNING, choices=DeadlineStatus.choices, protected=True
    )
    ended_on = models.DateField(null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=DeadlineStatus.values), name="%(class)s_status_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_on"],
                condition=models.Q(status__in=[DeadlineStatus.RUNNING, DeadlineStatus.PAUSED]),
                name="%(class)s_to_remind",
            ),
        ]

    @transition(field=status, source=DeadlineStatus.RUNNING, target=DeadlineStatus.PAUSED)
    def pause(self) -> None:
        """An admitted pause is open."""

    @transition(field=status, source=DeadlineStatus.PAUSED, target=DeadlineStatus.RUNNING)
    def resume(self) -> None:
        """No admitted pause is open any more."""

    @transition(
        field=status,
        source=[DeadlineStatus.RUNNING, DeadlineStatus.PAUSED],
        target=DeadlineStatus.MET,
    )
    def meet(self, on: date) -> None:
        """Done on or before the due date."""
        self.ended_on = on

    @transition(
        field=status,
        source=[DeadlineStatus.RUNNING, DeadlineStatus.PAUSED],
        target=DeadlineStatus.MISSED,
    )
    def miss(self, on: date) -> None:
        """Done after the due date; only a deed makes a deadline missed."""
        self.ended_on = on

    @transition(
        field=status,
        source=[DeadlineStatus.RUNNING, DeadlineStatus.PAUSED],
        target=DeadlineStatus.CANCELLED,
    )
    def cancel(self, on: date) -> None:
        """The duty fell away."""
        self.ended_on = on

    @transition(
        field=status,
        source=[DeadlineStatus.CANCELLED, DeadlineStatus.MET, DeadlineStatus.MISSED],
        target=DeadlineStatus.RUNNING,
    )
    def revive(self) -> None:
        """The request was taken up again before it had been answered, or what had ended it did
        not arrive."""
        self.ended_on = None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_reminded(self) -> bool:
        """Whether anybody is to be reminded of it."""
        return True

    def is_late(self, on: date) -> bool:
        """Whether what is done on this day is done after the due date."""
        return self.due_on is not None and on > self.due_on

    def is_overdue(self, today: date) -> bool:
        return (
            self.status == DeadlineStatus.RUNNING
            and self.due_on is not None
            and self.due_on < today
        )

    def days_left(self, today: date) -> int | None:
        if self.due_on is None or self.status != DeadlineStatus.RUNNING:
            return None
        return (self.due_on - today).days


class ReminderOwedBase(models.Model):
    """A reminder that fell due and waits for its mails to be written; then the row is gone.

    ``due_on`` is the date that the deadline had; while it is paused the day of the step. A table of
    its own adds ``deadline``, a foreign key with ``db_index=False``: the constraint has an index.
    """

    step = models.CharField(max_length=12)
    due_on = models.DateField()
    day = models.DateField()
    useful_until = models.DateField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["deadline", "step", "due_on"], name="%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} until {self.useful_until}"
