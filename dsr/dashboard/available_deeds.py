"""The deeds that a request's page offers to this person now, and which of them comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission, permissions_of
from dsr.dashboard import words
from dsr.requests.deadlines.lifecycle import working_days_before_due
from dsr.requests.deeds import DEEDS
from dsr.requests.forms.asking import asked_by
from dsr.requests.models import SubjectRequest
from dsr.requests.preconditions import unmet
from dsr.requests.queries import PossibleDeed
from dsr.requests.services import deciding
from dsr.requests.services.changing import not_now
from dsr.requests.states import DeadlineStatus, Duty, Outcome, PauseReason, Status

# The deeds in the order in which they carry a request to its end: the first possible one is next.
ONWARDS = (
    *("unfreeze", "approve", "record_posting", "send_answer", "close", "accept_identity"),
    *("start", "decide_alone", "propose", "add_evidence", "reply", "reopen"),
)
# Offered beside what they concern, not in the list of deeds.
ELSEWHERE = frozenset({"note", "assign", "strike_evidence"})
ENDINGS = frozenset(
    {"withdraw", "lapse", "declare_out_of_scope", "forward", "freeze", "return_to_work"}
)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What this person can do now: the next step, the rest, what ends it, and what must wait."""

    following: PossibleDeed | None
    beside: list[PossibleDeed]
    endings: list[PossibleDeed]
    blocked: list[PossibleDeed]
    codes: frozenset[str]


def deeds_for(subject_request: SubjectRequest, user: User, role: str, today: date) -> Deeds:
    """Only what state and role allow; the role is the one held in the request's organisation."""
    held = permissions_of(role)
    offered = [
        PossibleDeed(code, deed.label, unmet(subject_request, code, user))
        for code, deed in DEEDS.items()
        if held.intersection(deed.permissions) and not not_now(subject_request, deed)
    ]
    offered = [
        _with_two_people(each, subject_request, user, role, today)
        for each in offered
        if _makes_sense(each.code, subject_request) and not _is_over(each, subject_request)
    ]
    return _sorted(offered, _next_code(subject_request, offered, user))


def _is_over(deed: PossibleDeed, subject_request: SubjectRequest) -> bool:
    """Blocked for good, not “not yet”: what follows an answer that went out, or no letter."""
    if not deed.blocked:
        return False
    sent = subject_request.answered_on is not None
    return deed.code == "record_posting" or (
        sent and deed.code in ("send_answer", "return_to_work")
    )


def _with_two_people(
    deed: PossibleDeed, subject_request: SubjectRequest, user: User, role: str, today: date
) -> PossibleDeed:
    """Deciding alone is no choice where every outcome needs a second person."""
    if deed.code != "decide_alone" or deed.blocked:
        return deed
    if not all(deciding.needs_two(subject_request, each, user) for each in Outcome):
        return deed
    first_day = working_days_before_due(subject_request, deciding.SOLE_REFUSAL_WORKING_DAYS)
    approves = Permission.APPROVE in permissions_of(role)
    if approves and first_day is not None and today >= first_day:
        return PossibleDeed(deed.code, _("Refuse alone"), "")
    sentence = _("A second person has to approve. Propose the decision instead.")
    return PossibleDeed(deed.code, deed.label, sentence)


def _makes_sense(code: str, subject_request: SubjectRequest) -> bool:
    """Left out without a word: what has nothing to act on."""
    clocks = subject_request.deadlines.all()
    live = [
        each for each in clocks if each.status in (DeadlineStatus.RUNNING, DeadlineStatus.PAUSED)
    ]
    if code == "extend":
        return any(each.extension_rule is not None for each in live)
    if code == "settle_fee":
        return any(
            each.reason == PauseReason.FEE and each.ended_on is None
            for each in subject_request.pauses.all()
        )
    if code == "acknowledge":
        return any(each.purpose == Duty.ACKNOWLEDGE for each in live)
    if code == "complete":
        return any(True for _each in asked_by(subject_request.right))
    return True


def _next_code(subject_request: SubjectRequest, offered: list[PossibleDeed], user: User) -> str:
    """The deed that carries the request on; proving who asks comes before deciding."""
    ready = {each.code for each in offered if not each.blocked}
    if deciding.needs_two(subject_request, Outcome.GRANTED, user):
        ready.discard("decide_alone")
    if not _unproved(subject_request):
        ready.discard("add_evidence")
    elif subject_request.status in (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS):
        ready -= {"propose", "decide_alone"}
    return next((code for code in ONWARDS if code in ready), "")


def _unproved(subject_request: SubjectRequest) -> bool:
    return not words.standing(subject_request).enough and subject_request.answered_on is None


def _sorted(offered: list[PossibleDeed], following: str) -> Deeds:
    ready = [each for each in offered if not each.blocked and each.code not in ELSEWHERE]
    rest = [each for each in ready if each.code != following]
    return Deeds(
        following=next((each for each in ready if each.code == following), None),
        beside=[each for each in rest if each.code not in ENDINGS],
        endings=[each for each in rest if each.code in ENDINGS],
        blocked=[each for each in offered if each.blocked and each.code not in ELSEWHERE],
        codes=frozenset(each.code for each in offered if not each.blocked),
    )
