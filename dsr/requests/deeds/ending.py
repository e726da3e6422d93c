"""Other ends than an answer: withdrawn, lapsed, frozen, out of scope, forwarded; and reopening."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests import fees
from dsr.requests.deadlines import lifecycle
from dsr.requests.decision_basis import seal_approval, seal_basis
from dsr.requests.decision_rules import (
    approvers,
    check_sole_ending,
    may_refuse_alone,
    needs_two,
)
from dsr.requests.drafts import Draft, Told, draft, letter, starting_text
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.messages import keep_note, write_message
from dsr.requests.models import Decision, Notice, RequestMessage, SubjectRequest
from dsr.requests.services import links, notices
from dsr.requests.services.notify import key_of, responsible, tell_requester, tell_staff
from dsr.requests.services.paper import letters_waiting
from dsr.requests.states import (
    ENDING_FROM,
    GROUNDS_OF_ENDING,
    Ended,
    Ending,
    FeeStatus,
    Outcome,
    Status,
)

from .carrying_out import carry_out, put_away
from .declaration import Facts, Names, Place, Saying, Words, deed
from .doing import Doing
from .held_contact import settle
from .inputs import LONG, Begin, Opening, typed, typed_for
from .release import send_fresh_link


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What the requester wrote or said; mostly nothing, and nobody asks why."""

    text: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("What the requester wrote or said"),
        required=False,
        help_text=gettext_lazy("Leave it empty where they gave no words."),
        default="",
    )


@deed(
    "withdraw",
    gettext_lazy("Withdraw"),
    permissions=(Permission.RECORD,),
    # No proof of identity is asked: withdrawing lets nothing out, and it can be reopened.
    by_requester=True,
    after_erasure=True,
    lead=gettext_lazy("The requester no longer asks. They need not say why, and nobody asks them."),
    done=gettext_lazy("The request is withdrawn."),
    warning=True,
    history=gettext_lazy("The request was withdrawn"),
    told=gettext_lazy("The request was withdrawn."),
    place=Place.ENDING,
)
def withdraw(doing: Doing, given: Withdrawal) -> None:
    """The requester no longer asks. Nobody has to say why."""
    doing.subject_request.withdraw()
    if given.text.strip():
        write_message(doing, RequestMessage.Kind.REPLY, given.text, from_requester=True)
    # Cancelled, neither met nor missed: a duty that fell away is no success and no failure.
    lifecycle.cancel_all(doing.subject_request, actor=doing.actor, at=doing.at)
    fees.end(doing.subject_request, FeeStatus.WITHDRAWN, doing.today)
    doing.afterwards.append(lambda: _confirm(doing))
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request,
            "withdrawn_staff",
            # Whoever recorded it knows already.
            [user for user in responsible(doing.subject_request) if user != doing.actor],
            at=doing.at,
        )
    )


def _confirm(doing: Doing) -> None:
    """Tell of it now; where the receipt still waits, this mail is the receipt as well."""
    subject_request = doing.subject_request
    waiting = subject_request.waiting_for_digest.all()
    first = waiting.exists()
    key = key_of("withdrawn", subject_request)
    if tell_requester(subject_request, "withdrawn", at=doing.at, key=key, first=first) != "email":
        return
    if first:
        waiting.delete()
        notices.keep(
            Notice(
                subject_request=subject_request,
                what=Notice.What.RECEIPT,
                kind="withdrawn",
                key=key,
                medium="email",
                owed_at=doing.at,
            )
        )


@starting_text
def _lapse_text(told: Told) -> str:
    return letter(
        told,
        _("We asked you for more on [day] and have not heard from you, so we cannot go on."),
        _("We therefore end this request. When you reply, we take it up again where it stopped."),
        _("If you disagree, you can write to us, or complain to the authority."),
    )


@starting_text
def _out_of_scope_text(told: Told) -> str:
    return letter(
        told,
        _("This right does not reach what you ask, because [say why, in plain words]."),
        _("What you can do instead: [name another right, another office or a contact]."),
        _("If you disagree, you can write to us, or complain to the authority."),
    )


@starting_text
def _forward_text(told: Told) -> str:
    return letter(
        told,
        _("We are not who can answer it, so we passed it on to [name] on [day]."),
        _("You can reach them here: [address, e-mail, telephone]."),
        _("If you disagree, you can write to us, or complain to the authority."),
    )


TEXTS: dict[str, Draft] = {
    Ending.OUT_OF_SCOPE: _out_of_scope_text,
    Ending.FORWARDED: _forward_text,
    Ending.LAPSED: _lapse_text,
}
MISSING = {
    Ending.OUT_OF_SCOPE: gettext_lazy(
        "Say to the requester why this is out of scope and what else is open."
    ),
    Ending.FORWARDED: gettext_lazy(
        "Say to the requester to whom the request was passed and how to reach them."
    ),
    Ending.LAPSED: gettext_lazy(
        "Say to the requester why the request lapses and what they can still do."
    ),
}


def texts(subject_request: SubjectRequest) -> dict[str, str]:
    """A starting text for every ending that is possible now."""
    return {
        str(each): draft(subject_request, TEXTS[each]) for each in possible_endings(subject_request)
    }


def possible_endings(subject_request: SubjectRequest) -> list[Ending]:
    return [each for each in Ending if subject_request.status in ENDING_FROM[each]]


def _does_not_end_so(status: str) -> str:
    return _(
        "A request that is “%(status)s” does not end so. A request lapses only when something "
        "was asked and not answered; it is out of scope or passed on before that."
    ) % {"status": Status(status).label}


def _chosen(opening: Opening) -> str | None:
    ending = str(opening.query.get("ending", ""))
    return ending if ending in possible_endings(opening.subject_request) else None


def _begins(ending: str = "") -> Begin:
    """The starting text of this ending, or of the one in the address of the page."""

    def begin(opening: Opening) -> str:
        which = ending or _chosen(opening)
        return draft(opening.subject_request, TEXTS[which]) if which else ""

    return begin


def _text(ending: str = "") -> Any:
    """The letter, and what it begins with."""
    return typed(
        text_field,
        10,
        LONG,
        label=gettext_lazy("Letter to the requester"),
        help_text=gettext_lazy(
            "They read it on their private page, or get it by post; no mail carries its text. "
            "Where to complain is added at its end."
        ),
        error_messages={"required": gettext_lazy("Write the letter.")},
        initial=_begins(ending),
    )


def _ground(*endings: str) -> Any:
    """Asked for by the pages of one ending."""
    return typed(_ground_field, *endings)


def _ground_field(*endings: str) -> forms.Field:
    grounds = dict.fromkeys(each for ending in endings for each in GROUNDS_OF_ENDING[ending])
    return forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=[
            ("", gettext_lazy("Choose …")),
            *[(each.value, each.label) for each in grounds],
        ],
        error_messages={"required": gettext_lazy("Choose the ground.")},
    )


def _reasons() -> Any:
    return typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("Reasons for the record"),
        required=False,
        help_text=gettext_lazy("Kept with the decision, never sent."),
        default="",
    )


def _sole_reason() -> Any:
    return typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Why no second person is available"),
        required=False,
        help_text=gettext_lazy(
            "Needed only where one person ends it in its last three working days."
        ),
        default="",
    )


def _how_it_ends(subject_request: SubjectRequest, user: User) -> forms.Field:
    """Only the endings that the request can have now."""
    return forms.ChoiceField(
        label=gettext_lazy("How does it end?"),
        choices=[(each.value, each.label) for each in possible_endings(subject_request)],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how it ends."),
            # The page was open while the request moved on.
            "invalid_choice": _does_not_end_so(subject_request.status),
        },
    )


def _grounds_now(subject_request: SubjectRequest, user: User) -> forms.Field:
    return _ground_field(*possible_endings(subject_request))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingProposal:
    """How the request ends, on which ground, and the letter that goes out when it is approved."""

    ending: str = typed_for(_how_it_ends, initial=_chosen)
    ground: str = typed_for(_grounds_now)
    text: str = _text()
    reasons: str = _reasons()


def _with_two(
    subject_request: SubjectRequest, user: User, held: AbstractSet[Permission], today: date
) -> tuple[Words, str] | None:
    """Nothing is proposed where nobody else could approve it."""
    return None if needs_two(subject_request, Outcome.REFUSED, user) else ("", "")


@deed(
    "propose_ending",
    gettext_lazy("Propose to end without an answer"),
    permissions=(Permission.WORK,),
    address="propose-ending",
    lead=gettext_lazy(
        "Out of scope, passed on or lapsed: against the wish of who asks, so a second person looks "
        "at the ground and the letter first, as for a refusal."
    ),
    done=gettext_lazy("The ending is proposed. A second person has been asked to look at it."),
    warning=True,
    history=lambda facts, names: (
        _("Ending proposed: %(ending)s") % {"ending": Ending(facts["ending"]).label}
    ),
    told=gettext_lazy("A decision was prepared for a second person to check."),
    place=Place.ENDING,
    offered_as=_with_two,
    shows=("ending",),
)
def propose_ending(doing: Doing, given: EndingProposal) -> None:
    """Lay an ending before a second person; what goes out is what that person reads."""
    _check(doing, given.ending, given)
    doing.subject_request.propose_ending()
    _keep(doing, given.ending, given)
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request,
            "review_wanted",
            approvers(doing.subject_request, doing.actor, at=doing.at),
            at=doing.at,
        )
    )


class _Given(Protocol):
    """What any ending is given."""

    @property
    def ground(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def reasons(self) -> str: ...


def _check(doing: Doing, ending: str, given: _Given) -> None:
    if ending not in Ending.values:
        raise BadInput({"ending": _("Choose how it ends.")})
    if doing.before not in ENDING_FROM[ending]:
        raise BadInput({"ending": _does_not_end_so(doing.before)})
    _needs(given.text, str(MISSING[Ending(ending)]))
    if given.ground not in GROUNDS_OF_ENDING[ending]:
        allowed = ", ".join(f"“{each.label}”" for each in GROUNDS_OF_ENDING[ending])
        raise BadInput(
            {"ground": _("Choose a ground of this ending: %(allowed)s.") % {"allowed": allowed}}
        )


def _keep(doing: Doing, ending: str, given: _Given, *, taken: bool = False) -> Decision:
    decision = Decision(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        status=Decision.Status.TAKEN if taken else Decision.Status.PROPOSED,
        ends_as=ending,
        ground=given.ground,
        proposed_from=doing.before,
        evidence_version=doing.subject_request.evidence_version,
        proposed_by=doing.user,
        proposed_at=doing.at,
        settled_at=doing.at if taken else None,
        # By one person, whether another was not to be had or there is none.
        sole=taken,
    )
    decision.seal(answer=given.text.strip(), reasons=given.reasons.strip())
    seal_basis(decision, doing.subject_request)
    decision.save()
    doing.facts |= {"ending": ending, "ground": given.ground}
    return decision


class _GivenAlone(_Given, Protocol):
    @property
    def sole_reason(self) -> str: ...


def _end_alone(doing: Doing, ending: Ending, given: _GivenAlone) -> None:
    """By one person: where there is no second one, or none in time, with a reason, announced."""
    subject_request = doing.subject_request
    _check(doing, ending, given)
    missed = needs_two(subject_request, Outcome.REFUSED, doing.actor)
    if missed:
        check_sole_ending(subject_request, given.sole_reason, held=doing.held, today=doing.today)
    getattr(subject_request, doing.deed.code)()
    decision = _keep(doing, ending, given, taken=True)
    decision.seal(sole_reason=given.sole_reason.strip())
    seal_approval(decision)
    decision.save()
    doing.facts["sole"] = True
    carry_out(doing, decision)
    if missed:
        doing.afterwards.append(
            lambda: tell_staff(
                subject_request,
                "sole_refusal",
                approvers(subject_request, doing.actor, at=doing.at),
                at=doing.at,
            )
        )


def _ending_alone(
    subject_request: SubjectRequest, user: User, held: AbstractSet[Permission], today: date
) -> tuple[Words, str] | None:
    """Ending it alone is no choice where there is a second person and time to ask: then it is
    proposed, which stands beside it."""
    two = needs_two(subject_request, Outcome.REFUSED, user)
    return ("", "") if two and not may_refuse_alone(subject_request, held, today) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Why it lapses and what the requester can still do, in words for them."""

    ground: str = _ground(Ending.LAPSED)
    text: str = _text(Ending.LAPSED)
    reasons: str = _reasons()
    sole_reason: str = _sole_reason()


def _alone(sentence: Words) -> Saying:
    def say(facts: Facts, names: Names) -> str:
        return _("%(what)s, by one person") % {"what": sentence}

    return say


@deed(
    "lapse",
    gettext_lazy("Declare lapsed"),
    # Not who works on it: declaring lapsed is the easiest way to be rid of a request.
    permissions=(Permission.OVERSEE,),
    lead=gettext_lazy(
        "A decision, with a reason and what the requester can still do. Nothing lapses by itself, "
        "and a reply takes the request up again."
    ),
    done=gettext_lazy("The request has lapsed."),
    warning=True,
    history=_alone(gettext_lazy("The request was declared lapsed")),
    place=Place.ENDING,
    offered_as=_ending_alone,
)
def lapse(doing: Doing, given: Lapse) -> None:
    """One person decides that the unanswered request lapses; the letter says why, and what next."""
    _end_alone(doing, Ending.LAPSED, given)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope:
    """Why the policy does not reach it and what else is open, in words for the requester."""

    ground: str = _ground(Ending.OUT_OF_SCOPE)
    text: str = _text(Ending.OUT_OF_SCOPE)
    reasons: str = _reasons()
    sole_reason: str = _sole_reason()


@deed(
    "declare_out_of_scope",
    gettext_lazy("Declare out of scope"),
    permissions=(Permission.WORK,),
    address="out-of-scope",
    lead=gettext_lazy("The policy does not reach what is asked. Say why, and what else is open."),
    done=gettext_lazy("The request is out of scope."),
    warning=True,
    history=_alone(gettext_lazy("Declared out of scope")),
    place=Place.ENDING,
    offered_as=_ending_alone,
)
def declare_out_of_scope(doing: Doing, given: OutOfScope) -> None:
    """The policy does not reach what is asked; the requester is told why and what else is open."""
    _end_alone(doing, Ending.OUT_OF_SCOPE, given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """To whom it was passed and how to reach them, in words for the requester."""

    ground: str = _ground(Ending.FORWARDED)
    text: str = _text(Ending.FORWARDED)
    reasons: str = _reasons()
    sole_reason: str = _sole_reason()


@deed(
    "forward",
    gettext_lazy("Forward"),
    permissions=(Permission.WORK,),
    lead=gettext_lazy("Somebody else can answer. Say to whom it was passed and how to reach them."),
    done=gettext_lazy("The request is forwarded."),
    warning=True,
    history=_alone(gettext_lazy("Forwarded")),
    place=Place.ENDING,
    offered_as=_ending_alone,
)
def forward(doing: Doing, given: Forwarding) -> None:
    """Passed on to who can answer; the requester is told to whom and how to reach them."""
    _end_alone(doing, Ending.FORWARDED, given)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why; kept as an internal note."""

    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept as an internal note; the requester does not see it."),
        error_messages={"required": gettext_lazy("Say why.")},
    )


@deed(
    "freeze",
    gettext_lazy("Freeze"),
    permissions=(Permission.OVERSEE,),
    lead=gettext_lazy(
        "Nothing goes out and nothing is erased until it is cleared up. Clocks run on."
    ),
    done=gettext_lazy("The request is frozen."),
    warning=True,
    history=gettext_lazy("Frozen"),
    told=gettext_lazy("The request was stopped for a check."),
    place=Place.ENDING,
)
def freeze(doing: Doing, given: Reason) -> None:
    """Nothing goes out until it is cleared up. Deadlines run on: our doubt extends nothing."""
    _needs(given.reason, _("Say why the request is frozen."), "reason")
    # Clocks are left alone, and the reason stays at the desk: it may name who raised the doubt.
    doing.subject_request.freeze()
    keep_note(doing, given.reason)
    # Whoever it is that is doubted may have a link in their hands.
    links.end(doing.subject_request, Ended.FROZEN, at=doing.at, actor=doing.actor)


@deed(
    "unfreeze",
    gettext_lazy("Unfreeze"),
    permissions=(Permission.OVERSEE,),
    lead=gettext_lazy("It is cleared up. The request goes back to where it was."),
    done=gettext_lazy("The request is no longer frozen."),
    history=gettext_lazy("No longer frozen"),
    told=gettext_lazy("The request goes on."),
    # Before all else: nothing goes out while it is frozen, and the clocks run on.
    onward=10,
)
def unfreeze(doing: Doing, given: Reason) -> None:
    """Cleared up: back to where it was."""
    _needs(given.reason, _("Say how it was cleared up."), "reason")
    doing.subject_request.unfreeze()
    settle(doing)
    keep_note(doing, given.reason)
    links.end(doing.subject_request, Ended.UNFROZEN, at=doing.at, actor=doing.actor)
    send_fresh_link(doing)


def _what_is_left(subject_request: SubjectRequest) -> Words:
    if letters_waiting(subject_request).exists():
        return gettext_lazy("It has ended, but a letter waits to be posted.")
    if subject_request.status == Status.LAPSED:
        return gettext_lazy("A reply of the requester takes it up again by itself.")
    return gettext_lazy("Nothing is left to do, unless something turns out to be missing or wrong.")


@deed(
    "reopen",
    gettext_lazy("Reopen"),
    permissions=(Permission.OVERSEE,),
    lead=gettext_lazy("The request is taken up again, and the requester is told."),
    done=gettext_lazy("The request is open again."),
    history=gettext_lazy("Reopened"),
    told=gettext_lazy("The request was taken up again."),
    onward=120,
    hint=_what_is_left,
    quiet=True,
)
def reopen(doing: Doing, given: Reason) -> None:
    """Taken up again. Unanswered, its old deadlines run on; answered before, a new one begins."""
    _needs(given.reason, _("Say why the request is reopened."), "reason")
    doing.subject_request.reopen()
    # Else the old decision would still be there to be sent.
    put_away(doing)
    keep_note(doing, given.reason)
    # Not begun anew where it was never answered: ending and reopening must not buy time.
    lifecycle.take_up_again(doing.subject_request, actor=doing.actor, at=doing.at)
    doing.afterwards.append(lambda: tell_requester(doing.subject_request, "reopened", at=doing.at))


def _needs(text: str, sentence: str, field: str = "text") -> None:
    # Not the form's matter alone: a letter without words would take remedies from somebody.
    if not text.strip():
        raise BadInput({field: sentence})
