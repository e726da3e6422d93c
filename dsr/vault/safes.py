"""Safes (the data keys of one owner): making, opening many at once, destroying, and the site's."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from . import cipher
from .errors import Tampered
from .models import BlindToken, KeyPurpose, Safe, SafeKey, SealedFile, SealedModel


def open_safe(at: datetime, kind: Safe.Kind = Safe.Kind.REQUEST) -> Safe:
    """A new safe with a key of its own for each purpose.

    A person's safe shares nothing with those of the person's requests: each is erased on its own
    day, and what is to outlive a request is sealed anew in the person's.
    """
    with transaction.atomic(savepoint=False):
        safe = Safe.objects.create(created_at=at, kind=kind)
        SafeKey.objects.bulk_create(make_keys(safe, at))
    return safe


def make_keys(safe: Safe, at: datetime) -> list[SafeKey]:
    """The first keys of a safe that has its id, unsaved; the safe can be sealed in at once."""
    keys = [SafeKey(safe=safe, purpose=purpose, created_at=at) for purpose in KeyPurpose]
    for key in keys:
        key.close(cipher.new_data_key())
    safe.remember_keys(keys)
    return keys


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


def destroy(safe: Safe, purposes: Iterable[KeyPurpose], at: datetime) -> None:
    """Erases what was sealed for these purposes; there is no way back.

    Ciphertexts stay where they are: without the key they are noise, and taking out rows that
    others refer to could be stopped half way.

    Blind tokens are content. Keys waited for here are those of transactions that are just adding
    tokens (see `blind_index.index`), so that none is added after the last one was removed.
    """
    if safe.kind == Safe.Kind.SITE:
        raise ValueError("The keys of the site are not erased with a request.")
    doomed = set(purposes)
    with transaction.atomic():
        live = SafeKey.objects.filter(safe=safe, purpose__in=doomed, wrapped__isnull=False)
        # The old row versions die with the next vacuum, the log and the backups when they expire;
        # the report of an erasure names that day.
        live.update(wrapped=None, destroyed_at=at)
        if KeyPurpose.CONTENT in doomed:
            # Tokens go, not only their key: a keyed hash of a known address still answers
            # whether that person was here, as long as the index key lives.
            BlindToken.objects.filter(safe=safe).delete()
    safe.forget_keys()


def add_key(safe: Safe, purpose: KeyPurpose, at: datetime) -> SafeKey:
    """A further key, for what is to be erased on a day of its own; from now on it is the newest.

    Raises KeyDestroyed where the whole purpose was erased: nothing is sealed for it any more.
    """
    # The first key stands for the purpose; `destroy` takes all, `destroy_file` never the first.
    safe.data_key(purpose, 1)
    version = safe.newest_version(purpose) + 1
    key = SafeKey(safe=safe, purpose=purpose, version=version, created_at=at)
    key.close(cipher.new_data_key())
    key.save(force_insert=True)
    safe.forget_keys()
    return key


def destroy_file(file: SealedFile, at: datetime) -> None:
    """Erases one file that was sealed under a key of its own (`add_key`); there is no way back."""
    version = cipher.version_of(bytes(file.header))
    if version == 1:
        raise ValueError("This file shares its key with others.")
    own = SafeKey.objects.filter(safe_id=file.safe_id, purpose=file.purpose, version=version)
    own.filter(wrapped__isnull=False).update(wrapped=None, destroyed_at=at)
    file.safe.forget_keys()


def site_safe(at: datetime) -> Safe:
    """The safe of the site: mail to staff and secrets that belong to no request."""
    return _find_site_safe() or _make_site_safe(at)


def seal_site(context: str, plaintext: bytes) -> bytes:
    """A secret that belongs to no request, such as a second factor of staff, sealed.

    It opens only under the same context. Rotating the master keys needs no touch of it.
    """
    # The one clock below a door: whoever seals the first secret of a site has no instant to hand
    # over, and the instant is only kept beside the safe.
    safe = site_safe(timezone.now())
    version, key = safe.newest_key(KeyPurpose.CONTENT)
    return cipher.seal(key, version, plaintext, _site_place(context, version))


def unseal_site(context: str, sealed: bytes) -> bytes:
    """Raises a VaultError for anything that was not sealed under this context."""
    safe = _find_site_safe()
    if safe is None:
        raise Tampered
    version = cipher.version_of(sealed)
    key = safe.data_key(KeyPurpose.CONTENT, version)
    return cipher.unseal(key, sealed, _site_place(context, version))


def _find_site_safe() -> Safe | None:
    """The safe of the site with its keys, in one query; None before the first secret."""
    keys = list(SafeKey.objects.filter(safe__kind=Safe.Kind.SITE).select_related("safe"))
    if not keys:
        return None
    safe = keys[0].safe
    safe.remember_keys(keys)
    return safe


def _make_site_safe(at: datetime) -> Safe:
    with transaction.atomic():
        # Of two at the same instant the unique index lets one make it, and both use that one.
        safe, made = Safe.objects.get_or_create(kind=Safe.Kind.SITE, defaults={"created_at": at})
        if made:
            SafeKey.objects.bulk_create(make_keys(safe, at))
    return safe


def _site_place(context: str, version: int) -> bytes:
    return cipher.binding("site secret", context, version)
