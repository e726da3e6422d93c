"""What a law asks for when something is found out about a request, with a limit of its own."""

from typing import Any

from pydantic import Field, field_validator

from dsr.policies.field_types import Info, Strict, Text
from dsr.policies.regimes.duties import Kinds, SourceNamed, tried


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
        # Without a source the engine would complain of what is only a consequence.
        return tried(data, info.data["source"]) if "source" in info.data else data

    def concerns(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds
