"""Files that the organisation gives out: as they are, of known kinds, larger than what comes in.

A copy of somebody's data must be the data, so nothing of it is made anew. It is looked at all the
same: kind, size, name, viruses. The person gets it as a file to save, never shown in a window.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO, cast

from django.utils.translation import gettext_lazy as _

from . import inspecting, scanner
from .inspector.reasons import Refused
from .models import SealedFile
from .uploads import CheckedUpload, Upload, UploadRefused, harmless, plain_name

MAX_BYTES = 100 * 1024 * 1024
SNIFFED_BYTES = 64 * 1024
ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")
COMPOUND = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# A text in another encoding than UTF-8 is a text; one with a NUL in it is none, but for these.
WIDE = (b"\xff\xfe", b"\xfe\xff")
OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
# By extension: the type that a browser is told, and how such a file begins; nothing for a text.
# Without what runs when it is opened: programs, pages with scripts, documents with macros.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "tif": ("image/tiff", (b"II*\0", b"MM\0*")),
    "tiff": ("image/tiff", (b"II*\0", b"MM\0*")),
    "heic": ("image/heic", ()),
    "dcm": ("application/dicom", ()),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "json": ("application/json", ()),
    "xml": ("application/xml", ()),
    "zip": ("application/zip", ZIPPED),
    "docx": (f"{OPEN_XML}wordprocessingml.document", ZIPPED),
    "xlsx": (f"{OPEN_XML}spreadsheetml.sheet", ZIPPED),
    "pptx": (f"{OPEN_XML}presentationml.presentation", ZIPPED),
    "odt": (f"{OPEN_DOCUMENT}text", ZIPPED),
    "ods": (f"{OPEN_DOCUMENT}spreadsheet", ZIPPED),
    "odp": (f"{OPEN_DOCUMENT}presentation", ZIPPED),
    "doc": ("application/msword", COMPOUND),
    "xls": ("application/vnd.ms-excel", COMPOUND),
    "ppt": ("application/vnd.ms-powerpoint", COMPOUND),
    "rtf": ("application/rtf", (b"{\\rtf",)),
}
TEXTS = frozenset({"txt", "csv", "json", "xml"})
WANTED = _(
    "PDF, pictures (JPEG, PNG, HEIC, TIFF, DICOM), text, CSV, JSON, XML, ZIP, and documents of an "
    "office suite without macros."
)


@dataclass(frozen=True)
class OutgoingFile(CheckedUpload):
    """A file that may go out, with what a letter says of it. ``pages`` is 0 where not known."""

    size: int = 0
    sha256: str = ""
    pages: int = 0


def check_outgoing(uploads: Sequence[Upload]) -> list[OutgoingFile]:
    """The files of one form as they may go out; raises UploadRefused at the first that is not.

    Their content stays where the upload put it and is read piece by piece.
    """
    until = time.monotonic() + inspecting.SECONDS_A_FORM
    return [_checked(each, until) for each in uploads]


def _checked(upload: Upload, until: float) -> OutgoingFile:
    sent_as = upload.name or ""
    stem, extension = _name(sent_as)
    content_type, _beginnings = KINDS[extension]
    content = cast("IO[bytes]", upload)
    size, digest = _measured(content, extension, sent_as)
    try:
        clean = scanner.found_clean(content)
    except scanner.Infected:
        raise UploadRefused(_("A virus was found in this file."), sent_as) from None
    return OutgoingFile(
        name=f"{stem}.{extension}",
        content=content,
        content_type=content_type,
        scan=SealedFile.Scan.CLEAN if clean else SealedFile.Scan.UNSCANNED,
        size=size,
        sha256=digest,
        pages=_pages(content, until) if extension == "pdf" else 0,
    )


def _name(sent_as: str) -> tuple[str, str]:
    """Stem and extension, both safe to show and to save."""
    name = PurePosixPath(plain_name(sent_as))
    extension = name.suffix.lstrip(".").lower()
    if extension not in KINDS:
        sentence = _("Files of this kind do not go out. These do: %(kinds)s")
        raise UploadRefused(str(sentence) % {"kinds": WANTED}, sent_as)
    return harmless(name.stem), extension


def _measured(content: IO[bytes], extension: str, sent_as: str) -> tuple[int, str]:
    """Size and SHA-256, read to the end; the kind is told by the beginning, not by the name."""
    content.seek(0)
    size, digest = 0, sha256()
    while piece := content.read(SNIFFED_BYTES):
        if not size and not _begins_as(piece, extension):
            raise UploadRefused(_("The name of this file does not match what is in it."), sent_as)
        size += len(piece)
        if size > MAX_BYTES:
            raise UploadRefused(_("This file is too large: at most 100 MB."), sent_as)
        digest.update(piece)
    if not size:
        raise UploadRefused(_("This file is empty."), sent_as)
    return size, digest.hexdigest()


def _begins_as(piece: bytes, extension: str) -> bool:
    if extension in TEXTS:
        return b"\0" not in piece or piece.startswith(WIDE)
    if extension == "dcm":
        return piece[128:132] == b"DICM"
    if extension == "heic":
        return piece[4:8] == b"ftyp"
    return piece.startswith(KINDS[extension][1])


def _pages(content: IO[bytes], until: float) -> int:
    """Of a PDF; 0 where it cannot be told, since it goes out as it is all the same."""
    try:
        with inspecting.LINE.turn(), inspecting.open_scratch() as copy:
            content.seek(0)
            while piece := content.read(inspecting.COPIED_BYTES):
                copy.write(piece)
            return int(inspecting.inspect(copy, "pages", until))
    except (inspecting.Busy, Refused, ValueError):
        return 0
