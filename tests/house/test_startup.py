"""With a wrong or missing key nothing serves: every process ends with one line that says so."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from config import startup
from dsr.vault.services import open_safe
from tests.cast import MORNING

ROOT = Path(__file__).resolve().parent.parent.parent
OTHER = base64.b64encode(hashlib.sha256(b"another key").digest()).decode()

MISSING = "The master key “t1” is not configured, but data is sealed with it."
WRONG = (
    "The master key “t1” does not open the keys sealed with it: "
    "it is not the key they were sealed with, or they were altered."
)
NO_DATABASE = "The database does not answer, so the keys cannot be tried: start it first."

WEB = ["-m", "gunicorn", "-c", "config/gunicorn.py", "--bind", "127.0.0.1:0"]
WORKER = ["-m", "celery", "-A", "config.celery", "--quiet", "worker", "--pool=solo"]


def start(arguments: list[str], **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def here(transactional_db: None) -> dict[str, str]:
    """Other processes see the test's database, in which something is sealed."""
    open_safe(MORNING)
    name = str(connection.settings_dict["NAME"])
    given = os.environ["DATABASE_URL"]
    url = given.replace("/dsr?", f"/{name}?")
    assert url != given
    ring = ",".join(
        f"{kid}:{base64.b64encode(key).decode()}" for kid, key in settings.DSR_MASTER_KEYS
    )
    return {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "DSR_MASTER_KEYS": ring}


@pytest.mark.parametrize("process", [WEB, WORKER], ids=["web", "worker"])
@pytest.mark.parametrize(
    ("ring", "line"),
    [
        pytest.param(f"t2:{OTHER}", MISSING, id="missing key"),
        pytest.param(f"t1:{OTHER}", WRONG, id="wrong key"),
    ],
)
def test_nothing_serves_with_keys_that_do_not_open(
    here: dict[str, str], process: list[str], ring: str, line: str
) -> None:
    ended = start(process, **{**here, "DSR_MASTER_KEYS": ring})
    assert ended.returncode == 1
    # Celery warns of root before.
    assert ended.stderr.strip().splitlines()[-1] == line
    assert "Traceback" not in ended.stderr


def test_nothing_serves_without_having_tried_the_keys(here: dict[str, str]) -> None:
    nowhere = "postgresql://dsr_app@127.0.0.1:1/dsr"
    ended = start(WORKER, **{**here, "DATABASE_URL": nowhere, "DATABASE_OWNER_URL": nowhere})
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1] == NO_DATABASE


def test_a_database_that_is_just_being_restarted_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [OperationalError("starting up"), OperationalError("starting up"), None]
    monkeypatch.setattr(startup, "refuse_wrong_keys", Mock(side_effect=answers))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    startup.refuse_to_serve_wrongly()
    assert startup.refuse_wrong_keys.call_count == 3  # type: ignore[attr-defined]


def test_a_trial_with_the_keys_of_another_ends_in_its_preparation(here: dict[str, str]) -> None:
    ended = start(["manage.py", "prepare"], **{**here, "DSR_MASTER_KEYS": f"t1:{OTHER}"})
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [f"CommandError: {WRONG}"]


OPEN_SOCKETS = """
import config.wsgi, os, stat
def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
print(sum(map(is_socket, range(3, 500))))
"""


@pytest.mark.parametrize("pool", ["0", "4"], ids=["alone", "with a pool"])
def test_with_the_right_keys_the_program_is_read_and_holds_no_connection(
    here: dict[str, str], pool: str
) -> None:
    """What is forked from this process must not share a connection with it."""
    ended = start(["-c", OPEN_SOCKETS], **here, DATABASE_POOL_SIZE=pool)
    assert (ended.stdout.strip(), ended.stderr) == ("0", "")
