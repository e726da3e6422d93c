"""Asks a virus scanner, clamd, where one is configured; its protocol in a few lines.

What it does not answer counts as not scanned, never as clean. Nothing but the content is sent, and
nothing of its answer is kept or logged: it names files and finds.
"""

import logging
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import unquote, urlsplit

from django.conf import settings

SECONDS = 15.0
PATIENCE_FOR_HEALTH = 2.0
PIECE_BYTES = 256 * 1024
ANSWER_BYTES = 4096

log = logging.getLogger(__name__)


class Infected(Exception):
    """The scanner knows what is in this file."""


def is_configured() -> bool:
    return bool(settings.DSR_SCANNER)


def found_clean(content: IO[bytes]) -> bool:
    """Whether it was scanned and nothing was found; raises Infected."""
    if not is_configured():
        return False
    content.seek(0)
    try:
        with _talk(SECONDS) as line:
            line.send(b"zINSTREAM\0")
            while piece := content.read(PIECE_BYTES):
                line.send(struct.pack("!L", len(piece)) + piece)
            line.send(struct.pack("!L", 0))
            answer = line.answer()
    except OSError as error:
        log.warning("The virus scanner did not answer: %s", type(error).__name__)
        return False
    if answer.endswith(b" FOUND"):
        raise Infected
    if answer != b"stream: OK":
        # Such as a file larger than it was told to take.
        log.warning("The virus scanner could not scan a file.")
    return answer == b"stream: OK"


def is_silent() -> bool:
    """For the health page: whether one is configured and does not answer."""
    if not is_configured():
        return False
    try:
        with _talk(PATIENCE_FOR_HEALTH) as line:
            line.send(b"zPING\0")
            return line.answer() != b"PONG"
    except OSError:
        return True


class _Talk:
    """One command; all of it within its seconds, however slowly the other side drips."""

    def __init__(self, opened: socket.socket, until: float) -> None:
        self._opened, self._until = opened, until

    def send(self, data: bytes) -> None:
        self._opened.settimeout(self._left())
        self._opened.sendall(data)

    def answer(self) -> bytes:
        """Up to its closing zero byte; nothing where that never came."""
        said = b""
        while b"\0" not in said and len(said) < ANSWER_BYTES:
            self._opened.settimeout(self._left())
            piece = self._opened.recv(ANSWER_BYTES)
            if not piece:
                break
            said += piece
        whole, end, _ = said.partition(b"\0")
        return whole.strip() if end else b""

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextmanager
def _talk(seconds: float) -> Iterator[_Talk]:
    place = urlsplit(settings.DSR_SCANNER)
    if place.scheme == "unix":
        opened = socket.socket(socket.AF_UNIX)
        opened.settimeout(seconds)
        try:
            opened.connect(unquote(place.path))
        except BaseException:
            opened.close()
            raise
    else:
        opened = socket.create_connection((place.hostname, place.port or 3310), seconds)
    with opened:
        yield _Talk(opened, time.monotonic() + seconds)
