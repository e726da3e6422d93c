"""How much of a request the web server waits for; real sockets are in tests/faults."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from config.patient_worker import PatientWorker, length_of

FILES = "Content-Type: multipart/form-data; boundary=x\r\n"


@pytest.mark.parametrize(
    ("head", "length"),
    [
        ("", 0),
        ("Content-Length: 0\r\n", 0),
        ("content-length:12\r\n", 12),
        ("Content-Length: 1048576\r\n", 1048576),
        ("Content-Length: 1048577\r\n", None),
        (f"{FILES}Content-Length: 54525952\r\n", 54525952),
        (f"{FILES}Content-Length: 54525953\r\n", None),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", None),
        ("Content-Length: 5, 5\r\n", None),
        ("Content-Length: -5\r\n", None),
        ("Content-Length: 0x5\r\n", None),
        ("Content-Length:\r\n", None),
        ("Transfer-Encoding: chunked\r\n", None),
        ("Content-Length: 5\r\nTransfer-encoding : chunked\r\n", None),
        ("X-Content-Length: 5\r\n", 0),
    ],
)
def test_a_length_counts_only_where_it_is_said_plainly_and_is_not_too_much(
    head: str, length: int | None
) -> None:
    assert length_of(f"POST / HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode()) == length


def test_https_is_left_to_the_server_in_front() -> None:
    with pytest.raises(SystemExit, match="leave certfile and keyfile out"):
        PatientWorker.check_config(SimpleNamespace(is_ssl=True), None)
