"""What lets a person have a copy sent to somebody else."""

from pydantic import Field

from dsr.policies.field_types import Strict, Text
from dsr.policies.regimes.duties import Kinds, SourceNamed


class PassingOn(Strict):
    """Copies that go to a person whom the requester names, in writing and signed.

    `label`: what whoever asks for it is told (45 CFR 164.524(c)(3)(ii)).
    """

    kinds: Kinds
    label: Text = Field(max_length=300)
    source: SourceNamed
