"""`make run`: starts everything, ends everything it started, and says clearly what is wrong."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from config.problems import FrontDoorError
from config.trial.embedded import missing_servers, stop_servers, system
from config.trial.supervisor import Supervisor
from tests.front_door.program import free_port, gone, manage, processes_of, running


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dsr-run-", dir=system.SHORT_FOLDER))
    folder.chmod(0o711)
    # The demonstration has its own tests.
    (folder / "demonstration").touch()
    yield folder
    stop_servers(folder)
    shutil.rmtree(system.socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder)
    folder.with_name(f"{folder.name}.printed").unlink()


def first_page(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
    status = connection.getresponse().status
    connection.close()
    return status


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        assert time.monotonic() < end
        time.sleep(0.2)


def test_ctrl_c_leaves_nothing_behind(var: Path) -> None:
    with running(var) as run:
        run.wait_for("Ctrl-C stops everything")
        assert f"http://localhost:{run.port}/staff/" in run.text
        assert first_page(run.port) == 200
        assert run.end(signal.SIGINT) == 0
    assert processes_of(var) == {}
    assert missing_servers(var) == ["PostgreSQL", "Valkey"]


def test_a_killed_supervisor_leaves_no_orphan_and_a_stopped_database_comes_back(var: Path) -> None:
    with running(var) as run:
        run.wait_for("Ctrl-C stops everything")
        stop_servers(var, ["PostgreSQL"])
        run.wait_for("PostgreSQL had stopped and runs again", seconds=20)
        assert first_page(run.port) == 200
        run.end(signal.SIGKILL)
    assert gone(var), processes_of(var)


def test_an_end_in_the_middle_of_starting_leaves_no_orphan(var: Path) -> None:
    with running(var) as run:
        run.wait_for("Preparing")
        assert run.end(signal.SIGINT) == 0
    assert gone(var), processes_of(var)


def test_servers_that_ran_before_sigterm_run_afterwards(var: Path) -> None:
    manage(var, "showmigrations", "config")
    with running(var) as run:
        run.wait_for("Ctrl-C stops everything")
        assert run.end(signal.SIGTERM) == 0
    assert missing_servers(var) == []
    stop_servers(var)


def test_a_taken_port_is_named_with_what_to_do(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with running(var, port) as run:
            assert run.process.wait(timeout=30) == 1
    assert run.text == (
        f"Port {port} is taken by another program: stop that one, or choose another port, "
        f"as in DSR_PORT={port + 1} make run.\n"
    )


def test_a_second_run_in_the_same_folder_points_to_the_first(var: Path) -> None:
    port = free_port()
    with running(var, port) as run:
        run.wait_for("Ctrl-C stops everything")
        second = manage(var, "run", DSR_PORT=str(free_port()))
        assert second.returncode == 1
        assert second.stderr.startswith(
            f"The program runs already in this folder: look at http://localhost:{port}/,"
        )
        assert manage(var, "stop").stdout.startswith("Stopped the program")
        assert run.process.wait(timeout=5) == 0
    assert gone(var), processes_of(var)


def test_whoever_of_the_three_is_killed_runs_again(var: Path) -> None:
    with running(var) as run:
        run.wait_for("Ctrl-C stops everything")
        for name, word in (("beat", " beat "), ("worker", " worker "), ("web", "gunicorn")):
            # The parent is the oldest; what it has forked looks alike.
            killed = min(pid for pid, command in processes_of(var).items() if word in command)
            os.kill(killed, signal.SIGKILL)
            run.wait_for(f"The {name} had stopped and runs again", seconds=20)
            assert killed not in processes_of(var)
        until(lambda: first_page(run.port) == 200)
        assert run.end(signal.SIGINT) == 0
    assert gone(var), processes_of(var)


def test_a_child_that_ends_again_and_again_ends_the_run_with_its_name(var: Path) -> None:
    run = Supervisor()
    run.var, run.guardian = var, Mock()
    (var / "logs").mkdir(exist_ok=True)
    run._spawn("beat", ["-c", "import sys; sys.exit('no such broker')"])
    for _turn in range(2):
        run.children[0].process.wait()
        run._revive_children()
    run.children[0].process.wait()
    with pytest.raises(FrontDoorError, match=r"The beat ended by itself .* no such broker"):
        run._revive_children()
