"""The signed token inside a public form: the same form sent twice is one request.

It also says when the form was opened, so that what a machine fills in no time is noticed
without any script.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core import signing

SALT = "portal.form"
QUICKEST = timedelta(seconds=2)
LONGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class FormToken:
    """Which form this is: the right it asks for, its own key, the second it was opened."""

    right_id: int
    key: UUID
    opened_at: int

    def age(self, at: datetime) -> timedelta:
        return timedelta(seconds=int(at.timestamp()) - self.opened_at)

    def sign(self) -> str:
        return signing.dumps([self.right_id, str(self.key), self.opened_at], salt=SALT)


def new_token(right_id: int, at: datetime) -> FormToken:
    return FormToken(right_id, uuid4(), int(at.timestamp()))


def read_token(signed: str, right_id: int) -> FormToken | None:
    """The token as we signed it for this right; None for anything else."""
    try:
        of_right, key, opened_at = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None
    return FormToken(of_right, UUID(key), opened_at) if of_right == right_id else None
