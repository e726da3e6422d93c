"""Safes, their keys, and rows whose columns are sealed.

Everything personal about one request is sealed under the keys of its one safe. A data key is
stored wrapped by a master key that lives outside the database; destroying the wrapped key
erases what it sealed, in every copy of the row.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Union
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from . import cipher
from .errors import KeyDestroyed, MasterKeyMissing, Tampered, VaultError
from .fields import Purpose, SealedField
from .keyring import key_ring

__all__ = ["BlindToken", "Purpose", "Safe", "SafeKey", "SealedField", "SealedFile", "SealedModel"]

log = logging.getLogger(__name__)

JSON = Union[None, bool, int, float, str, Sequence["JSON"], Mapping[str, "JSON"]]  # noqa: UP007


class Safe(models.Model):
    """One request's keys; safes with a name belong to the site."""

    created_at = models.DateTimeField()
    name = models.CharField(max_length=40, unique=True, null=True, blank=True)

    def __str__(self) -> str:
        return self.name or f"safe {self.pk}"

    def newest_key(self, purpose: Purpose) -> tuple[int, bytes]:
        """Version and bytes of the key for new values; raises KeyDestroyed once it is erased."""
        versions = [version for kind, version in self._rows() if kind == purpose]
        if not versions:
            raise KeyDestroyed
        return max(versions), self.data_key(purpose, max(versions))

    def data_key(self, purpose: Purpose, version: int) -> bytes:
        """Raises KeyDestroyed, MasterKeyMissing, or Tampered where there never was such a key."""
        opened: dict[tuple[str, int], bytes] = self.__dict__.setdefault("_opened", {})
        place = (str(purpose), version)
        if place not in opened:
            row = self._rows().get(place)
            if row is None:
                raise Tampered
            opened[place] = row.open()
        return opened[place]

    def forget_keys(self) -> None:
        """Keys are remembered by this instance only, never by the process."""
        self.__dict__.pop("_opened", None)
        self.__dict__.pop("_key_rows", None)

    def remember_keys(self, rows: list["SafeKey"]) -> None:
        self.forget_keys()
        self.__dict__["_key_rows"] = {(row.purpose, row.version): row for row in rows}

    def _rows(self) -> dict[tuple[str, int], "SafeKey"]:
        if "_key_rows" not in self.__dict__:
            self.remember_keys(list(SafeKey.objects.filter(safe_id=self.pk)))
        rows: dict[tuple[str, int], SafeKey] = self.__dict__["_key_rows"]
        return rows


class SafeKey(models.Model):
    """One data key, wrapped; `wrapped` is null once it is destroyed."""

    safe = models.ForeignKey(Safe, models.CASCADE, related_name="keys", db_index=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    version = models.PositiveIntegerField(default=1)
    wrapped = models.BinaryField(null=True, blank=True)
    master_kid = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["safe", "purpose", "version"], name="vault_one_key_per_version"
            ),
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
                name="vault_destroyed_means_gone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["master_kid", "id"],
                condition=models.Q(wrapped__isnull=False),
                name="vault_live_keys_by_master",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.version} of safe {self.safe_id}"

    @property
    def place(self) -> bytes:
        return cipher.binding("key", self.safe_id, self.purpose, self.version)

    def close(self, data_key: bytes) -> None:
        """Wraps under the newest master key (does not save)."""
        master = key_ring("DSR_MASTER_KEYS").newest
        self.master_kid, self.wrapped = master.kid, cipher.wrap(master, data_key, self.place)

    def open(self) -> bytes:
        if self.wrapped is None:
            raise KeyDestroyed
        master = key_ring("DSR_MASTER_KEYS").get(self.master_kid)
        if master is None:
            raise MasterKeyMissing(self.master_kid)
        return cipher.unwrap(master, bytes(self.wrapped), self.place)


class SealedModel(models.Model):
    """A row with sealed columns. A ciphertext opens only in its own safe, table, row and column:
    renaming a table or a sealed column needs a migration that seals anew.
    """

    safe = models.ForeignKey(Safe, models.PROTECT, related_name="+")
    row_key = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def sealed_fields(cls) -> list[SealedField]:
        return [field for field in cls._meta.concrete_fields if isinstance(field, SealedField)]

    def purpose_of(self, field: str) -> Purpose:
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

    def reveal(self, field: str, erased: Any = "") -> Any:
        """Like `unseal`, with `erased` in place of what has been erased."""
        try:
            return self.unseal(field)
        except KeyDestroyed:
            return erased

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


class SealedFileManager(models.Manager["SealedFile"]):
    """Leaves the content in the database until somebody reads it."""

    def get_queryset(self) -> models.QuerySet["SealedFile"]:
        return super().get_queryset().defer("content")


class SealedFile(SealedModel):
    """A file kept in the database: it is saved and erased in one transaction with its deed."""

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", _("Not scanned for viruses")

    name = SealedField()
    content = SealedField()
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.CONTENT)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.UNSCANNED)
    added_at = models.DateTimeField()

    objects = SealedFileManager()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"file {self.pk}"

    def purpose_of(self, field: str) -> Purpose:
        return Purpose(self.purpose)


class BlindToken(SealedModel):
    """Finds a safe by a value without holding it: a keyed hash, and the value sealed so that
    the index can be rebuilt under a new key.
    """

    safe = models.ForeignKey(Safe, models.CASCADE, related_name="tokens", db_index=False)
    field = models.CharField(max_length=30)
    token = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=32)
    value = SealedField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["safe", "field", "token"], name="vault_token_once_per_safe"
            )
        ]
        indexes = [
            models.Index(fields=["field", "token"], name="vault_find_by_token"),
            models.Index(fields=["key_id", "id"], name="vault_tokens_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.field} token {self.pk}"
