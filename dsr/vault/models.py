"""Safes, their keys, sealed files and the blind index.

A safe holds the keys of one owner: a request, a person, or the site. Everything personal about the
owner is sealed under them. A data key is stored wrapped by a master key that lives outside the
database; destroying the wrapped key erases what it sealed, in every copy of the row.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from . import cipher
from .errors import KeyDestroyed, MasterKeyMissing, Tampered
from .fields import KeyPurpose, SealedField, SealedModel
from .keyring import key_ring

__all__ = [
    "AlteredValue",
    "BlindToken",
    "FileChunk",
    "KeyPurpose",
    "Safe",
    "SafeKey",
    "SealedField",
    "SealedFile",
    "SealedModel",
]


class Safe(models.Model):
    """The keys of one owner. What they seal is erased with them, and nothing else is.

    Whose safe it is stands in the owner's row, in a room above; here only what kind of owner.
    """

    class Kind(models.TextChoices):
        REQUEST = "request"
        # Outlives the person's requests: what the registers keep about somebody.
        PERSON = "person"
        # One for all: mail to staff, their second factors. Never destroyed.
        SITE = "site"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REQUEST)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["request", "person", "site"]),
                name="vault_safe_kind_is_known",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(kind="site"),
                name="vault_one_safe_of_the_site",
            ),
        ]

    def __str__(self) -> str:
        return f"safe {self.pk} ({self.kind})"

    def is_erased(self, purpose: KeyPurpose) -> bool:
        """Whether the keys of this purpose were destroyed, all of them."""
        rows = [row for (kind, _version), row in self._rows().items() if kind == purpose]
        return bool(rows) and all(row.wrapped is None for row in rows)

    def newest_key(self, purpose: KeyPurpose) -> tuple[int, bytes]:
        """Version and bytes of the key for new values; raises KeyDestroyed once it is erased."""
        version = self.newest_version(purpose)
        return version, self.data_key(purpose, version)

    def newest_version(self, purpose: KeyPurpose) -> int:
        versions = [version for kind, version in self._rows() if kind == purpose]
        if not versions:
            raise KeyDestroyed
        return max(versions)

    def data_key(self, purpose: KeyPurpose, version: int) -> bytes:
        """Raises KeyDestroyed, MasterKeyMissing, or Tampered where there never was such a key."""
        opened: dict[tuple[str, int], bytes] = self.__dict__.setdefault("_opened", {})
        place = (str(purpose), version)
        if place not in opened:
            row = self._rows().get(place)
            # A destroyed key leaves its row behind. No row at all means that somebody rewrote the
            # version in the sealed bytes, or took the row away.
            if row is None:
                raise Tampered
            opened[place] = row.open()
        return opened[place]

    def forget_keys(self) -> None:
        """Keys are remembered by this instance only, never by the process: a worker that lives for
        days must not open what was erased meanwhile.
        """
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
    purpose = models.CharField(max_length=10, choices=KeyPurpose.choices)
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
            # That a key is gone and the day it went are one fact; a report can rely on either.
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
                name="vault_destroyed_means_gone",
            ),
        ]
        indexes = [
            # For rotation, and for the one question at start-up: which master keys are in use?
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
        # Bound to its owner and purpose: a key copied into another row does not open there, so an
        # erased key cannot be brought back under a purpose that lives on.
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


class AlteredValue(models.Model):
    """A sealed value that was found altered; it stands here until it opens again."""

    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    field = models.CharField(max_length=63)
    safe = models.ForeignKey(Safe, models.CASCADE, related_name="+")
    # The database's own clock: it is found deep inside, where no instant is at hand.
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "row", "field"], name="vault_altered_once")
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.field} of row {self.row}"


class SealedFile(SealedModel):
    """A file kept in the database: it is saved and erased in one transaction with its deed.

    Its content lies in chunks (see `files`). `header` seals the key that the chunks are sealed
    with, so that they go with the data key of the file's purpose.
    """

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", _("Not scanned for viruses")
        # Where something is found, the file is not taken.
        CLEAN = "clean", _("Scanned, no virus found")

    name = SealedField()
    header = SealedField()
    content_type = models.CharField(max_length=100)
    # 2 GB is one byte more than a plain integer holds.
    size = models.PositiveBigIntegerField()
    purpose = models.CharField(
        max_length=10, choices=KeyPurpose.choices, default=KeyPurpose.CONTENT
    )
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.UNSCANNED)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"file {self.pk}"

    def purpose_of(self, field: str) -> KeyPurpose:
        return KeyPurpose(self.purpose)

    @property
    def chunk_place(self) -> bytes:
        """What every chunk is bound to, beside its number: whose, which file, for what, what type.

        The type is in clear, and a browser acts on it: changed in the row, the file is refused.
        """
        table = FileChunk._meta.db_table
        return cipher.binding(
            self.safe_id, table, str(self.row_key), self.purpose, self.content_type
        )


class FileChunk(models.Model):
    """A part of a file's content; all but the last have the length that the header says."""

    file = models.ForeignKey(SealedFile, models.CASCADE, related_name="chunks", db_index=False)
    seq = models.PositiveIntegerField()
    sealed = SealedField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "seq"], name="vault_chunk_once")]

    def __str__(self) -> str:
        return f"chunk {self.seq} of file {self.file_id}"


class BlindToken(SealedModel):
    """Finds a safe by a value without holding it: a keyed hash, and the value sealed so that
    the index can be rebuilt under a new key.
    """

    # One safe has many; one value may be in many safes. No uniqueness across safes: two people
    # share a telephone.

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
            # With the safe: of a frequent word the newest are found without the others.
            models.Index(fields=["field", "token", "safe"], name="vault_find_by_token"),
            models.Index(fields=["key_id", "id"], name="vault_tokens_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.field} token {self.pk}"
