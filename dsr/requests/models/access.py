"""How strangers come in: by a private link to a request, and not more often than the limits allow.

Neither an address nor a network is kept: the tables of limits know them by a keyed hash only.
"""

from django.db import models

from .subject_request import SubjectRequest


class StatusLink(models.Model):
    """One link: 256 random bits, kept only as a hash, for one request, expiring, revocable."""

    subject_request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link to {self.subject_request_id}"


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
