"""Files that go out with an answer, and who of the staff looked into each."""

from __future__ import annotations

from django.db import models

from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel

from .subject_request import SubjectRequest
from .writing import RequestMessage


class Enclosure(SealedModel):
    """A file that goes out with the answer, or went out with ``message``.

    One that was taken away has no file any more: only that it was there, and its hash, are kept.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="enclosures"
    )
    file = models.OneToOneField(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = SealedField(purpose=KeyPurpose.RECORD)
    # Of a PDF; 0 where it is something else, or not known.
    pages = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    message = models.ForeignKey(
        RequestMessage, null=True, blank=True, on_delete=models.CASCADE, related_name="enclosures"
    )

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"enclosure {self.pk} of {self.subject_request_id}"


class EnclosureOpened(models.Model):
    """Somebody of the staff opened it: who approves has seen what goes out."""

    enclosure = models.ForeignKey(Enclosure, on_delete=models.CASCADE, related_name="openings")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.enclosure_id} opened by {self.by_id}"
