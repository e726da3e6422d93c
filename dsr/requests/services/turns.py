"""An unproven address gets at most one mail an hour for what comes in by the form.

Whoever fills in forms in another person's name must not be able to flood them. The first mail goes
out at once; what happens within the hour after it waits for one digest (see `gathering`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from dsr.requests.models import SubjectRequest, WaitingForTurn
from dsr.vault.services import EMAIL, keyed_hash

BETWEEN_TWO = timedelta(hours=1)

# One statement: of two forms at the same instant one has the turn, and the other waits for it.
TAKE = """
INSERT INTO requests_mailturn AS turn (address, next_at) VALUES (%s, %s)
ON CONFLICT (address) DO UPDATE SET next_at = excluded.next_at WHERE turn.next_at <= %s
RETURNING 1
"""


def takes_turn(subject_request: SubjectRequest, address: str, *, at: datetime) -> bool:
    """Whether a mail may go to this address now; else the request waits for the next digest."""
    turn = address_hash(address)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [turn, at + BETWEEN_TWO, at])
        taken = cursor.fetchone() is not None
    if not taken:
        WaitingForTurn.objects.get_or_create(turn_id=turn, subject_request=subject_request)
    return taken


def address_hash(address: str) -> str:
    return keyed_hash("mail turn", address, like=EMAIL)
