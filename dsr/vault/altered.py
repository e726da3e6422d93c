"""What was altered outside the program: written down where it is met, so that health can name it.

A page shows such a value as altered and the rest as it is. Whoever has to look into it must not
depend on somebody telling them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import DatabaseError, transaction

from .errors import Tampered, VaultError
from .models import AlteredValue, SealedFile, SealedModel
from .safes import unlock

# So many are tried again and named; of more, the first ones suffice to begin with.
NAMED = 50
AT_ONCE = 500
# What a file holds lies in chunks beside its row, and is one value here.
CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its table, row and column, and the safe that the row says it is in."""

    table: str
    row: int
    field: str
    safe_id: int


def noted(row: SealedModel, field: str, error: Tampered) -> Tampered:
    """The error, which now knows its place; the place is written down."""
    # A row that was never saved can be found by nobody.
    if row.pk is not None:
        error.place = Place(row._meta.db_table, row.pk, field, row.safe_id)
        note(error)
    return error


def note(error: Tampered) -> None:
    """Write down where it was; to be called again where a transaction took the line back."""
    place = error.place
    if not isinstance(place, Place):
        return
    try:
        # A commit or a savepoint of its own: what was being done goes on or back by itself.
        with transaction.atomic():
            AlteredValue.objects.get_or_create(
                table=place.table,
                row=place.row,
                field=place.field,
                defaults={"safe_id": place.safe_id},
            )
    # A full disk must not turn the page that still works into one that does not; the log has it.
    except DatabaseError:
        return


def still_altered() -> list[AlteredValue]:
    """What was found altered and does not open to this day; the newest first."""
    found = AlteredValue.objects.order_by("-pk")[:NAMED]
    return [each for each in found if _is_altered(each)]


def look_into_all() -> int:
    """Open every sealed value once; what is altered is noted. Returns how many are.

    What was mended (from a backup) is forgotten. It reads everything, and takes its time.
    """
    for model in sealed_models().values():
        for row in _rows(model):
            for field in _fields(model):
                _opens(row, field)
    left = [each for each in AlteredValue.objects.iterator() if not _is_altered(each)]
    AlteredValue.objects.filter(pk__in=[each.pk for each in left]).delete()
    return AlteredValue.objects.count()


def sealed_models() -> dict[str, type[SealedModel]]:
    """By the name of their table."""
    return {
        model._meta.db_table: model for model in apps.get_models() if issubclass(model, SealedModel)
    }


def _rows(model: type[SealedModel]) -> Iterator[SealedModel]:
    last = 0
    # By steps of the key: one long cursor would keep VACUUM from every table meanwhile.
    while batch := list(
        model._base_manager.filter(pk__gt=last).select_related("safe").order_by("pk")[:AT_ONCE]
    ):
        unlock(batch)
        yield from batch
        last = batch[-1].pk


def _fields(model: type[SealedModel]) -> list[str]:
    names = [field.name for field in model.sealed_fields()]
    return [*names, CONTENT] if model is SealedFile else names


def _is_altered(found: AlteredValue) -> bool:
    model = sealed_models().get(found.table)
    if model is None:
        return False
    row = model._base_manager.select_related("safe").filter(pk=found.row).first()
    return row is not None and not _opens(row, found.field)


def _opens(row: SealedModel, field: str) -> bool:
    try:
        if isinstance(row, SealedFile) and field == CONTENT:
            _read(row)
        else:
            row.unseal_bytes(field)
    except Tampered:
        return False
    # Erased, or under a key that is not there: that has its own line.
    except VaultError:
        return True
    return True


def _read(file: SealedFile) -> None:
    from .files import CHUNK_BYTES, open_file

    # Of the file only what is in one chunk is in memory.
    with open_file(file) as content:
        while content.read(CHUNK_BYTES):
            pass
