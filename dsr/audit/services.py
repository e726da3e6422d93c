"""Writing the history, and the ways to check it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from dsr.vault.keyring import key_ring

from .chain import GENESIS, checked_code, checked_facts, entry_hash
from .checkpoints import checkpoint, verify_checkpoint
from .marks import add_marks, verify_marks
from .models import By, Entry, Head
from .verifying import Finding, Problem, verify, verify_heads

__all__ = [
    "KEYS_SETTING",
    "SITE",
    "Finding",
    "Line",
    "Problem",
    "add_marks",
    "append",
    "append_to_each",
    "checkpoint",
    "first_rows",
    "record_refusal",
    "request_chain",
    "verify",
    "verify_checkpoint",
    "verify_heads",
    "verify_marks",
]

KEYS_SETTING = "DSR_AUDIT_KEYS"
SITE = "site"


def request_chain(request_id: int) -> str:
    return f"request:{request_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """What an entry is to say."""

    code: str
    facts: Mapping[str, Any] | None = None
    from_state: str = ""
    to_state: str = ""


def append(
    chain: str,
    code: str,
    *,
    at: datetime,
    actor_id: int | None,
    by: str,
    facts: Mapping[str, Any] | None = None,
    from_state: str = "",
    to_state: str = "",
) -> Entry:
    """Adds an entry in the caller's transaction: what cannot be recorded does not happen.

    The chain stays locked until that transaction ends. Who appends to several chains takes the
    request's first and the site's last, so that nobody waits in a circle.
    """
    entry = _entry(chain, Line(code, facts, from_state, to_state), at, actor_id, by)
    # No savepoint: an entry that fails takes the whole deed with it.
    with transaction.atomic(savepoint=False):
        head = _locked_head(chain)
        _link(entry, head)
        # Never an update: a place that is taken already is a defect and must show itself.
        entry.save(force_insert=True)
        Head.objects.filter(chain=chain).update(seq=entry.seq, hash=entry.hash)
    return entry


def append_to_each(
    chains: Iterable[str], line: Line, *, at: datetime, actor_id: int | None, by: str
) -> list[Entry]:
    """The same line in each of these chains, with as many statements as for one of them."""
    # In one order, so that two who append to the same chains never wait for each other.
    wanted = sorted(set(chains))
    with transaction.atomic(savepoint=False):
        heads = _locked_heads(wanted)
        entries = [_entry(chain, line, at, actor_id, by) for chain in wanted]
        for entry, head in zip(entries, heads, strict=True):
            _link(entry, head)
            head.seq, head.hash = entry.seq, entry.hash
        Entry.objects.bulk_create(entries)
        Head.objects.bulk_update(heads, ["seq", "hash"])
    return entries


def first_rows(
    chain: str, lines: Iterable[Line], *, at: datetime, actor_id: int | None, by: str
) -> list[Model]:
    """The first entries of a chain and its head, unsaved: who makes the chain writes them."""
    head = Head(chain=checked_code(chain), seq=0, hash=GENESIS)
    entries = [_entry(chain, line, at, actor_id, by) for line in lines]
    for entry in entries:
        _link(entry, head)
        head.seq, head.hash = entry.seq, entry.hash
    return [head, *entries]


def _entry(chain: str, line: Line, at: datetime, actor_id: int | None, by: str) -> Entry:
    return Entry(
        chain=checked_code(chain),
        at=_aware(at),
        actor_id=actor_id,
        by=By(by).value,
        code=checked_code(line.code),
        from_state=checked_code(line.from_state, empty=True),
        to_state=checked_code(line.to_state, empty=True),
        facts=checked_facts(line.facts),
    )


def record_refusal(
    code: str,
    *,
    at: datetime,
    actor_id: int | None,
    by: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """Records a refused deed or log-in in the site's chain, in a transaction of its own.

    To be called after the refused transaction has rolled back; inside of another one it raises
    RuntimeError, because the record would vanish with it. Without ``by`` an id is somebody's of
    the staff.
    """
    by = by or (By.SYSTEM if actor_id is None else By.STAFF)
    with transaction.atomic(durable=True):
        return append(SITE, code, at=at, actor_id=actor_id, by=by, facts=facts)


def _locked_head(chain: str) -> Head:
    return _locked_heads([chain])[0]


def _locked_heads(chains: list[str]) -> list[Head]:
    """One for each chain, in the order of their names, which is how they were locked."""
    locked = Head.objects.select_for_update(no_key=True).filter(chain__in=chains).order_by("chain")
    heads = list(locked)
    if len(heads) < len(chains):
        # Two may begin a chain at the same instant: the second waits, then finds the first one's.
        new = set(chains) - {head.chain for head in heads}
        made = [Head(chain=chain, seq=0, hash=GENESIS) for chain in sorted(new)]
        Head.objects.bulk_create(made, ignore_conflicts=True)
        heads = list(locked.all())
    # As they were asked for: the database may sort names in another way.
    return sorted(heads, key=lambda head: head.chain)


def _link(entry: Entry, head: Head) -> None:
    # The newest key signs; older ones stay in the ring to check what they signed.
    key = key_ring(KEYS_SETTING).newest
    entry.seq, entry.prev_hash, entry.key_id = head.seq + 1, bytes(head.hash), key.kid
    entry.hash = entry_hash(entry, key)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("An entry needs an instant with its time zone.")
    return at
