"""The people of a request and what speaks for who they are."""

from __future__ import annotations

from django.db import models

from dsr.policies.kinds import Asker, Level
from dsr.policies.models import Organisation
from dsr.requests.states import (
    POSSIBLE_MATCHES,
    About,
    AuthorityKind,
    Detail,
    EvidenceKind,
    RecordSource,
    Scope,
)
from dsr.vault.models import SealedField, SealedFile, SealedModel

from .subject_request import SubjectRequest


class Person(SealedModel):
    """The data subject or the requester; one row where they are the same person.

    Contacts given with a request are unproven until evidence of another kind speaks for them.
    """

    class Part(models.TextChoices):
        SUBJECT = "subject"
        REQUESTER = "requester"

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="people"
    )
    part = models.CharField(max_length=10, choices=Part.choices)
    role = models.CharField(max_length=20, choices=Asker.choices)
    name = SealedField()
    born_on = SealedField(null=True)
    email = SealedField(null=True)
    phone = SealedField(null=True)
    postal_address = SealedField(null=True)
    # The mailbox is in wrong hands: nothing goes there until the contact is corrected.
    email_stolen = models.BooleanField(default=False)
    contact_edited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_request", "part"], name="person_once_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.subject_request_id}"


class Evidence(SealedModel):
    """One piece of evidence: what was compared with what, by whom, when, with which result.

    What counts is in closed columns; ``note`` is prose for people. ``unique`` says that the detail
    is one person's alone. A reason why there is no reasonable doubt counts once ``seconded_by`` has
    read it. Rows are added, never edited; one that turned out wrong is struck.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="evidence"
    )
    about = models.CharField(max_length=10, choices=About.choices)
    kind = models.CharField(max_length=24, choices=[*EvidenceKind.choices, *AuthorityKind.choices])
    confirmed = models.BooleanField()
    detail = models.CharField(max_length=24, choices=Detail.choices, blank=True)
    compared_with = models.CharField(max_length=24, choices=RecordSource.choices, blank=True)
    unique = models.BooleanField(default=False)
    scope = models.CharField(max_length=16, choices=Scope.choices, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    note = SealedField(null=True)
    document = models.ForeignKey(
        SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    seen_on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    seconded_at = models.DateTimeField(null=True, blank=True)
    seconded_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=EvidenceKind.MATCHED_DATA, detail__in=Detail.values)
                | (~models.Q(kind=EvidenceKind.MATCHED_DATA) & models.Q(detail="")),
                name="evidence_matched_is_a_detail",
            ),
            models.CheckConstraint(
                condition=models.Q(about=About.IDENTITY, kind__in=EvidenceKind.values)
                | models.Q(about=About.AUTHORITY, kind__in=AuthorityKind.values),
                name="evidence_kind_is_of_what_it_is_about",
            ),
            models.CheckConstraint(
                condition=~models.Q(unique=True, detail__in=["", *sorted(POSSIBLE_MATCHES)]),
                name="evidence_name_is_not_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(seconded_by=None) | ~models.Q(seconded_by=models.F("by")),
                name="evidence_second_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject_request_id}"


class IdentityDocument(models.Model):
    """A file that may show an identity document, and what became of it.

    It is sealed under a key of its own, which is destroyed when the identity is settled, and after
    two weeks in any case. The row stays and says that it was.
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="identity_documents"
    )
    file = models.OneToOneField(
        SealedFile, on_delete=models.PROTECT, related_name="identity_document"
    )
    added_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]
        indexes = [
            # For the sweep: those that are kept are few, those that are gone grow for years.
            models.Index(
                fields=["added_at"],
                condition=models.Q(destroyed_at=None),
                name="identity_document_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"identity document of {self.subject_request_id}"


class IdentityRule(models.Model):
    """Data that raises the level of rights, or lowers that of one right of one organisation.

    Blank means any. A rule is never edited: requests that came under it go on naming it, with who
    set it and why. ``services.identity_rules`` sets and ends them.
    """

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=12, blank=True)
    regime = models.CharField(max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    why = models.CharField(max_length=300)
    set_at = models.DateTimeField(editable=False)
    set_by = models.ForeignKey(
        "accounts.User", editable=False, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(why=""), name="identity_rule_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or '*'} {self.channel or '*'} {self.regime or '*'}: {self.level}"
