"""A real SMTP conversation, and workers that are killed in the middle of one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from threading import Event
from typing import Any

import pytest
from django.db import connection

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from tests.notifications.conftest import NOON, READER
from tests.notifications.sink import Sink

Owed = Callable[..., OutboxMessage]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 2
        yield sink


def test_mails_go_over_one_connection_and_arrive_as_written(owed: Owed, sink: Sink) -> None:
    first = owed("first")
    for number in range(4):
        owed(f"more:{number}")
    assert deliver(NOON) == {"sent": 5}
    assert sink.connections == 1
    mail = message_from_bytes(sink.mails[0])
    assert (mail["To"], mail["Message-ID"]) == (READER, first.message_id)
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().replace("\r\n", "\n") == first.unseal("body")


@pytest.mark.parametrize(
    ("owed_to", "sent_to"),
    [
        pytest.param("nora@faß-probe.example", "nora@xn--fa-probe-rya.example", id="never fass"),
        pytest.param("nora@βόλος.example", "nora@xn--nxasmm1c.example", id="a final sigma"),
        pytest.param("Nora@BÜRO.example", "Nora@xn--bro-hoa.example", id="capitals"),
    ],
)
def test_mail_goes_to_the_domain_that_was_typed_and_to_no_older_reading_of_it(
    owed: Owed, sink: Sink, owed_to: str, sent_to: str
) -> None:
    named: list[str] = []
    sink.rcpt = lambda address: named.append(address) or "250 ok"  # type: ignore[func-returns-value]
    owed(to=owed_to)
    assert deliver(NOON) == {"sent": 1}
    assert named == [sent_to]
    assert message_from_bytes(sink.mails[0])["To"] == sent_to


def test_a_refused_recipient_fails_and_the_next_mail_arrives(owed: Owed, sink: Sink) -> None:
    owed("bad", to="bad@example.org", at=NOON - MINUTE)
    owed("good")
    sink.rcpt = lambda address: "550 who?" if address.startswith("bad") else "250 ok"
    assert deliver(NOON) == {"failed": 1, "sent": 1}


def test_a_server_that_hangs_up_or_asks_for_patience_is_tried_again(owed: Owed, sink: Sink) -> None:
    owed()
    answers = iter(["", "451 later", "421 closing", "250 ok"])
    sink.data = lambda message_id: next(answers)
    assert [deliver(NOON + hour * HOUR) for hour in range(4)] == [
        {"later": 1},
        {"later": 1},
        {"later": 1},
        {"sent": 1},
    ]
    assert len(set(sink.received)) == 1


def test_a_server_that_is_silent_holds_up_one_mail_for_a_bounded_time(
    owed: Owed, sink: Sink, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    owed("first", at=NOON - MINUTE)
    owed("second")
    go_on = Event()

    def silent_once(message_id: str) -> str:
        if len(sink.received) == 1:
            go_on.wait(10)
        return "250 ok"

    sink.data = silent_once
    assert deliver(NOON) == {"later": 1, "sent": 1}
    go_on.set()


def test_no_server_at_all_costs_no_attempt(owed: Owed, sink: Sink, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    owed()
    assert deliver(NOON) == {"returned": 1}
    assert OutboxMessage.objects.get().attempts == 0


WORKER = """
import django; django.setup()
from datetime import datetime
from dsr.notifications import bell, services
bell.wake = lambda: None
services.deliver(datetime.fromisoformat({at!r}))
"""


def worker(sink: Sink) -> "subprocess.Popen[bytes]":
    """A process of its own, on the database of this test and the server of this test."""
    wanted = connection.settings_dict
    place = f"host={wanted['HOST'].replace('/', '%2F')}&port={wanted['PORT']}"
    env = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{wanted['USER']}@/{wanted['NAME']}?{place}",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}?tls=0",
    }
    code = WORKER.format(at=NOON.isoformat())
    return subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.DEVNULL)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_the_server_took_the_mail_repeats_at_most_that_one(
    owed: Owed, sink: Sink
) -> None:
    """Nothing lost; the one mail whose answer it did not hear goes twice, with one Message-ID."""
    for number in range(12):
        owed(f"mail:{number}")
    killed = Event()

    def kill_at_the_fifth(message_id: str) -> str:
        if len(sink.received) == 5 and not killed.is_set():
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            killed.set()
        return "250 ok"

    sink.data = kill_at_the_fifth
    process = worker(sink)
    assert killed.wait(60)
    assert len(sink.received) == 5
    assert OutboxMessage.objects.filter(status="sent").count() == 4
    assert deliver(NOON + HOUR) == {"sent": 8}
    assert len(set(sink.received)) == 12
    assert list(sink.repeated().values()) == [2]


@pytest.mark.django_db(transaction=True)
def test_two_workers_in_processes_of_their_own_send_each_mail_once(owed: Owed, sink: Sink) -> None:
    for number in range(120):
        owed(f"mail:{number}")
    both = [worker(sink), worker(sink)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(sink.received) == 120
    assert sink.repeated() == {}
