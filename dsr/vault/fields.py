"""Sealed columns: what a key is for, the field that holds ciphertext, and the row that has it."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Union
from uuid import uuid4

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from . import cipher
from .errors import KeyDestroyed, Tampered, VaultError

log = logging.getLogger(__name__)

JSON = Union[None, bool, int, float, str, Sequence["JSON"], Mapping[str, "JSON"]]  # noqa: UP007


class KeyPurpose(models.TextChoices):
    """What a key seals; each is destroyed on its own day.

    A copy of a passport is of no use once identity is settled, while the record of the decision
    has to be shown to an authority for years after the content is gone.
    """

    IDENTITY = "identity", _("Identity documents")
    CONTENT = "content", _("Content: particulars, messages, files, contacts")
    RECORD = "record", _("Record of the decision")


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Holds ciphertext only: anything that is not sealed is refused on its way to the database."""

    def __init__(self, *args: Any, purpose: KeyPurpose = KeyPurpose.CONTENT, **kwargs: Any) -> None:
        self.purpose = KeyPurpose(purpose)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.purpose != KeyPurpose.CONTENT:
            kwargs["purpose"] = self.purpose.value
        return name, path, args, kwargs

    def from_db_value(self, value: Any, *args: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        # Here and not in `clean`: `update()` and `bulk_create()` pass here too, and a forgotten
        # `seal` would otherwise be noticed only by whoever reads the table.
        if value is not None and not cipher.is_sealed(value):
            raise ValueError(f"{self.model.__name__}.{self.name} takes sealed bytes only.")
        return super().get_db_prep_value(value, connection, prepared)


class SealedModel(models.Model):
    """A row with sealed columns. A ciphertext opens only in its own safe, table, row and column:
    renaming a table or a sealed column needs a migration that seals anew.
    """

    safe = models.ForeignKey("vault.Safe", models.PROTECT, related_name="+")
    # Stands for the row in what its values are bound to: the primary key is not known before the
    # row is written, and bulk inserts never learn it.
    row_key = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def sealed_fields(cls) -> list[SealedField]:
        return [field for field in cls._meta.concrete_fields if isinstance(field, SealedField)]

    def purpose_of(self, field: str) -> KeyPurpose:
        return self._sealed_field(field).purpose

    def seal(self, **values: JSON) -> None:
        """Sets sealed columns from JSON values, without saving; None empties the column."""
        for field, value in values.items():
            self._sealed_field(field)
            setattr(self, field, None if value is None else self._seal(field, _to_bytes(value)))

    def unseal(self, field: str) -> Any:
        """The JSON value of a sealed column; raises a VaultError. An empty column is None."""
        plaintext = self.unseal_bytes(field)
        return None if plaintext is None else json.loads(plaintext)

    def reveal(self, field: str, erased: Any = "", **altered: Any) -> Any:
        """Like `unseal`, with `erased` in place of what has been erased.

        What was altered raises, unless `altered=` says what stands for it: nothing acts on a value
        that somebody else put there.
        """
        try:
            return self.unseal(field)
        except KeyDestroyed:
            return erased
        except Tampered:
            if "altered" not in altered:
                raise
            return altered["altered"]

    def shown(self, field: str, erased: Any = "") -> Any:
        """Like `reveal`, for pages: what was altered says so in its place."""
        return self.reveal(field, erased, altered=str(Tampered()))

    def seal_bytes(self, field: str, plaintext: bytes) -> None:
        self._sealed_field(field)
        setattr(self, field, self._seal(field, plaintext))

    def unseal_bytes(self, field: str) -> bytes | None:
        self._sealed_field(field)
        sealed = getattr(self, field)
        return None if sealed is None else self._unseal(field, bytes(sealed))

    def _seal(self, field: str, plaintext: bytes) -> bytes:
        version, key = self.safe.newest_key(self.purpose_of(field))
        return cipher.seal(key, version, plaintext, self._place(field, version))

    def _unseal(self, field: str, sealed: bytes) -> bytes:
        try:
            version = cipher.version_of(sealed)
            key = self.safe.data_key(self.purpose_of(field), version)
            return cipher.unseal(key, sealed, self._place(field, version))
        except KeyDestroyed:
            raise
        except VaultError as error:
            table = self._meta.db_table
            log.error("%s.%s of row %s refused: %s", table, field, self.pk, type(error).__name__)
            if isinstance(error, Tampered):
                # Here, because the table of what was altered needs this module first.
                from .altered import noted

                noted(self, field, error)
            raise

    def _place(self, field: str, version: int) -> bytes:
        return cipher.binding(self.safe_id, self._meta.db_table, str(self.row_key), field, version)

    def _sealed_field(self, name: str) -> SealedField:
        field = self._meta.get_field(name)
        if not isinstance(field, SealedField):
            raise TypeError(f"{type(self).__name__}.{name} is not a sealed column.")
        return field


def _to_bytes(value: JSON) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
