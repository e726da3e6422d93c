"""What people see and do: troubles, retries, bounces, posting, heartbeats."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from dsr.notifications import bell, heartbeats, tasks
from dsr.notifications.models import Heartbeat, OutboxMessage
from dsr.notifications.services import (
    WrongStateError,
    beat,
    deliver,
    health,
    record_bounce,
    record_posting,
    retry,
    stale,
    write_off,
)
from tests.notifications.conftest import NOON, Server

Owed = Callable[..., OutboxMessage]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this room's own processes; other rooms expect theirs beside them."""
    within = timedelta(minutes=5)
    monkeypatch.setattr(heartbeats, "_expected", {"worker": within, "delivery": within})


def ended(message: OutboxMessage, status: str) -> OutboxMessage:
    OutboxMessage.objects.filter(pk=message.pk).update(status=status, sent_at=NOON, attempts=10)
    return message


def test_a_failed_mail_can_be_tried_again_under_its_old_id(
    owed: Owed, server: type[Server]
) -> None:
    message = ended(owed(useful_until=NOON), "failed")
    assert retry(message.pk, at=NOON + MINUTE).attempts == 0
    assert deliver(NOON + MINUTE) == {"sent": 1}
    assert Server.accepted[0].extra_headers["Message-ID"] == message.message_id


def test_a_trouble_somebody_has_seen_to_leaves_the_list(owed: Owed) -> None:
    message = ended(owed(), "missed")
    write_off(message.pk, actor_id=42, at=NOON)
    assert not OutboxMessage.objects.missed().exists()
    message.refresh_from_db()
    assert (message.handled_by_id, message.handled_at) == (42, NOON)


def test_a_mail_that_came_back_is_a_failed_mail(owed: Owed) -> None:
    message = ended(owed(), "sent")
    record_bounce(message.pk, at=NOON)
    assert OutboxMessage.objects.failed().get().last_error == "bounced"


@pytest.mark.parametrize("status", ["owed", "sent", "cancelled"])
def test_only_what_was_not_delivered_is_tried_again(owed: Owed, status: str) -> None:
    with pytest.raises(WrongStateError):
        retry(ended(owed(), status).pk, at=NOON)


def test_a_mail_is_not_posted(owed: Owed) -> None:
    with pytest.raises(WrongStateError):
        record_posting(owed().pk, posted_on=date(2026, 3, 2), at=NOON)


@pytest.mark.django_db
def test_a_process_never_seen_or_not_seen_for_five_minutes_is_stale() -> None:
    assert stale(NOON) == ["delivery", "worker"]
    beat("worker", NOON - 5 * MINUTE)
    beat("delivery", NOON - 5 * MINUTE - timedelta(seconds=1))
    assert stale(NOON) == ["delivery"]


@pytest.mark.django_db
def test_a_late_process_does_not_turn_the_clock_back() -> None:
    beat("worker", NOON)
    beat("worker", NOON - MINUTE)
    assert Heartbeat.objects.get(name="worker").beat_at == NOON


@pytest.mark.django_db
def test_a_room_can_expect_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "_expected", {})
    heartbeats.expect("reminders", 10 * MINUTE)
    assert [problem.code for problem in health(NOON)] == ["stale:reminders"]


@pytest.mark.django_db
def test_a_sweep_shows_itself_and_so_does_a_worker() -> None:
    deliver(NOON)
    assert stale(NOON) == ["worker"]
    tasks.heartbeat()
    assert Heartbeat.objects.filter(name="worker").exists()


def test_health_names_what_needs_a_person_and_how_many(owed: Owed) -> None:
    for name in ("worker", "delivery"):
        beat(name, NOON)
    ended(owed("a"), "failed")
    ended(owed("b"), "failed")
    ended(owed("c"), "missed")
    owed("d", at=NOON - timedelta(minutes=16))
    assert [(problem.code, problem.number) for problem in health(NOON)] == [
        ("mail:failed", 2),
        ("mail:missed", 1),
        ("mail:waiting", 1),
    ]
    assert str(health(NOON)[0]) == "Messages could not be delivered. (2)"


def test_health_tells_of_a_defect_while_the_mail_is_still_tried_again(owed: Owed) -> None:
    for name in ("worker", "delivery"):
        beat(name, NOON)
    OutboxMessage.objects.filter(pk=owed().pk).update(last_error="defect", attempts=1)
    assert [(problem.code, problem.number) for problem in health(NOON)] == [("mail:defect", 1)]


def test_a_mail_whose_server_is_away_for_long_is_not_silent(
    owed: Owed, server: type[Server]
) -> None:
    owed()

    def door() -> None:
        raise ConnectionRefusedError

    Server.door = staticmethod(door)
    for minute in range(0, 20, 5):
        deliver(NOON + minute * MINUTE)
    assert "mail:waiting" in [problem.code for problem in health(NOON + 20 * MINUTE)]


class TestTheBell:
    @pytest.fixture(autouse=True)
    def awake(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()  # the real bell
        monkeypatch.setattr(bell._Silence, "until", 0.0)

    def test_it_tells_a_worker_nothing_but_to_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[Any] = []
        monkeypatch.setattr(current_app, "send_task", lambda *a, **k: sent.append((a, k)))
        assert bell.knock() is True
        assert sent[0][0] == ("dsr.notifications.tasks.deliver",)
        assert "args" not in sent[0][1]
        assert "kwargs" not in sent[0][1]

    @pytest.mark.parametrize("error", [OperationalError(), ConnectionError(), TimeoutError()])
    def test_it_never_fails_and_asks_a_broker_that_is_away_only_once(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        asked: list[int] = []

        def send(*args: Any, **kwargs: Any) -> None:
            asked.append(1)
            raise error

        monkeypatch.setattr(current_app, "send_task", send)
        assert [bell.knock(), bell.knock()] == [False, False]
        assert len(asked) == 1

    def test_a_page_does_not_wait_for_a_broker_that_hangs(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        knocked, answer = SimpleQueue[str](), Event()

        def hang() -> None:
            knocked.put("knocked")
            answer.wait(30)

        monkeypatch.setattr(bell, "knock", hang)
        ringer = bell._Ringer()
        for _ in range(5):
            ringer.wake()  # returns although nobody has answered
        assert knocked.get(timeout=10) == "knocked"
        ringer.wake()
        answer.set()
        ringer.finish()
        # What was rung for while the first knock hung is one more knock.
        assert [knocked.get(timeout=10)] == ["knocked"]
        assert knocked.empty()

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_knock_that_breaks_down_does_not_silence_the_next(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        knocked = SimpleQueue[str]()

        def break_down() -> None:
            knocked.put("knocked")
            raise RuntimeError

        monkeypatch.setattr(bell, "knock", break_down)
        ringer = bell._Ringer()
        for _ in range(2):
            ringer.wake()
            assert knocked.get(timeout=10) == "knocked"
            assert ringer.thread is not None
            ringer.thread.join(10)

    def test_what_a_command_rings_for_as_its_last_deed_is_heard(self) -> None:
        code = (
            "import django; django.setup()\n"
            "from dsr.notifications import bell\n"
            "bell.knock = lambda: print('knocked')\n"
            "bell.wake()"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
        assert done.stdout == b"knocked\n", done.stderr

    def test_a_broker_that_is_really_away_costs_a_bounded_time(self) -> None:
        """In a process of its own: Celery keeps one broker for a process."""
        code = (
            "import django, time; django.setup()\n"
            "import config.celery\n"
            "from dsr.notifications import bell\n"
            "t = time.monotonic(); told = bell.knock()\n"
            "print(told, time.monotonic() - t < 5)"
        )
        env = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"}
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60
        )
        assert done.stdout.split() == ["False", "True"], done.stderr
        assert time.monotonic() - began < 30


def test_a_mail_server_is_never_waited_for_endlessly(settings: Any) -> None:
    from dsr.notifications.smtp import mail_server_is_not_waited_for_endlessly as check

    assert check() == []
    settings.EMAIL_TIMEOUT = None
    assert [error.id for error in check()] == ["notifications.E001"]
