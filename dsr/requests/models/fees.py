"""What an answer is to cost, and who was given one free of charge."""

from __future__ import annotations

from django.db import models

from dsr.policies.models import Organisation
from dsr.requests.states import FeeGround, FeeStatus
from dsr.vault.models import SealedField, SealedModel

from .subject_request import SubjectRequest

# Nothing that costs goes out before it was answered; what was agreed to may still be paid.
STANDING = (FeeStatus.OFFERED, FeeStatus.ACCEPTED)


class FeeOffer(SealedModel):
    """A fee that was announced; it is owed only once the requester has said yes.

    ``lines`` are pairs of a part and an amount as text (``["postage", "3.20"]``), sealed like all
    that is typed. ``pause`` is what waiting for it does to clocks, by each clock's own law.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="fee_offers"
    )
    ground = models.CharField(max_length=24, choices=FeeGround.choices)
    status = models.CharField(max_length=10, choices=FeeStatus.choices, default=FeeStatus.OFFERED)
    lines = SealedField()
    currency = models.CharField(max_length=3)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    # The day of the yes, of asking for less, of payment: the last that happened.
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["offered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=models.Q(status__in=STANDING),
                name="fee_offer_one_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=FeeStatus.values), name="fee_offer_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"fee of {self.subject_request_id} ({self.status})"


class FreeAnswer(models.Model):
    """Somebody was given an answer of this kind free of charge, on this day.

    It names no request and nobody: ``person`` is a keyed hash, one row for each way in which the
    person is known again. It outlives the keys of the request (45 CFR 164.528(c)(2): the first in
    any twelve months is free) and is deleted when no law asks for it any more.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    given_on = models.DateField()

    class Meta:
        ordering = ["given_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person", "kind", "given_on"], name="free_answer_once"
            ),
        ]
        indexes = [models.Index(fields=["given_on"], name="free_answer_to_forget")]

    def __str__(self) -> str:
        return f"free {self.kind} on {self.given_on}"
