"""Runs the process that opens a file, and keeps the line of those who wait for it.

The web thread that waits does no work meanwhile, but it is a thread less for everybody else: few
may wait, not for long, and whoever is one too many hears so at once.
"""

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from .inspector.reasons import Reason, Refused

PROGRAM = Path(__file__).with_name("inspector") / "__main__.py"
# For one file, and for all files of one form. Work is bounded in the process itself; this is for
# one that does nothing, and generous because others may have the processor.
SECONDS, SECONDS_A_FORM = 20.0, 40.0
# Of each web process. With its 8 threads half of them stay free for pages.
AT_ONCE, MAY_WAIT, WAIT_SECONDS = 2, 2, 10.0
COPIED_BYTES = 64 * 1024

log = logging.getLogger(__name__)


class Busy(Exception):
    """Too many files are being looked at in this process."""


class Line:
    """Whose turn it is; a form keeps its turn for all of its files."""

    def __init__(self, at_once: int, may_wait: int, seconds: float) -> None:
        self._places = threading.BoundedSemaphore(at_once + may_wait)
        self._turns = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Busy at once where the line is full, and later where it does not move."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._turns.acquire(timeout=self._seconds):
                raise Busy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


LINE = Line(AT_ONCE, MAY_WAIT, WAIT_SECONDS)


def open_scratch() -> IO[bytes]:
    """A file without a name: in memory where the system has that, so that no disk keeps it.

    Without a buffer, since another process goes on where this one stopped.
    """
    if hasattr(os, "memfd_create"):
        made: IO[bytes] = os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "w+b", buffering=0)
        return made
    return tempfile.TemporaryFile(buffering=0)


def inspect(content: IO[bytes], content_type: str, until: float) -> bytes:
    """What may be stored of it; raises Refused. ``until`` is an instant of the monotonic clock."""
    with open_scratch() as made:
        status = _run(content_type, content, made, min(SECONDS, until - time.monotonic()))
        if status:
            raise Refused(_reason(status))
        made.seek(0)
        return made.read()


@cache
def is_shut_in() -> bool:
    """Whether this system lets the process close all of its doors; asked once."""
    with open_scratch() as nothing:
        return _run("nothing", nothing, nothing, SECONDS) == 0


def _run(content_type: str, content: IO[bytes], made: IO[bytes], seconds: float) -> int:
    """The exit status; negative for a signal."""
    # No secret of the site reaches the process that opens a stranger's file.
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    content.seek(0)
    process = subprocess.Popen(
        [sys.executable, "-I", str(PROGRAM), content_type],
        stdin=content.fileno(),
        stdout=made.fileno(),
        # Whatever a broken parser prints, only our own sentences are shown.
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
    )
    try:
        return process.wait(max(0.0, seconds))
    except subprocess.TimeoutExpired:
        return Reason.TOO_MUCH_WORK
    finally:
        process.kill()
        process.wait()


def _reason(status: int) -> Reason:
    """One that was killed by its limits did too much; one that broke was given rubbish."""
    if status in list(Reason):
        return Reason(status)
    # SIGKILL and SIGXCPU for time, SIGXFSZ for what it wrote.
    return Reason.TOO_MUCH_WORK if status in (-9, -24, -25) else Reason.UNREADABLE
