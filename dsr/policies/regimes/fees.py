"""What a law lets an answer cost: which parts, on which ground, and why it costs no more."""

from typing import Annotated

from pydantic import Field, model_validator

from dsr.policies.field_types import Given, Strict, Text, known, no_twice, told
from dsr.policies.regimes.duties import Kinds, SourceNamed

# What a fee can be made of. Search and retrieval is among them to be refused by name: no law that
# ships lets anybody pay for it (45 CFR 164.524(c)(4)).
PARTS = ("copying", "supplies", "postage", "summary", "preparing", "search")
# What somebody has to state before a law lets something be charged.
GROUNDS = ("further_copy", "manifestly_unfounded", "excessive")


class Charge(Strict):
    """Parts that may be charged, and when.

    `grounds`: one of them has to be stated; none: whatever the ground. `first_free_months`: only
    after an answer of the same kind that was free, as many months before at most (45 CFR
    164.528(c)(2): twelve).
    """

    parts: Annotated[tuple[Annotated[str, known(PARTS)], ...], no_twice]
    source: SourceNamed
    grounds: Annotated[tuple[Annotated[str, known(GROUNDS)], ...], no_twice] = ()
    first_free_months: Annotated[int | None, Given] = None

    @model_validator(mode="after")
    def charges_something(self) -> "Charge":
        if not self.parts:
            raise told("parts: a charge names what it is for")
        if self.first_free_months is not None and self.first_free_months < 1:
            raise told("first_free_months: a month or longer")
        return self

    def allowed_on(self, ground: str, *, after_a_free_one: bool) -> bool:
        """Whether the ground that was stated, and what was given before, let it be charged."""
        stated = not self.grounds or ground in self.grounds
        return stated and (self.first_free_months is None or after_a_free_one)


class FeeTerms(Strict):
    """What may be charged for these kinds of rights; without `charges` nothing.

    `label`: the sentence that says what the law allows, shown wherever it allows no more.
    """

    kinds: Kinds
    label: Text = Field(max_length=300)
    source: SourceNamed
    charges: tuple[Charge, ...] = ()
