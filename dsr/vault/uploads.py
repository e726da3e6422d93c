"""Uploads are untrusted: few kinds, bounded, and what is stored of them is made anew.

The parsers run in a process of their own (see `inspecting` and `inspector`), so that a file made to
blow them up ends that process and nothing else.
"""

import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import inspecting, scanner
from .files import Content
from .inspector.reasons import Reason, Refused
from .models import SealedFile

MAX_BYTES = 10 * 1024 * 1024
# As many bytes as every file system takes in a name, with room for " (1)".
MAX_NAME_BYTES = 200
EXTENSIONS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/heic": ("heic", "heif"),
}
# The first box of a HEIF file, and the brands of the pictures that telephones make.
HEIC = re.compile(rb"\x00\x00\x00.ftyp(heic|heix|heim|heis|mif1)", re.DOTALL)
# What Windows takes for a device, whatever stands behind a dot.
DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE
)


class Upload(Protocol):
    """What Django's UploadedFile has."""

    name: str | None

    def read(self, num_bytes: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class CheckedUpload:
    """A file that may be stored, with a name that is safe to show."""

    name: str
    content: Content
    content_type: str
    scan: str = SealedFile.Scan.UNSCANNED


class UploadRefused(Exception):
    """The file is not taken; `str()` of it is a translated sentence for the person who sent it.

    ``name`` is what they called the file, where the sentence is about one.
    """

    def __init__(self, sentence: str | Promise, name: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.name = sentence, name

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}" if self.name else str(self.sentence)


REASONS: dict[Reason, str | Promise] = {
    Reason.UNREADABLE: _("This file is damaged or not what its name says: it cannot be opened."),
    Reason.TOO_LARGE_PICTURE: _(
        "This picture is too large: at most 60 megapixels as JPEG or HEIC, 20 as PNG."
    ),
    Reason.TOO_MANY_PAGES: _("This PDF has too many pages: at most 200."),
    Reason.ENCRYPTED: _("This PDF is protected by a password. Please send it without."),
    Reason.ACTIVE: _(
        "This PDF holds scripts, forms or attached files. Please print it to a new PDF."
    ),
    Reason.TOO_MUCH_WORK: _(
        "Looking into this file is too much work. Please print it to a new PDF, or send a smaller "
        "one."
    ),
}
BUSY = _(
    "Many files are being looked at just now, so yours were not taken. "
    "Please send them again in a minute."
)


def check_upload(upload: Upload) -> CheckedUpload:
    """One file; see `check_uploads`."""
    return check_uploads([upload])[0]


def check_uploads(uploads: Sequence[Upload]) -> list[CheckedUpload]:
    """The files of one form as they may be stored; raises UploadRefused at the first that is not.

    They wait in line once and are looked at one after the other, within the time of one form.
    """
    received = [_received(upload) for upload in uploads]
    try:
        with inspecting.LINE.turn():
            until = time.monotonic() + inspecting.SECONDS_A_FORM
            return [each.checked(until) for each in received]
    except inspecting.Busy:
        raise UploadRefused(BUSY) from None
    finally:
        for each in received:
            each.content.close()


@dataclass(frozen=True)
class Received:
    """A file of a kind that is taken; nobody has looked into it yet."""

    upload: Upload
    content: IO[bytes]
    content_type: str

    def checked(self, until: float) -> CheckedUpload:
        sent_as = self.upload.name or ""
        try:
            # As it came: what the copy leaves out counts as well.
            clean = scanner.found_clean(self.content)
            made = inspecting.inspect(self.content, self.content_type, until)
        except scanner.Infected:
            raise UploadRefused(_("A virus was found in this file."), sent_as) from None
        except Refused as refused:
            raise UploadRefused(REASONS[refused.reason], sent_as) from None
        content_type = sniff(made) or self.content_type
        name = safe_name(sent_as, self.content_type, content_type)
        scan = SealedFile.Scan.CLEAN if clean else SealedFile.Scan.UNSCANNED
        return CheckedUpload(name, made, content_type, scan)


def _received(upload: Upload) -> Received:
    """What can be said without opening it. Reads at most one byte too many."""
    sent_as = upload.name or ""
    content = inspecting.open_scratch()
    try:
        # By reading, not by the size that was announced.
        left = MAX_BYTES + 1
        while left and (piece := upload.read(min(left, inspecting.COPIED_BYTES))):
            content.write(piece)
            left -= len(piece)
        content.flush()
        content.seek(0)
        content_type = sniff(content.read(32))
        if left == MAX_BYTES + 1:
            raise UploadRefused(_("This file is empty."), sent_as)
        if not left:
            raise UploadRefused(_("This file is too large: at most 10 MB."), sent_as)
        if content_type is None:
            raise UploadRefused(_("Only PDF, JPEG, PNG and HEIC files can be sent."), sent_as)
        # Refuses a name of another kind before anything is opened.
        safe_name(sent_as, content_type, content_type)
    except BaseException:
        content.close()
        raise
    return Received(upload, content, content_type)


def sniff(content: bytes) -> str | None:
    """The type by its first bytes; what the browser or the name says counts for nothing."""
    if re.match(rb"%PDF-[12]\.\d", content):
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/heic" if HEIC.match(content) else None


def safe_name(name: str, content_type: str, stored_as: str) -> str:
    """The name without folders, control characters, tricks of direction, and meanings of its own.

    The extension is that of what is stored. Raises UploadRefused for the name of another kind.
    """
    sent_as = name
    stem, dot, extension = plain_name(name).rpartition(".")
    # A PDF called `face.png` is a mistake or a trick; `invoice.exe` just becomes `invoice.exe.pdf`.
    if not dot:
        stem = extension
    elif extension.lower() not in EXTENSIONS[content_type]:
        if any(extension.lower() in known for known in EXTENSIONS.values()):
            raise UploadRefused(_("The name of this file does not match what is in it."), sent_as)
        stem = f"{stem}.{extension}"
    return f"{harmless(stem)}.{EXTENSIONS[stored_as][0]}"


def plain_name(name: str) -> str:
    """The name without folders, and without what is not seen or turns what is seen around."""
    name = PurePosixPath(name.replace("\\", "/")).name
    # Categories C*: control, format (right-to-left override), surrogate, private, unassigned.
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    return unicodedata.normalize("NFC", name)


def harmless(stem: str) -> str:
    """Where somebody will save it: no sign that Windows does not take, no hidden file, no device,
    nothing that a command would read as an option.
    """
    stem = re.sub(r'[<>:"|?*]', "", stem).lstrip(" .-~")
    stem = stem.encode()[:MAX_NAME_BYTES].decode(errors="ignore").rstrip(" .") or "file"
    return f"file-{stem}" if DEVICE.match(stem) else stem
