"""What a law lets be charged, part by part; and the sentence for what it does not."""

from typing import Annotated

from pydantic import Field, model_validator

from dsr.policies.field_types import Strict, Text, known, no_twice, told
from dsr.policies.regimes.duties import Kinds, SourceNamed

# Searching is a part as well: so that a law can be seen not to name it.
PARTS = ("labour", "supplies", "postage", "summary", "administration", "search")
# When a fee may come into question, as its ground says.
OCCASIONS = ("always", "further_copy", "within_twelve_months", "unfounded_or_excessive")


class FeeTerms(Strict):
    """The parts that may be charged on an occasion; none of them is free, and `label` says why.

    `within_twelve_months`: only where one was free in the twelve months before (45 CFR
    164.528(c)(2)); `further_copy`: only where a copy of the same was given before (GDPR Art.
    15(3)).
    """

    occasion: Annotated[str, known(OCCASIONS)]
    label: Text = Field(max_length=300)
    source: SourceNamed
    kinds: Kinds = ()
    parts: Annotated[tuple[Annotated[str, known(PARTS)], ...], no_twice] = ()

    @model_validator(mode="after")
    def searching_is_never_charged(self) -> "FeeTerms":
        if "search" in self.parts:
            raise told("parts: no law here lets searching be charged")
        return self

    def concerns(self, kind: str, occasion: str) -> bool:
        return self.occasion == occasion and (not self.kinds or kind in self.kinds)
