"""The broker rings a bell: plain messages, nothing kept, never waited for long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import signals

from config.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent

RING = """
import time, django
django.setup()
from config.celery import app
begun = time.monotonic()
try:
    app.send_task("nobody.listens")
except Exception as error:
    print(type(error).__name__, time.monotonic() - begun)
"""


def test_messages_are_plain_and_no_result_is_kept() -> None:
    assert app.conf.task_serializer == "json"
    assert app.conf.accept_content == ["json"]
    assert app.conf.result_backend is None
    assert app.conf.task_ignore_result is True


def test_a_task_is_acknowledged_when_it_is_done_and_given_back_when_its_worker_dies() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    # Longer than any task may take: otherwise a slow one would run twice.
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit


def test_every_task_of_the_schedule_exists() -> None:
    app.loader.import_default_modules()
    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert planned - set(app.tasks) == set()


def test_every_sweep_is_asked_for_when_the_scheduler_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(app, "send_task", lambda name, **options: sent.update({name: options}))
    signals.beat_init.send(sender=None)
    assert set(sent) == {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert all(options == {"expires": 55} for options in sent.values())


def test_a_broker_that_is_away_costs_less_than_a_second() -> None:
    rung = subprocess.run(
        [sys.executable, "-c", RING],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=True,
    )
    name, seconds = rung.stdout.split()
    assert name == "OperationalError"
    assert float(seconds) < 1
