"""Any command starts the servers it needs when they do not run, and leaves running ones alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.problems import FrontDoorError
from config.trial.embedded import (
    missing_servers,
    postgres,
    programs,
    start_servers,
    stop_servers,
    system,
    valkey,
)
from tests.front_door.program import ROOT, manage, processes_of, surroundings


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    # A short name: the folder must also be reachable for a server that runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="dsr-door-", dir=system.SHORT_FOLDER))
    folder.chmod(0o711)
    yield folder
    stop_servers(folder)
    left = processes_of(folder)
    shutil.rmtree(system.socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder)
    assert left == {}


def postgres_pid(var: Path) -> int | None:
    return system.read_pid(var / "postgres" / "postmaster.pid")


def valkey_pid(var: Path) -> int | None:
    return system.read_pid(var / "valkey" / "valkey.pid")


def test_a_command_starts_what_it_needs_and_the_next_one_finds_it_running(var: Path) -> None:
    first = manage(var, "showmigrations", "config")
    assert first.returncode == 0, first.stderr
    assert missing_servers(var) == []
    pids = postgres_pid(var), valkey_pid(var)

    second = manage(var, "showmigrations", "config")
    assert second.returncode == 0, second.stderr
    assert (postgres_pid(var), valkey_pid(var)) == pids


def test_stop_ends_both_servers_and_says_so(var: Path) -> None:
    manage(var, "showmigrations", "config")
    assert manage(var, "stop").stdout == "Stopped Valkey, PostgreSQL.\n"
    assert missing_servers(var) == ["PostgreSQL", "Valkey"]
    assert manage(var, "stop").stdout == "Nothing was running.\n"


@pytest.mark.parametrize("arguments", [["check"], ["--help"], ["migrate", "--help"]])
def test_a_command_that_needs_no_server_starts_none(var: Path, arguments: list[str]) -> None:
    stop_servers(var)
    assert manage(var, *arguments).returncode == 0
    assert missing_servers(var) == ["PostgreSQL", "Valkey"]


def test_servers_killed_in_the_middle_start_again(var: Path) -> None:
    manage(var, "showmigrations", "config")
    for pid in (postgres_pid(var), valkey_pid(var)):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert system.wait_gone(pid, 10)
    again = manage(var, "showmigrations", "config")
    assert again.returncode == 0, again.stderr
    assert missing_servers(var) == []
    assert not (var / "valkey.damaged").exists()


def test_a_pid_file_whose_number_is_somebody_elses_is_put_right(var: Path) -> None:
    stop_servers(var)
    left = var / "postgres" / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{var / 'postgres'}\n1\n5432\n/nowhere\n\n\nready\n")
    again = manage(var, "showmigrations", "config")
    assert again.returncode == 0, again.stderr
    assert missing_servers(var) == []


def test_a_server_without_its_socket_is_started_anew(var: Path) -> None:
    manage(var, "showmigrations", "config")
    shutil.rmtree(system.socket_folder(var))
    again = manage(var, "showmigrations", "config")
    assert again.returncode == 0, again.stderr
    assert missing_servers(var) == []


def test_a_damaged_broker_file_never_keeps_the_program_from_starting(var: Path) -> None:
    manage(var, "showmigrations", "config")
    stop_servers(var)
    (manifest,) = (var / "valkey" / "appendonlydir").glob("*.manifest")
    manifest.write_bytes(b"\0nonsense")
    again = manage(var, "showmigrations", "config")
    assert again.returncode == 0, again.stderr
    assert (var / "valkey.damaged").exists()


def test_commands_at_the_same_moment_share_one_server(var: Path) -> None:
    stop_servers(var)
    together = [
        subprocess.Popen(
            [sys.executable, "manage.py", "showmigrations", "config"],
            cwd=ROOT,
            env=surroundings(var),
            stdout=subprocess.DEVNULL,
        )
        for _ in range(3)
    ]
    assert [command.wait(timeout=60) for command in together] == [0, 0, 0]
    assert missing_servers(var) == []


def test_the_folder_of_the_sockets_is_private(var: Path) -> None:
    manage(var, "showmigrations", "config")
    assert system.socket_folder(var).stat().st_mode & 0o777 == 0o700
    assert valkey.store_in(var).socket.stat().st_mode & 0o777 == 0o700
    assert postgres.cluster_in(var).socket.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root has to become somebody else")
def test_root_without_name_spaces_runs_the_database_as_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "can_map_user", lambda: False)
    folder = Path(tempfile.mkdtemp(prefix="dsr-door-", dir=system.SHORT_FOLDER))
    folder.chmod(0o711)
    try:
        programs.as_nobody(postgres.cluster_in(folder).data)
    except FrontDoorError:
        folder.rmdir()
        pytest.skip("this checkout lies in a folder that nobody else can enter")
    try:
        assert start_servers(folder) == ["PostgreSQL", "Valkey"]
        assert missing_servers(folder) == []
        assert system.socket_folder(folder).stat().st_uid == pwd.getpwnam("nobody").pw_uid
        folder.chmod(0o700)
        stop_servers(folder)
        with pytest.raises(FrontDoorError, match="nobody` cannot reach this folder"):
            start_servers(folder)
    finally:
        stop_servers(folder)
        shutil.rmtree(system.socket_folder(folder))
        shutil.rmtree(folder)


def test_the_application_cannot_change_tables_and_its_owner_can(var: Path) -> None:
    made = manage(var, "migrate", "config", "--verbosity=0")
    assert made.returncode == 0, made.stderr
    manage(var, "grant_app_role")
    code = (
        "from django.db import connection as c\n"
        "k = c.cursor()\n"
        "k.execute('SELECT count(*) FROM cache_entry')\n"
        "k.execute('DROP TABLE cache_entry')"
    )
    tried = manage(var, "shell", "--no-imports", "-c", code)
    assert tried.returncode == 1
    assert "must be owner of table cache_entry" in tried.stderr


def test_a_made_environment_knows_that_it_is_a_trial(tmp_path: Path) -> None:
    """Without DSR_MODE the mark of `make` decides; a site has none, and one of its variables is
    enough to be taken for a site."""
    from config import commands

    mark = Path(sys.prefix) / commands.TRIAL_MARK
    assert mark.exists()
    bare = {"PATH": os.environ["PATH"], "DSR_VAR": str(tmp_path)}
    call = [sys.executable, "manage.py", "check"]
    trial = subprocess.run(call, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert trial.returncode == 0, trial.stderr
    site = subprocess.run(
        call,
        cwd=ROOT,
        env={**bare, "DATABASE_URL": "postgresql://dsr_app:x@db.example.org/dsr"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert site.returncode == 1
    assert "Settings: SECRET_KEY is missing" in site.stderr
