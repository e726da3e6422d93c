"""Where an address is typed: the form field of every door, and a column that is filled by forms."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from .addresses import LONGEST, NOT_AN_ADDRESS, AddressRefused, canonical_or_blank


class AddressField(forms.EmailField):
    """Gives the canonical form, or says in a sentence why there is none."""

    # Django's own takes an invisible character inside a domain for a letter of it.
    default_validators = []

    def __init__(self, **options: Any) -> None:
        options["error_messages"] = {"invalid": NOT_AN_ADDRESS} | options.get("error_messages", {})
        super().__init__(**{"max_length": LONGEST, **options})

    def to_python(self, value: Any) -> str:
        return _checked(str(super().to_python(value)))


class AddressColumn(models.EmailField):  # type: ignore[type-arg]
    """A column of addresses: what a form puts there is canonical. Nothing else of it is its own."""

    default_validators = []

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(_checked(str(value or "")), model_instance)

    def formfield(self, **options: Any) -> Any:
        # Whatever class somebody asks for instead: it would take other addresses.
        return super().formfield(**{**options, "form_class": AddressField})

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        # To the database it is a text like any other, and to a migration Django's own.
        return name, "django.db.models.EmailField", args, options


def _checked(typed: str) -> str:
    try:
        return canonical_or_blank(typed)
    except AddressRefused as refusal:
        raise ValidationError(str(refusal), code="invalid") from None
