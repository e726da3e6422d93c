"""What the requester is told, and whether it went out: a fact beside the debt in the outbox."""

from __future__ import annotations

from django.db import models

from .deadlines import Extension, Pause
from .subject_request import SubjectRequest
from .writing import RequestMessage


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Sets of notices that have a name."""

    def waiting(self) -> NoticeQuerySet:
        return self.filter(state=Notice.State.OWED)

    def went_out(self) -> NoticeQuerySet:
        return self.filter(state=Notice.State.OUT)

    def undelivered(self) -> NoticeQuerySet:
        """As ``is_undelivered`` says of one."""
        return self.filter(state=Notice.State.BACK, seen_to=False)


class Notice(models.Model):
    """Something that counts from the day on which its mail was sent or its letter posted.

    ``key`` is that of the message in the outbox; empty where it was given by another way. ``on``
    is the day on which it went out, ``ended`` the deadlines that ended with it. Owed is not told:
    until then it meets no duty, moves no date and stops no clock.
    """

    class What(models.TextChoices):
        RECEIPT = "receipt"
        QUESTION = "question"
        EXTENSION = "extension"
        ANSWER = "answer"
        ENDING = "ending"

    class State(models.TextChoices):
        OWED = "owed"
        OUT = "out"
        # Failed, came back, or was taken back before it went out.
        BACK = "back"
        # Another one was sent in its place, or what it spoke of no longer holds.
        REPLACED = "replaced"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="notices"
    )
    what = models.CharField(max_length=10, choices=What.choices)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, blank=True, db_index=True)
    medium = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OWED)
    owed_at = models.DateTimeField()
    on = models.DateField(null=True, blank=True)
    seen_to = models.BooleanField(default=False)
    message = models.ForeignKey(
        RequestMessage, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    extension = models.ForeignKey(
        Extension, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    pause = models.ForeignKey(
        Pause, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    ended = models.JSONField(default=list, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="out") ^ models.Q(on=None), name="notice_out_has_day"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["owed", "out", "back", "replaced"]),
                name="notice_state_known",
            ),
            models.UniqueConstraint(
                fields=["subject_request", "key"],
                condition=~models.Q(key=""),
                name="notice_once",
            ),
        ]
        indexes = [
            # Partial: what went out stays in the table, and no sweep should walk through it.
            models.Index(fields=["key"], condition=models.Q(state="owed"), name="notice_waiting"),
            models.Index(
                fields=["subject_request"],
                condition=models.Q(state="back", seen_to=False),
                name="notice_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_request_id} ({self.state})"

    @property
    def waits(self) -> bool:
        return self.state == self.State.OWED

    @property
    def is_undelivered(self) -> bool:
        """Came back or never went out, and neither sent again nor seen to."""
        return self.state == self.State.BACK and not self.seen_to
