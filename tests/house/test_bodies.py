"""What is sent is bounded before it is read, whichever server hands it to the program."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.middleware import BodyMiddleware
from dsr.requests.forms.fields import MOST_FILES
from dsr.vault.upload_handler import BoundingHandler
from dsr.vault.uploads import MAX_BYTES

FILES = "multipart/form-data; boundary=x"
TYPED = "application/x-www-form-urlencoded"


class Unread(io.BytesIO):
    """A body that nobody may touch."""

    def read(self, *arguments: Any) -> bytes:
        raise AssertionError("read")

    readline = read


def status_of(length: str, content_type: str, **more: str) -> int:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("taken")

    request = RequestFactory().generic("POST", "/", b"x", content_type)
    request.META |= {"CONTENT_LENGTH": length, **more}
    request._stream = Unread()  # type: ignore[attr-defined]
    return BodyMiddleware(page)(request).status_code


@pytest.mark.parametrize(
    ("length", "content_type", "status"),
    [
        ("", TYPED, 200),
        ("1048576", TYPED, 200),
        ("1048577", TYPED, 413),
        ("1048577", "application/json", 413),
        ("1048577", "", 413),
        ("54525952", FILES, 200),
        ("54525953", FILES, 413),
        ("400000000", FILES, 413),
        ("9" * 5000, FILES, 413),
        ("-1", FILES, 413),
        ("1e3", FILES, 413),
        ("１", FILES, 413),
    ],
)
def test_a_body_is_refused_by_its_length_unread(
    length: str, content_type: str, status: int
) -> None:
    assert status_of(length, content_type) == status


def test_a_body_without_a_length_is_refused_unread() -> None:
    assert status_of("", FILES, HTTP_TRANSFER_ENCODING="chunked") == 411


def test_as_many_files_as_a_form_takes_fit_in_one_request() -> None:
    assert (
        MOST_FILES * MAX_BYTES + (configured.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        < configured.MULTIPART_MAX_BYTES
    )


def test_the_page_says_what_to_do_in_the_language_of_the_reader(db: None) -> None:
    more: dict[str, Any] = {"CONTENT_LENGTH": "60000000", "HTTP_ACCEPT_LANGUAGE": "fr"}
    page = Client().generic("POST", "/img/access/", b"x", FILES, **more)
    assert page.status_code == 413
    assert "Revenez en arrière" in page.content.decode()
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_of_a_file_that_is_too_large_no_more_is_kept_than_shows_it(db: None) -> None:
    handler = BoundingHandler()
    assert handler.receive_data_chunk(b"abc", 0) == b"abc"
    assert handler.receive_data_chunk(b"abc", MAX_BYTES - 1) == b"ab"
    assert handler.receive_data_chunk(b"abc", MAX_BYTES + 1) is None
    large = SimpleUploadedFile("large.pdf", b"%PDF-1.7" + bytes(MAX_BYTES + 5_000_000))
    request = RequestFactory().post("/", {"documents": large})
    kept = request.FILES["documents"]
    assert len(kept.read()) == MAX_BYTES + 1  # type: ignore[union-attr]
    request.close()
