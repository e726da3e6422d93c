"""Key rings from the settings: named 32-byte keys, newest first.

The newest key is used for everything new; every key of the ring still opens what it made.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from .errors import KeyRingInvalid

KEY_BYTES = 32
# Written beside everything sealed, and into settings, logs and sentences for the operator.
KID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


# No `repr` of its own fields: tracebacks and error reports print local variables.
@dataclass(frozen=True, repr=False)
class Key:
    kid: str
    secret: bytes

    def __repr__(self) -> str:
        return f"<Key {self.kid}>"


@dataclass(frozen=True)
class KeyRing:
    """At least one key; names are unique."""

    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        return self.keys[0]

    def get(self, kid: str) -> Key | None:
        return next((key for key in self.keys if key.kid == kid), None)


def key_ring(setting: str) -> KeyRing:
    """The ring in this setting; raises KeyRingInvalid with one line naming the setting."""
    # Looked up at every call, because tests change it; what was parsed is remembered.
    configured = getattr(settings, setting, None)
    if not isinstance(configured, tuple | list) or not configured:
        raise KeyRingInvalid(f"{setting} is not set: it needs at least one (name, 32 bytes) pair.")
    return _ring(setting, tuple(map(tuple, configured)))


@lru_cache(maxsize=16)
def _ring(setting: str, pairs: tuple[tuple[str, bytes], ...]) -> KeyRing:
    keys = tuple(_key(setting, pair) for pair in pairs)
    # Of two keys with one name only the first would ever be tried: data would be lost silently.
    if len({key.kid for key in keys}) != len(keys):
        raise KeyRingInvalid(f"{setting} names the same key twice.")
    # A rotation to the same key under a new name would look done and protect nothing.
    if len({key.secret for key in keys}) != len(keys):
        raise KeyRingInvalid(f"{setting} holds the same key under two names.")
    return KeyRing(keys)


def _key(setting: str, pair: tuple[str, bytes]) -> Key:
    kid, secret = pair if len(pair) == 2 else ("", b"")
    if not isinstance(kid, str) or not KID.fullmatch(kid):
        raise KeyRingInvalid(
            f"{setting}: a key's name is 1 to 32 of a-z, 0-9, dash and underscore."
        )
    if not isinstance(secret, bytes) or len(secret) != KEY_BYTES:
        raise KeyRingInvalid(f"{setting}: the key “{kid}” is not 32 bytes long.")
    return Key(kid, secret)
