"""The values that may stand in a policy file or a law, and what is said of those that may not."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError

from dsr.policies.territories import is_place
from dsr.vault.addresses import AddressRefused, canonical

# Keys and numbers that lead to a value in a file: ("rights", 0, "title").
Place: TypeAlias = tuple[str | int, ...]
# What a validator is told: the fields above it, and what surrounds the entry.
Info: TypeAlias = ValidationInfo[Any]

# The text of a policy is a file of its own: a value as long as that stands in the wrong place.
_LONGEST = 10_000


class Strict(BaseModel):
    """The base of what a file may say: no undeclared key, no value turned into another."""

    # Strict: else 1 and “yes” would pass for true, “7” for a number, and nobody would hear of it.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


# Each kind of error in plain words: pydantic's own, then ours. `name` is the key in the file.
SENTENCES = {
    "told": "{said}",
    "told_of": "{name}: {said}",
    "missing": "{name}: “{key}” is missing",
    "extra_forbidden": "unknown key “{key}” in {name}{meant}",
    "string_type": "{name}: text expected",
    "int_type": "{name}: a whole number expected",
    "bool_type": "{name}: true or false expected",
    "model_type": "{name}: keys and values expected",
    "dict_type": "{name}: keys and values expected",
    "list_type": "{name}: a list expected",
    "tuple_type": "{name}: a list expected",
    "frozen_set_type": "{name}: a list expected",
    "string_too_long": "{name}: longer than {max_length} characters",
    "greater_than_equal": "{name}: at least {ge} expected",
    "less_than_equal": "{name}: at most {le} expected",
    # Ours.
    "blank": "{name}: is empty",
    "nothing": "{name}: nothing is given: write a value, or leave the key out",
    "slug": "{name}: “{value}” is not made of a-z, 0-9 and single hyphens",
    "email": "{name}: “{value}” is not an e-mail address. {refusal}",
    "url": "{name}: “{value}” is not an address that begins with http",
    "day": "{name}: “{value}” is not a day (YYYY-MM-DD)",
    "unknown": "unknown {name} “{value}” (known: {known})",
    "place": "{name}: “{value}” is no country (FR) and no part of one (US-CA)",
    "twice": "{name}: “{value}” is given twice",
    "slug_twice": "slug “{value}” is already used in line {line}",
}


def told(sentence: str, *, named: bool = False) -> PydanticCustomError:
    """An error that is its own sentence, to be raised in a validator; `named`: after its key."""
    return PydanticCustomError("told_of" if named else "told", "{said}", {"said": sentence})


def _wrong(kind: str, value: object, **words: Any) -> PydanticCustomError:
    # The message is only a place for the value: people read the sentence of the kind.
    return PydanticCustomError(kind, "{value}", {"value": str(value), **words})


def _not_blank(value: str) -> str:
    if not value.strip():
        raise _wrong("blank", value)
    if len(value) > _LONGEST:
        raise PydanticKnownError("string_too_long", {"max_length": _LONGEST})
    return value


def _slug(value: str) -> str:
    # It becomes a part of an address and of codes in the history.
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        raise _wrong("slug", value)
    return value


def check_email(value: str) -> str:
    """The address in its one form, in which mail is sent."""
    try:
        return canonical(value)
    except AddressRefused as refusal:
        raise _wrong("email", value, refusal=str(refusal)) from None


def _url(value: str) -> str:
    # Nothing but http: what stands here becomes a link on a page.
    if not re.fullmatch(r"https?://[^\s\"<>]+", value):
        raise _wrong("url", value)
    return value


def _day(value: object) -> date:
    # Taken as text: the reader of YAML turns no word into a day.
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _wrong("day", value) from None


def _given(value: object) -> object:
    # A key without its value is forgotten, not meant: it could switch off a law.
    if value is None:
        raise _wrong("nothing", "")
    return value


def refuse_twice(entries: Iterable[tuple[Place, str]], kind: str = "twice") -> None:
    """For a validator: each value that stood earlier is an error at its own place."""
    # Every one at its own place: whoever wrote the file mends them all in one go.
    first: dict[str, Place] = {}
    twice = [
        InitErrorDetails(type=_wrong(kind, value, earlier=first[value]), loc=place, input=None)
        for place, value in entries
        if first.setdefault(value, place) != place
    ]
    if twice:
        # As pydantic's own error, which alone brings several places out of one validator.
        raise ValidationError.from_exception_data("given twice", twice)


def refuse_same_slugs(entries: Iterable[tuple[Place, str]]) -> None:
    """The same for a validator of a whole file: places count from its root, and are named."""
    refuse_twice(entries, "slug_twice")


def _no_twice(values: tuple[str, ...]) -> tuple[str, ...]:
    refuse_twice(((place,), value) for place, value in enumerate(values))
    return values


def require_known(value: str, codes: Collection[str]) -> str:
    if value not in codes:
        # With what is known: a misspelt word is found by looking, not by guessing.
        raise _wrong("unknown", value, known=", ".join(sorted(codes)))
    return value


def require_place(value: str) -> str:
    # Misspelt it would give nobody a law, or everybody the wrong holidays.
    if not is_place(value):
        raise _wrong("place", value)
    return value


def known(codes: Collection[str]) -> AfterValidator:
    """One of a closed list: `Annotated[str, known(CODES)]`."""
    return AfterValidator(lambda value: require_known(value, codes))


# No `max_length` here: of two, pydantic keeps this one and forgets that of the field.
Text = Annotated[str, AfterValidator(_not_blank)]
Slug = Annotated[str, Field(max_length=50), AfterValidator(_slug)]
Email = Annotated[str, Field(max_length=254), AfterValidator(check_email)]
Url = Annotated[str, Field(max_length=500), AfterValidator(_url)]
Day = Annotated[date, BeforeValidator(_day)]
PlaceCode = Annotated[str, AfterValidator(require_place)]
Given = AfterValidator(_given)
no_twice = AfterValidator(_no_twice)
