"""A checkpoint says how long every chain was at an instant, and is kept outside of the database.

Whoever can change the database can shorten a chain together with its head; a checkpoint made before
shows it. The file has one JSON value per line: a header, one line per chain, and a signature.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import Max, Q

from dsr.vault.keyring import key_ring

from .models import Entry, Head
from .verifying import Finding, Problem

FORMAT = "dsr-audit-checkpoint-1"
# So many places in one query: a site has as many chains as it ever had requests.
HEADS_AT_ONCE = 500


class CheckpointInvalid(ValueError):
    """The file is not a checkpoint of this site, or was altered or cut."""


def checkpoint(at: datetime) -> Iterator[str]:
    """The lines of a checkpoint over all heads, without line ends."""
    key = key_ring("DSR_AUDIT_KEYS").newest
    # The first line keeps these signatures apart from hashes of entries under the same key.
    signature = hmac.new(key.secret, b"checkpoint\n", hashlib.sha256)
    # The key by its name: after a change of keys the checkpoint is checked with its own.
    header = {"format": FORMAT, "made_at": at.astimezone(UTC).isoformat(), "key": key.kid}
    for line in (json.dumps(header), *_head_lines()):
        # The end of the line as well: else two lines could be joined, or one parted, unseen.
        signature.update(line.encode() + b"\n")
        yield line
    yield json.dumps({"signature": signature.hexdigest()})


def _head_lines() -> Iterator[str]:
    # Streamed: a site has as many heads as it ever had requests.
    for head in Head.objects.order_by("chain").iterator(chunk_size=2000):
        yield json.dumps({"chain": head.chain, "seq": head.seq, "hash": bytes(head.hash).hex()})


def verify_checkpoint(lines: Iterable[str]) -> list[Finding]:
    """Chains that are no longer what they were; raises CheckpointInvalid for a bad file.

    Nothing is believed before the signature at the end has been checked, so the lines are gone
    through twice: give a list or a file, not a generator.
    """
    check_signature(lines)
    # The first reading has left a file at its end.
    if hasattr(lines, "seek"):
        lines.seek(0)
    heads = (json.loads(line) for line in lines)
    told = (head for head in heads if "chain" in head)
    found: list[Finding] = []
    while batch := list(islice(told, HEADS_AT_ONCE)):
        found.extend(changed(batch))
    return found


def check_signature(lines: Iterable[str]) -> None:
    signature, last = None, ""
    for line in map(str.rstrip, lines):
        if signature is None:
            signature = _signature_of(line)
        else:
            # One line behind, because the last line is the signature itself.
            signature.update(last.encode() + b"\n")
        last = line
    told = _parsed(last).get("signature")
    if signature is None or not hmac.compare_digest(signature.hexdigest(), str(told)):
        raise CheckpointInvalid("The checkpoint was altered, cut, or made with another key.")


def _signature_of(header: str) -> Any:
    told = _parsed(header)
    if told.get("format") != FORMAT:
        raise CheckpointInvalid("This is not a checkpoint of the audit trail.")
    key = key_ring("DSR_AUDIT_KEYS").get(str(told.get("key")))
    if key is None:
        raise CheckpointInvalid("The checkpoint was signed with a key that is not configured.")
    return hmac.new(key.secret, b"checkpoint\n", hashlib.sha256)


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise CheckpointInvalid("This is not a checkpoint of the audit trail.")
    return value


def changed(heads: list[dict[str, Any]]) -> Iterator[Finding]:
    """Which of these ends, at most HEADS_AT_ONCE, are no longer there as they were."""
    # Made in one go: joined one by one with `|` the conditions would nest hundreds deep.
    places = Q(*(Q(chain=head["chain"], seq=head["seq"]) for head in heads), _connector=Q.OR)
    entries = {entry.chain: entry for entry in Entry.objects.filter(places)}
    for head in heads:
        entry = entries.get(head["chain"])
        if entry is None:
            yield _cut_off(head["chain"])
        elif bytes(entry.hash).hex() != head["hash"]:
            yield Finding(entry.chain, entry.seq, entry.pk, Problem.ALTERED)


def _cut_off(chain: str) -> Finding:
    last = Entry.objects.filter(chain=chain).aggregate(last=Max("seq"))["last"]
    return Finding(chain, (last or 0) + 1, None, Problem.CUT_OFF)
