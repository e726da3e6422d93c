"""What lets a part of an answer wait while the rest is given in time."""

from typing import Annotated

from pydantic import Field, model_validator

from dsr.policies.field_types import Given, Strict, Text, told
from dsr.policies.regimes.duties import Kinds, SourceNamed


class HoldTerms(Strict):
    """A ground for holding back a part, and until when at most.

    `label`: the sentence that whoever holds it back states. `most_days`: the longest time, counted
    from the day of the statement (45 CFR 164.528(a)(2)(ii): 30 days for an oral one). `silent`: the
    answer may not show that anything is held back.
    """

    label: Text = Field(max_length=300)
    kinds: Kinds
    source: SourceNamed
    most_days: Annotated[int | None, Given] = None
    silent: bool = False
    # The statement or consent on which it rests is added, or it cannot be chosen.
    needs_document: bool = False

    @model_validator(mode="after")
    def lasts(self) -> "HoldTerms":
        if self.most_days is not None and self.most_days < 1:
            raise told("most_days: a hold lasts a day or longer")
        return self
