"""Parts of an answer that wait while the rest is given, and systems in which a use was stopped."""

from __future__ import annotations

from django.db import models

from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel

from .deadlines import Deadline
from .subject_request import SubjectRequest


class Hold(SealedModel):
    """A part that is held back until a day, and owed by itself on the day after.

    ``ground`` is a law's, ``hipaa:agency_oral``; ``part`` what is held back, in words that never
    leave the desk. A ``silent`` one leaves no trace in what the requester sees before it ends.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="holds"
    )
    deadline = models.OneToOneField(Deadline, on_delete=models.CASCADE, related_name="hold")
    ground = models.CharField(max_length=100)
    silent = models.BooleanField()
    part = SealedField(purpose=KeyPurpose.RECORD)
    stated_on = models.DateField()
    until_on = models.DateField()
    # Earlier than it was to end; the day on which the ground fell away.
    ended_on = models.DateField(null=True, blank=True)
    # Another one goes on where this one ends, with a statement of its own.
    continued_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="continues"
    )
    taken_up_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gt=models.F("stated_on")),
                name="hold_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ground} until {self.until_on}"


class Stop(SealedModel):
    """A use was stopped in one system at an instant; ``last``: in every system by then."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="stops"
    )
    system = SealedField(purpose=KeyPurpose.RECORD)
    stopped_at = models.DateTimeField()
    last = models.BooleanField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["stopped_at", "pk"]

    def __str__(self) -> str:
        return f"stop of {self.subject_request_id} at {self.stopped_at}"
