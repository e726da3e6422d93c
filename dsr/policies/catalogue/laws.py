"""Rights that a law gives beside the policies: described once, taken up by each policy."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from dsr.policies.catalogue.parts import Channel, amount_columns
from dsr.policies.catalogue.rights import (
    LEVELS,
    LevelName,
    RightShape,
    Row,
    channel_columns,
    known_department,
    refuse_unfit_proof,
)
from dsr.policies.field_types import (
    Day,
    Given,
    Info,
    Strict,
    Text,
    known,
    refuse_same_slugs,
    require_known,
)
from dsr.policies.kinds import Checked


class LawRight(RightShape):
    article: Text = Field(max_length=60)
    source: Text = Field(max_length=300)
    checked: Annotated[str, known(Checked.values)]
    starts_on: Annotated[Day | None, Given] = None

    def columns(self, law: str) -> dict[str, Any]:
        return {
            **self.shared_columns(),
            # The law's periods are duties of its regime, not of the policy.
            **amount_columns("period", None),
            "clauses": [],
            "law": law,
            "law_article": self.article,
            "law_source": self.source,
            "law_checked": self.checked,
            # As text: the hash of a reading reads JSON.
            "law_starts_on": self.starts_on.isoformat() if self.starts_on else None,
        }


class Law(Strict):
    name: Text = Field(max_length=40)
    full_name: Text = Field(max_length=200)
    note: Text = ""
    rights: tuple[LawRight, ...]

    @model_validator(mode="after")
    def each_once(self) -> "Law":
        # By slug they are taken up, so a second one of the name could never be reached.
        refuse_same_slugs((("rights", n), each.slug) for n, each in enumerate(self.rights))
        return self

    @cached_property
    def by_slug(self) -> dict[str, LawRight]:
        return {each.slug: each for each in self.rights}


class LawRightTaken(Strict):
    """One line of `law_rights`: which right of which law, through which channels."""

    law: Text
    right: Text
    # None is "as the law says"; an empty list would be "by no way at all".
    channels: Annotated[tuple[Channel, ...] | None, Given] = None
    department: Text = ""
    note: Text = Field("", max_length=2000)
    identity: LevelName = ""

    @field_validator("law")
    @classmethod
    def law_is_there(cls, value: str, info: Info) -> str:
        return require_known(value, info.context.laws)

    @field_validator("right")
    @classmethod
    def law_gives_it(cls, value: str, info: Info) -> str:
        # An unknown law is an error already; that its rights are unknown too helps nobody.
        if "law" in info.data:
            require_known(value, info.context.laws[info.data["law"]].by_slug)
        return value

    @field_validator("department")
    @classmethod
    def department_is_there(cls, value: str, info: Info) -> str:
        return known_department(value, info)

    @field_validator("identity")
    @classmethod
    def proof_within_bounds(cls, level: str, info: Info) -> str:
        # Stricter or looser than the law's own entry, but never outside of the bounds of its kind.
        if "right" in info.data and "law" in info.data:
            right = info.context.laws[info.data["law"]].by_slug[info.data["right"]]
            refuse_unfit_proof(right.kind, level)
        return level

    @property
    def slug(self) -> str:
        # With the law's name: two laws may both call a right `access`.
        return f"{self.law}-{self.right}"

    def row(self, laws: Mapping[str, Law]) -> Row:
        law = laws[self.law]
        # Only how to reach whom is the organisation's to say: what the law grants stays the law's.
        columns = law.by_slug[self.right].columns(law.name)
        if self.channels is not None:
            columns["channels"] = channel_columns(self.channels)
        if self.identity:
            columns["identity_level"] = LEVELS.index(self.identity)
        if self.note:
            columns["note"] = self.note
        return Row(self.slug, self.department, columns)
