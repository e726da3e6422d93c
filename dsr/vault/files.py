"""Files kept sealed in the database."""

from datetime import datetime

from .models import Purpose, Safe, SealedFile


def store_file(
    safe: Safe, name: str, content: bytes, content_type: str, purpose: Purpose, at: datetime
) -> SealedFile:
    """Saves in the caller's transaction. Uploads pass `uploads.check_upload` first."""
    file = SealedFile(
        safe=safe, content_type=content_type, size=len(content), purpose=purpose, added_at=at
    )
    file.seal(name=name)
    file.seal_bytes("content", content)
    file.save()
    return file


def read_file(file: SealedFile) -> tuple[str, bytes]:
    """Name and content; raises a VaultError."""
    return str(file.unseal("name")), file.unseal_bytes("content") or b""
