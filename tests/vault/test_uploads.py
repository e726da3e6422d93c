"""Uploads: what they say counts for nothing, what is in them is checked, made anew and bounded."""

import base64
import io
import os
import random
import struct
import subprocess
import tempfile
import threading
import time
import zlib
from pathlib import Path

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from dsr.vault import inspecting
from dsr.vault.inspector.reasons import Reason
from dsr.vault.uploads import (
    MAX_BYTES,
    CheckedUpload,
    UploadRefused,
    check_upload,
    check_uploads,
)
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


def with_objects(first_page: bytes, *more: bytes, catalog: bytes = b"") -> bytes:
    """A PDF of one page, written by hand; further objects are numbered from 5 on."""
    text = b"BT /F1 12 Tf 20 50 Td (A letter) Tj ET"
    objects = [
        b"<</Type /Catalog /Pages 2 0 R %s>>" % catalog,
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources"
        b" <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>> %s>>"
        % first_page,
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text),
        *more,
    ]
    made = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"trailer <</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n"
    count = len(objects) + 1
    return (
        made
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + ends
        % (
            count,
            len(made),
        )
    )


A_LETTER = with_objects(b"")


def a_picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (30, 20), **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 0).save(made, kind, **options)
    return made.getvalue()


def a_png(width: int, height: int, packed: bytes) -> bytes:
    """By hand: 8 bits for each of three colours."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def a_huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of this size."""
    return a_png(width, height, zlib.compress(b"\0" * 1000))


def a_png_of_rows(width: int, height: int, pattern: bytes) -> bytes:
    """The pattern over and over, in rows without a filter."""
    length = width * 3
    colours = (pattern * (length * height // len(pattern) + 1))[: length * height]
    rows = b"".join(b"\0" + colours[at : at + length] for at in range(0, len(colours), length))
    return a_png(width, height, zlib.compress(rows, 9))


def pages_of(checked: CheckedUpload) -> PdfReader:
    assert isinstance(checked.content, bytes)
    return PdfReader(io.BytesIO(checked.content))


def test_of_a_pdf_a_copy_is_kept_that_draws_the_same_pages():
    checked = sent(A_LETTER)
    assert (checked.name, checked.content_type) == ("paper.pdf", "application/pdf")
    assert [page.extract_text() for page in pages_of(checked).pages] == ["A letter"]


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
        pytest.param(b"<html><script>", "Only PDF, JPEG, PNG and HEIC", id="page"),
        pytest.param(b" %PDF-1.7", "Only PDF, JPEG, PNG and HEIC", id="PDF not at the first byte"),
        pytest.param(b"GIF89a" + a_pdf(), "Only PDF, JPEG, PNG and HEIC", id="two types in one"),
        pytest.param(b"PK\x03\x04", "Only PDF, JPEG, PNG and HEIC", id="archive"),
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
    # Each of these was taken by an earlier version of this program.
    "attachment without a type": with_objects(
        b"/Annots [<</Type /Annot /Subtype /Stamp /Rect [0 0 9 9] /FS 5 0 R>>]",
        b"<</F (x.exe) /EF <</F 6 0 R>>>>",
        b"<</Length 2>>\nstream\nMZ\nendstream",
    ),
    "associated file": with_objects(b"/AF [5 0 R]", b"<</Type /Filespec /F (x)>>"),
    "file named by the catalog": with_objects(
        b"",
        b"<</F (x) /EF <</F 6 0 R>>>>",
        b"<</Length 2>>\nstream\nMZ\nendstream",
        catalog=b"/AF 5 0 R",
    ),
    "page that opens an address": with_objects(
        b"", catalog=b"/OpenAction <</S /URI /URI (https://example.org/seen)>>"
    ),
    "address opened with a page": with_objects(b"/AA <</O <</S /URI /URI (file:///etc/passwd)>>>>"),
    "second action behind a jump": with_objects(
        b"", catalog=b"/OpenAction <</S /GoTo /D [3 0 R /Fit] /Next <</S /URI /URI (x)>>>>"
    ),
    "spatial model with a script": with_objects(
        b"/Annots [<</Type /Annot /Subtype /3D /Rect [0 0 9 9] /3DD 5 0 R>>]",
        b"<</Type /3D /Subtype /U3D /OnInstantiate 6 0 R /Length 0>>\nstream\n\nendstream",
        b"<</Length 5>>\nstream\nx = 1\nendstream",
    ),
    "contents that lie in another file": with_objects(
        b"", b"<</Length 0 /F (\\\\host\\share)>>\nstream\n\nendstream"
    ).replace(b"/Contents 4 0 R", b"/Contents 5 0 R"),
    "rich media": with_objects(b"/Annots [<</Type /Annot /Subtype /RichMedia /Rect [0 0 9 9]>>]"),
    "form in XML without an action": with_objects(
        b"", catalog=b"/AcroForm <</Fields [] /XFA [(template) 4 0 R]>>"
    ),
}


@pytest.mark.parametrize("content", ACTIVE_PDFS.values(), ids=ACTIVE_PDFS.keys())
def test_active_pdf_content_is_refused(content):
    assert "scripts, forms or attached files" in refusal(content)


def in_an_object_stream(content: bytes, number: int, value: bytes) -> bytes:
    """The object of this number is only in a compressed stream, as most programs write it."""
    packed = zlib.compress(b"%d 0 %s" % (number, value))
    first = len(b"%d 0 " % number)
    # Cross-references as a stream: each is 1 byte of kind, 4 of place, 2 of place within.
    head, _, _ = content.partition(b"xref\n0 ")
    places = {int(n): head.index(b"\n%s 0 obj" % n) + 1 for n in (b"1", b"2", b"3", b"4")}
    stream_at = len(head)
    head += b"8 0 obj\n<</Type /ObjStm /N 1 /First %d /Filter /FlateDecode /Length %d>>\n" % (
        first,
        len(packed),
    )
    head += b"stream\n" + packed + b"\nendstream\nendobj\n"
    entries = {0: (0, 0, 65535), number: (2, 8, 0), 8: (1, stream_at, 0), 9: (1, len(head), 0)}
    entries |= {n: (1, place, 0) for n, place in places.items()}
    table = b"".join(struct.pack(">BIH", *entries.get(n, (0, 0, 0))) for n in range(10))
    xref = b"9 0 obj\n<</Type /XRef /Size 10 /W [1 4 2] /Root 1 0 R /Length %d>>\nstream\n"
    return (
        head
        + xref % len(table)
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (len(head),)
    )


@pytest.mark.parametrize("value", [b"<</S /JavaScript /JS (x)>>", b"<</S /URI /URI (x)>>"])
def test_what_acts_inside_of_a_compressed_object_stream_is_refused(value):
    content = with_objects(b"", catalog=b"/OpenAction 5 0 R")
    assert "scripts" in refusal(in_an_object_stream(content, 5, value))


def test_what_no_page_draws_is_not_in_the_copy():
    """Older revisions, objects that nothing names, metadata, notes of programs, links."""
    hidden = with_objects(
        b"/PieceInfo <</X <</Private (%s)>>>> /Metadata 6 0 R /Tabs /S"
        b" /Annots [<</Type /Annot /Subtype /Link /Rect [0 0 9 9] /A <</S /URI /URI (%s)>>>>]"
        % (SECRET, SECRET),
        b"<</S /JavaScript /JS (%s)>>" % SECRET,
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(SECRET), SECRET),
        catalog=b"/Metadata 6 0 R /Outlines <</Title (%s)>> /X (%s)" % (SECRET, SECRET),
    )
    assert SECRET in hidden
    reader = pages_of(sent(hidden))
    page, catalog = reader.pages[0], reader.trailer["/Root"]
    assert set(page) == {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources"}
    assert set(catalog.get_object()) == {"/Type", "/Pages"}
    assert "/Info" not in reader.trailer
    assert page.extract_text() == "A letter"
    everything = everything_in(reader)
    assert SECRET.decode() not in everything
    assert "JavaScript" not in everything


def everything_in(reader: PdfReader) -> str:
    """Every object of the file, unpacked and written out."""
    from pypdf.generic import IndirectObject, StreamObject

    numbers = [*reader.xref.get(0, {}), *reader.xref_objStm]
    found = [reader.get_object(IndirectObject(number, 0, reader)) for number in numbers if number]
    return " ".join(
        f"{each} {each.get_data()!r}" if isinstance(each, StreamObject) else str(each)
        for each in found
    )


def test_what_was_typed_into_a_form_is_drawn_into_the_page():
    field = (
        b"/Annots [<</Type /Annot /Subtype /Widget /FT /Tx /T (n) /V (Zoe Moreau) /F 4"
        b" /Rect [20 60 180 80] /DA (/F1 12 Tf 0 g) /AP <</N 5 0 R>>>>]"
    )
    drawn = b"/Tx BMC BT /F1 12 Tf 2 4 Td (Zoe Moreau) Tj ET EMC"
    appearance = b"<</Type /XObject /Subtype /Form /BBox [0 0 160 20] /Resources <</Font <</F1"
    appearance += (
        b" <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>> /Length %d>>\nstream\n"
    )
    checked = sent(
        with_objects(
            field,
            appearance % len(drawn) + drawn + b"\nendstream",
            catalog=b"/AcroForm <</Fields []>>",
        )
    )
    page = pages_of(checked).pages[0]
    assert "/Annots" not in page
    assert "Zoe Moreau" in page.extract_text()


def test_a_million_entries_in_nine_kilobytes_end_fast():
    """They took ten seconds of a processor; sixteen such files stopped the site."""
    body, _, _ = A_LETTER.partition(b"xref\n0 ")
    places = [body.index(b"%d 0 obj" % number) for number in (1, 2, 3, 4)]
    rows = b"".join(struct.pack(">BIB", 1, place, 0) for place in places)
    packed = zlib.compress(b"\0" * 6 + rows + rows[:6] * 999_995, 9)
    content = body + (
        b"9 0 obj\n<</Type /XRef /Size 1000000 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode"
        b" /Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    ) % (len(packed), packed, len(body))
    assert len(content) < 10_000
    # Read slowly it would be refused: each file has its seconds.
    assert len(pages_of(sent(content)).pages) == 1


def test_a_pdf_with_a_password_is_refused():
    def lock(writer: PdfWriter) -> None:
        writer.encrypt("secret", algorithm="RC4-128")

    assert "protected by a password" in refusal(a_pdf(prepare=lock))


def test_a_pdf_that_anybody_can_open_is_taken_and_kept_without_its_password():
    def lock(writer: PdfWriter) -> None:
        writer.encrypt(user_password="", owner_password="secret", algorithm="AES-256")

    locked = a_pdf(2, prepare=lock)
    assert PdfReader(io.BytesIO(locked)).is_encrypted
    kept = pages_of(sent(locked))
    assert not kept.is_encrypted
    assert len(kept.pages) == 2


def test_links_in_a_pdf_are_harmless_and_left_out():
    def link(writer: PdfWriter) -> None:
        writer.add_uri(0, "https://example.org", (0, 0, 9, 9))

    assert "/Annots" not in pages_of(sent(a_pdf(prepare=link))).pages[0]


@pytest.mark.parametrize(
    "catalog", [b"/OpenAction [3 0 R /Fit]", b"/OpenAction <</S /GoTo /D [3 0 R /Fit]>>"]
)
def test_a_place_to_open_at_is_harmless(catalog):
    assert len(pages_of(sent(with_objects(b"", catalog=catalog))).pages) == 1


def test_a_layer_that_is_hidden_stays_hidden():
    kept = pages_of(
        sent(
            with_objects(
                b"",
                b"<</Type /OCG /Name (Draft)>>",
                catalog=b"/OCProperties <</OCGs [5 0 R] /D <</OFF [5 0 R] /Order [5 0 R]>>>>",
            )
        )
    )
    layers = kept.trailer["/Root"]["/OCProperties"]
    assert layers["/D"]["/OFF"] == layers["/OCGs"]
    assert layers["/OCGs"][0]["/Name"] == "Draft"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\zoe\\scan.PDF", "scan.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("Müller 2026.pdf", "Müller 2026.pdf"),
        ("x" * 300 + ".pdf", "x" * 200 + ".pdf"),
        ("é" * 300 + ".pdf", "é" * 100 + ".pdf"),
        ("v1.2", "v1.2.pdf"),
        ("", "file.pdf"),
        ("CON", "file-CON.pdf"),
        ("nul.pdf", "file-nul.pdf"),
        ("aux.tar.pdf", "file-aux.tar.pdf"),
        ("COM1.pdf", "file-COM1.pdf"),
        ("LPT³ .pdf", "file-LPT³.pdf"),
        ("CONIN$.pdf", "file-CONIN$.pdf"),
        ("console.pdf", "console.pdf"),
        ("-rf.pdf", "rf.pdf"),
        ("--output=x.pdf", "output=x.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("..-.~.pdf", "file.pdf"),
        ("- CON.pdf", "file-CON.pdf"),
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


# 64 x 48 points, blue beside red, with a place in its metadata; made with another encoder.
A_HEIC = base64.b64decode(Path(__file__).with_name("face.heic.base64").read_bytes())


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "IMG_1.heif", "IMG_1"])
def test_a_photograph_of_a_telephone_is_taken_and_becomes_a_jpeg(name):
    checked = sent(A_HEIC, name)
    assert (checked.name, checked.content_type) == ("IMG_1.jpg", "image/jpeg")
    made = Image.open(io.BytesIO(checked.content))
    assert (made.format, made.size) == ("JPEG", (64, 48))
    assert [value // 100 for value in made.getpixel((5, 5))] == [0, 0, 1]
    assert [value // 100 for value in made.getpixel((60, 5))] == [2, 0, 0]
    assert SECRET in A_HEIC
    assert SECRET not in checked.content


def test_a_drawing_of_few_colours_keeps_its_few_bits():
    """4400 x 4400 points of 4 bits, 9.7 MB, were stored as 47 MB."""
    rows = random.Random(7).randbytes(4400 * 2200)
    drawing = Image.frombytes("P", (4400, 4400), bytes(b for v in rows for b in (v >> 4, v & 15)))
    drawing.putpalette(random.Random(8).randbytes(48))
    made = io.BytesIO()
    drawing.save(made, "PNG", bits=4, compress_level=1)
    content = made.getvalue()
    assert 9_600_000 < len(content) < MAX_BYTES
    before = psutil.Process().memory_info().rss
    five = check_uploads([SimpleUploadedFile("plan.png", content) for _ in range(5)])
    assert all(len(each.content) < MAX_BYTES for each in five)
    assert Image.open(io.BytesIO(five[0].content)).tobytes() == drawing.tobytes()
    # The five stored pictures themselves, and little more.
    assert psutil.Process().memory_info().rss - before < 100 * 1024 * 1024


@pytest.mark.parametrize(
    ("mode", "kept"),
    [("1", "1"), ("L", "L"), ("LA", "LA"), ("P", "P"), ("RGB", "RGB"), ("I;16", "L")],
)
def test_a_png_keeps_its_kind_of_colours(mode, kept):
    assert Image.open(io.BytesIO(sent(a_picture("PNG", mode), "a.png").content)).mode == kept


def test_what_was_clear_in_a_png_stays_clear():
    picture = Image.new("P", (9, 9), 1)
    picture.putpalette([1, 2, 3, 4, 5, 6])
    made = io.BytesIO()
    picture.save(made, "PNG", transparency=1)
    kept = Image.open(io.BytesIO(sent(made.getvalue(), "a.png").content)).convert("RGBA")
    assert kept.getpixel((0, 0)) == (4, 5, 6, 0)


def test_a_picture_that_no_longer_fits_becomes_a_jpeg():
    """A quarter of a megabyte in rows without a filter; with the usual ones it would be 12 MB."""
    noise = random.Random(9).randbytes(31_000)
    content = a_png_of_rows(3000, 3000, noise)
    assert len(content) < 1_000_000
    checked = sent(content, "plan.png")
    assert (checked.name, checked.content_type) == ("plan.jpg", "image/jpeg")
    assert len(checked.content) <= MAX_BYTES
    assert Image.open(io.BytesIO(checked.content)).size == (3000, 3000)


def test_the_inspecting_process_sees_no_secret(monkeypatch):
    seen = {}

    def spy(command, **options):
        seen.update(options["env"])
        return subprocess.Popen(["true"], **options)

    monkeypatch.setenv("DSR_MASTER_KEYS", "m1:secret")
    monkeypatch.setattr(inspecting, "subprocess", Spied(spy))
    sent(a_pdf())
    assert set(seen) == {"PATH", "LC_ALL"}


class Spied:
    """The module of processes, with one of its doors watched."""

    DEVNULL, TimeoutExpired = subprocess.DEVNULL, subprocess.TimeoutExpired

    def __init__(self, spy):
        self.Popen = spy


INSIDE = """
import errno, os, socket, subprocess, sys
sys.path.append({root!r})
from dsr.vault.inspector import cage
cage.limit()
cage.shut()
def tried(what):
    try:
        what()
    except OSError as refused:
        return errno.errorcode[refused.errno]
    return "done"
print(tried(lambda: {what}))
"""


@pytest.mark.parametrize(
    "what",
    [
        "socket.socket()",
        "socket.socketpair()",
        "os.open('/etc/hostname', os.O_RDONLY)",
        "os.open('/proc/self/environ', os.O_RDONLY)",
        "os.pipe()",
        "os.memfd_create('x')",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.unlink('/nothing')",
        "__import__('resource').prlimit(0, 7, (99, 99))",
    ],
)
def test_a_parser_that_was_taken_over_reaches_nothing(what):
    program = INSIDE.format(root=str(Path(__file__).parents[2]), what=what)
    command = ["python3", "-I", "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "EPERM", ended.stderr


def test_whether_the_process_shuts_itself_in_is_tried():
    assert inspecting.is_shut_in()


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        pytest.param("while True: pass", Reason.TOO_MUCH_WORK, id="computes for ever"),
        pytest.param("time.sleep(99)", Reason.TOO_MUCH_WORK, id="sleeps for ever"),
        pytest.param("bytes(2 << 30)", Reason.TOO_MUCH_WORK, id="takes all memory"),
        pytest.param(
            "sys.stdout.buffer.write(b'x' * (13 << 20))", Reason.UNREADABLE, id="writes a lot"
        ),
        pytest.param("ctypes.string_at(0)", Reason.UNREADABLE, id="breaks"),
        pytest.param("print('x' * (1 << 20), file=sys.stderr)", None, id="complains a lot"),
    ],
)
def test_whatever_a_file_makes_of_a_parser_ends_in_a_sentence(does, reason, monkeypatch, tmp_path):
    program = tmp_path / "parser.py"
    program.write_text(
        "import ctypes, os, sys, time\n"
        f"sys.path.append({str(Path(__file__).parents[2])!r})\n"
        "from dsr.vault.inspector import cage\n"
        "cage.CPU_SECONDS = 1\n"
        "cage.limit()\n"
        "cage.shut()\n"
        f"try:\n    {does}\nexcept MemoryError:\n    os._exit({int(Reason.TOO_MUCH_WORK)})\n"
    )
    monkeypatch.setattr(inspecting, "PROGRAM", program)
    monkeypatch.setattr(inspecting, "SECONDS", 4.0)
    with inspecting.open_scratch() as content:
        status = inspecting._run("x", content, content, 4.0)
        assert os.fstat(content.fileno()).st_size <= 12 * 1024 * 1024
    assert (inspecting._reason(status) if status else None) == reason


def test_a_line_that_is_full_says_so_and_a_place_is_given_back(monkeypatch):
    monkeypatch.setattr(inspecting, "LINE", inspecting.Line(1, 1, 0.3))
    slow, go_on = threading.Event(), threading.Event()
    real = inspecting.inspect

    def inspect(*arguments):
        slow.set()
        go_on.wait(10)
        return real(*arguments)

    monkeypatch.setattr(inspecting, "inspect", inspect)
    first = threading.Thread(target=lambda: sent(A_LETTER))
    first.start()
    assert slow.wait(10)
    waiting = threading.Thread(target=lambda: refusal(A_LETTER))
    waiting.start()
    begun = time.monotonic()
    while time.monotonic() - begun < 5:
        if "again in a minute" in refusal(A_LETTER):
            break
    else:
        pytest.fail("nobody was told to come again in a minute")
    waiting.join()
    go_on.set()
    first.join()
    assert sent(A_LETTER).name == "paper.pdf"


def test_nobody_waits_in_line_with_what_is_refused_at_the_door(monkeypatch):
    monkeypatch.setattr(inspecting, "LINE", inspecting.Line(0, 0, 0.0))
    assert "at most 10 MB" in refusal(b"%PDF-1.7" + b"0" * MAX_BYTES)
    assert "again in a minute" in refusal(A_LETTER)
