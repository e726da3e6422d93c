"""Licensed health professionals, what they are asked about a request, and what they sign.

Some grounds only a licensed professional may find to apply (45 CFR 164.524(a)(3); UK DPA 2018
Sch. 3 Part 2), and another one reviews such a denial (164.524(a)(4)). They have no account: a link
that is used once, and a code to a second contact that an administrator recorded.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsr.policies.models import Organisation
from dsr.requests.states import CodeWay, OpinionKind, Verdict
from dsr.vault.address_fields import AddressColumn
from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel

from .codes import OneTimeCode
from .deadlines import Deadline
from .subject_request import SubjectRequest
from .writing import Decision


class HealthProfessional(models.Model):
    """Somebody whom an organisation may ask, as an administrator recorded them.

    Two contacts, and never one for both: who reads the mailbox of the link must not have the code.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="health_professionals",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As she signs."))
    licence = models.CharField(
        _("licence"),
        max_length=200,
        help_text=_("Profession, number, who gave it. It stands with her signature."),
    )
    email = AddressColumn(_("e-mail for the link"))
    code_email = AddressColumn(
        _("another e-mail, for the code"),
        blank=True,
        help_text=_("A mailbox of its own, or else a telephone number."),
    )
    phone = models.CharField(
        _("or a telephone number, for the code"),
        max_length=100,
        blank=True,
        validators=[
            RegexValidator(
                r"(\d\D*){4}",
                _("Enter a telephone number in digits, for example +33 1 23 45 67 89."),
            )
        ],
        help_text=_("Somebody of the desk calls there and reads the code out."),
    )
    language = models.CharField(
        _("language of mails"), max_length=10, default="en", choices=settings.LANGUAGES
    )
    # What she did at the desk counts where she is asked to review.
    account = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("her account here, where she has one"),
    )
    is_active = models.BooleanField(
        _("may be asked"), default=True, help_text=_("Untick it when the licence has ended.")
    )

    class Meta:
        verbose_name = _("health professional")
        verbose_name_plural = _("health professionals")
        ordering = ["organisation", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "licence"], name="professional_licence_once"
            ),
            models.CheckConstraint(
                condition=~Q(code_email="") | ~Q(phone=""), name="professional_has_two_contacts"
            ),
            models.CheckConstraint(
                condition=~Q(code_email=models.F("email")), name="professional_contacts_differ"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.licence}"

    def clean(self) -> None:
        problems: dict[str, Any] = {}
        if not self.code_email and not self.phone.strip():
            problems["code_email"] = _("Enter another e-mail address or a telephone number.")
        if self.code_email and self.code_email.casefold() == self.email.casefold():
            problems["code_email"] = _("The code must not go where the link goes.")
        if problems:
            raise ValidationError(problems)

    @property
    def is_licensed(self) -> bool:
        """Whether she may be asked, and may sign, now."""
        return self.is_active and bool(self.licence.strip())

    @property
    def code_way(self) -> CodeWay:
        return CodeWay.MAIL if self.code_email else CodeWay.COUNTER


class Opinion(SealedModel):
    """A question to a professional, the link that leads to it, and what she signed.

    ``offered`` are the codes of the grounds she may choose from; ``grounds`` the same with the
    words that she sees. Once signed it is never changed.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="opinions"
    )
    professional = models.ForeignKey(HealthProfessional, models.PROTECT, related_name="opinions")
    kind = models.CharField(max_length=10, choices=OpinionKind.choices)
    # Of a review: which denial.
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    # Of a review: its own clock, without a number (164.524(d)(4)).
    deadline = models.OneToOneField(
        Deadline, null=True, blank=True, on_delete=models.CASCADE, related_name="review"
    )
    question = SealedField(purpose=KeyPurpose.RECORD)
    shown_text = SealedField(null=True)
    offered = models.JSONField()
    grounds = SealedField(purpose=KeyPurpose.RECORD)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True)
    ground = models.CharField(max_length=80, blank=True)
    reason = SealedField(null=True, purpose=KeyPurpose.RECORD)
    # Name and licence as they were, and the sentence under which she put her name.
    signature = SealedField(null=True, purpose=KeyPurpose.RECORD)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None, verdict="", reason=None, signature=None)
                | Q(
                    signed_at__isnull=False,
                    verdict__gt="",
                    reason__isnull=False,
                    signature__isnull=False,
                ),
                name="opinion_signed_whole",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(withdrawn_at=None),
                name="opinion_signed_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["", Verdict.NONE], ground="")
                | Q(
                    verdict__in=[Verdict.SUPPORTS, Verdict.UPHELD, Verdict.OVERTURNED],
                    ground__gt="",
                ),
                name="opinion_names_its_ground",
            ),
            models.CheckConstraint(
                condition=Q(kind=OpinionKind.OPINION, decision=None)
                | Q(kind=OpinionKind.REVIEW, decision__isnull=False),
                name="opinion_reviews_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} for {self.subject_request_id}"


class OpinionItem(models.Model):
    """A file that she has to see; ``number`` stays when the file is taken away."""

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="items")
    file = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    number = models.BigIntegerField()
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "number"], name="opinion_item_once")
        ]

    def __str__(self) -> str:
        return f"file {self.number} of opinion {self.opinion_id}"


class OpinionCode(OneTimeCode):
    """The second factor; only the newest counts.

    By mail it opens the ``browser`` that asked for it. Told by telephone it is bound to the first
    one in which it is entered.
    """

    PURPOSE = "opinion code"

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="codes")
    browser = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return f"code for opinion {self.opinion_id}"
