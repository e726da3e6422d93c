"""A code that a person types to open something, whatever it opens."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from dsr.requests.states import CodeWay
from dsr.vault.models import SealedField, SealedModel


class OneTimeCode(SealedModel):
    """Eight digits, five tries; what they open, and for whom, is said by the table of its own.

    By mail it opens the browser that asked for it. By letter, at the counter or by telephone it is
    given to a person, and bound to the first browser in which it is entered. ``code`` itself is
    kept, sealed, only where somebody has to read it out.
    """

    # What its hash is bound to: digits of one table are none of another.
    PURPOSE: ClassVar[str]

    way = models.CharField(max_length=10, choices=CodeWay.choices)
    code_hash = models.CharField(max_length=64)
    code = SealedField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["made_at", "pk"]

    def is_to_tell(self, at: datetime) -> bool:
        """Whether somebody has to read it out now."""
        return self.way == CodeWay.COUNTER and self.used_at is None and at < self.expires_at
