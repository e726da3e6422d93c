"""Moving to a new master key while the site works.

Add the new key in front of DSR_MASTER_KEYS, restart, run `rotate_keys`, then take the old one out.
What is done is written in the rows themselves, so a run that was killed is simply started again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models, transaction

from .blind_index import make_token
from .errors import VaultError
from .keyring import key_ring
from .models import BlindToken, SafeKey
from .safes import unlock


@dataclass
class Batch:
    """What one batch did; `last_id` is where the next one starts, 0 when this was the last."""

    done: int = 0
    last_id: int = 0
    refused: list[int] = field(default_factory=list)


def rewrap(batch: int = 500, after: int = 0) -> Batch:
    """Wraps up to `batch` data keys anew under the newest master key, in one short transaction.

    Keys that another transaction holds are skipped; keys that do not open are named in `refused`.
    """
    result = Batch()
    # Short transactions and skipped rows: nobody who works waits for a rotation, and no key is
    # wrapped from a state that another transaction is just destroying.
    with transaction.atomic():
        waiting = _waiting().filter(pk__gt=after).order_by("pk")
        rows = list(waiting.select_for_update(skip_locked=True, no_key=True)[:batch])
        # Only the wrapping changes. The data keys stay, so that no ciphertext and no file has to be
        # touched, however much was sealed.
        opened = [row for row in rows if _wrapped_anew(row, result)]
        SafeKey.objects.bulk_update(opened, ["wrapped", "master_kid"])
    result.done = len(opened)
    result.last_id = rows[-1].pk if len(rows) == batch else 0
    return result


def rebuild(batch: int = 500, after: int = 0) -> Batch:
    """Puts up to `batch` tokens of the blind index under the newest index key, likewise."""
    result = Batch()
    with transaction.atomic():
        waiting = _outdated().filter(pk__gt=after).order_by("pk").select_related("safe")
        rows = list(waiting.select_for_update(skip_locked=True, of=("self",))[:batch])
        unlock(rows)
        # New ones before the old ones go: a search at any instant finds one or the other.
        fresh = [token for row in rows if (token := _token_anew(row, result))]
        BlindToken.objects.bulk_create(fresh, ignore_conflicts=True)
        BlindToken.objects.filter(pk__in={row.pk for row in rows} - {*result.refused}).delete()
    result.done = len(fresh)
    result.last_id = rows[-1].pk if len(rows) == batch else 0
    return result


def waiting_for_rewrap() -> int:
    return _waiting().count()


def waiting_for_rebuild() -> int:
    return _outdated().count()


def master_kids_in_use() -> list[str]:
    return list(distinct_values(SafeKey.objects.filter(wrapped__isnull=False), "master_kid"))


def index_kids_in_use() -> list[str]:
    return list(distinct_values(BlindToken.objects.all(), "key_id"))


def _waiting() -> models.QuerySet[SafeKey]:
    newest = key_ring("DSR_MASTER_KEYS").newest.kid
    return SafeKey.objects.filter(wrapped__isnull=False).exclude(master_kid=newest)


def _outdated() -> models.QuerySet[BlindToken]:
    return BlindToken.objects.exclude(key_id=key_ring("DSR_INDEX_KEYS").newest.kid)


def _wrapped_anew(row: SafeKey, result: Batch) -> bool:
    try:
        row.close(row.open())
    except VaultError:
        # One altered row must not keep an old master key in use for all the others.
        result.refused.append(row.pk)
        return False
    return True


def _token_anew(row: BlindToken, result: Batch) -> BlindToken | None:
    key = key_ring("DSR_INDEX_KEYS").newest
    try:
        return make_token(row.safe, row.field, row.unseal("value"), key)
    except VaultError:
        result.refused.append(row.pk)
        return None


def distinct_values(rows: models.QuerySet[models.Model], column: str) -> Iterator[str]:
    """Distinct values by hopping through the index: a million rows cost as much as ten."""
    names = rows.order_by(column).values_list(column, flat=True)
    value = names.first()
    while value is not None:
        yield value
        value = names.filter(**{f"{column}__gt": value}).first()
