"""What was found out about a request and begins a duty of its own."""

from __future__ import annotations

from django.db import models

from dsr.requests.states import FindingEnd
from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel

from .deadlines import Deadline
from .subject_request import SubjectRequest


class Finding(SealedModel):
    """Somebody knew of something at an instant, and a law asks for more from then on.

    ``code`` is a law's, ``gdpr:misdirected``; ``what`` and ``outcome`` never leave the desk.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="findings"
    )
    deadline = models.OneToOneField(Deadline, on_delete=models.CASCADE, related_name="finding")
    code = models.CharField(max_length=100)
    known_at = models.DateTimeField()
    what = SealedField(purpose=KeyPurpose.RECORD)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    # How it ended, with what was done or why the law asks for nothing here.
    ended = models.CharField(max_length=12, choices=FindingEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = SealedField(null=True, purpose=KeyPurpose.RECORD)
    document = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended="", ended_at=None)
                | (~models.Q(ended="") & models.Q(ended_at__gte=models.F("known_at"))),
                name="finding_ends_after_it_was_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.subject_request_id}"
