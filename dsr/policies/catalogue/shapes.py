"""A policy file as a whole: the organisation, its policy, the version with its text, the rights.

Read from top to bottom. What stands further down leans on what was read above (a clause on the
text, a right on a department): `Around` carries it, so that every error is found in one reading.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from dsr.policies.catalogue.laws import Law, LawRightTaken
from dsr.policies.catalogue.parts import Period
from dsr.policies.catalogue.rights import Information, PolicyRight, Row
from dsr.policies.field_types import (
    Day,
    Email,
    Info,
    Place,
    PlaceCode,
    Slug,
    Strict,
    Text,
    Url,
    known,
    refuse_same_slugs,
    require_known,
    told,
)
from dsr.policies.territories import is_country

# Named one by one, so that a key added to the file does not become a column by accident.
_ORGANISATION_COLUMNS = {
    *("name", "legal_name", "country", "zone", "languages", "default_language", "contact_email"),
    *("regimes", "flags", "postal_address", "phone", "note"),
}


@dataclass
class Around:
    """What surrounds an entry: the folder, the laws, and what was read further up in the file.

    None: that part is wrong itself; what leans on it is then not called wrong as well.
    """

    folder: Path
    laws: Mapping[str, Law]
    departments: frozenset[str] | None = None
    text: str | None = None


class DepartmentShape(Strict):
    slug: Slug
    name: Text = Field(max_length=120)
    email: Email = ""
    postal_address: Text = Field("", max_length=500)


class OrganisationShape(Strict):
    slug: Slug
    name: Text = Field(max_length=120)
    legal_name: Text = Field(max_length=200)
    country: Text = Field(max_length=2)
    zone: Text = Field(max_length=64)
    calendar: Slug
    languages: tuple[Annotated[Text, Field(max_length=10)], ...]
    default_language: Text
    target: Period
    contact_email: Email = ""
    postal_address: Text = Field("", max_length=2000)
    phone: Text = Field("", max_length=2000)
    regimes: tuple[Slug, ...] = ()
    flags: tuple[Annotated[Text, Field(max_length=40)], ...] = ()
    note: Text = Field("", max_length=2000)
    # Checked where none is named too: else a right could name one that nobody has.
    departments: tuple[DepartmentShape, ...] = Field((), validate_default=True)

    @field_validator("country")
    @classmethod
    def is_a_country(cls, value: str) -> str:
        if not is_country(value):
            raise told("no country has this code (ISO 3166, for example FR)", named=True)
        return value

    @field_validator("default_language")
    @classmethod
    def is_one_of_the_languages(cls, value: str, info: Info) -> str:
        # Where the list itself is wrong, the default is not held against it.
        return require_known(value, info.data.get("languages", (value,)))

    @field_validator("departments")
    @classmethod
    def departments_are_known_below(
        cls, value: tuple[DepartmentShape, ...], info: Info
    ) -> tuple[DepartmentShape, ...]:
        # Told to what stands further down, for rights name departments.
        info.context.departments = frozenset(each.slug for each in value)
        return value

    def columns(self) -> dict[str, Any]:
        return {
            **self.model_dump(mode="json", include=_ORGANISATION_COLUMNS),
            "target_amount": self.target.amount,
            "target_unit": self.target.unit,
        }


class PolicyShape(Strict):
    slug: Slug
    title: Text = Field(max_length=200)
    language: Text = Field(max_length=10)
    source_url: Url = ""


class VersionShape(Strict):
    """`text` is the name of a file in YAML, and its content from then on."""

    label: Slug
    text: Text
    sha256: Text
    effective_on: Day | None
    in_force_from: Day | None = None

    @field_validator("text")
    @classmethod
    def text_of_the_file(cls, name: str, info: Info) -> str:
        info.context.text = _read_text(info.context.folder, name)
        return str(info.context.text)

    @field_validator("sha256")
    @classmethod
    def text_is_the_one_that_was_read(cls, value: str, info: Info) -> str:
        # Clauses were found in one text, byte for byte: another one may promise something else.
        found = hashlib.sha256(info.data.get("text", "").encode()).hexdigest()
        if "text" in info.data and found != value:
            raise told(f"the text has {found}", named=True)
        return value

    @property
    def begins_on(self) -> date | None:
        """In force from the day that it prints, unless the file says another (or none)."""
        # An empty `in_force_from` is a statement (as far back as we know), a missing one is none.
        stated = "in_force_from" in self.model_fields_set
        return self.in_force_from if stated else self.effective_on


def _read_text(folder: Path, name: str) -> str:
    # A file from somebody else must not read what lies elsewhere on this machine.
    if Path(name).name != name:
        raise told("a file in the same folder, without a path", named=True)
    # As bytes: read as text, line ends would be turned and every clause after them would move.
    try:
        return (folder / name).read_bytes().decode()
    except OSError as error:
        raise told(f"“{name}” cannot be read ({error.strerror})", named=True) from None
    except UnicodeDecodeError:
        raise told(f"“{name}” is not UTF-8", named=True) from None


class PolicyFile(Strict):
    organisation: OrganisationShape
    policy: PolicyShape
    version: VersionShape
    rights: tuple[PolicyRight, ...]
    law_rights: tuple[LawRightTaken, ...] = ()
    information: tuple[Information, ...] = ()

    @model_validator(mode="after")
    def each_slug_once(self) -> "PolicyFile":
        # A policy's rights and those of the laws share one page, so they share their addresses.
        rights = [*_places("rights", self.rights), *_places("law_rights", self.law_rights)]
        refuse_same_slugs(rights)
        refuse_same_slugs(_places("information", self.information))
        return self

    def right_rows(self, laws: Mapping[str, Law]) -> list[Row]:
        granted = [right.row() for right in self.rights]
        return granted + [taken.row(laws) for taken in self.law_rights]

    def information_rows(self) -> list[Row]:
        return [each.row() for each in self.information]


def _places(key: str, entries: tuple[Any, ...]) -> list[tuple[Place, str]]:
    return [((key, number), each.slug) for number, each in enumerate(entries)]


class CalendarDayShape(Strict):
    day: Day  # a bare `on` is a boolean in most YAML
    change: Annotated[str, known(["add", "remove"])]
    reason: Text = Field(max_length=200)
    source: Text = Field("", max_length=300)

    def columns(self) -> dict[str, Any]:
        return {
            "on": self.day,
            "change": self.change,
            "reason": self.reason,
            "source": self.source,
        }


class CalendarShape(Strict):
    slug: Slug
    name: Text = Field(max_length=120)
    codes: tuple[PlaceCode, ...]
    weekend: tuple[int, ...] = (5, 6)
    days: tuple[CalendarDayShape, ...] = ()

    @field_validator("weekend")
    @classmethod
    def days_of_the_week(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not set(value) <= set(range(7)):
            raise told("days are 0 (Monday) to 6 (Sunday)", named=True)
        return value


class CalendarFile(Strict):
    calendars: tuple[CalendarShape, ...]
