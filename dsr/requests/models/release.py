"""What was released, and who may read it: proofs of the contact, codes, and each reading.

Following a request and reading what was released are two things. The second needs a contact of
which something else than the request itself says that it is the person's, and a code that went
there and was entered in the very session that reads (promise A 9).
"""

from django.db import models

from dsr.requests.states import ContactProofKind, Read
from dsr.vault.models import KeyPurpose, SealedField, SealedModel

from .access import PrivateSession
from .codes import OneTimeCode
from .enclosures import Enclosure
from .subject_request import SubjectRequest
from .writing import RequestMessage


class ContactProof(SealedModel):
    """Why this contact is the person's own. Rows are added, never edited; a wrong one is struck.

    It speaks for one address only, known here by a keyed hash: another address has no proof,
    whoever entered it, and by whatever way.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="contact_proofs"
    )
    contact = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=ContactProofKind.choices)
    source = SealedField(purpose=KeyPurpose.RECORD)
    seen_on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} for the contact of {self.subject_request_id}"


class ReadingCode(OneTimeCode):
    """A code by which a session may read; only the newest counts.

    By mail it is bound to the session that asked for it, else to the first one in which it is
    entered.
    """

    PURPOSE = "reading code"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="reading_codes"
    )
    session = models.ForeignKey(
        PrivateSession, null=True, blank=True, on_delete=models.CASCADE, related_name="codes"
    )

    def __str__(self) -> str:
        return f"code for {self.subject_request_id}"


class Reading(models.Model):
    """What was released was read on the page or taken away as a file: which, when, where."""

    session = models.ForeignKey(PrivateSession, on_delete=models.CASCADE, related_name="readings")
    message = models.ForeignKey(RequestMessage, on_delete=models.CASCADE, related_name="readings")
    what = models.CharField(max_length=10, choices=Read.choices)
    enclosure = models.ForeignKey(
        Enclosure, null=True, blank=True, on_delete=models.CASCADE, related_name="readings"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["message", "what"], name="reading_counted")]

    def __str__(self) -> str:
        return f"{self.what} of {self.message_id}"
