"""After an erasure: is anything of this safe still readable, and where was that looked for?

An erasure is only worth what can be shown of it, so the check believes no other module: it tries
to open every value in every table with whatever keys there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps

from . import cipher, plaintext_search
from .errors import VaultError
from .files import ContentKey, sealed_chunk
from .models import BlindToken, FileChunk, KeyPurpose, Safe, SafeKey, SealedFile, SealedModel


@dataclass
class Looked:
    """One column of one table: how many values there were, and what became of them."""

    place: str
    values: int = 0
    closed: int = 0  # do not open any more
    kept: int = 0  # open, and their key is meant to live on
    readable: int = 0  # open or in clear although their key was destroyed


@dataclass(frozen=True)
class Erased:
    """What is meant to be gone: whole purposes, and what single later keys had sealed.

    A purpose is erased when its first key is, which stands for it: a second version that was left,
    or one that came back with a backup, is then found as readable. A later key may have sealed a
    single file and gone with it, while the others are kept.
    """

    purposes: frozenset[str]
    keys: frozenset[tuple[str, int]]

    def holds(self, purpose: str, sealed: bytes) -> bool:
        if purpose in self.purposes:
            return True
        try:
            return (purpose, cipher.version_of(sealed)) in self.keys
        except VaultError:
            return False

    def holds_file(self, file: SealedFile) -> bool:
        """By any of its parts: in the others something in clear may stand."""
        parts = (bytes(getattr(file, each.name) or b"") for each in file.sealed_fields())
        return any(self.holds(file.purpose, part) for part in parts)


@dataclass
class ErasureReport:
    safe_id: int
    erased: list[KeyPurpose]
    # Later keys that were destroyed by themselves, each with the file that it had sealed.
    single_keys: list[tuple[str, int]] = field(default_factory=list)
    looked: list[Looked] = field(default_factory=list)

    @property
    def found(self) -> list[Looked]:
        return [looked for looked in self.looked if looked.readable]


def check_erasure(safe: Safe, searched: Iterable[str] = ()) -> ErasureReport:
    """Tries to open every sealed value of this safe, in every table that can hold one.

    `searched` are words that must be gone (the person's name, address): they are looked for in
    clear in every column of every table, in sessions and in caches.
    """
    # A safe handed in may still remember keys that are gone from the table.
    safe.forget_keys()
    erased = _erased(safe)
    single = sorted(key for key in erased.keys if key[0] not in erased.purposes)
    report = ErasureReport(safe.pk, [KeyPurpose(each) for each in sorted(erased.purposes)], single)
    report.looked.append(_keys(safe, erased))
    for model in sealed_models():
        report.looked.extend(_columns(model, safe, erased))
    report.looked.append(_chunks(safe, erased))
    report.looked.append(_tokens(safe, erased))
    report.looked.extend(
        Looked(place, values=rows, readable=hits)
        for place, rows, hits in plaintext_search.search(searched)
    )
    return report


# Asked of Django and not listed: a table that somebody adds later is looked at from its first day.
def sealed_models() -> list[type[SealedModel]]:
    return [model for model in apps.get_models() if issubclass(model, SealedModel)]


def _erased(safe: Safe) -> Erased:
    gone = SafeKey.objects.filter(safe=safe, destroyed_at__isnull=False)
    keys = frozenset(gone.values_list("purpose", "version"))
    return Erased(frozenset(purpose for purpose, version in keys if version == 1), keys)


def _keys(safe: Safe, erased: Erased) -> Looked:
    looked = Looked(f"{SafeKey._meta.db_table}.wrapped")
    for key in SafeKey.objects.filter(safe=safe):
        _count(looked, opens=key.wrapped is not None, erased=key.purpose in erased.purposes)
    return looked


def _tokens(safe: Safe, erased: Erased) -> Looked:
    left = BlindToken.objects.filter(safe=safe).count()
    looked = Looked(f"{BlindToken._meta.db_table}.token", values=left)
    if KeyPurpose.CONTENT in erased.purposes:
        # A token answers "was this address here?" without any key of the safe.
        looked.readable = left
    else:
        looked.kept = left
    return looked


def _columns(model: type[SealedModel], safe: Safe, erased: Erased) -> Iterator[Looked]:
    """One row at a time is held in memory, never all of them."""
    for column in model.sealed_fields():
        looked = Looked(f"{model._meta.db_table}.{column.column}")
        rows = model._base_manager.filter(safe=safe).exclude(**{column.name: None})
        names = [column.name]
        if model is SealedFile:
            names = [each.name for each in model.sealed_fields()]
        for row in rows.only(*_place_columns(model), *names).iterator(chunk_size=1):
            row.safe = safe
            gone = (
                erased.holds_file(row)
                if isinstance(row, SealedFile)
                else erased.holds(row.purpose_of(column.name), bytes(getattr(row, column.name)))
            )
            _count(looked, opens=_opens(row, column.name), erased=gone)
        yield looked


def _chunks(safe: Safe, erased: Erased) -> Looked:
    looked = Looked(f"{FileChunk._meta.db_table}.sealed")
    for file in SealedFile.objects.filter(safe=safe):
        file.safe = safe
        key, gone = _content_key(file), erased.holds_file(file)
        # Numbers first, contents one by one: a cursor over the chunks that outlives its statement
        # would have the server write all of them to a temporary file.
        for seq in file.chunks.values_list("seq", flat=True):
            _count(looked, opens=_chunk_opens(file, key, seq), erased=gone)
    return looked


def _content_key(file: SealedFile) -> ContentKey | None:
    try:
        return ContentKey.of(file)
    except VaultError:
        return None


def _chunk_opens(file: SealedFile, key: ContentKey | None, seq: int) -> bool:
    sealed = sealed_chunk(file, seq) or b""
    if not cipher.is_sealed(sealed):
        return True  # In clear, as below.
    if key is None:
        return False
    try:
        key.open(seq, sealed, last=seq == key.last(file.size))
    except VaultError:
        return False
    return True


def _place_columns(model: type[SealedModel]) -> list[str]:
    # What the ciphertext is bound to; without these each row would cost a query of its own.
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
