"""What is written about a request and to its requester; every word sealed."""

from __future__ import annotations

from django.db import models

from dsr.requests.states import About, Ending, EndingGround, Given, Outcome
from dsr.requests.states import Status as RequestStatus
from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel

from .subject_request import SubjectRequest


class Decision(SealedModel):
    """What one person proposed and, where two are needed, another approved.

    ``evidence_version`` is that of the request on which it rests, and ``rests_on`` the hashes of it
    (``decision_basis``): evidence, particulars or contact changed afterwards, by whatever way, make
    the decision void.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        TAKEN = "taken"
        RETURNED = "returned"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="decisions"
    )
    status = models.CharField(max_length=10, choices=Status.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    # In place of an outcome: the request ends so, without an answer.
    ends_as = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    proposed_from = models.CharField(max_length=20, choices=RequestStatus.choices, blank=True)
    ground = models.CharField(max_length=80, blank=True)
    answer = SealedField(purpose=KeyPurpose.RECORD)
    reasons = SealedField(purpose=KeyPurpose.RECORD)
    # Of an outcome that gives data: in what they are, and since when where they were given before.
    given_as = models.CharField(max_length=12, choices=Given.choices, blank=True)
    given_on = models.DateField(null=True, blank=True)
    given_proof = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence_version = models.PositiveIntegerField()
    rests_on = SealedField(purpose=KeyPurpose.RECORD)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    second_person = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True)
    # The proposer gave the second person the power to approve, and nobody else agreed to it.
    named_by_proposer = models.BooleanField(default=False)
    sole = models.BooleanField(default=False)
    sole_reason = SealedField(null=True, purpose=KeyPurpose.RECORD)

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=models.Q(status__in=["proposed", "taken"]),
                name="decision_one_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(second_person=None)
                | ~models.Q(second_person=models.F("proposed_by")),
                name="decision_two_people_are_two",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="") ^ models.Q(ends_as=""),
                name="decision_answers_or_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome or self.ends_as} ({self.status}) for {self.subject_request_id}"

    @property
    def what(self) -> str:
        """The outcome, or how it ends, in words."""
        return str(Ending(self.ends_as).label if self.ends_as else Outcome(self.outcome).label)

    @property
    def ends_because(self) -> str:
        """The ground of an ending, in words."""
        return str(EndingGround(self.ground).label) if self.ends_as else ""


class RequestMessage(SealedModel):
    """A message between the desk and the requester, read behind the requester's session."""

    class Kind(models.TextChoices):
        QUESTION = "question"
        IDENTITY = "identity"
        NOTICE = "notice"
        ANSWER = "answer"
        REPLY = "reply"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="messages"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    from_requester = models.BooleanField(default=False)
    body = SealedField()
    letter = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    happened_on = models.DateField()
    proof = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    on_paper = models.BooleanField(default=False)
    posted_on = models.DateField(null=True, blank=True)
    # Of a letter that was never posted: it was no answer, and nobody reads it.
    taken_back_at = models.DateTimeField(null=True, blank=True)
    # Of an answer: it gives data, so a code for it goes to a proved contact only.
    to_proved_only = models.BooleanField(default=False)
    # Of an answer: from when its time for reading, and the count of readings, begin once more.
    renewed_at = models.DateTimeField(null=True, blank=True)
    # Of what could not be delivered: kept ready since then, and read while its content lasts.
    kept_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_request_id}"

    @property
    def is_released(self) -> bool:
        """An answer that can be read, or could: it was not taken back."""
        return self.kind == self.Kind.ANSWER and self.taken_back_at is None


class Note(SealedModel):
    """An internal note; never shown to the requester."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="notes"
    )
    text = SealedField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"note on {self.subject_request_id}"


class Attachment(models.Model):
    """A file that came with a request or a reply."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.OneToOneField(SealedFile, on_delete=models.PROTECT, related_name="+")
    from_requester = models.BooleanField(default=True)
    # What it came to prove, where the form asked for just that.
    about = models.CharField(max_length=10, choices=About.choices, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"file of {self.subject_request_id}"
