"""A small cast: one safe, one reader, one hour of one day, and a server that can misbehave."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from dsr.notifications import bell
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import owe
from dsr.vault.models import Safe
from dsr.vault.services import open_safe

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
READER = "anna.canary@example.org"


class Server(BaseEmailBackend):
    """Keeps what it accepted; `answer` decides about each mail, `door` about each connection."""

    accepted: list[EmailMessage] = []
    opened = 0
    door: Callable[[], None] = staticmethod(lambda: None)
    answer: Callable[[EmailMessage], None] = staticmethod(lambda mail: None)

    def open(self) -> bool:
        type(self).door()
        Server.opened += 1
        return True

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            message.message()  # raises what a header must not hold
            type(self).answer(message)
            Server.accepted.append(message)
        return len(email_messages)


@pytest.fixture
def server(settings: Any) -> Iterator[type[Server]]:
    settings.EMAIL_BACKEND = "tests.notifications.conftest.Server"
    as_new()
    yield Server
    as_new()


def as_new() -> None:
    """No test finds the mail server as another one left it."""
    Server.accepted, Server.opened = [], 0
    Server.door, Server.answer = staticmethod(lambda: None), staticmethod(lambda mail: None)


@pytest.fixture
def safe(db: None) -> Safe:
    return open_safe(NOON)


@pytest.fixture(autouse=True)
def silent_bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No worker listens in these tests; what was rung for is counted."""
    rung: list[str] = []
    monkeypatch.setattr(bell, "wake", lambda: rung.append("rung"))
    return rung


@pytest.fixture
def owed(safe: Safe) -> Callable[..., OutboxMessage]:
    def debt(key: str = "first", **changes: Any) -> OutboxMessage:
        values: dict[str, Any] = {
            "key": key,
            "kind": "security_notice",
            "safe": safe,
            "to": READER,
            "language": "en",
            "context": {"name": "Anna Canary", "what": "totp_activated", "when": "2 March"},
            "at": NOON,
        }
        owe(**{**values, **changes})
        return OutboxMessage.objects.select_related("safe").get(key=key)

    return debt


__all__ = ["NOON", "READER", "Server", "mail"]
