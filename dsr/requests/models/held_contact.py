"""The contact that the organisation holds itself, and what its holder says: this was not me.

It is no contact of the request: nothing is answered there. It only hears that somebody asked, and
what it says stops everything until staff have cleared it up (promises A 4, A 5).
"""

from __future__ import annotations

from django.db import models

from dsr.policies.models import Organisation
from dsr.vault.models import KeyPurpose, SealedField, SealedModel

from .machine import DeadlineBase, ReminderOwedBase
from .subject_request import SubjectRequest


class HeldContact(SealedModel):
    """An address that stands in the organisation's records, entered by staff with its source."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="held_contacts"
    )
    # Of a rectification: the address that stood there until it was changed.
    before_change = models.BooleanField(default=False)
    medium = models.CharField(max_length=10, choices=[("email", "email"), ("letter", "letter")])
    contact = models.CharField(max_length=64)
    address = SealedField()
    source = SealedField(purpose=KeyPurpose.RECORD)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # Empty where nothing went there, because nobody said that it is safe.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"contact held for {self.subject_request_id}"


class NotMeLink(models.Model):
    """The link by which a held contact objects: 256 random bits, kept as a hash; it opens nothing
    and does one thing, once."""

    held = models.ForeignKey(HeldContact, on_delete=models.CASCADE, related_name="not_me_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"objection of {self.held_id}"


class Dispute(models.Model):
    """Somebody in the records says that the request is not theirs; open until staff settle it."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="disputes"
    )
    held = models.ForeignKey(
        HeldContact, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=models.Q(settled_at=None),
                name="dispute_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"dispute of {self.subject_request_id}"


class DisputeDeadline(DeadlineBase):
    """By when staff have cleared it up. No duty of the request: its clocks run on."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="deadlines")

    class Meta(DeadlineBase.Meta):
        pass

    def __str__(self) -> str:
        return f"dispute {self.dispute_id} by {self.due_on}"


class DisputeReminderOwed(ReminderOwedBase):
    deadline = models.ForeignKey(DisputeDeadline, models.CASCADE, db_index=False)

    class Meta(ReminderOwedBase.Meta):
        pass


class ContactChange(models.Model):
    """A contact that came into the records by a rectification; known here by a keyed hash.

    For a while it proves nobody's identity: who takes over a life begins with the address.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="contact_changes"
    )
    contact = models.CharField(max_length=64)
    changed_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "contact"], name="contact_change_found")]

    def __str__(self) -> str:
        return f"change by {self.subject_request_id}"
