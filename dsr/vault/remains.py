"""After an erasure: is anything of this safe still readable, and where was that looked for?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps

from . import cipher, words
from .errors import VaultError
from .models import BlindToken, Purpose, Safe, SafeKey, SealedModel


@dataclass
class Looked:
    """One column of one table: how many values there were, and what became of them."""

    place: str
    values: int = 0
    closed: int = 0  # do not open any more
    kept: int = 0  # open, and their key is meant to live on
    readable: int = 0  # open or in clear although their key was destroyed


@dataclass
class Remains:
    safe_id: int
    erased: list[Purpose]
    looked: list[Looked] = field(default_factory=list)

    @property
    def found(self) -> list[Looked]:
        return [looked for looked in self.looked if looked.readable]


def remains(safe: Safe, searched: Iterable[str] = ()) -> Remains:
    """Tries to open every sealed value of this safe, in every table that can hold one.

    `searched` are words that must be gone (the person's name, address): they are looked for in
    clear in every column of every table, in sessions and in caches.
    """
    safe.forget_keys()
    report = Remains(safe.pk, _erased(safe))
    report.looked.append(_keys(safe, report.erased))
    for model in sealed_models():
        report.looked.extend(_columns(model, safe, report.erased))
    report.looked.append(_tokens(safe, report.erased))
    report.looked.extend(
        Looked(place, values=rows, readable=hits) for place, rows, hits in words.search(searched)
    )
    return report


def sealed_models() -> list[type[SealedModel]]:
    return [model for model in apps.get_models() if issubclass(model, SealedModel)]


def _erased(safe: Safe) -> list[Purpose]:
    destroyed = SafeKey.objects.filter(safe=safe, destroyed_at__isnull=False)
    return [Purpose(purpose) for purpose in destroyed.values_list("purpose", flat=True).distinct()]


def _keys(safe: Safe, erased: list[Purpose]) -> Looked:
    looked = Looked(f"{SafeKey._meta.db_table}.wrapped")
    for key in SafeKey.objects.filter(safe=safe):
        gone = key.wrapped is None
        _count(looked, opens=not gone, erased=key.purpose in erased)
    return looked


def _tokens(safe: Safe, erased: list[Purpose]) -> Looked:
    left = BlindToken.objects.filter(safe=safe).count()
    looked = Looked(f"{BlindToken._meta.db_table}.token", values=left)
    if Purpose.CONTENT in erased:
        looked.readable = left
    else:
        looked.kept = left
    return looked


def _columns(model: type[SealedModel], safe: Safe, erased: list[Purpose]) -> Iterator[Looked]:
    """One file of ten megabytes at a time is held in memory, never all of them."""
    for column in model.sealed_fields():
        looked = Looked(f"{model._meta.db_table}.{column.column}")
        rows = model._base_manager.filter(safe=safe).exclude(**{column.name: None})
        for row in rows.only(*_place_columns(model), column.name).iterator(chunk_size=1):
            row.safe = safe
            purpose_erased = row.purpose_of(column.name) in erased
            _count(looked, opens=_opens(row, column.name), erased=purpose_erased)
        yield looked


def _place_columns(model: type[SealedModel]) -> list[str]:
    names = {column.name for column in model._meta.concrete_fields}
    return [name for name in ("safe", "row_key", "purpose") if name in names]


def _opens(row: SealedModel, column: str) -> bool:
    if not cipher.is_sealed(bytes(getattr(row, column))):
        return True  # Something in clear where only ciphertext may be.
    try:
        row.unseal_bytes(column)
    except VaultError:
        return False
    return True


def _count(looked: Looked, *, opens: bool, erased: bool) -> None:
    looked.values += 1
    if not opens:
        looked.closed += 1
    elif erased:
        looked.readable += 1
    else:
        looked.kept += 1
