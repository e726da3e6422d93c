"""The worker of gunicorn, with patience: a thread gets a request when all of it has arrived.

Gunicorn's own threads read from the network, so that as many slow visitors as there are threads
stop the site. Here the loop that accepts connections also receives, without ever waiting for one of
them: the head in memory, a body in a temporary file. How many may be on their way, how long and how
slowly, is bounded; where it gets crowded the slowest makes way. A proxy that buffers requests does
the same in front, and does no harm.

Answers are sent by the threads. Pages fit into the buffer of the socket, so that nobody waits for a
slow reader; a download takes its thread along for as long as it takes, and a proxy that buffers
answers spares that.
"""

from __future__ import annotations

import logging
import re
import socket
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from http.client import responses
from selectors import EVENT_READ
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.http import HttpRequest
from gunicorn import http, util
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker

from config import settings

log = logging.getLogger(__name__)

HEAD_BYTES = 64 * 1024
# The first byte, the head, and each next byte of a body.
WAIT_SECONDS = 10.0
# 64 kbit/s, after the first seconds: the slowest line on which somebody sends a scan.
SLOWEST = 8 * 1024
# Of each process: requests on their way, and what they have brought so far. Where there are more,
# so many make way at once, since finding the slowest takes a while.
MOST_ARRIVING, MOST_BYTES = 200, 512 * 1024 * 1024
MAKE_WAY = 20
# At most so many are let in between two looks at those who are in.
AT_ONCE = 50
IN_MEMORY = 64 * 1024
MOST_KEPT, MOST_LEAVING = 100, 100
# How long, and of how much, a visitor who was refused may go on talking before the line is cut:
# a browser shows no answer while it is still sending.
LEAVE_SECONDS, LEAVE_BYTES = 5.0, 256 * 1024 * 1024
SEND_SECONDS = 20.0
SEND_BUFFER = 256 * 1024
PIECE = 64 * 1024

LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
FORM_WITH_FILES = re.compile(rb"\r\ncontent-type[ \t]*:[ \t]*multipart/form-data", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue", re.IGNORECASE)


class Arrived:
    """A request that is all there, for a parser that believes it is a socket."""

    def __init__(self, head: bytes, body: IO[bytes]) -> None:
        self._head, self._body = head, body

    def recv(self, size: int) -> bytes:
        if self._head:
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        return self._body.read(size)


class Visit(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection, and the request that is on its way through it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # What came behind the request before: the beginning of the next one.
        self.ahead = b""
        self.body: IO[bytes] | None = None
        self.begin()

    def begin(self) -> None:
        self.head = bytearray()
        # Once the head is there: how much of the body is still to come.
        self.missing: int | None = None
        # Nothing that follows on this line could be understood.
        self.last = False
        self.received = 0
        self.began_at = self.heard_at = time.monotonic()

    def take(self, data: bytes) -> bool:
        """Whether all of the request is there now."""
        self.heard_at = time.monotonic()
        if self.missing is None:
            data = self._take_head(data)
        if self.missing is None:
            return False
        if data:
            assert self.body is not None
            mine, self.ahead = data[: self.missing], data[self.missing :]
            self.body.write(mine)
            self.missing -= len(mine)
            self.received += len(mine)
        return self.missing == 0

    def _take_head(self, data: bytes) -> bytes:
        """What is left of the data behind the head, if that is complete."""
        searched = max(0, len(self.head) - 3)
        self.head += data
        end = self.head.find(b"\r\n\r\n", searched)
        if end < 0 and len(self.head) <= HEAD_BYTES:
            return b""
        rest = bytes(self.head[end + 4 :]) if end >= 0 else b""
        if end >= 0:
            del self.head[end + 4 :]
        self.body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed with the request)
        length = length_of(self.head) if end >= 0 else None
        # The program answers what is too long, or has no length, without reading it.
        self.last = length is None
        self.missing = length or 0
        if length and EXPECTS.search(self.head):
            with suppress(OSError):
                self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return b"" if self.last else rest

    @property
    def is_too_slow(self) -> bool:
        now = time.monotonic()
        if self.missing is None:
            return now - self.began_at > WAIT_SECONDS
        late = now - self.began_at - WAIT_SECONDS
        return now - self.heard_at > WAIT_SECONDS or late * SLOWEST > self.received

    @property
    def worth(self) -> tuple[bool, float]:
        """The least makes way first: the slowest, and of those who just came the first."""
        age = time.monotonic() - self.began_at
        if age < 1:
            return True, self.began_at
        return False, (len(self.head) + self.received) / age

    def hand_over(self) -> None:
        """To a parser of its own, which finds this request and nothing behind it."""
        assert self.body is not None
        self.body.seek(0)
        self.parser = http.get_parser(self.cfg, Arrived(bytes(self.head), self.body), self.client)
        # It must not look at the line itself.
        self.data_ready = True

    def forget(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None


def length_of(head: bytes | bytearray) -> int | None:
    """Of the body; None where it is not said plainly, or is more than the program takes."""
    said = LENGTH.findall(head)
    if CODED.search(head) or len(said) > 1:
        return None
    if not said:
        return 0
    digits = said[0].strip()
    if not re.fullmatch(rb"[0-9]{1,18}", digits):
        return None
    files = FORM_WITH_FILES.search(head)
    most = settings.MULTIPART_MAX_BYTES if files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    path = re.match(rb"[A-Z]+ ([^ ?]+)", head)
    if files and path and settings.LARGE_FORMS.match(path[1].decode("latin-1")):
        most = settings.LARGE_FORM_MAX_BYTES
    return int(digits) if int(digits) <= most else None


# Whatever else the parser refuses is a bad request.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (errors.LimitRequestLine, 414),
    (errors.LimitRequestHeaders, 431),
    (errors.ExpectationFailed, 417),
    (errors.UnsupportedTransferCoding, 501),
    (errors.ForbiddenProxyRequest, 403),
    # The program's own mistakes, although they are kinds of the parser's.
    (errors.ConfigurationProblem, 500),
    (errors.InvalidResponseHeader, 500),
    (errors.InvalidResponseHeaderName, 500),
    (errors.ParseException, 400),
)


def answer_to(error: Exception) -> bytes:
    """The whole answer to what never became a request, or broke the program before it answered."""
    # Here, because the program is not read yet when gunicorn reads this module.
    from config import errors as pages
    from config.middleware import headers_of_errors

    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    if status == 500:
        request = HttpRequest()
        page = pages.server_error(request)
        log.error("", exc_info=error, extra={"request": request, "status_code": status})
    else:
        page = pages.unreadable(status)
    headers = headers_of_errors() | {
        "Content-Type": page.headers["Content-Type"],
        "Content-Length": str(len(page.content)),
        "Connection": "close",
    }
    head = [f"HTTP/1.1 {status} {responses[status]}", *map(": ".join, headers.items()), "", ""]
    return "\r\n".join(head).encode("latin-1") + page.content


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """See the module."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.max_keepalived = MOST_KEPT
        self.arriving: set[Visit] = set()
        # Who was told goodbye and is still talking, until when, and how much since.
        self.leaving: dict[Visit, tuple[float, int]] = {}
        self._look_at = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            sys.exit(
                "HTTPS is the work of the web server in front: leave certfile and keyfile out."
            )
        super().check_config(cfg, log)

    # Coming in ------------------------------------------------------------------------------------

    def accept(self, listener: socket.socket) -> None:
        """All who stand at the door, for whoever is honest may be behind many who are not."""
        for _ in range(AT_ONCE):
            if len(self.arriving) >= MOST_ARRIVING:
                self._make_room()
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                # No descriptor is left; the listener goes on calling until one is.
                self._make_room()
                time.sleep(0.05)
                return
            self.nr_conns += 1
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            conn = Visit(self.cfg, client, address, listener.getsockname())
            self._receive(conn)
            # Most have said all they want by now.
            self._on_piece(conn, client)

    def on_client_socket_readable(self, conn: Visit, client: socket.socket) -> None:
        """The next request on a line that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive(conn)

    def _receive(self, conn: Visit) -> None:
        conn.begin()
        conn.sock.setblocking(False)
        self.arriving.add(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_piece, conn))
        ahead, conn.ahead = conn.ahead, b""
        if ahead:
            self._take(conn, ahead)

    def _on_piece(self, conn: Visit, client: socket.socket) -> None:
        # It made way for another one between the event and its turn.
        if conn not in self.arriving:
            return
        try:
            data = client.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, data)
        else:
            # The visitor went.
            self._drop(conn)

    def _take(self, conn: Visit, data: bytes) -> None:
        try:
            whole = conn.take(data)
        except OSError:
            # The disk has no room for what was brought.
            self._drop(conn)
            return
        if whole:
            self._hand_over(conn)
        elif conn.received > IN_MEMORY and self._brought() > MOST_BYTES:
            self._make_room()

    def _brought(self) -> int:
        return sum(each.received for each in self.arriving)

    def _hand_over(self, conn: Visit) -> None:
        self.poller.unregister(conn.sock)
        self.arriving.remove(conn)
        conn.hand_over()
        self.enqueue_req(conn)

    def _make_room(self) -> None:
        for conn in sorted(self.arriving, key=lambda conn: conn.worth)[:MAKE_WAY]:
            self._drop(conn)

    def _drop(self, conn: Visit) -> None:
        self.arriving.remove(conn)
        self._close(conn)

    # Work and going -------------------------------------------------------------------------------

    def handle_request(self, req: Any, conn: Visit) -> bool:
        """In a thread. Nobody keeps it by not reading the answer."""
        conn.sock.settimeout(SEND_SECONDS)
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            return False

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """What gunicorn answers itself, with our page and our headers; it repeats nothing."""
        # The request line may hold a token: of the request only that there was one is logged.
        try:
            util.write_nonblock(client, answer_to(exc))
        except OSError:
            self.log.debug("The visitor went.")

    def finish_request(self, conn: Visit, fs: Future[Any]) -> None:
        stays = not fs.cancelled() and not fs.exception() and fs.result() and not conn.last
        conn.forget()
        if not stays:
            self._say_goodbye(conn)
        elif conn.ahead:
            self._receive(conn)
        else:
            super().finish_request(conn, fs)

    def _say_goodbye(self, conn: Visit) -> None:
        """Gunicorn waits here for the other side, and everybody with it."""
        if len(self.leaving) >= MOST_LEAVING:
            self._cut_off(next(iter(self.leaving)))
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            conn.close()
            self.nr_conns -= 1
            return
        self.leaving[conn] = (time.monotonic() + LEAVE_SECONDS, 0)
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_last_words, conn))

    def _on_last_words(self, conn: Visit, client: socket.socket) -> None:
        if conn not in self.leaving:
            return
        until, said = self.leaving[conn]
        try:
            said += len(data := client.recv(PIECE))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.leaving[conn] = (until, said)
        if not data or said > LEAVE_BYTES:
            self._cut_off(conn)

    def _cut_off(self, conn: Visit) -> None:
        del self.leaving[conn]
        self._close(conn)

    def _close(self, conn: Visit) -> None:
        self.poller.unregister(conn.sock)
        conn.forget()
        conn.close()
        self.nr_conns -= 1

    def murder_pending(self) -> None:
        """Gunicorn asks this once a second, and after every event."""
        super().murder_pending()
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + 0.5
        for conn in [each for each in self.arriving if each.is_too_slow or self._is_idle(each)]:
            self._drop(conn)
        now = time.monotonic()
        for conn in [each for each, (until, _said) in self.leaving.items() if until < now]:
            self._cut_off(conn)

    def _is_idle(self, conn: Visit) -> bool:
        """A worker that is told to end waits for nobody who has not begun."""
        return not self.alive and not conn.head
