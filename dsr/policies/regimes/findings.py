"""What a law asks for when something is found out about a request, with a limit of its own."""

from typing import Any

from pydantic import Field, field_validator

from dsr.deadlines import DeadlineInputError, Rule
from dsr.deadlines.codec import read_rule
from dsr.policies.field_types import Info, Strict, Text, told
from dsr.policies.regimes.duties import Kinds, SourceNamed


class FindingTerms(Strict):
    """A finding that begins a duty, counted from the moment at which somebody knew.

    `label`: the sentence of whoever records it. `todo`: what the law then asks for. `rule` as of a
    duty (GDPR Art. 33(1): 72 hours). Empty `kinds` are all of them.
    """

    label: Text = Field(max_length=300)
    todo: Text = Field(max_length=120)
    source: SourceNamed
    kinds: Kinds = ()
    rule_json: dict[str, Any] = Field(alias="rule")

    @field_validator("rule_json")
    @classmethod
    def engine_reads_it(cls, data: dict[str, Any], info: Info) -> dict[str, Any]:
        data = {**data, "max_extensions": 0}
        if "source" in info.data:
            data.setdefault("source", info.data["source"].title)
        try:
            read_rule(data)
        except DeadlineInputError as error:
            raise told(f"rule: {error}") from None
        return data

    @property
    def rule(self) -> Rule:
        return read_rule(self.rule_json)

    def concerns(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds
