"""Keys, instants and small builders for the tests of the vault."""

from datetime import UTC, datetime

from dsr.vault.models import Purpose, Safe, SealedFile
from dsr.vault.services import open_safe, store_file

AT = datetime(2026, 4, 30, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
OLD = ("m1", bytes(range(32)))
NEW = ("m2", bytes(range(32, 64)))
WRONG = ("m1", bytes(range(64, 96)))


def a_file(
    safe: Safe | None = None,
    *,
    name: str = "letter.pdf",
    content: bytes = b"%PDF-1.7 Zoe",
    purpose: Purpose = Purpose.CONTENT,
) -> SealedFile:
    return store_file(safe or open_safe(AT), name, content, "application/pdf", purpose, AT)


def read_again(file: SealedFile) -> SealedFile:
    """A fresh instance, with a fresh safe: nothing remembered."""
    return SealedFile.objects.get(pk=file.pk)
