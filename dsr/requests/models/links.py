"""The private link to a request's status page."""

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
