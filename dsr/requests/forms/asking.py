"""Which fields a right needs: what its clause asks, never what it forbids, nothing beyond."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsr.policies.kinds import Asker, Audience, Kind, Level
from dsr.policies.models import Right
from dsr.policies.particulars import Particular
from dsr.requests.states import ACTS_FOR_ANOTHER

FOR_ANOTHER = ACTS_FOR_ANOTHER | {Asker.THIRD_PARTY}
PLACE_MATTERS = frozenset(Audience) - {Audience.ANYONE, Audience.USERS, Audience.MINORS}

ROLES: dict[str, str | Promise] = {
    Asker.SUBJECT: _("The data is about me"),
    Asker.MINOR: _("The data is about me, and I am between 13 and 17"),
    Asker.PARENT: _("I am a parent of the child the data is about"),
    Asker.GUARDIAN: _("I am the legal guardian of the person the data is about"),
    Asker.AGENT: _("I act for the person the data is about, who gave me authority"),
    Asker.HEIR: _("I am an heir or the partner of the person, who has died"),
    Asker.DOCTOR: _("I am a doctor whom the person named"),
    Asker.THIRD_PARTY: _("I am somebody else"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One particular on the page, with its fields and how strongly the text asks for it."""

    particular: Particular
    strength: str
    fields: list[BoundField]

    @property
    def is_optional(self) -> bool:
        return self.strength != "must"


def asked_by(right: Right) -> Iterator[tuple[str, str]]:
    """Code and strength of what the form asks, strongest first."""
    for strength in ("must", "should", "may"):
        for code in getattr(right, strength):
            # Whatever comes by the form is in writing.
            if code not in right.never and code != "written":
                yield code, strength


def not_needed(right: Right, asked: dict[str, str]) -> Iterator[str]:
    """Fields that this right leaves out: an opt-out asks for no birthday and no document."""
    organisation = right.reading.version.policy.organisation
    if len(right.who_may_ask) == 1:
        yield "role"
    if not FOR_ANOTHER.intersection(right.who_may_ask) or "child" in asked:
        yield "about_name"
    if right.identity_level < Level.REASONABLE:
        yield from ("born_on", "may_use_contact_held", "documents")
    elif "child" in asked:
        yield "born_on"
    if not organisation.regimes and right.audience_code not in PLACE_MATTERS:
        yield "country"
    if "medium" in asked or right.kind == Kind.PAPER_COPY:
        yield "wants_paper"
