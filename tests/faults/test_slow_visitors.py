"""Many who send slowly, too much, or files that cost a lot: everybody else still gets their pages.

Real sockets against the real web server. What is measured is the site as others see it meanwhile.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import random
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

from dsr.requests.models import SubjectRequest
from tests.faults.figures import Figures
from tests.faults.visitor import FORM, Visitor
from tests.faults.world import Web, World

HEAD = (
    f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
)
PATIENCE = 30


@pytest.fixture
def web(world: World) -> Web:
    return world.web()


def line_to(web: Web) -> socket.socket:
    return socket.create_connection(("127.0.0.1", web.port), PATIENCE)


def answer_on(line: socket.socket) -> tuple[int, dict[str, str], str]:
    response = http.client.HTTPResponse(line)
    response.begin()
    return response.status, dict(response.getheaders()), response.read().decode()


class Drip:
    """Says the beginning, then a little every half second until nobody listens any more."""

    def __init__(self, web: Web, beginning: bytes, little: bytes) -> None:
        self.line, self.cut_after = line_to(web), 0.0
        self._begun, self._little = time.monotonic(), little
        self.line.sendall(beginning)

    def go_on(self) -> None:
        try:
            self.line.sendall(self._little)
            self.line.settimeout(0.01)
            with contextlib.suppress(TimeoutError):
                if not self.line.recv(1):
                    raise ConnectionResetError
        except OSError:
            self.cut_after = self.cut_after or time.monotonic() - self._begun


@contextlib.contextmanager
def dripping(drips: list[Drip]) -> Iterator[None]:
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(0.5):
            for each in drips:
                if not each.cut_after:
                    each.go_on()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for each in drips:
            each.line.close()


def slowest_page(web: Web, seconds: float) -> float:
    """As a visitor sees it who asks again and again for so long."""
    until, slowest = time.monotonic() + seconds, 0.0
    while (begun := time.monotonic()) < until:
        assert web.answers()
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.1)
    return slowest


def many_slow_ones(web: Web, heads: int, bodies: int) -> list[Drip]:
    slow_head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    slow_body = f"{HEAD}Content-Length: 5000000\r\n\r\n--x\r\n".encode()
    return [
        *(Drip(web, slow_head, b"a") for _ in range(heads)),
        *(Drip(web, slow_body, b"a" * 100) for _ in range(bodies)),
    ]


def test_forty_dripping_connections_and_twenty_slow_bodies_keep_nobody_waiting(
    web: Web, figures: Figures
) -> None:
    drips = many_slow_ones(web, 40, 20)
    with dripping(drips):
        slowest = slowest_page(web, 8)
        visitor = Visitor(web.port)
        visitor.open_form()
        visitor.send()
        assert visitor.sent
        deadline = time.monotonic() + 30
        while not all(each.cut_after for each in drips):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert SubjectRequest.objects.latest("pk").status == "received"
    figures.add("40 dripping heads, 20 slow bodies: slowest page", f"{slowest:.2f} s", "2 s")
    longest = max(each.cut_after for each in drips)
    figures.add("the same: longest until cut off", f"{longest:.0f} s", "25 s")
    assert slowest < 2
    assert longest < 25


@pytest.mark.faults
def test_where_it_gets_crowded_the_slowest_makes_way(web: Web, figures: Figures) -> None:
    """More than all processes keep on their way, and again whenever one is cut off."""
    drips = many_slow_ones(web, 500, 100)
    with dripping(drips):
        slowest = slowest_page(web, 6)
        cut = sum(1 for each in drips if 0 < each.cut_after < 6)
    assert cut > 150
    assert slowest < 3
    # A worker that breaks is started again, and nothing of it would be seen but a pause.
    assert not web.process.said("Traceback")
    figures.add("600 slow connections at once: slowest page", f"{slowest:.2f} s", "3 s")


def test_somebody_on_a_slow_line_still_gets_through(web: Web) -> None:
    """A form in little pieces for longer than a dripping one is listened to."""
    visitor = Visitor(web.port)
    visitor.open_form()
    time.sleep(2.2)
    body = a_form(visitor, [("scan.txt", b"x" * 200_000)])
    with line_to(web) as line:
        line.sendall(headed(visitor, len(body)))
        for start in range(0, len(body), len(body) // 50):
            line.sendall(body[start : start + len(body) // 50])
            time.sleep(0.3)
        status, _, page = answer_on(line)
    assert status == 200
    assert "scan.txt: Only PDF, JPEG, PNG and HEIC files can be sent." in page


def a_form(visitor: Visitor, files: list[tuple[str, bytes]]) -> bytes:
    typed = {**visitor.form, "role": "subject", "name": "Visitor", "anyway": "1"}
    typed["email"] = f"visitor{visitor.number}@example.org"
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in typed.items()
    ]
    for name, content in files:
        head = f'--x\r\nContent-Disposition: form-data; name="documents"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join([*parts, b"--x--\r\n"])


def headed(visitor: Visitor, length: int) -> bytes:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    source = f"10.9.{visitor.number >> 8 & 255}.{visitor.number & 255}"
    return (
        f"{HEAD}Cookie: {cookies}\r\nX-Forwarded-For: {source}\r\nConnection: close\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def taken_by(web: Web) -> tuple[int, int]:
    """Memory of the processes of the web server, and what they have on a disk without a name."""
    parent = psutil.Process(web.process.popen.pid)
    memory = on_disk = 0
    for process in [parent, *parent.children(recursive=True)]:
        with contextlib.suppress(psutil.Error, OSError):
            memory += process.memory_info().rss
            on_disk += _opened(process.pid)
    return memory, on_disk


def _opened(pid: int) -> int:
    """Bytes of its open files that have no name any more."""
    size = 0
    for place in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            size += place.stat().st_size if "(deleted)" in str(place.readlink()) else 0
    return size


def test_four_hundred_megabytes_are_refused_before_they_are_read(
    web: Web, figures: Figures
) -> None:
    most = 0
    with line_to(web) as line:
        line.sendall(f"{HEAD}Content-Length: 400000000\r\n\r\n".encode())
        # As a browser does: it goes on sending, and looks at the answer when it is done.
        with contextlib.suppress(OSError):
            for _ in range(400):
                line.sendall(b"x" * 1_000_000)
                most = max(most, taken_by(web)[1])
    figures.add("400 MB sent: most of it on the disk", f"{most / 1e6:.1f} MB", "1 MB")
    assert most < 1_000_000


WITHOUT_A_PLAIN_LENGTH = {
    "none at all": ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 411),
    "two of them": ("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    "no number": ("Content-Length: +5\r\n\r\nhello", 400),
    "no such number": ("Content-Length: " + "9" * 30 + "\r\n\r\n", 413),
    "files beyond their limit": ("Content-Length: 60000000\r\n\r\n", 413),
    "text beyond its limit": (
        "Content-Length: 2000000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
        413,
    ),
}


def test_what_is_too_long_or_has_no_plain_length_is_answered_at_once_and_ends_the_line(
    web: Web,
) -> None:
    for case, (said, status) in WITHOUT_A_PLAIN_LENGTH.items():
        head = HEAD if "urlencoded" not in said else HEAD.partition("Content-Type")[0]
        with line_to(web) as line:
            line.sendall((head + said).encode())
            assert (case, answer_on(line)[0]) == (case, status)
            assert line.recv(100) == b""


def test_too_much_is_answered_with_a_page_that_says_what_to_do(web: Web) -> None:
    with line_to(web) as line:
        line.sendall(f"{HEAD}Content-Length: 60000000\r\n\r\n".encode())
        for _ in range(60):
            line.sendall(b"x" * 1_000_000)
        status, headers, page = answer_on(line)
        assert line.recv(1) == b""
    assert status == 413
    assert "Go back: what you typed is still there." in page
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("NO SUCH THING\r\n\r\n", 400),
        (f"GET /{'x' * 5000} HTTP/1.1\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\n" + "X-Much: x\r\n" * 200 + "\r\n", 431),
    ],
)
def test_what_is_no_request_gets_the_headers_too(web: Web, said: str, status: int) -> None:
    with line_to(web) as line:
        line.sendall(said.encode())
        answered, headers, page = answer_on(line)
    assert answered == status
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"]
    assert "<h1>" in page


def test_requests_on_one_line_are_answered_in_their_order(web: Web) -> None:
    """Sent in one piece, the second cut in the middle; and one that waits to be told to go on."""
    first = b"GET /img/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    second = b"GET /nothing/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with line_to(web) as line:
        line.sendall(first + second[:20])
        assert answer_on(line)[0] == 200
        line.sendall(second[20:])
        assert answer_on(line)[0] == 404
        line.sendall(f"{HEAD}Expect: 100-continue\r\nContent-Length: 7\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        line.sendall(b"--x--\r\n")
        assert answer_on(line)[0] == 403


def an_xref_bomb() -> bytes:
    """A million cross-references in nine kilobytes."""
    body = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>\nendobj\n"
    )
    places = [body.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    rows = b"".join(struct.pack(">BIB", 1, place, 0) for place in places)
    packed = zlib.compress(bytes(6) + rows + rows[:6] * 999_996, 9)
    return body + (
        b"9 0 obj\n<</Type/XRef/Size 1000000/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\n"
        b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    ) % (len(packed), packed, len(body))


def a_plan() -> bytes:
    """4400 x 4400 points of 4 bits, 9.7 MB."""
    half = random.Random(7).randbytes(4400 * 2200)
    plan = Image.frombytes("P", (4400, 4400), bytes(b for v in half for b in (v >> 4, v & 15)))
    plan.putpalette(random.Random(8).randbytes(48))
    made = io.BytesIO()
    plan.save(made, "PNG", bits=4, compress_level=1)
    return made.getvalue()


def send_files(web: Web, files: list[tuple[str, bytes]]) -> tuple[int, str]:
    """Through the form, as a visitor of one's own."""
    visitor = Visitor(web.port)
    visitor.open_form()
    time.sleep(2.2)
    body = a_form(visitor, files)
    with socket.create_connection(("127.0.0.1", web.port), 120) as line:
        line.sendall(headed(visitor, len(body)) + body)
        status, _, page = answer_on(line)
    return status, page


@pytest.mark.faults
def test_sixteen_costly_files_at_once_keep_nobody_waiting_and_those_too_many_hear_so(
    web: Web, figures: Figures
) -> None:
    bomb = an_xref_bomb()
    with ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(send_files, web, [("paper.pdf", bomb)] * 5) for _ in range(16)]
        time.sleep(2.5)
        slowest = slowest_page(web, 3)
        answers = [each.result() for each in sent]
    taken = sum(1 for status, _ in answers if status == 302)
    told = sum(1 for _, page in answers if "Please send them again in a minute." in page)
    assert taken + told == 16
    assert taken >= 2
    assert slowest < 5
    figures.add("80 files of a million references: slowest page", f"{slowest:.2f} s", "5 s")


@pytest.mark.faults
def test_five_large_drawings_are_taken_without_taking_the_memory(
    web: Web, world: World, figures: Figures
) -> None:
    plan, most, done = a_plan(), 0, threading.Event()
    before = taken_by(web)[0]

    def watch() -> None:
        nonlocal most
        while not done.wait(0.1):
            most = max(most, taken_by(web)[0] - before)

    watching = threading.Thread(target=watch)
    watching.start()
    begun = time.monotonic()
    status, _ = send_files(web, [(f"plan{number}.png", plan) for number in range(5)])
    seconds = time.monotonic() - begun - 2.2
    done.set()
    watching.join()
    assert status == 302
    stored = [row[0] for row in world.sql("SELECT size FROM vault_sealedfile ORDER BY id")]
    assert len(stored) == 5
    assert max(stored) < 10 * 1024 * 1024
    figures.add("five drawings of 9.7 MB: until they are stored", f"{seconds:.0f} s", "40 s")
    figures.add("the same: more memory, all processes", f"{most / 1e6:.0f} MB", "400 MB")
    assert seconds < 40
    assert most < 400e6
