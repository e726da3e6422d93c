"""The mailbox of the trial mode: what would have gone out, as its readers would have seen it."""

from dataclasses import dataclass
from datetime import datetime

from dsr.notifications.models import OutboxMessage
from dsr.vault.errors import VaultError


@dataclass(frozen=True)
class Mail:
    message: OutboxMessage
    to: str
    subject: str
    body: str
    owed_at: datetime


def mailbox(limit: int = 100) -> list[Mail]:
    """The newest messages first; erased ones are left out."""
    rows = OutboxMessage.objects.select_related("safe", "file").order_by("-owed_at", "-pk")
    return [mail for message in rows[:limit] if (mail := _opened(message))]


def _opened(message: OutboxMessage) -> Mail | None:
    try:
        return Mail(
            message=message,
            to=message.unseal("to_address"),
            subject=message.unseal("subject"),
            body=message.unseal("body"),
            owed_at=message.owed_at,
        )
    except VaultError:
        return None
