"""Files that go out: as they are, of known kinds, up to 100 MB, never what their name is not."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from dsr.vault import outgoing
from dsr.vault.outgoing import OutgoingFile, check_outgoing
from dsr.vault.uploads import UploadRefused


def checked(name: str, content: bytes) -> OutgoingFile:
    return check_outgoing([SimpleUploadedFile(name, content, "text/html")])[0]


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("record.txt", "canary")
    return made.getvalue()


def pdf(pages: int) -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    for _number in range(pages):
        writer.add_blank_page(100, 100)
    writer.write(made)
    return made.getvalue()


def test_a_pdf_goes_out_byte_for_byte_and_its_pages_are_counted() -> None:
    content = pdf(3)
    found = checked("Record of 2026.pdf", content)
    assert (found.name, found.content_type, found.pages) == (
        "Record of 2026.pdf",
        "application/pdf",
        3,
    )
    assert isinstance(found.content, SimpleUploadedFile)
    found.content.seek(0)
    assert found.content.read() == content
    assert found.size == len(content)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.zip", zipped(), "application/zip"),
        ("a.json", b'{"a": 1}', "application/json"),
        ("a.xml", b"<a/>", "application/xml"),
        ("a.csv", "Ärger;1".encode("latin-1"), "text/csv"),
        ("a.txt", "wide".encode("utf-16"), "text/plain"),
        ("a.PNG", b"\x89PNG\r\n\x1a\n", "image/png"),
        (
            "a.docx",
            zipped(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("a.dcm", b"\0" * 128 + b"DICM", "application/dicom"),
    ],
)
def test_the_kinds_that_go_out(name: str, content: bytes, content_type: str) -> None:
    assert checked(name, content).content_type == content_type


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ", "Files of this kind do not go out."),
        ("a.html", b"<script>", "Files of this kind do not go out."),
        ("a.svg", b"<svg/>", "Files of this kind do not go out."),
        ("a.docm", zipped(), "Files of this kind do not go out."),
        ("a", b"x", "Files of this kind do not go out."),
        ("a.pdf", b"MZ", "The name of this file does not match what is in it."),
        ("a.txt", b"\0\0", "The name of this file does not match what is in it."),
        ("a.csv", b"", "This file is empty."),
    ],
)
def test_what_does_not_go_out(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(UploadRefused) as refused:
        checked(name, content)
    assert sentence in str(refused.value)


def test_more_than_a_hundred_megabytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outgoing.MAX_BYTES == 104_857_600
    monkeypatch.setattr(outgoing, "MAX_BYTES", 3)
    assert checked("a.txt", b"abc").size == 3
    with pytest.raises(UploadRefused, match="at most 100 MB"):
        checked("a.txt", b"abcd")


def test_a_name_is_safe_to_save() -> None:
    assert checked("../../etc/\u202egnp.passwd.txt", b"x").name == "gnp.passwd.txt"
    assert checked("con.txt", b"x").name == "file-con.txt"
