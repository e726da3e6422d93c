"""What a law demands in an answer: each element a row with its article and its check."""

from typing import Annotated

from pydantic import Field, model_validator

from dsr.policies.field_types import Strict, Text, known, no_twice, told
from dsr.policies.particulars import CODES
from dsr.policies.regimes.duties import Kinds, SourceNamed

OUTCOMES = ("granted", "partly_granted", "refused", "nothing_held")
# Where an element comes from: typed for this answer, or put into every letter by the program.
FROM = (
    "typed",
    "answer",
    "ground",
    "us",
    "contact",
    "authority",
    "court",
    "review",
    "fee",
)
CHECKS = ("filled", "period")


class ElementTerms(Strict):
    """One obligatory element. Empty `kinds` or `outcomes` are all of them.

    `comes_from`: typed (with `help`, what a good one says; `check` period: “as long as necessary”
    is none), the text of the `answer`, the recorded `ground`, or a way that is printed: to `us`, to
    a `contact` with title and telephone number, to an `authority`, a `court`, a `review`; what it
    cost, of its `fee`.
    `only_reviewable`: where the ground can be reviewed. `only_said`: where the request says it, by
    the code of a particular.
    """

    label: Text = Field(max_length=200)
    source: SourceNamed
    comes_from: Annotated[str, known(FROM)]
    kinds: Kinds = ()
    outcomes: Annotated[tuple[Annotated[str, known(OUTCOMES)], ...], no_twice] = ()
    help: Text = Field("", max_length=400)
    check: Annotated[str, known(CHECKS)] = "filled"
    only_reviewable: bool = False
    only_said: Annotated[str, known(("", *CODES))] = ""

    @model_validator(mode="after")
    def is_asked_for(self) -> "ElementTerms":
        if self.comes_from == "typed" and not self.help:
            raise told("help: what is typed says what a good one says")
        return self

    def concerns(self, kind: str, outcome: str = "") -> bool:
        in_outcome = not outcome or not self.outcomes or outcome in self.outcomes
        return in_outcome and (not self.kinds or kind in self.kinds)
