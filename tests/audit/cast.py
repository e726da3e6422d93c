"""Instants and a short history for the tests of the chain."""

from datetime import UTC, datetime

from dsr.audit.models import Entry
from dsr.audit.services import append

AT = datetime(2026, 4, 30, 9, 0, 0, 123456, tzinfo=UTC)
KEY = ("a1", bytes(range(32)))
NEXT_KEY = ("a2", bytes(range(32, 64)))
OTHER_KEY = ("a1", bytes(range(64, 96)))


def a_history(chain: str = "request:1", length: int = 5) -> list[Entry]:
    return [
        append(
            chain,
            "note_added",
            at=AT,
            actor_id=7,
            by="staff",
            facts={"note": number},
            from_state="received",
            to_state="received",
        )
        for number in range(1, length + 1)
    ]
