"""Checkpoints that are made by themselves: how far each chain has come, added to files.

A file is only ever added to. Each line is one JSON value, signed with the audit key: the ends of
the chains that moved since the line before, and the signature of that line. A tail that is cut off
later, together with the recorded end of its chain, is missed here. One file lies beside the program
and one, where it is configured, out of reach of whoever runs the database.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from dsr.vault.keyring import key_ring

from .chain import sign
from .checkpoints import HEADS_AT_ONCE, changed
from .models import Entry, Head
from .verifying import Finding

log = logging.getLogger(__name__)

FORMAT = "dsr-audit-mark-1"
# So many new entries at most are covered by one line.
ENTRIES_AT_ONCE = 5000
# Ids are given before a commit: an entry with a lower one may appear later, so some are looked at
# twice.
LATE = 1000
TAIL_BYTES = 64 * 1024


@dataclass
class Read:
    """What a file says: the furthest that each chain was seen, and what is wrong with the file."""

    furthest: dict[str, dict[str, Any]] = field(default_factory=dict)
    contradictions: list[dict[str, Any]] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)
    damage: str = ""

    def take(self, mark: dict[str, Any]) -> None:
        self.last = mark
        for chain, seq, digest in mark["heads"]:
            head = {"chain": chain, "seq": seq, "hash": digest}
            before = self.furthest.get(chain)
            if before and before["seq"] == seq and before["hash"] != digest:
                # Two ends of the same length: at most one of them can be there now.
                self.contradictions.append(head)
            # A shorter end that was seen later is what was left after a cut; the longer one counts.
            elif before is None or before["seq"] < seq:
                self.furthest[chain] = head


def add_marks(at: datetime) -> int:
    """Add what moved since the last time to every file; returns how many lines were added.

    Raises OSError where a file cannot be written, after the others were.
    """
    added, failed = 0, None
    for file in settings.DSR_CHECKPOINTS:
        try:
            added += _add_to(Path(file), at)
        except OSError as error:
            log.error("No checkpoint could be added to %s: %s", file, error.strerror)
            failed = error
    if failed:
        raise failed
    return added


def verify_marks() -> tuple[list[Finding], list[str]]:
    """Chains that are no longer what a file has seen, and files that are not as they were written.

    A file that was never begun is no finding here: that nothing is added shows itself elsewhere.
    """
    found: list[Finding] = []
    damaged: list[str] = []
    for file in map(Path, settings.DSR_CHECKPOINTS):
        try:
            read = _read(file)
        except OSError as error:
            damaged.append(f"The checkpoints in {file} cannot be read: {error.strerror}.")
            continue
        heads = [*read.furthest.values(), *read.contradictions]
        for start in range(0, len(heads), HEADS_AT_ONCE):
            found.extend(changed(heads[start : start + HEADS_AT_ONCE]))
        if read.damage:
            damaged.append(f"{read.damage} in the checkpoints of {file}.")
    return list(dict.fromkeys(found)), damaged


def _add_to(file: Path, at: datetime) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    # For adding only: a disk that takes nothing but additions can hold it.
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as out:
        # Two at the same instant would both follow the same line.
        fcntl.flock(out, fcntl.LOCK_EX)
        last = _last_of(file)
        added = 0
        for mark in _marks_since(last, at):
            # A line that a full disk cut short is closed first, so that this one begins its own.
            out.write(f"{'' if _ends_well(file) else chr(10)}{json.dumps(mark)}\n")
            out.flush()
            os.fsync(out.fileno())
            added += 1
    return added


def _last_of(file: Path) -> dict[str, Any]:
    """The last line that is signed, found from the end: the file grows for years."""
    size = TAIL_BYTES
    while True:
        with file.open("rb") as lines:
            length = lines.seek(0, os.SEEK_END)
            lines.seek(max(0, length - size))
            found = lines.read().decode(errors="replace").splitlines()
        for mark in map(_parsed, reversed(found)):
            if mark and _is_signed(mark):
                return mark
        if size >= length:
            return {}
        size *= 8


def _ends_well(file: Path) -> bool:
    with file.open("rb") as lines:
        if not lines.seek(0, os.SEEK_END):
            return True
        lines.seek(-1, os.SEEK_END)
        return lines.read(1) == b"\n"


def _marks_since(last: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    after = int(last.get("up_to", 0))
    newest = Entry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    while after < newest:
        up_to = min(after + ENTRIES_AT_ONCE, newest)
        mark = _mark(last, max(0, after - LATE), up_to, at)
        yield mark
        last, after = mark, up_to


def _mark(last: dict[str, Any], after: int, up_to: int, at: datetime) -> dict[str, Any]:
    moved = Entry.objects.filter(pk__gt=after, pk__lte=up_to).values("chain")
    heads = Head.objects.filter(chain__in=moved).order_by("chain")
    key = key_ring("DSR_AUDIT_KEYS").newest
    content = {
        "format": FORMAT,
        "number": int(last.get("number", 0)) + 1,
        "made_at": at.astimezone(UTC).isoformat(),
        "up_to": up_to,
        "heads": [[head.chain, head.seq, bytes(head.hash).hex()] for head in heads],
        "previous": last.get("signature", ""),
        "key": key.kid,
    }
    return content | {"signature": sign("mark", key, content).hex()}


def _read(file: Path) -> Read:
    read = Read()
    try:
        lines = file.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return read
    with lines:
        _take_all(read, lines)
    return read


def _take_all(read: Read, lines: Iterable[str]) -> None:
    for place, line in enumerate(lines, start=1):
        mark = _parsed(line)
        # A line that a crash cut short: if the next one follows the one before it, nothing is lost.
        if mark is None:
            continue
        problem = _problem(mark, read.last)
        if problem and not read.damage:
            read.damage = f"Line {place} {problem}"
        # Whatever is signed is believed, also behind a damage: more is seen, never less.
        if _is_signed(mark):
            read.take(mark)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        mark = json.loads(line)
    except ValueError:
        return None
    return mark if isinstance(mark, dict) and mark.get("format") == FORMAT else None


def _problem(mark: dict[str, Any], last: dict[str, Any]) -> str:
    if key_ring("DSR_AUDIT_KEYS").get(str(mark.get("key"))) is None:
        return "was signed with an audit key that is not configured"
    if not _is_signed(mark):
        return "is not as it was written"
    if mark["previous"] != last.get("signature", ""):
        return "does not follow the line before it"
    return ""


def _is_signed(mark: dict[str, Any]) -> bool:
    key = key_ring("DSR_AUDIT_KEYS").get(str(mark.get("key")))
    content = {name: value for name, value in mark.items() if name != "signature"}
    told = str(mark.get("signature"))
    return key is not None and hmac.compare_digest(sign("mark", key, content).hex(), told)
