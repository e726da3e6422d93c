"""Fees that were announced, and free copies that are remembered."""

from __future__ import annotations

from django.db import models

from dsr.policies.models import Organisation
from dsr.requests.states import FeeGround
from dsr.vault.models import KeyPurpose, SealedField, SealedModel

from .deadlines import Pause
from .subject_request import SubjectRequest


class Fee(SealedModel):
    """A fee in its parts, and what the person said to it. Silence is not consent.

    ``lines``: cents by part, as JSON. ``said`` is empty until they answered by a button or by
    another way; ``ended_on`` the day on which it was paid or waived.
    """

    class Said(models.TextChoices):
        YES = "yes"
        NARROWER = "narrower"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="fees"
    )
    pause = models.OneToOneField(Pause, on_delete=models.CASCADE, related_name="fee_asked")
    ground = models.CharField(max_length=24, choices=FeeGround.choices)
    lines = SealedField(purpose=KeyPurpose.RECORD)
    said = models.CharField(max_length=10, choices=Said.choices, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    waived = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"fee for {self.subject_request_id}"


class FreeCopy(models.Model):
    """Somebody got something free, on a day: known by a keyed hash of who, and by its scope.

    It belongs to no request and no safe, so that it outlives both; nobody can be read from it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.CharField(max_length=64)
    scope = models.CharField(max_length=40)
    given_on = models.DateField()

    class Meta:
        verbose_name_plural = "free copies"
        ordering = ["given_on", "pk"]
        indexes = [models.Index(fields=["organisation", "person", "scope"], name="free_copy")]

    def __str__(self) -> str:
        return f"{self.scope} on {self.given_on}"
