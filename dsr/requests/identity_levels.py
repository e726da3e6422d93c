"""How sure we are of who asks, computed from evidence rows; never a tick box.

The required level is data: a right's own level and the rules beside it. Matching what is already
held comes before asking for anything new; an identity document is the last resort.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.policies.kinds import HANDS_OVER, LIGHT, PROVEN, Level
from dsr.policies.models import Organisation, Right

from .models import Evidence, IdentityRule
from .states import POSSIBLE_MATCHES, About, EvidenceKind

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
# Different details that matched, one of them this person's alone (compare 11 CCR 7062).
DETAILS_FOR_REASONABLE = 3


@dataclass(frozen=True, slots=True)
class Required:
    """The level that a request needs, and the rule that lowered it, if one did."""

    level: Level
    lowered_by: IdentityRule | None = None


def default_level(right: Right) -> Level:
    """What a right asks for where no rule says otherwise."""
    return Level(max(right.identity_level, Level.HIGH if right.kind in HANDS_OVER else 0))


def required_level(
    right: Right, organisation: Organisation, channel: str, regimes: Collection[str] = ()
) -> Required:
    """The right's own level, raised by any rule that matches, or lowered by one that names both
    the organisation and the kind of right. Of several the most demanding counts.
    """
    # A handful of rows: cheaper to compare here than to have them searched.
    matching = [
        rule
        for rule in IdentityRule.objects.filter(ended_at=None)
        if rule.organisation_id in (organisation.pk, None)
        and rule.kind in (right.kind, "")
        and rule.channel in (channel, "")
        and rule.regime in (*regimes, "")
    ]
    default = default_level(right)
    # Who meant all rights to ask for at least so much did not mean to lower this one.
    naming = [rule for rule in matching if names_one_right(rule)]
    deciding = max(naming, key=lambda rule: rule.level, default=None)
    asked = max([deciding.level if deciding else default, *(rule.level for rule in matching)])
    level = within_bounds(right.kind, asked)
    return Required(level, deciding if level < default else None)


def names_one_right(rule: IdentityRule) -> bool:
    return rule.organisation_id is not None and bool(rule.kind)


def within_bounds(kind: str, level: int) -> Level:
    """Never no check where data leave, change or go, and never less than reasonably sure where the
    record is handed over; never more than locating for an opt-out.
    """
    # After all rules, so that none goes past it: too much proof is punished too (promise A1).
    if kind in LIGHT:
        return Level(min(level, Level.LOCATE))
    if kind in HANDS_OVER:
        return Level(max(level, Level.REASONABLE))
    return Level(max(level, Level.LOCATE) if kind in PROVEN else level)


@dataclass(frozen=True, slots=True)
class Counted:
    """What of the evidence counts: how many different details matched, and the kinds that confirm.

    ``unread`` says that a reason for no reasonable doubt waits for its second reader.
    """

    details: int
    unique: bool
    kinds: frozenset[str]
    unread: bool

    @property
    def level(self) -> Level:
        level = max([self._of_details(), *(self._alone(kind) for kind in self.kinds)])
        # A signature adds to a proof and is none: anybody can sign (compare 11 CCR 7062).
        if level >= Level.REASONABLE and EvidenceKind.SIGNED_DECLARATION in self.kinds:
            return Level.HIGH
        return level

    def _of_details(self) -> Level:
        if self.details >= DETAILS_FOR_REASONABLE and self.unique:
            return Level.REASONABLE
        return Level.LOCATE if self.details else Level.NONE

    def _alone(self, kind: str) -> Level:
        # A code proves nothing when it went to a contact that only came with the request.
        if kind == EvidenceKind.CODE_TO_CONTACT and self.code_without_contact:
            return Level.NONE
        return ALONE.get(EvidenceKind(kind), Level.NONE)

    @property
    def code_without_contact(self) -> bool:
        code = EvidenceKind.CODE_TO_CONTACT in self.kinds
        return code and EvidenceKind.CONTACT_ON_RECORD not in self.kinds


def count(evidence: Iterable[Evidence]) -> Counted:
    """Of each kind, and of each detail whatever it was compared with, the latest row counts: the
    same thing said three times is said once, and a check that failed later outweighs one before.
    """
    # The rows come oldest first, so that of each the last one stays.
    latest = {
        (row.kind, row.detail): row
        for row in evidence
        if row.struck_at is None and row.about == About.IDENTITY
    }
    confirmed = [row for row in latest.values() if row.confirmed]
    # Name and birth date find possible matches; they add nothing to a proof (promise A11).
    details = [row for row in confirmed if row.detail and row.detail not in POSSIBLE_MATCHES]
    unread = any(_is_unread(row) for row in confirmed)
    return Counted(
        details=len(details),
        unique=any(row.unique for row in details),
        kinds=frozenset(row.kind for row in confirmed if not (row.detail or _is_unread(row))),
        unread=unread,
    )


def _is_unread(row: Evidence) -> bool:
    # A reason is prose: it counts when somebody else has read it and agrees.
    return row.kind == EvidenceKind.NO_DOUBT and row.seconded_by_id is None


def reached_level(evidence: Iterable[Evidence]) -> Level:
    """What the standing evidence reaches together."""
    return count(evidence).level


def still_needed(evidence: Iterable[Evidence], required: Level) -> str:
    """What is missing for this level, in sentences; empty where it is reached."""
    counted = count(evidence)
    if counted.level >= required:
        return ""
    sentences = []
    if counted.unread:
        sentences.append(
            _("A second person has to read the reason why there is no reasonable doubt.")
        )
    if counted.code_without_contact:
        sentences.append(
            _("The code counts once it is recorded where its contact stood before the request.")
        )
    return " ".join([*sentences, _missing(counted, required)])


def _missing(counted: Counted, required: Level) -> str:
    if required == Level.LOCATE:
        return _(
            "Still missing: one detail that matches what you hold, besides name and date of birth; "
            "or evidence of another kind."
        )
    if required == Level.REASONABLE:
        return _(
            "Still missing: %(details)s (name and date of birth do not count); or a code to the "
            "contact on record, a log-in already held, or somebody who vouches."
        ) % {"details": _missing_details(counted)}
    if counted.level == Level.REASONABLE:
        return _(
            "Still missing: a signed declaration; or seen in person or by video, or an identity "
            "document."
        )
    if EvidenceKind.SIGNED_DECLARATION in counted.kinds:
        return _(
            "Still missing beside the signed declaration: %(details)s (name and date of birth do "
            "not count); or else seen in person or by video, or an identity document."
        ) % {"details": _missing_details(counted)}
    return _(
        "Still missing: %(details)s (name and date of birth do not count) and a signed "
        "declaration; or else seen in person or by video, or an identity document."
    ) % {"details": _missing_details(counted)}


def _missing_details(counted: Counted) -> str:
    left = DETAILS_FOR_REASONABLE - counted.details
    if left <= 0:
        return _("a matching detail that only this person has")
    if counted.unique:
        text = ngettext("%(left)d more matching detail", "%(left)d more matching details", left)
    else:
        text = ngettext(
            "%(left)d more matching detail, one that only this person has",
            "%(left)d more matching details, at least one of them only this person’s",
            left,
        )
    return text % {"left": left}
