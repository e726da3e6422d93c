"""The virus scanner: what it finds is not taken, and what it did not see is never called clean."""

from __future__ import annotations

import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dsr.notifications.services import health
from dsr.vault import scanner
from dsr.vault.models import SealedFile
from dsr.vault.uploads import CheckedUpload, UploadRefused, check_upload
from tests.vault.cast import AT
from tests.vault.test_uploads import A_LETTER, a_picture

FOUND = b"stream: Eicar-Signature FOUND\0"
SILENT = "files:scanner"


class Clamd:
    """Speaks as clamd does: takes commands ended by a zero byte, and a stream in pieces."""

    def __init__(self, listener: socket.socket) -> None:
        self.answer, self.received, self.asked = b"stream: OK\0", b"", 0
        self._listener = listener
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                self._talk(line, said.read)

    def _talk(self, line: socket.socket, read: Callable[[int], bytes]) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += read(1) or b"\0"
        if command == b"zPING\0":
            line.sendall(b"PONG\0")
        elif command == b"zINSTREAM\0":
            self.received, self.asked = b"", self.asked + 1
            while length := struct.unpack("!L", read(4))[0]:
                self.received += read(length)
            # Of an answer without an end the asker hangs up in the middle.
            with suppress(ConnectionError):
                line.sendall(self.answer)


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, settings: object) -> Iterator[Clamd]:
    """Configured, at a port or at a socket."""
    with tempfile.TemporaryDirectory() as folder:
        if request.param == "tcp":
            listener = socket.create_server(("127.0.0.1", 0))
            address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        else:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(Path(folder) / "clamd.ctl"))
            listener.listen()
            address = f"unix://{folder}/clamd.ctl"
        settings.DSR_SCANNER = address
        with listener:
            yield Clamd(listener)
            listener.shutdown(socket.SHUT_RDWR)


def sent(content: bytes = A_LETTER, name: str = "paper.pdf") -> CheckedUpload:
    return check_upload(SimpleUploadedFile(name, content))


def test_without_a_scanner_every_file_is_shown_as_not_scanned():
    assert sent().scan == "unscanned"
    assert str(SealedFile(scan=sent().scan).get_scan_display()) == "Not scanned for viruses"


def test_a_file_is_scanned_as_it_came(clamd):
    content = a_picture("JPEG", comment=b"something that the copy leaves out")
    checked = sent(content, "face.jpg")
    assert (checked.scan, clamd.received) == ("clean", content)
    assert str(SealedFile(scan=checked.scan).get_scan_display()) == "Scanned, no virus found"


def test_an_infected_file_is_refused_and_named(clamd):
    clamd.answer = FOUND
    with pytest.raises(UploadRefused) as refused:
        sent()
    assert str(refused.value) == "paper.pdf: A virus was found in this file."


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"INSTREAM size limit exceeded. ERROR\0", id="too large for it"),
        pytest.param(b"stream: OK", id="cut off after OK, without its end"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"x" * 100_000, id="no end"),
        pytest.param(b"stream: Can't open file ERROR\0", id="it failed"),
    ],
)
def test_whatever_else_it_says_the_file_is_taken_and_not_called_clean(clamd, answer):
    clamd.answer = answer
    assert sent().scan == "unscanned"


def test_a_scanner_that_is_not_there_lets_files_in_as_not_scanned(settings, caplog):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.DSR_SCANNER = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    assert sent(name="secret.pdf").scan == "unscanned"
    assert "did not answer: ConnectionRefusedError" in caplog.text
    assert "secret" not in caplog.text


def test_a_scanner_that_hangs_is_not_waited_for(settings, monkeypatch):
    monkeypatch.setattr(scanner, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.DSR_SCANNER = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert sent().scan == "unscanned"


@pytest.mark.django_db
def test_health_tells_when_a_scanner_does_not_answer(settings, clamd):
    assert SILENT not in {each.code for each in health(AT)}
    settings.DSR_SCANNER = "unix:///nothing/here.ctl"
    told = {each.code: str(each) for each in health(AT)}
    assert "shown as not scanned" in told[SILENT]
    settings.DSR_SCANNER = ""
    assert SILENT not in {each.code for each in health(AT)}


@pytest.mark.django_db
def test_health_tells_when_files_are_opened_without_all_limits(monkeypatch):
    assert "files:limits" not in {each.code for each in health(AT)}
    monkeypatch.setattr("dsr.vault.services.files_are_shut_in", lambda: False)
    assert "files:limits" in {each.code for each in health(AT)}
