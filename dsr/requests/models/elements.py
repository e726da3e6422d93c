"""What a law demands in an answer and a person wrote for this one."""

from __future__ import annotations

from django.db import models

from dsr.vault.models import KeyPurpose, SealedField, SealedModel

from .subject_request import SubjectRequest


class AnswerElement(SealedModel):
    """The text of one element, ``gdpr:purposes``; or, ``not_applicable``, why there is none."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="elements"
    )
    code = models.CharField(max_length=100)
    text = SealedField(purpose=KeyPurpose.RECORD)
    not_applicable = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject_request", "code"], name="element_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.subject_request_id}"
