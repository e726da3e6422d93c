"""Keys, instants and small builders for the tests of the vault."""

from datetime import UTC, datetime

from dsr.vault.files import Content
from dsr.vault.models import KeyPurpose, Safe, SealedFile
from dsr.vault.services import open_file, open_safe, store_file

AT = datetime(2026, 4, 30, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
OLD = ("m1", bytes(range(32)))
NEW = ("m2", bytes(range(32, 64)))
WRONG = ("m1", bytes(range(64, 96)))


def a_file(
    safe: Safe | None = None,
    *,
    name: str = "letter.pdf",
    content: Content = b"%PDF-1.7 Zoe",
    purpose: KeyPurpose = KeyPurpose.CONTENT,
) -> SealedFile:
    return store_file(safe or open_safe(AT), name, content, "application/pdf", purpose, AT)


def read_again(file: SealedFile) -> SealedFile:
    """A fresh instance, with a fresh safe: nothing remembered."""
    return SealedFile.objects.get(pk=file.pk)


def content_of(file: SealedFile) -> bytes:
    """All of it, read anew from the database."""
    with open_file(read_again(file)) as stream:
        return stream.read()
