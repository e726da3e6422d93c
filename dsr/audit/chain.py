"""The hash chain of the history: what an entry's hash covers. Pure: values in, bytes out."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from dsr.vault.keyring import Key

from .models import HASH_BYTES, Entry

GENESIS: Final = bytes(HASH_BYTES)
CODE: Final = re.compile(r"[a-z0-9_.:-]{1,80}")
DAY_OR_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?"
)
# Facts are ids and codes; without a bound a list could carry anything.
MAX_LIST: Final = 100


def entry_hash(entry: Entry, key: Key) -> bytes:
    return sign("entry", key, [*_covered(entry), bytes(entry.prev_hash).hex()])


def sign(kind: str, key: Key, content: Any) -> bytes:
    """HMAC-SHA-256 over canonical JSON; the kind keeps entries and checkpoints apart."""
    # With a plain hash, who can write to the database could rewrite a chain and hash it anew.
    return hmac.digest(key.secret, canonical([kind, content]), hashlib.sha256)


def canonical(value: Any) -> bytes:
    # PostgreSQL keeps neither the order of names nor blanks of a jsonb value.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _covered(entry: Entry) -> list[Any]:
    # The database returns the same instant in whatever zone the session has.
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    who = [entry.actor_id, entry.by]
    what = [entry.code, entry.from_state, entry.to_state, entry.facts]
    return [entry.chain, entry.seq, at, *who, *what, entry.key_id]


def checked_code(value: str, *, empty: bool = False) -> str:
    if not (CODE.fullmatch(value) or (empty and not value)):
        # Without the value: it may be a person's word, and errors reach logs.
        raise ValueError("A code in the history is 1 to 80 of a-z, 0-9 and _ . : - only.")
    return value


def checked_facts(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """Facts as they are stored: ids, closed codes, days and instants, and lists of these.

    Anything that could be a person's words is refused with ValueError, which does not repeat it.
    """
    return {checked_code(name): _checked(name, value) for name, value in (facts or {}).items()}


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        if len(value) > MAX_LIST:
            raise ValueError(f"The fact “{name}” is a list of more than {MAX_LIST}.")
        # A set has no order of its own, and the hash needs one.
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [_checked_one(name, item) for item in items]
    return _checked_one(name, value)


def _checked_one(name: str, value: Any) -> Any:
    # No fractions: jsonb may spell one otherwise than Python, and the hash would not hold.
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"The fact “{name}” is an instant without a time zone.")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and (CODE.fullmatch(value) or DAY_OR_INSTANT.fullmatch(value)):
        # A member of an enumeration is stored as its plain code, which is what comes back.
        return str(value)
    raise ValueError(f"The fact “{name}” is not a number, a code or a day.")
