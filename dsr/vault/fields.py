"""The column for sealed values, and the three purposes a key can have."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from . import cipher


class Purpose(models.TextChoices):
    """What a key seals; each is destroyed on its own day."""

    IDENTITY = "identity", _("Identity documents")
    CONTENT = "content", _("Content: particulars, messages, files, contacts")
    RECORD = "record", _("Record of the decision")


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Holds ciphertext only: anything that is not sealed is refused on its way to the database."""

    def __init__(self, *args: Any, purpose: Purpose = Purpose.CONTENT, **kwargs: Any) -> None:
        self.purpose = Purpose(purpose)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.purpose != Purpose.CONTENT:
            kwargs["purpose"] = self.purpose.value
        return name, path, args, kwargs

    def from_db_value(self, value: Any, *args: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is not None and not cipher.is_sealed(bytes(value)):
            raise ValueError(f"{self.model.__name__}.{self.name} takes sealed bytes only.")
        return super().get_db_prep_value(value, connection, prepared)
