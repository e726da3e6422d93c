"""How sure we are of who asks, computed from evidence rows; never a tick box.

The required level is data: a right's own level and the rules beside it. Matching what is already
held comes before asking for anything new; an identity document is the last resort.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dsr.policies.kinds import LIGHT, PROVEN, Level
from dsr.policies.models import Organisation, Right

from .models import Evidence, IdentityRule
from .states import About, EvidenceKind

# What one confirmed piece of evidence of a kind reaches on its own.
# A contact on record and a declaration are not here: by themselves they prove nothing.
ALONE = {
    EvidenceKind.CODE_TO_CONTACT: Level.REASONABLE,
    EvidenceKind.LOGIN_HELD: Level.REASONABLE,
    EvidenceKind.AT_COUNTER: Level.HIGH,
    EvidenceKind.BY_VIDEO: Level.HIGH,
    EvidenceKind.VOUCHED: Level.REASONABLE,
    EvidenceKind.ID_DOCUMENT: Level.HIGH,
    EvidenceKind.NO_DOUBT: Level.REASONABLE,
}
DETAILS_FOR_REASONABLE = 3  # independent details that matched (compare Cal. Code Regs. 11 s. 7062)


def required_level(
    right: Right, organisation: Organisation, channel: str, regimes: Collection[str] = ()
) -> Level:
    """The level this request needs: the most demanding of its right and the rules that match."""
    # A handful of rows: cheaper to compare here than to have them searched.
    rules = IdentityRule.objects.values_list("organisation", "kind", "channel", "regime", "level")
    levels = [
        level
        for whose, kind, by, regime, level in rules
        if whose in (organisation.pk, None)
        and kind in (right.kind, "")
        and by in (channel, "")
        and regime in (*regimes, "")
    ]
    return _within_bounds(right.kind, max([right.identity_level, *levels]))


def _within_bounds(kind: str, level: int) -> Level:
    """Never no check where data leave, change or go; never more than locating for an opt-out."""
    # After all rules, so that none goes past it: too much proof is punished too (promise A1).
    if kind in LIGHT:
        return Level(min(level, Level.LOCATE))
    return Level(max(level, Level.LOCATE) if kind in PROVEN else level)


def reached_level(evidence: Iterable[Evidence], about: str = About.IDENTITY) -> Level:
    """What the standing evidence reaches together.

    Of each kind the latest row counts, so a check that failed later outweighs one that passed;
    matched details are counted one by one.
    """
    standing = [row for row in evidence if row.struck_at is None and row.about == about]
    details = sum(row.kind == EvidenceKind.MATCHED_DATA and row.confirmed for row in standing)
    # The rows come oldest first, so that of each kind the last one stays.
    latest = {row.kind: row for row in standing}
    confirmed = {kind for kind, row in latest.items() if row.confirmed}
    level = max([_of_details(details), *(_alone(kind, confirmed) for kind in confirmed)])
    # A signature adds to a proof and is none: anybody can sign (compare 11 CCR 7062).
    if level >= Level.REASONABLE and EvidenceKind.SIGNED_DECLARATION in confirmed:
        return Level.HIGH
    return level


def _of_details(count: int) -> Level:
    if count >= DETAILS_FOR_REASONABLE:
        return Level.REASONABLE
    return Level.LOCATE if count else Level.NONE


def _alone(kind: str, confirmed: set[str]) -> Level:
    # A code proves nothing when it went to a contact that only came with the request.
    if kind == EvidenceKind.CODE_TO_CONTACT and EvidenceKind.CONTACT_ON_RECORD not in confirmed:
        return Level.NONE
    return ALONE.get(EvidenceKind(kind), Level.NONE)
