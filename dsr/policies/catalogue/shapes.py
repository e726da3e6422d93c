"""What a catalogue file says, as plain values, before anything touches the database."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dsr.policies.documents import Value

Period = tuple[int, str] | None


@dataclass(frozen=True)
class CalendarEntry:
    slug: str
    name: str
    codes: list[str]
    weekend: list[int]
    days: list[dict[str, Any]]


@dataclass(frozen=True)
class OrganisationEntry:
    """`fields` are the columns of the organisation; the calendar goes by its short name."""

    slug: str
    fields: dict[str, Any]
    calendar: str
    departments: list[dict[str, str]]
    at: Value


@dataclass(frozen=True)
class VersionEntry:
    label: str
    effective_on: date | None
    in_force_from: date | None
    text: str
    sha256: str
    at: Value


@dataclass(frozen=True)
class RightEntry:
    """`fields` are the columns of the right, save for its department (a short name)."""

    slug: str
    fields: dict[str, Any]
    department: str
    at: Value


@dataclass(frozen=True)
class InformationEntry:
    slug: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class PolicyDocument:
    path: Path
    file_sha256: str
    organisation: OrganisationEntry
    policy: dict[str, str]
    version: VersionEntry
    rights: list[RightEntry] = field(default_factory=list)
    information: list[InformationEntry] = field(default_factory=list)
