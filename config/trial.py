"""Secrets that the trial mode makes for itself, in `var/secrets`, for the owner's eyes only."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    return _kept(folder / "secret_key", secrets.token_urlsafe(64))


def key_ring(folder: Path, name: str) -> str:
    """A ring of one random key, in the notation of the environment variables."""
    return _kept(folder / name, "t1:" + base64.b64encode(secrets.token_bytes(32)).decode())


def _kept(file: Path, fresh: str) -> str:
    """The secret of an earlier start; else `fresh`, unless another process was quicker."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(fresh)
            opened.flush()
            os.fsync(opened.fileno())
        # A link is made whole or not at all, and the first one wins.
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="utf-8")
