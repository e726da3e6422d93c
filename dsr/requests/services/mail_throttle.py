"""An unproven mailbox gets at most one mail an hour for what comes in by the form.

Whoever fills in forms in another person's name must not be able to flood them. The first mail goes
out at once; what happens within the hour after it waits for one digest (see `digests`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from dsr.requests.models import SubjectRequest, WaitingForDigest
from dsr.vault.services import MAILBOX, keyed_hash

BETWEEN_TWO = timedelta(hours=1)

# One statement: of two forms at the same instant one may mail, and the other waits for it.
TAKE = """
INSERT INTO requests_mailthrottle AS throttle (address, next_at) VALUES (%s, %s)
ON CONFLICT (address) DO UPDATE SET next_at = excluded.next_at WHERE throttle.next_at <= %s
RETURNING 1
"""


def may_mail_now(subject_request: SubjectRequest, address: str, *, at: datetime) -> bool:
    """Whether a mail may go to this address now; else the request waits for the next digest."""
    address_key = address_hash(address)
    with connection.cursor() as cursor:
        # Locked until the deed commits: where it is rolled back, the turn is given back with it.
        cursor.execute(TAKE, [address_key, at + BETWEEN_TWO, at])
        taken = cursor.fetchone() is not None
    if not taken:
        # Once for a request: its receipt and its withdrawal are one line of the digest.
        WaitingForDigest.objects.get_or_create(
            throttle_id=address_key, subject_request=subject_request
        )
    return taken


def address_hash(address: str) -> str:
    """Of the mailbox: with a tag or a dot more it is none that could be mailed once more."""
    return keyed_hash("mail throttle", address, like=MAILBOX)
