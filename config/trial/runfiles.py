"""What one run needs of the machine and leaves on it: its lock, its logs, room, a free port."""

from __future__ import annotations

import fcntl
import http.client
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from config.problems import FrontDoorError

LEAST_FREE = 200 * 1024 * 1024


@contextmanager
def the_only_run(var: Path) -> Iterator[None]:
    """Hold the lock of a running program; its file names the process and where to look."""
    var.mkdir(parents=True, exist_ok=True)
    # Not for the children: the lock would live on in them.
    handle = os.open(var / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # The system's own lock: a run that was killed leaves none behind.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()} {settings.BASE_URL}".encode())
        yield
    except BlockingIOError as error:
        _, _, address = (var / "run.lock").read_text(encoding="utf-8").partition(" ")
        raise FrontDoorError(
            f"The program runs already in this folder: look at {address or settings.BASE_URL}/, "
            "or end it with `make stop`."
        ) from error
    finally:
        os.close(handle)


def running_elsewhere(var: Path) -> int | None:
    """The process number of the supervisor of this folder, if one runs."""
    try:
        with (var / "run.lock").open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        number, _, _ = (var / "run.lock").read_text(encoding="utf-8").partition(" ")
        return int(number or 0) or None


def log_file(var: Path, name: str) -> Path:
    """A fresh log for this run; the one of the run before is kept beside it."""
    log = var / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    return log


def last_word(log: Path) -> str:
    """The line of a log that most likely says why: the last that begins like an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-200:]
    errors = [line for line in lines if re.match(r"[A-Za-z_.]+(Error|Exception|Settings): ", line)]
    return next((line.strip() for line in reversed(errors or lines) if line.strip()), "no reason")


def check_room(var: Path) -> None:
    free = shutil.disk_usage(var).free
    if free < LEAST_FREE:
        raise FrontDoorError(
            f"Only {free // 1024**2} MB are free on the disk that holds {var}: make room "
            f"({LEAST_FREE // 1024**2} MB are needed), then start again."
        )


def check_port(port: int) -> None:
    with socket.socket() as probe:
        # As the server will do: a port in its last minute counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise FrontDoorError(
                f"Port {port} is reserved for root: choose another, as in DSR_PORT=8001 make run."
            ) from error
        except OSError as error:
            raise FrontDoorError(
                f"Port {port} is taken by another program: stop that one, or choose another port, "
                f"as in DSR_PORT={port + 1} make run."
            ) from error


def first_page_status() -> int:
    """The answer to a visitor's first page, or 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.DSR_PORT, timeout=10)
    try:
        # By its own name: for any other host no page is made.
        connection.request("GET", "/", headers={"Host": urlsplit(settings.BASE_URL).netloc})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
