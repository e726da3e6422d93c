"""Several workers, dead workers, late workers: each mail once, and nothing in a log."""

import logging
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.core.mail import EmailMessage

from dsr.notifications import delivery
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver, mark_missed
from dsr.vault.services import open_safe
from tests.notifications.conftest import NOON, READER, Server
from tests.notifications.threads import at_once

Owed = Callable[..., OutboxMessage]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def real_server(server: type[Server]) -> None:
    """Every test here speaks to the server that can misbehave."""


def only() -> OutboxMessage:
    return OutboxMessage.objects.select_related("safe").get()


def refuse(error: Exception) -> Any:
    def answer(mail: EmailMessage) -> None:
        raise error

    return staticmethod(answer)


def test_a_dead_workers_claim_runs_out_and_the_mail_goes_with_its_old_id(owed: Owed) -> None:
    message = owed()
    shift = delivery._Shift(NOON, "dead")
    assert shift._claim(10) == [message.pk]
    assert deliver(NOON + timedelta(seconds=59)) == {}
    assert deliver(NOON + timedelta(seconds=60)) == {"sent": 1}
    assert Server.accepted[0].extra_headers["Message-ID"] == message.message_id


def test_a_mail_in_the_hand_of_a_dead_worker_waits_as_long_as_handing_over_may_take(
    owed: Owed, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 20
    message = owed()
    shift = delivery._Shift(NOON, "dead")
    shift._claim(10)
    assert shift._take(message.pk) is not None
    assert deliver(NOON + timedelta(seconds=129)) == {}
    assert deliver(NOON + timedelta(seconds=130)) == {"sent": 1}


def test_a_mail_that_kills_every_worker_is_given_up(owed: Owed) -> None:
    message = owed()
    at = NOON
    for _ in range(13):
        shift = delivery._Shift(at, "dies")
        delivery.reclaim(at)
        shift._claim(10)
        assert shift._take(message.pk) is not None
        at += timedelta(hours=1)
    assert deliver(at) == {}
    assert OutboxMessage.objects.failed().get().last_error == "defect"


def test_a_worker_that_lost_its_claim_does_not_send(owed: Owed) -> None:
    message = owed()
    slow = delivery._Shift(NOON, "slow")
    slow._claim(10)
    deliver(NOON + 2 * MINUTE)
    assert slow._take(message.pk) is None


def test_a_late_worker_never_undoes_what_another_has_settled(owed: Owed) -> None:
    message = owed()
    slow = delivery._Shift(NOON, "slow")
    slow._claim(10)
    taken = slow._take(message.pk)
    assert taken is not None
    deliver(NOON + timedelta(hours=1))
    slow._try_later(taken, delivery.Trouble.CONNECTION_LOST)
    assert only().status == "sent"


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_each_mail_once(owed: Owed) -> None:
    for number in range(200):
        owed(f"mail:{number}")
    start = Barrier(8)

    def work() -> dict[str, int]:
        start.wait(10)
        return deliver(NOON, worker="one of eight")

    counts = at_once([work] * 8)
    assert sum(count.get("sent", 0) for count in counts) == 200
    ids = [mail.extra_headers["Message-ID"] for mail in Server.accepted]
    assert (len(ids), len(set(ids))) == (200, 200)


@pytest.mark.django_db(transaction=True)
def test_a_worker_held_up_by_its_server_does_not_hold_up_another(owed: Owed) -> None:
    """The second worker skips what the first has locked or claimed and sends the rest."""
    owed("slow", to="slow@example.org", at=NOON - MINUTE)
    slow_is_busy, go_on = Event(), Event()

    def answer(mail: EmailMessage) -> None:
        if mail.to == ["slow@example.org"]:
            slow_is_busy.set()
            assert go_on.wait(10)

    Server.answer = staticmethod(answer)

    def second() -> dict[str, int]:
        assert slow_is_busy.wait(10)
        owed("quick")
        try:
            return deliver(NOON)
        finally:
            go_on.set()

    assert at_once([lambda: deliver(NOON), second]) == [{"sent": 1}, {"sent": 1}]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_that_mark_what_is_missed_at_once_mark_it_once(owed: Owed) -> None:
    for number in range(50):
        owed(f"mail:{number}", useful_until=NOON, at=NOON - MINUTE)
    start = Barrier(4)

    def sweep() -> int:
        start.wait(10)
        return mark_missed(NOON)

    assert sum(at_once([sweep] * 4)) == 50


@pytest.mark.django_db(transaction=True)
def test_more_than_one_worker_can_carry_calls_a_colleague(
    owed: Owed, silent_bell: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    for number in range(7):
        owed(f"mail:{number}")
    silent_bell.clear()
    assert deliver(NOON) == {"sent": 7}
    assert silent_bell == ["rung"]


def test_no_address_name_or_text_reaches_a_log(
    owed: Owed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    owed("a")
    Server.answer = refuse(smtplib.SMTPRecipientsRefused({READER: (550, READER.encode())}))
    deliver(NOON)
    owed("b")
    Server.answer = refuse(smtplib.SMTPDataError(451, READER.encode()))
    deliver(NOON)
    owed("c")

    def door() -> None:
        raise smtplib.SMTPAuthenticationError(535, READER.encode())

    Server.door = staticmethod(door)
    deliver(NOON)
    written = [r.getMessage() for r in caplog.records if r.name.startswith("dsr")]
    assert len(written) == 3
    assert "canary" not in caplog.text.lower()


def test_forty_days_off_bring_no_flood(owed: Owed) -> None:
    """Reminders of each day are useful for a day; the last one and the receipt still are."""
    for day in range(40):
        at = NOON + timedelta(days=day)
        owed(f"reminder:{day}", at=at, useful_until=at + timedelta(days=1))
    owed("acknowledgement", at=NOON)
    back = datetime(2026, 4, 10, 12, 1, tzinfo=UTC)
    assert deliver(back) == {"missed": 39, "sent": 2}


def test_sending_does_not_touch_other_safes(owed: Owed) -> None:
    owed("one")
    owed("two", safe=open_safe(NOON))
    assert deliver(NOON) == {"sent": 2}
