"""Grounds on which a law lets a request be refused, wholly or in part, and who may invoke each."""

from typing import Annotated

from pydantic import Field

from dsr.policies.field_types import Strict, Text, known, no_twice
from dsr.policies.regimes.duties import Kinds, Name, SourceNamed

# Who may invoke a ground, from whoever decides to who alone can judge it.
OWNERS = ("anyone", "two_people", "privacy_officer", "health_professional")


class MustGrant(Strict):
    """What may not be refused once a fact is so, whatever else stands against it.

    45 CFR 164.522(a)(1)(vi): no disclosure to a health plan of what was paid for in full otherwise.
    """

    kinds: Kinds
    fact: Text
    source: SourceNamed


class GroundTerms(Strict):
    """A ground of refusal by its code, which several laws may share, each with words of its own.

    `kinds`: empty is every kind. `owner`: who may invoke it. `reviewable`: the person may have it
    looked at anew, by somebody who had no part in it. `in_part_only`: it keeps back a part and
    never the whole. `carries`: codes of a policy's own exceptions that rest on it; all others have
    no force against this law. `instead_hold`: nothing is refused for it; the part is held back.
    """

    label: Text = Field(max_length=300)
    source: SourceNamed
    kinds: Kinds = ()
    owner: Annotated[str, known(OWNERS)] = "anyone"
    reviewable: bool = False
    in_part_only: bool = False
    carries: Annotated[tuple[Name, ...], no_twice] = ()
    instead_hold: Text = ""

    def concerns(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds
