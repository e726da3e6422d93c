"""A right as a catalogue file states it, and the bounds that no catalogue may break.

Fields are checked from top to bottom, and a check may lean on those above it: so `kind` stands
before the proof that it asks for.
"""

from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import Field, field_validator

from dsr.policies.catalogue.parts import (
    Ages,
    AnswerPeriod,
    Channel,
    Clause,
    Exemption,
    InformationWords,
    Period,
    RightWords,
    amount_columns,
    none_in_words,
)
from dsr.policies.field_types import (
    Info,
    Slug,
    Strict,
    Text,
    Url,
    known,
    no_twice,
    refuse_twice,
    require_known,
    told,
)
from dsr.policies.kinds import (
    FOUR_EYES,
    HANDS_OVER,
    LIGHT,
    PROVEN,
    Asker,
    Audience,
    Cost,
    Kind,
)
from dsr.policies.particulars import CODES

STRENGTHS = ("must", "should", "may", "never")
LEVELS = ("none", "locate", "reasonable", "high")
# Named one by one: a key that is added to the file does not become a column by accident.
_AS_WRITTEN = {
    *("kind", "title", "summary", "audience_code", "audience", "who_may_ask", "two_people"),
    *("must_grant", "fee", "cost", "note", "exceptions", *STRENGTHS),
}

LevelName: TypeAlias = Annotated[str, known(LEVELS)]
Particulars: TypeAlias = Annotated[tuple[Annotated[str, known(CODES)], ...], no_twice]


class Row(NamedTuple):
    """A row to be: `columns` are those of the table, save for the department (a short name)."""

    slug: str
    department: str
    columns: dict[str, Any]


class RightShape(Strict):
    """What a policy's right and a law's right have in common."""

    slug: Slug
    kind: Annotated[str, known(Kind.values)]
    title: Text = Field(max_length=160)
    summary: Text = Field(max_length=2000)
    audience_code: Annotated[str, known(Audience.values)]
    audience: Text = Field(max_length=200)
    who_may_ask: Annotated[tuple[Annotated[str, known(Asker.values)], ...], no_twice]
    identity: LevelName
    two_people: bool
    must_grant: bool = False
    must: Particulars = ()
    should: Particulars = ()
    may: Particulars = ()
    never: Particulars = ()
    channels: tuple[Channel, ...] = ()
    fee: Text = Field("", max_length=200)
    cost: Annotated[str, known(("", *Cost.values))] = ""
    ages: Ages | None = None
    look_back: Annotated[Period | None, none_in_words] = None
    exceptions: tuple[Exemption, ...] = ()
    department: Text = ""
    note: Text = Field("", max_length=2000)
    translations: dict[str, RightWords] = {}

    @field_validator("who_may_ask")
    @classmethod
    def somebody_may_ask(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise told("somebody must be able to ask", named=True)
        return value

    @field_validator("identity")
    @classmethod
    def proof_within_bounds(cls, level: str, info: Info) -> str:
        refuse_unfit_proof(info.data.get("kind", ""), level)
        return level

    @field_validator("two_people")
    @classmethod
    def two_people_where_needed(cls, two_people: bool, info: Info) -> bool:
        # What lets health data out or destroys it: who verified does not approve.
        kind = info.data.get("kind")
        if kind in FOUR_EYES and not two_people:
            raise told(f"“{kind}” is decided by two people", named=True)
        return two_people

    @field_validator(*STRENGTHS[1:])
    @classmethod
    def one_strength_each(cls, codes: tuple[str, ...], info: Info) -> tuple[str, ...]:
        # Each list is held against those above it, so that one error names both.
        for strength in STRENGTHS[: STRENGTHS.index(str(info.field_name))]:
            if both := [code for code in codes if code in info.data.get(strength, ())]:
                raise told(f"“{both[0]}” is both {strength} and {info.field_name}")
        return codes

    @field_validator("exceptions")
    @classmethod
    def exceptions_once(cls, value: tuple[Exemption, ...]) -> tuple[Exemption, ...]:
        refuse_twice(((n, "code"), each.code) for n, each in enumerate(value))
        return value

    @field_validator("department")
    @classmethod
    def department_is_there(cls, value: str, info: Info) -> str:
        return known_department(value, info)

    @field_validator("translations")
    @classmethod
    def translates_what_is_there(
        cls, value: dict[str, RightWords], info: Info
    ) -> dict[str, RightWords]:
        known_codes = {each.code for each in info.data.get("exceptions", ())}
        for language, words in value.items():
            unknown = set(words.exceptions) - known_codes
            if unknown and "exceptions" in info.data:
                raise told(f"{language}: no exception is called “{min(unknown)}”")
        return value

    def shared_columns(self) -> dict[str, Any]:
        return {
            # JSON values, as the columns keep them and the hash of a reading reads them.
            **self.model_dump(mode="json", include=_AS_WRITTEN),
            **amount_columns("look_back", self.look_back),
            "age_from": self.ages.first if self.ages else None,
            "age_to": self.ages.last if self.ages else None,
            "identity_level": LEVELS.index(self.identity),
            "channels": channel_columns(self.channels),
            "translations": translation_columns(self.translations),
        }


def refuse_unfit_proof(kind: str, level: str) -> None:
    """Too little proof hands data to a stranger; too much keeps people from their rights."""
    if kind in PROVEN and level == "none":
        raise told(f"“{kind}” is never answered without a check", named=True)
    # A file says neither who lowered it nor why; a rule does, and so does each request under it.
    if kind in HANDS_OVER and level != "high":
        raise told(f"“{kind}” asks for “high”; lower it by a rule with its reason", named=True)
    if kind in LIGHT and LEVELS.index(level) > LEVELS.index("locate"):
        raise told(f"“{kind}” never asks for more than finding the record", named=True)


def known_department(value: str, info: Info) -> str:
    # A law is read without an organisation: its departments are those of whoever takes it up.
    if info.context is not None and info.context.departments is not None:
        require_known(value, info.context.departments)
    return value


def channel_columns(channels: tuple[Channel, ...]) -> list[dict[str, str]]:
    # Only what was stated: a default that is added later must not make every reading a new one.
    return [each.model_dump(exclude_defaults=True) for each in channels]


def translation_columns(words: dict[str, Any]) -> dict[str, Any]:
    return {language: each.model_dump(exclude_defaults=True) for language, each in words.items()}


class PolicyRight(RightShape):
    """A right that the policy grants: it rests on at least one clause of the text."""

    clauses: tuple[Clause, ...]
    period: Annotated[AnswerPeriod | None, none_in_words]

    @field_validator("clauses")
    @classmethod
    def rests_on_the_text(cls, value: tuple[Clause, ...]) -> tuple[Clause, ...]:
        # Without a clause nobody could check afterwards that the policy promised it.
        if not value:
            raise told("a right of a policy rests on at least one clause")
        return value

    def row(self) -> Row:
        columns = {
            **self.shared_columns(),
            **amount_columns("period", self.period),
            "clauses": [clause.columns() for clause in self.clauses],
        }
        return Row(self.slug, self.department, columns)


class Information(Strict):
    """What the text says that is shown and cannot be asked for."""

    slug: Slug
    title: Text = Field(max_length=160)
    text: Text = Field(max_length=2000)
    url: Url = ""
    clauses: tuple[Clause, ...] = ()
    translations: dict[str, InformationWords] = {}

    def row(self) -> Row:
        columns = {
            **self.model_dump(include={"title", "text", "url"}),
            "clauses": [clause.columns() for clause in self.clauses],
            "translations": translation_columns(self.translations),
        }
        return Row(self.slug, "", columns)
