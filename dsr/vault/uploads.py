"""Uploads are untrusted: PDF, JPEG and PNG only, bounded, checked and, for images, made anew.

The parsers run in a process of their own with limits on memory and time, so that a file made to
blow them up ends that process and nothing else.
"""

import os
import re
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .files import Content

MAX_BYTES = 10 * 1024 * 1024
MAX_NAME = 120
SECONDS = 20
EXTENSIONS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
}
INSPECTOR = Path(__file__).with_name("inspector.py")
# Each inspection may take some hundred megabytes; the others wait in line.
_turn = threading.BoundedSemaphore(2)


class Upload(Protocol):
    """What Django's UploadedFile has."""

    name: str | None

    def read(self, num_bytes: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class CheckedUpload:
    """A file that may be stored, with a name that is safe to show."""

    name: str
    # Bytes, or a temporary file for what is too large to be held.
    content: Content
    content_type: str


class UploadRefused(Exception):
    """The file is not taken; `str()` of it is a translated sentence for the person who sent it."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


REASONS: dict[str, Promise] = {
    "unreadable": _("This file is damaged or not what its name says: it cannot be opened."),
    "too_large_image": _("This picture is too large: at most 60 megapixels as JPEG, 20 as PNG."),
    "too_many_pages": _("This PDF has too many pages: at most 200."),
    "encrypted": _("This PDF is protected by a password. Please send it without."),
    "active": _("This PDF holds scripts, forms or attached files. Please print it to a new PDF."),
}


def check_upload(upload: Upload) -> CheckedUpload:
    """The file as it may be stored; raises UploadRefused. Reads at most one byte too many."""
    # By reading, not by the size that was announced.
    content = upload.read(MAX_BYTES + 1)
    if not content:
        raise UploadRefused(_("This file is empty."))
    if len(content) > MAX_BYTES:
        raise UploadRefused(_("This file is too large: at most 10 MB."))
    content_type = sniff(content)
    if content_type is None:
        raise UploadRefused(_("Only PDF, JPEG and PNG files can be sent."))
    name = safe_name(upload.name or "", content_type)
    return CheckedUpload(name, _inspect(content, content_type), content_type)


def sniff(content: bytes) -> str | None:
    """The type by its first bytes; what the browser or the name says counts for nothing."""
    if re.match(rb"%PDF-[12]\.\d", content):
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return None


def safe_name(name: str, content_type: str) -> str:
    """The name without folders, control characters and tricks of direction."""
    name = PurePosixPath(name.replace("\\", "/")).name
    # Categories C*: control, format (right-to-left override), surrogate, private, unassigned.
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    stem, dot, extension = name.rpartition(".")
    extensions = EXTENSIONS[content_type]
    # A PDF called `face.png` is a mistake or a trick; `invoice.exe` just becomes `invoice.exe.pdf`.
    if dot and extension.lower() not in extensions:
        if any(extension.lower() in known for known in EXTENSIONS.values()):
            raise UploadRefused(_("The name of this file does not match what is in it."))
        stem = name
    elif not dot:
        stem = name
    # What Windows does not take in a name, where somebody will save it.
    stem = re.sub(r'[<>:"|?*]', "", stem).strip(" .")[: MAX_NAME - 5] or "file"
    return f"{stem}.{extensions[0]}"


def _inspect(content: bytes, content_type: str) -> bytes:
    command = [sys.executable, "-I", str(INSPECTOR), content_type]
    # No secret of the site reaches the process that opens a stranger's file.
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    with _turn:
        try:
            done = subprocess.run(
                command,
                input=content,
                capture_output=True,
                timeout=SECONDS,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UploadRefused(REASONS["unreadable"]) from None
    # Whatever a broken parser printed, only one of our own sentences is shown.
    if done.returncode:
        reason = done.stderr.decode("ascii", "replace").strip()
        raise UploadRefused(REASONS.get(reason, REASONS["unreadable"]))
    return done.stdout
