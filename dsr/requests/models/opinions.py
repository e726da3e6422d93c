"""What a licensed health professional judged, for a ground that nobody else may invoke."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dsr.policies.models import Organisation
from dsr.vault.address_fields import AddressColumn
from dsr.vault.models import KeyPurpose, SealedField, SealedModel

from .deadlines import Deadline
from .subject_request import SubjectRequest


class HealthProfessional(models.Model):
    """Who may judge harm, with the licence and the contact that an administrator recorded.

    No account: a link and a code to that contact open one question, once.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)
    licence = models.CharField(
        _("licence"), max_length=200, help_text=_("Profession, number and who gave it.")
    )
    email = AddressColumn(_("e-mail address for the link"))
    code_email = AddressColumn(
        _("e-mail address for the code"),
        help_text=_("Another mailbox than that of the link: who reads one of them opens nothing."),
    )
    is_active = models.BooleanField(_("may judge"), default=True)

    class Meta:
        verbose_name = _("health professional")
        verbose_name_plural = _("health professionals")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(email=models.F("code_email")),
                name="professional_two_mailboxes",
                violation_error_message=_("Link and code need two different mailboxes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.licence})"


class OpinionQuerySet(models.QuerySet["Opinion"]):
    """Sets of opinions that have a name."""

    def supporting(self, ground: str) -> OpinionQuerySet:
        """Signed by a professional who may judge, and saying that this ground is there."""
        return self.filter(
            kind=Opinion.Kind.OPINION,
            chosen=ground,
            withdrawn_at=None,
            professional__is_active=True,
        )


class Opinion(SealedModel):
    """One question to one professional, and what she signed.

    ``grounds`` are the codes that she may choose from; ``chosen`` one of them, ``none``, or empty
    until she has signed. A ``review`` looks at a refusal anew: she chooses ``upheld`` or
    ``overturned``, and the refusal follows her (45 CFR 164.524(a)(4)).
    """

    class Kind(models.TextChoices):
        OPINION = "opinion", _("Whether a ground is there")
        REVIEW = "review", _("A review of a refusal")

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="opinions"
    )
    professional = models.ForeignKey(
        HealthProfessional, on_delete=models.PROTECT, related_name="opinions"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    grounds = models.JSONField(default=list)
    question = SealedField(purpose=KeyPurpose.RECORD)
    items = SealedField(purpose=KeyPurpose.RECORD)
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    chosen = models.CharField(max_length=100, blank=True)
    reason = SealedField(null=True, purpose=KeyPurpose.RECORD)
    signature = SealedField(null=True, purpose=KeyPurpose.RECORD)
    signed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    deadline = models.OneToOneField(
        Deadline, null=True, blank=True, on_delete=models.CASCADE, related_name="review"
    )

    objects = OpinionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(signed_at=None) ^ ~models.Q(chosen=""),
                name="opinion_signed_has_chosen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject_request_id}"
