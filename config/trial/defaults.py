"""What a trial gives itself where a site must be told: addresses, servers, and secrets.

Secrets are made once, in `var/secrets`, for the owner's eyes only.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from config.env import Environment
from config.trial.embedded import postgres, valkey

# No mail leaves and all people are invented: anybody at this computer may read it.
PUBLIC_PAGES = frozenset({"trial:mailbox"})
RINGS = {
    "DSR_MASTER_KEYS": "master_keys",
    "DSR_INDEX_KEYS": "index_keys",
    "DSR_AUDIT_KEYS": "audit_keys",
}


def give(env: Environment, var: Path, port: int) -> None:
    """Add to `env` a default for each variable that a site must set; and plain HTTP is allowed."""
    env.lenient = True
    env.defaults = {
        # A passkey belongs to a name, never to a number: the pages of a trial live at `localhost`.
        "BASE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        # No mail leaves unless a server is named: a page shows what would have gone.
        "EMAIL_URL": "",
        "DEFAULT_FROM_EMAIL": "privacy@demo.example",
        "DSR_STATIC": _static(var / "static"),
        "REDIS_URL": valkey.store_in(var).url,
        **_database(env, var),
        **_secrets(env, var / "secrets"),
    }


def _static(root: Path) -> str:
    """Before the first `collectstatic` the files are served from where they lie."""
    root.mkdir(parents=True, exist_ok=True)
    return "collected" if (root / "staticfiles.json").exists() else "sources"


def _database(env: Environment, var: Path) -> dict[str, str]:
    """Both roles of the embedded server; a server of somebody's own may have one role for all."""
    if env.has("DATABASE_URL"):
        return {}
    cluster = postgres.cluster_in(var)
    return {
        "DATABASE_URL": cluster.url(postgres.APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(postgres.OWNER_ROLE),
    }


def _secrets(env: Environment, folder: Path) -> dict[str, str]:
    wanted = [("SECRET_KEY", "secret_key", _secret_key)]
    wanted += [(name, file, _key_ring) for name, file in RINGS.items()]
    return {
        name: _kept(env, folder / file, make) for name, file, make in wanted if not env.has(name)
    }


def _secret_key() -> str:
    return secrets.token_urlsafe(64)


def _key_ring() -> str:
    """A ring of one random key, in the notation of the environment variables."""
    return "t1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def _kept(env: Environment, file: Path, make: Callable[[], str]) -> str:
    """The secret of an earlier start; else a fresh one, unless another process was quicker."""
    try:
        if not file.exists():
            _write(file, make())
        kept = file.read_text(encoding="utf-8")
    except OSError as error:
        # Noted and not raised: everything that is wrong is told together.
        env.problem(f"The trial's {file} cannot be kept: {error.strerror}.")
        return ""
    except UnicodeDecodeError:
        env.problem(f"The trial's {file} is no text: put it back; what was sealed needs it.")
        return ""
    if not kept:
        env.problem(f"The trial's {file} is empty: put it back; what was sealed needs it.")
    return kept


def _write(file: Path, fresh: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    # For the owner's eyes from the first byte: a later chmod would leave a moment.
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(fresh)
        opened.flush()
        # On the disk before it gets its name: with a lost key everything sealed is lost.
        os.fsync(opened.fileno())
    # A link is made whole or not at all, and the first one wins.
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
