"""How strangers come in: by a private link, in a session of one browser; and not too often.

A link lets its holder follow a request, write to it and withdraw it. What was released is read only
in a session that was confirmed by a code (see ``models.release``). Neither an address nor a network
is kept here: the tables know them by a keyed hash only.
"""

from django.db import models

from dsr.requests.states import Ended
from dsr.vault.models import SealedField, SealedModel

from .subject_request import SubjectRequest


class StatusLink(models.Model):
    """One link: 256 random bits, kept only as a hash, for one request; it expires, or is ended."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, choices=Ended.choices, blank=True)
    # A link for somebody who lost the old ones ends them when it is opened, and not before: else
    # whoever knows address and reference could lock the requester out.
    replaces_others = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"link to {self.subject_request_id}"


class PrivateSession(models.Model):
    """One browser in which one request is open; without a link where it has just sent the form.

    The browser's own session holds no more than the numbers of these rows, so that a session ended
    here is ended in every browser, whatever its cookie says. What it may read of the answers stands
    in its readings (``models.release``).
    """

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="private_sessions"
    )
    link = models.ForeignKey(
        StatusLink, null=True, blank=True, on_delete=models.CASCADE, related_name="sessions"
    )
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, choices=Ended.choices, blank=True)

    def __str__(self) -> str:
        return f"session of {self.subject_request_id}"


class LostLink(SealedModel):
    """Somebody asked for a new link. Always written, whether or not there is such a request, and
    answered by the sweep: page and time tell nobody which of the two it was.
    """

    asked_at = models.DateTimeField(db_index=True)
    typed = SealedField()

    def __str__(self) -> str:
        return f"lost at {self.asked_at}"


class LimitCounter(models.Model):
    """How often something happened in one window of time; `bucket` says what and whose."""

    bucket = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "starts_at"], name="limit_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.count} since {self.starts_at}"


class MailThrottle(models.Model):
    """An unproven address gets its next mail at `next_at`, whatever happens until then."""

    address = models.CharField(max_length=64, primary_key=True)
    next_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"next at {self.next_at}"


class WaitingForDigest(models.Model):
    """A request of which the address hears in its next digest."""

    throttle = models.ForeignKey(MailThrottle, on_delete=models.CASCADE, related_name="waiting")
    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="waiting_for_digest"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["throttle", "subject_request"], name="waiting_once_for_a_digest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_request_id} waits"
