"""An answer that can reach nobody: what was tried, why it cannot be delivered, what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dsr.vault.models import KeyPurpose, SealedField, SealedModel

from .subject_request import SubjectRequest
from .writing import RequestMessage


class KeptReadyQuerySet(models.QuerySet["KeptReady"]):
    """Sets of them that have a name."""

    def standing(self) -> KeptReadyQuerySet:
        """As ``stands`` says of one."""
        return self.filter(settled_at=None)

    def proposed(self) -> KeptReadyQuerySet:
        return self.standing().filter(in_force_at=None)


class KeptReady(SealedModel):
    """An answer that could not be delivered and is kept ready.

    ``attempts``, ``other_ways`` and ``why`` are what a person wrote of it, under the key of the
    record. It counts from ``in_force_at``: where two people are needed, when the second agrees;
    ``ended`` are the deadlines that ended with it. One stands at a time.
    """

    class Came(models.TextChoices):
        DELIVERED = "delivered"
        TAKEN_BACK = "taken_back"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="kept_ready"
    )
    message = models.ForeignKey(RequestMessage, on_delete=models.CASCADE, related_name="+")
    attempts = SealedField(purpose=KeyPurpose.RECORD)
    other_ways = SealedField(purpose=KeyPurpose.RECORD)
    why = SealedField(purpose=KeyPurpose.RECORD)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    second_person = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended = models.JSONField(default=list, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    came = models.CharField(max_length=10, choices=Came.choices, blank=True)
    delivered_on = models.DateField(null=True, blank=True)

    objects = KeptReadyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "kept ready"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=Q(settled_at=None),
                name="kept_ready_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(second_person=None) | ~Q(second_person=models.F("proposed_by")),
                name="kept_ready_two_people_are_two",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) ^ ~Q(came=""), name="kept_ready_settled_says_how"
            ),
            models.CheckConstraint(
                condition=~Q(came="delivered") ^ ~Q(delivered_on=None),
                name="kept_ready_delivered_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"kept ready for {self.subject_request_id}"

    @property
    def stands(self) -> bool:
        """Proposed or in force: not taken back, and nothing delivered since."""
        return self.settled_at is None
