"""Uploads: what they say counts for nothing, what is in them is checked, made anew and bounded."""

import io
import struct
import tempfile
import zlib

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from dsr.vault.uploads import MAX_BYTES, CheckedUpload, UploadRefused, check_upload
from tests.vault.cast import a_file, content_of

SECRET = b"GPS 47.3769 8.5417"


def sent(content: bytes, name: str = "paper.pdf") -> CheckedUpload:
    return check_upload(SimpleUploadedFile(name, content, content_type="text/html"))


def refusal(content: bytes, name: str = "paper.pdf") -> str:
    with pytest.raises(UploadRefused) as refused:
        sent(content, name)
    return str(refused.value)


def a_pdf(pages: int = 1, prepare=lambda writer: None, **options: bool) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    prepare(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def a_picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (30, 20), **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 0).save(made, kind, **options)
    return made.getvalue()


def a_huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def test_a_plain_pdf_is_kept_as_it_is():
    content = a_pdf(3)
    assert sent(content) == CheckedUpload("paper.pdf", content, "application/pdf")


@pytest.mark.django_db
def test_what_was_checked_may_be_a_stream_and_is_stored_as_often_as_is_needed():
    with tempfile.TemporaryFile() as temporary:
        temporary.write(b"%PDF-1.7 large")
        checked = CheckedUpload("paper.pdf", temporary, "application/pdf")
        stored = [a_file(name=checked.name, content=checked.content) for _ in range(2)]
    assert [content_of(file) for file in stored] == [b"%PDF-1.7 large"] * 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_pictures_are_made_anew_in_their_own_type(kind, mode):
    checked = sent(a_picture(kind, mode), "face")
    made = Image.open(io.BytesIO(checked.content))
    assert (made.format, made.size) == (kind, (30, 20))
    assert checked.content_type == f"image/{kind.lower()}"
    assert checked.name == {"JPEG": "face.jpg", "PNG": "face.png"}[kind]


def test_what_hides_in_a_jpeg_is_left_behind():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6  # To be turned by 90 degrees.
    options = {"exif": exif, "comment": SECRET, "icc_profile": SECRET}
    content = a_picture("JPEG", **options) + b"<script>" + SECRET
    checked = sent(content, "face.jpg").content
    assert SECRET in content
    assert SECRET not in checked
    assert b"<script>" not in checked
    assert Image.open(io.BytesIO(checked)).size == (20, 30)


def test_what_hides_in_a_png_is_left_behind():
    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    content = a_picture("PNG", "RGBA", pnginfo=texts, icc_profile=SECRET) + SECRET
    checked = sent(content, "face.png").content
    assert SECRET not in checked
    assert Image.open(io.BytesIO(checked)).info == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"<html><script>", "Only PDF, JPEG and PNG", id="page"),
        pytest.param(b" %PDF-1.7", "Only PDF, JPEG and PNG", id="PDF not at the first byte"),
        pytest.param(b"GIF89a" + a_pdf(), "Only PDF, JPEG and PNG", id="two types in one"),
        pytest.param(b"PK\x03\x04", "Only PDF, JPEG and PNG", id="archive"),
        pytest.param(b"%PDF-1.7\nnothing", "damaged", id="only the beginning of a PDF"),
        pytest.param(b"%PDF-1.7\n%%EOF", "damaged", id="PDF without pages"),
        pytest.param(b"\xff\xd8\xff" + b"x" * 500, "damaged", id="only the beginning of a JPEG"),
        pytest.param(a_picture("JPEG")[:-40], "damaged", id="JPEG cut off"),
        pytest.param(b"%PDF-1.7" + b"0" * MAX_BYTES, "at most 10 MB", id="too many bytes"),
        pytest.param(a_huge_png(60_000, 60_000), "too large", id="too many pixels"),
        pytest.param(a_pdf(201), "at most 200", id="too many pages"),
    ],
)
def test_refuses(content, sentence):
    assert sentence in refusal(content, "file")


def an_action(kind: str):
    def prepare(writer: PdfWriter) -> None:
        from pypdf.generic import DictionaryObject, NameObject, TextStringObject

        action = DictionaryObject(
            {NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("x")}
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return prepare


ACTIVE_PDFS = {
    "script": a_pdf(prepare=an_action("/JavaScript")),
    "attached file": a_pdf(prepare=lambda writer: writer.add_attachment("x.exe", b"MZ")),
    "program": a_pdf(prepare=an_action("/Launch")),
    "remote file": a_pdf(prepare=an_action("/GoToR")),
    "submitted form": a_pdf(prepare=an_action("/SubmitForm")),
    "sound": a_pdf(prepare=an_action("/Sound")),
    "form in XML": a_pdf(prepare=an_action("/XFA")),
    "escaped name": a_pdf(prepare=an_action("/JavaScript")).replace(
        b"/JavaScript", b"/J#61vaScript"
    ),
    "in an older revision": b"%PDF-1.7\n1 0 obj <</S /JavaScript>> endobj\n" + a_pdf()[9:],
}


@pytest.mark.parametrize("content", ACTIVE_PDFS.values(), ids=ACTIVE_PDFS.keys())
def test_active_pdf_content_is_refused(content):
    assert "scripts, forms or attached files" in refusal(content)


def test_a_script_inside_of_a_compressed_object_stream_is_refused():
    body = zlib.compress(b"1 0 <</S /JavaScript /JS (app.alert\\(1\\))>>")
    stream = b"7 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n"
    content = a_pdf()
    hidden = content[:9] + stream % len(body) + body + b"\nendstream endobj\n" + content[9:]
    assert "scripts" in refusal(hidden)


def test_a_pdf_with_a_password_is_refused():
    def lock(writer: PdfWriter) -> None:
        writer.encrypt("secret", algorithm="RC4-128")

    assert "protected by a password" in refusal(a_pdf(prepare=lock))


def test_links_in_a_pdf_are_harmless():
    def link(writer: PdfWriter) -> None:
        writer.add_uri(0, "https://example.org", (0, 0, 9, 9))

    assert len(PdfReader(io.BytesIO(sent(a_pdf(prepare=link)).content)).pages) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\zoe\\scan.PDF", "scan.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("Müller 2026.pdf", "Müller 2026.pdf"),
        ("x" * 300 + ".pdf", "x" * 115 + ".pdf"),
        ("v1.2", "v1.2.pdf"),
    ],
)
def test_names_become_harmless(name, kept):
    class Upload(io.BytesIO):
        pass

    upload = Upload(a_pdf())
    upload.name = name
    assert check_upload(upload).name == kept


def test_a_name_that_does_not_match_what_is_inside_is_refused():
    assert "does not match" in refusal(a_pdf(), "face.png")


def test_checking_takes_no_memory_of_the_process_that_asks():
    large = a_picture("JPEG", size=(7000, 5000))
    before = psutil.Process().memory_info().rss
    assert Image.open(io.BytesIO(sent(large, "large.jpg").content)).size == (3500, 2500)
    assert psutil.Process().memory_info().rss - before < 100 * 1024 * 1024


def test_the_inspecting_process_sees_no_secret(monkeypatch):
    from dsr.vault import uploads

    seen = {}

    def spy(command, **options):
        seen.update(options["env"])
        raise uploads.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setenv("DSR_MASTER_KEYS", "m1:secret")
    monkeypatch.setattr(uploads.subprocess, "run", spy)
    assert "damaged" in refusal(a_pdf())
    assert set(seen) == {"PATH", "LC_ALL"}
