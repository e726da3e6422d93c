"""Making a safe, opening many at once, and destroying what one holds."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from . import cipher
from .models import BlindToken, Purpose, Safe, SafeKey, SealedModel

SITE = "site"


def open_safe(at: datetime) -> Safe:
    """A new safe with a key of its own for each purpose."""
    with transaction.atomic(savepoint=False):
        safe = Safe.objects.create(created_at=at)
        SafeKey.objects.bulk_create(make_keys(safe, at))
    return safe


def make_keys(safe: Safe, at: datetime) -> list[SafeKey]:
    """The first keys of a safe that has its id, unsaved; the safe can be sealed in at once."""
    keys = [SafeKey(safe=safe, purpose=purpose, created_at=at) for purpose in Purpose]
    for key in keys:
        key.close(cipher.new_data_key())
    safe.remember_keys(keys)
    return keys


def site_safe(at: datetime) -> Safe:
    """The safe of the site: mail to staff and secrets that belong to no request."""
    return find_site_safe() or _make_site_safe(at)


def find_site_safe() -> Safe | None:
    """The safe of the site with its keys, in one query; None before the first secret."""
    keys = list(SafeKey.objects.filter(safe__name=SITE).select_related("safe"))
    if not keys:
        return None
    safe = keys[0].safe
    safe.remember_keys(keys)
    return safe


def _make_site_safe(at: datetime) -> Safe:
    with transaction.atomic():
        safe, made = Safe.objects.get_or_create(name=SITE, defaults={"created_at": at})
        if made:
            SafeKey.objects.bulk_create(make_keys(safe, at))
    return safe


def unlock(rows: Iterable[SealedModel]) -> None:
    """Fetches the keys of all these rows' safes in one query, before a list is unsealed."""
    safes = defaultdict(list)
    for row in rows:
        safes[row.safe_id].append(row.safe)
    keys = defaultdict(list)
    for key in SafeKey.objects.filter(safe_id__in=safes):
        keys[key.safe_id].append(key)
    for safe_id, instances in safes.items():
        for safe in instances:
            safe.remember_keys(keys[safe_id])


def destroy(safe: Safe, purposes: Iterable[Purpose], at: datetime) -> None:
    """Erases what was sealed for these purposes; there is no way back.

    Blind tokens are content. Keys waited for here are those of transactions that are just adding
    tokens (see `blind.index`), so that none is added after the last one was removed.
    """
    if safe.name:
        raise ValueError("The keys of the site are not erased with a request.")
    doomed = set(purposes)
    with transaction.atomic():
        live = SafeKey.objects.filter(safe=safe, purpose__in=doomed, wrapped__isnull=False)
        live.update(wrapped=None, destroyed_at=at)
        if Purpose.CONTENT in doomed:
            BlindToken.objects.filter(safe=safe).delete()
    safe.forget_keys()
