"""What is owed to somebody by mail or letter, and when background processes were last seen."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsr.vault.models import KeyPurpose, SealedField, SealedFile, SealedModel


class Medium(models.TextChoices):
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")


class Status(models.TextChoices):
    OWED = "owed", _("Waiting to be sent")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be delivered")
    MISSED = "missed", _("Not sent in time")
    CANCELLED = "cancelled", _("No longer needed")


UNDELIVERED = (Status.FAILED, Status.MISSED)


class Trouble(models.TextChoices):
    """Why a message is not out: closed codes, because a server's words may hold an address."""

    NONE = "", _("None")
    SERVER_AWAY = "server_away", _("The mail server could not be reached")
    SERVER_REFUSES_US = "server_refuses_us", _("The mail server refused our log-in")
    CONNECTION_LOST = "connection_lost", _("The mail server hung up or did not answer")
    TRY_LATER = "try_later", _("The mail server asked us to try again later")
    REFUSED = "refused", _("The mail server refused the message or its recipient")
    GIVEN_UP = "given_up", _("Tried for two days without success")
    NO_ADDRESS = "no_address", _("It is addressed to what is no e-mail address")
    UNSENDABLE = "unsendable", _("The mail program cannot make a mail of it")
    BOUNCED = "bounced", _("The message came back")
    UNREADABLE = "unreadable", _("The sealed message cannot be opened")
    UNKNOWN_RECHECK = "unknown_recheck", _("This program does not know the check that goes first")
    DEFECT = "defect", _("A defect in this program")
    TOO_LATE = "too_late", _("It could not be sent while it was still useful")
    ERASED = "erased", _("Its content has been erased")
    NOT_NEEDED = "not_needed", _("What it speaks of no longer holds")


OPEN = (Status.OWED, Status.CLAIMED)


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def mails(self) -> Self:
        return self.filter(medium=Medium.EMAIL)

    def letters(self) -> Self:
        return self.filter(medium=Medium.LETTER)

    def due(self, at: datetime) -> Self:
        """Mail to be sent now, what a dead worker had claimed included."""
        waiting = Q(status=Status.OWED, next_try_at__lte=at)
        abandoned = Q(status=Status.CLAIMED, lease_until__lte=at)
        return self.mails().filter(waiting | abandoned)

    def outdated(self, at: datetime) -> Self:
        """Not sent, not in anybody's hands, and no longer of use."""
        idle = Q(status=Status.OWED) | Q(status=Status.CLAIMED, lease_until__lte=at)
        return self.mails().filter(idle, useful_until__lte=at)

    def stuck(self, at: datetime, longer_than: timedelta) -> Self:
        """Mail that is still owed although it was owed so long ago, whatever the reason."""
        return self.mails().filter(status__in=OPEN, owed_at__lt=at - longer_than)

    def delayed(self) -> Self:
        """Mail that could not be sent so far and is tried again."""
        return self.mails().filter(status__in=OPEN).exclude(last_error=Trouble.NONE)

    def failed(self) -> Self:
        """Could not be delivered, and nobody has dealt with it yet."""
        return self.filter(status=Status.FAILED, handled_at=None)

    def missed(self) -> Self:
        """Was not sent while it was useful, and nobody has dealt with it yet."""
        return self.filter(status=Status.MISSED, handled_at=None)

    def to_post(self) -> Self:
        """Letters to print and post."""
        return self.letters().filter(status=Status.OWED).order_by("owed_at", "pk")

    def of(self, reference: str) -> Self:
        return self.filter(reference=reference).order_by("owed_at", "pk")


class OutboxMessage(SealedModel):
    """One debt. `key` says what is owed: owing it twice is owing it once."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    reference = models.CharField(max_length=40, blank=True, db_index=True)
    medium = models.CharField(max_length=10, choices=Medium.choices, default=Medium.EMAIL)
    language = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OWED)

    to_address = SealedField(purpose=KeyPurpose.CONTENT)
    subject = SealedField(purpose=KeyPurpose.CONTENT)
    body = SealedField(purpose=KeyPurpose.CONTENT)
    file = models.ForeignKey(SealedFile, models.PROTECT, null=True, related_name="+")

    owed_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=20, choices=Trouble.choices, blank=True)
    # Whose it seems to be, where it must not be told; else it is the program's own.
    sender = models.CharField(max_length=400, blank=True)
    # Made once and kept: a mail that goes out twice is recognised by it (promise E).
    message_id = models.CharField(max_length=200)
    sent_at = models.DateTimeField(null=True)
    posted_on = models.DateField(null=True)

    recheck = models.CharField(max_length=60, blank=True)
    recheck_args = models.JSONField(default=dict)

    # Numbers and no foreign keys: this room knows no accounts.
    recipient_user_id = models.BigIntegerField(null=True)
    handled_at = models.DateTimeField(null=True)
    handled_by_id = models.BigIntegerField(null=True)

    objects: ClassVar[OutboxQuerySet] = OutboxQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message owed")
        verbose_name_plural = _("outbox")
        indexes = [
            # Partial: what was sent stays in the table, and no sweep should walk through it.
            models.Index(
                fields=["next_try_at", "id"],
                name="outbox_owed",
                condition=Q(status=Status.OWED, medium=Medium.EMAIL),
            ),
            models.Index(
                fields=["medium", "owed_at", "id"],
                name="outbox_waiting",
                condition=Q(status__in=OPEN),
            ),
            models.Index(
                fields=["owed_at"],
                name="outbox_delayed",
                condition=Q(status__in=OPEN) & ~Q(last_error=Trouble.NONE),
            ),
            models.Index(
                fields=["lease_until"], name="outbox_claimed", condition=Q(status=Status.CLAIMED)
            ),
            models.Index(
                fields=["useful_until"],
                name="outbox_useful",
                condition=Q(status__in=OPEN, useful_until__isnull=False),
            ),
            models.Index(
                fields=["status", "owed_at"],
                name="outbox_trouble",
                condition=Q(status__in=(Status.FAILED, Status.MISSED), handled_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="outbox_status_known"
            ),
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values), name="outbox_medium_known"
            ),
            # A claim without an end would hold its mail for ever.
            models.CheckConstraint(
                condition=~Q(status=Status.CLAIMED) | Q(lease_until__isnull=False),
                name="outbox_claim_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SENT) | Q(sent_at__isnull=False),
                name="outbox_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} ({self.status})"

    @property
    def has_ended(self) -> bool:
        """Not tried again by itself, so that a person decides."""
        return self.status in UNDELIVERED


class Heartbeat(models.Model):
    """When a background process was last seen doing its work."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
