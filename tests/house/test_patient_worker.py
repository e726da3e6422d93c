"""How much of a request the web server waits for; real sockets are in tests/faults."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.http import errors

from config.patient_worker import PatientWorker, answer_to, length_of
from tests.house.test_headers import EVERYWHERE

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


CSP = {
    *("default-src 'self'", "img-src 'self' data:", "base-uri 'none'", "form-action 'self'"),
    *("frame-ancestors 'none'", "object-src 'none'"),
}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidRequestLine("GET /s/canary-token"), "400 Bad Request"),
        (errors.InvalidHeader("X-Name: canary"), "400 Bad Request"),
        (errors.InvalidRequestMethod("canary"), "400 Bad Request"),
        (errors.LimitRequestLine(9000, 4094), "414 Request-URI Too Long"),
        (errors.LimitRequestHeaders("canary"), "431 Request Header Fields Too Large"),
        (errors.ExpectationFailed("canary"), "417 Expectation Failed"),
        (errors.UnsupportedTransferCoding("canary"), "501 Not Implemented"),
        (errors.InvalidResponseHeader("canary"), "500 Internal Server Error"),
        (ValueError("canary"), "500 Internal Server Error"),
    ],
)
def test_what_the_web_server_answers_itself_carries_the_headers_and_repeats_nothing(
    error: Exception, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    head, _, body = answer_to(error).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == f"HTTP/1.1 {status}"
    assert set(headers.pop("Content-Security-Policy").split("; ")) == CSP
    assert headers.pop("Content-Length") == str(len(body.encode()))
    assert headers == EVERYWHERE | {
        "Cache-Control": "no-store",
        "Content-Type": "text/html; charset=utf-8",
        "Connection": "close",
    }
    assert "canary" not in body
    assert f'<p class="code">Error {status[:3]}</p>' in body
    # A defect is logged, by the reference that the page shows; nonsense from outside is not.
    assert bool(caplog.records) is status.startswith("500")
    if caplog.records:
        assert caplog.records[0].request.error_reference in body  # type: ignore[attr-defined]


def test_over_https_it_insists_on_it_there_too(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    told = answer_to(errors.InvalidRequestLine("x")).decode()
    assert "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n" in told
