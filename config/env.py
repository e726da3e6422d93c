"""Reads the environment once and refuses what it does not understand.

Every problem is collected: who sets up a site sees all of them at once, one line each.
"""

from __future__ import annotations

import base64
import binascii
import re
import sys
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from dsr.vault.addresses import AddressRefused, canonical

KeyRing = tuple[tuple[str, bytes], ...]

KEY_BYTES = 32
KEY_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
# Variables of the test and bench programs: theirs to read, not the settings'.
FOREIGN_PREFIXES = ("DSR_TEST_", "DSR_BENCH_")


class Environment:
    """The variables given to the program, with a list of what is wrong with them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        # What a trial gives itself (config/trial/defaults.py); a site must be told everything.
        self.defaults: dict[str, str] = {}
        self.lenient = False
        self.problems: list[str] = []
        self._read: set[str] = set()

    def problem(self, line: str) -> None:
        self.problems.append(line)

    def unsafe(self, line: str) -> None:
        """A problem where other people reach the program, none on a person's own machine."""
        if not self.lenient:
            self.problem(line)

    def text(self, name: str, default: str | None = None) -> str:
        """The value of NAME, or what the file named by NAME_FILE holds."""
        self._read |= {name, f"{name}_FILE"}
        default = self.defaults.get(name, default)
        given = self.values.get(name, "").strip()
        file = self.values.get(f"{name}_FILE", "").strip()
        if given and file:
            self.problem(f"{name} and {name}_FILE are both set: keep one of them.")
        if file:
            given = self._from_file(name, file)
        elif not given and default is None:
            self.problem(f"{name} is missing: set it, or name a file in {name}_FILE.")
        return given or default or ""

    def _from_file(self, name: str, file: str) -> str:
        try:
            content = Path(file).read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.problem(f"{name}_FILE cannot be read: {file} ({type(error).__name__}).")
            return ""
        if not content:
            self.problem(f"{name}_FILE names an empty file: {file}.")
        return content

    def has(self, name: str) -> bool:
        return bool(
            self.values.get(name, "").strip() or self.values.get(f"{name}_FILE", "").strip()
        )

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.problem(f"{name} is {value!r}: it must be one of {', '.join(allowed)}.")
            return default
        return value

    def flag(self, name: str) -> bool:
        return self.choice(name, ("0", "1"), "0") == "1"

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            self.problem(f"{name} is {value!r}: it must be a number from {low} to {high}.")
            return default
        return int(value)

    def items(self, name: str, default: str | None = None) -> list[str]:
        return [item.strip() for item in self.text(name, default).split(",") if item.strip()]

    def keys(self, name: str, default: str | None = None) -> KeyRing:
        """A key ring `kid:base64,kid:base64`, newest first; each key has 256 bits."""
        ring: list[tuple[str, bytes]] = []
        for number, item in enumerate(self.items(name, default), start=1):
            kid, _, encoded = item.partition(":")
            key = _decoded(encoded)
            if not KEY_NAME.fullmatch(kid):
                self.problem(f"{name}: key {number} needs a name in front, as in k1:BASE64.")
            elif kid in dict(ring):
                self.problem(f"{name}: the name {kid} appears twice.")
            elif len(key) != KEY_BYTES:
                self.problem(f"{name}: key {kid} is not {KEY_BYTES} bytes in base64.")
            elif len(set(key)) < 8:
                self.problem(f"{name}: key {kid} is not random.")
            else:
                ring.append((kid, key))
        return tuple(ring)

    def sender(self, name: str) -> str:
        """`address` or `Name <address>`, with the address in the form in which mail is sent."""
        value = self.text(name)
        shown, address = parseaddr(value)
        try:
            return formataddr((shown, canonical(address))) if value else ""
        except AddressRefused:
            # Not its own sentence: that is in a reader's language, and no settings are there yet.
            self.problem(f"{name} is not a mail address.")
            return ""

    def judge_secret(self, name: str, secret: str) -> None:
        """Refuse a secret that somebody could guess; one that is missing has its own line."""
        if secret and (len(secret) < 50 or len(set(secret)) < 12):
            self.problem(f"{name} is too short or too simple: use at least 50 random characters.")
        if secret.startswith("django-insecure") or "change" in secret.lower():
            self.problem(f"{name} is a default: make your own.")

    def url(self, name: str, schemes: tuple[str, ...], default: str | None = None) -> SplitResult:
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            parts = urlsplit("")
            self.problem(f"{name} is not a URL.")
        else:
            if value and parts.scheme not in schemes:
                self.problem(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}.")
        return parts

    def refuse_unknown(self, prefix: str) -> None:
        """A misspelt variable is a forgotten one."""
        for name in sorted(self.values):
            if not name.startswith(prefix) or name.startswith(FOREIGN_PREFIXES):
                continue
            if name not in self._read:
                self.problem(f"{name} is not a variable of this program: check its spelling.")

    def leave_if_wrong(self) -> None:
        if self.problems:
            leave(self.problems)


def leave(problems: list[str]) -> NoReturn:
    """End the program with one line for each problem."""
    sys.exit("\n".join(f"Settings: {line}" for line in dict.fromkeys(problems)))


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def database(url: SplitResult, pool_size: int) -> dict[str, Any]:
    """Django's description of a PostgreSQL database from its URL.

    A socket folder is given as `postgresql://role@/name?host=%2Ffolder`; other parameters of the
    query are passed to the driver (`sslmode=verify-full`).
    """
    query = dict(parse_qsl(url.query))
    host = query.pop("host", None) or unquote(url.hostname or "")
    options: dict[str, Any] = dict(query)
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": str(url.port or ""),
        "CONN_HEALTH_CHECKS": True,
        # A pool keeps connections open by itself and refuses a second keeper.
        "CONN_MAX_AGE": 0 if pool_size else 60,
        "OPTIONS": options,
    }


def mail(url: SplitResult) -> dict[str, Any]:
    """Django's mail settings from `smtp://user:password@host:587?tls=1`, or `smtps://`."""
    query = dict(parse_qsl(url.query))
    direct = url.scheme == "smtps"
    return {
        "EMAIL_HOST": unquote(url.hostname or ""),
        "EMAIL_PORT": url.port or (465 if direct else 587),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": direct,
        "EMAIL_USE_TLS": not direct and query.get("tls", "1") != "0",
        "EMAIL_TIMEOUT": 20,
    }
