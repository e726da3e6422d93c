"""The mailbox of the trial: what would have gone out, and nowhere but in a trial."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.trial.views import newest
from dsr.notifications import bell
from dsr.notifications.services import owe
from dsr.vault.models import KeyPurpose, Safe
from dsr.vault.services import destroy, open_safe
from tests import cast
from tests.cast import MORNING, the_same_desk

MAILBOX = "/trial/mailbox/"


@pytest.fixture(autouse=True)
def silent_bell(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "wake", lambda: None)


def owed(key: str, safe: Safe, *, to: str = "anna.canary@example.org", minutes: int = 0) -> None:
    owe(
        key=key,
        kind="security_notice",
        safe=safe,
        to=to,
        language="en",
        context={"name": "Anna Canary", "what": "totp_activated", "when": "2 March"},
        at=MORNING + timedelta(minutes=minutes),
    )


def test_the_mailbox_shows_the_newest_first_and_nothing_erased() -> None:
    kept, erased = open_safe(MORNING), open_safe(MORNING)
    owed("old", kept)
    owed("new", kept, to="new@example.org", minutes=1)
    owed("erased", erased)
    destroy(erased, [KeyPurpose.CONTENT], MORNING)
    assert [mail.to for mail in newest(10)] == ["new@example.org", "anna.canary@example.org"]
    assert newest(1)[0].subject == "A change to how you sign in"


def test_the_mailbox_of_the_trial_shows_what_would_have_gone_out(client: Client) -> None:
    asked = cast.ask(the_same_desk().right("img", "access"))
    page = client.get(MAILBOX).content.decode()
    assert "Trial: no mail leaves this computer." in page
    assert "zoe.canary@example.org" in page
    assert asked.reference in page


def test_outside_of_a_trial_there_is_no_mailbox(client: Client, settings: Any) -> None:
    settings.DSR_TRIAL = False
    assert client.get(MAILBOX).status_code == 404
