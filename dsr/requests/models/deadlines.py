"""Facts with a day, and the deadlines that follow from them.

Receipts, pauses, extensions and orders are facts; a ``Deadline``'s dates are a cache that
``deadlines.lifecycle.recompute`` writes from them. Nobody adds days to a due date by hand.
"""

from __future__ import annotations

from datetime import date

from django.db import models

from dsr.policies.kinds import Checked
from dsr.policies.models import WorkingCalendar
from dsr.requests.models.machine import LIVE, DeadlineBase, ReminderOwedBase
from dsr.requests.states import (
    Channel,
    DeadlineStatus,
    Duty,
    ExtensionReason,
    PauseReason,
    SetBy,
)
from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel

from .subject_request import SubjectRequest


class Receipt(SealedModel):
    """The request reached the organisation through a channel on a day. The earliest one counts.

    A corrected receipt is struck, never changed; the reason is sealed beside it.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="receipts"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices)
    received_at = models.DateTimeField()
    received_on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = SealedField(null=True, purpose=KeyPurpose.RECORD)
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["received_at", "pk"]

    def __str__(self) -> str:
        return f"{self.received_on} by {self.channel}"


TO_ANSWER_BY = frozenset({Duty.RESPOND, Duty.OPT_OUT})
# A limit for whoever wants more time, and a day to wait for: nobody is late with either.
NO_DUTY = frozenset({Duty.EXTENSION_NOTICE, Duty.NOT_BEFORE})
# Done by an act of its own: the answer neither does it nor ends it.
BESIDE_THE_ANSWER = frozenset({Duty.STOP, Duty.SUPPLEMENT, Duty.REVIEW, Duty.FOLLOW_UP})
OF_THEIR_OWN = frozenset({Duty.SUPPLEMENT, Duty.REVIEW})
REMINDED = TO_ANSWER_BY | {Duty.ACKNOWLEDGE, Duty.REFUSE, Duty.SUPPLEMENT, Duty.FOLLOW_UP}


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    """Sets of deadlines that have a name."""

    def live(self) -> DeadlineQuerySet:
        return self.filter(status__in=LIVE)

    def running(self) -> DeadlineQuerySet:
        return self.filter(status=DeadlineStatus.RUNNING)

    def duties(self) -> DeadlineQuerySet:
        """Limits to answer by; not notice limits, nor days before which nothing may happen.

        A source that was only remembered is shown, marked as such, and governs nothing.
        """
        return self.filter(purpose__in=TO_ANSWER_BY).exclude(checked=Checked.REMEMBERED)


class Deadline(DeadlineBase):
    """One deadline of a request.

    ``rule`` is the rule in the engine's own form, pinned when it began; ``trace`` the steps
    by which ``due_on`` was computed; ``would_be_on`` the date it would have without its pauses.
    ``calendar_codes`` names another calendar than the organisation's where a law says so.
    ``source`` cites the clause or article; ``checked`` says how far that source was read.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="deadlines"
    )
    purpose = models.CharField(max_length=20, choices=Duty.choices)
    set_by = models.CharField(max_length=10, choices=SetBy.choices)
    regime = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=60)
    round = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300)
    checked = models.CharField(max_length=12, default="read")
    rule = models.JSONField()
    pauses_admitted = models.JSONField(default=dict, blank=True)
    extension_rule = models.JSONField(null=True, blank=True)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField()
    calendar_codes = models.JSONField(null=True, blank=True)
    started_on = models.DateField()
    due_at = models.DateTimeField(null=True, blank=True)
    would_be_on = models.DateField(null=True, blank=True)
    notice_by = models.DateField(null=True, blank=True)
    governing = models.BooleanField(default=False)
    # Days by which an aim goes along with the duty that it serves, extended or paused.
    moved_along = models.IntegerField(default=0)
    # It ended because nobody could be reached, and on ``ended_on`` nothing was delivered: missed
    # where its day had passed, else cancelled.
    undelivered = models.BooleanField(default=False)
    trace = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    objects = DeadlineQuerySet.as_manager()

    class Meta(DeadlineBase.Meta):
        ordering = ["-governing", "due_on", "pk"]
        constraints = [
            *DeadlineBase.Meta.constraints,
            models.UniqueConstraint(
                fields=["subject_request", "code", "round"], name="deadline_once"
            ),
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=models.Q(governing=True),
                name="deadline_one_governs",
            ),
        ]
        indexes = [
            *DeadlineBase.Meta.indexes,
            models.Index(
                fields=["due_on"],
                condition=models.Q(status=DeadlineStatus.RUNNING),
                name="deadline_running_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.subject_request_id}"

    @property
    def is_duty(self) -> bool:
        """As ``DeadlineQuerySet.duties``."""
        return self.purpose in TO_ANSWER_BY and self.checked != Checked.REMEMBERED

    @property
    def is_aim(self) -> bool:
        """The organisation's own target: a promise to itself, which nobody is late with."""
        return self.set_by == SetBy.TARGET

    @property
    def names_its_day(self) -> bool:
        """An order, a hold or a review says the day or names none; no rule computes it."""
        return self.set_by == SetBy.ORDER or self.purpose in OF_THEIR_OWN

    @property
    def is_planned(self) -> bool:
        """Whether it follows from the request itself, and not from a deed that began it."""
        return not self.names_its_day and self.purpose != Duty.FOLLOW_UP

    def is_overdue(self, today: date) -> bool:
        no_duty = self.is_aim or self.purpose in NO_DUTY
        return not no_duty and super().is_overdue(today)

    @property
    def is_reminded(self) -> bool:
        """Of notice limits and of days before which nothing may happen nobody has to be told."""
        return self.purpose in REMINDED


class ReminderOwed(ReminderOwedBase):
    """A reminder of one of a request's deadlines."""

    deadline = models.ForeignKey(
        Deadline, on_delete=models.CASCADE, related_name="reminders_owed", db_index=False
    )

    class Meta(ReminderOwedBase.Meta):
        verbose_name_plural = "reminders owed"


class Pause(SealedModel):
    """Something was asked of the requester; each deadline says whether it is paused meanwhile."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="pauses"
    )
    reason = models.CharField(max_length=16, choices=PauseReason.choices)
    began_on = models.DateField()
    # When the question went out: what was asked of nobody yet stops no clock.
    told_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    # What was waited for did not come and is waited for no more: it moved no clock.
    in_vain = models.BooleanField(default=False)
    doubt = SealedField(null=True, purpose=KeyPurpose.RECORD)
    doubt_recorded = models.BooleanField(default=False)
    # Facts that ``by`` stated with the question, by law and name: ``gdpr:large_quantity``.
    stated = models.JSONField(default=list, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["began_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("began_on")),
                name="pause_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["subject_request", "reason"],
                condition=models.Q(ended_on=None),
                name="pause_one_open_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} from {self.began_on}"


class Extension(SealedModel):
    """More time, announced to the requester; one that came too late has no effect and says so.

    Until the notice has gone out ``notified_on`` is empty, and no date moves.
    """

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="extensions")
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=14)
    reason = models.CharField(max_length=24, choices=ExtensionReason.choices)
    explanation = SealedField(purpose=KeyPurpose.RECORD)
    # As of ``Pause``.
    stated = models.JSONField(default=list, blank=True)
    notified_on = models.DateField(null=True, blank=True)
    proof = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    admitted = models.BooleanField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} more for {self.deadline_id}"


class Order(SealedModel):
    """An order of a court or authority with a day of its own; it adds a deadline, changes none."""

    deadline = models.OneToOneField(Deadline, on_delete=models.CASCADE, related_name="order")
    authority = SealedField(purpose=KeyPurpose.RECORD)
    document = models.ForeignKey(SealedFile, on_delete=models.PROTECT, related_name="+")
    ordered_on = models.DateField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"order for {self.deadline_id}"
