"""Reading the whole history again and naming the first bad row of each chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery

from dsr.vault.keyring import key_ring

from .chain import GENESIS, entry_hash
from .models import Entry, Head

ROWS_AT_ONCE = 2000


class Problem(StrEnum):
    ALTERED = "altered"  # the row is not what was written: edited, inserted, swapped or copied
    MISSING = "missing"  # rows before this one were deleted
    UNLINKED = "unlinked"  # the row does not follow the one before it
    CUT_OFF = "cut_off"  # rows at the end were deleted
    HEAD = "head"  # the record of where the chain ends was deleted or altered
    UNKNOWN_KEY = "unknown_key"  # the row names an audit key that is not configured


SENTENCES = {
    Problem.ALTERED: "is not as it was written",
    Problem.MISSING: "is missing",
    Problem.UNLINKED: "does not follow the entry before it",
    Problem.CUT_OFF: "and what may have followed was cut off",
    Problem.HEAD: "does not agree with the recorded end of its chain",
    Problem.UNKNOWN_KEY: "names an audit key that is not configured",
}


@dataclass(frozen=True)
class Finding:
    """The first bad row of a chain; `entry_id` is None where the row is not there."""

    chain: str
    seq: int
    entry_id: int | None
    problem: Problem

    def __str__(self) -> str:
        row = f" (row {self.entry_id})" if self.entry_id else ""
        return f"{self.chain}: entry {self.seq}{row} {SENTENCES[self.problem]}"


def verify() -> list[Finding]:
    """The first bad row of every broken chain; empty when all are sound.

    One statement reads entries and ends of chains, so that writers at work are no finding; rows
    are streamed, so memory does not grow with the history.
    """
    found = [finding for chain, rows in _chains() if (finding := _first_bad(chain, rows))]
    return found + [
        Finding(chain, 1, None, Problem.CUT_OFF)
        for chain in Head.objects.filter(~Exists(Entry.objects.filter(chain=OuterRef("chain"))))
        .order_by("chain")
        .values_list("chain", flat=True)
    ]


def verify_heads() -> list[Finding]:
    """Chains whose recorded end is not their last entry: one statement, without any hash made anew.

    It finds what was cut off or added carelessly, in seconds; `verify` reads everything.
    """
    last = Entry.objects.filter(chain=OuterRef("chain")).order_by("-seq")
    heads = Head.objects.annotate(
        last_seq=Subquery(last.values("seq")[:1]),
        last_hash=Subquery(last.values("hash")[:1]),
        last_id=Subquery(last.values("pk")[:1]),
    )
    found = [
        Finding(head.chain, head.seq, head.last_id, Problem.HEAD)
        for head in heads.filter(
            Q(last_seq=None) | ~Q(last_seq=F("seq")) | ~Q(last_hash=F("hash"))
        ).order_by("chain")
    ]
    # A chain without a head has nothing that says where it should end.
    headless = Entry.objects.filter(~Exists(Head.objects.filter(chain=OuterRef("chain"))))
    return found + [
        Finding(entry.chain, entry.seq, entry.pk, Problem.HEAD)
        for entry in headless.order_by("chain", "-seq").distinct("chain")
    ]


def _chains() -> Iterator[tuple[str, Iterator[Any]]]:
    head = Head.objects.filter(chain=OuterRef("chain"))
    entries = (
        Entry.objects.annotate(
            head_seq=Subquery(head.values("seq")), head_hash=Subquery(head.values("hash"))
        )
        .order_by(F("chain"), F("seq"))
        .iterator(chunk_size=ROWS_AT_ONCE)
    )
    return groupby(entries, key=lambda entry: entry.chain)


def _first_bad(chain: str, rows: Iterator[Any]) -> Finding | None:
    seq, prev_hash, last = 0, GENESIS, None
    for entry in rows:
        # Every row after a bad one follows from it, so the first names the place.
        if problem := _problem(entry, seq, prev_hash):
            # A gap is named by the first row that is not there.
            gap = problem is Problem.MISSING
            return Finding(chain, seq + 1 if gap else entry.seq, None if gap else entry.pk, problem)
        seq, prev_hash, last = entry.seq, bytes(entry.hash), entry
    return _bad_end(chain, last)


def _problem(entry: Any, seq: int, prev_hash: bytes) -> Problem | None:
    key = key_ring("DSR_AUDIT_KEYS").get(entry.key_id)
    if key is None:
        return Problem.UNKNOWN_KEY
    # The hash covers the number as well: before the gap, or an edited number would look like one.
    if entry_hash(entry, key) != bytes(entry.hash):
        return Problem.ALTERED
    if entry.seq != seq + 1:
        return Problem.MISSING
    return None if bytes(entry.prev_hash) == prev_hash else Problem.UNLINKED


def _bad_end(chain: str, last: Any) -> Finding | None:
    # A head behind its last entry was put back; one ahead of it has lost entries.
    if last.head_seq is None or last.head_seq < last.seq:
        return Finding(chain, last.seq, last.pk, Problem.HEAD)
    if last.head_seq > last.seq:
        return Finding(chain, last.seq + 1, None, Problem.CUT_OFF)
    same = bytes(last.head_hash) == bytes(last.hash)
    return None if same else Finding(chain, last.seq, last.pk, Problem.HEAD)
