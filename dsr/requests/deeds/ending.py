"""Other ends than an answer: withdrawn, lapsed, frozen, out of scope, forwarded; and reopening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.deadlines import lifecycle
from dsr.requests.drafts import Draft, Told, begin, letter
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.messages import keep_note, write_message
from dsr.requests.models import RequestMessage
from dsr.requests.services import links
from dsr.requests.services.notify import responsible, tell_requester, tell_staff
from dsr.requests.states import Ended

from .declaration import Place, deed
from .doing import Doing
from .inputs import LONG, typed
from .release import send_fresh_link
from .review import put_away


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
    _end(doing, "withdrawn")
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request,
            "withdrawn_staff",
            # Whoever recorded it knows already.
            [user for user in responsible(doing.subject_request) if user != doing.actor],
            at=doing.at,
        )
    )


def _message(write: Draft) -> Any:
    """A message to the requester, and what it begins with."""
    return typed(
        text_field,
        10,
        LONG,
        label=gettext_lazy("Message to the requester"),
        help_text=gettext_lazy("They read it on their private page; no mail carries its text."),
        error_messages={"required": gettext_lazy("Write the message.")},
        initial=begin(write),
    )


def _lapse_text(told: Told) -> str:
    return letter(
        told,
        _("We asked you for more on [day] and have not heard from you, so we cannot go on."),
        _("We therefore end this request. When you reply, we take it up again where it stopped."),
        _("If you disagree, you can write to us, or complain to the authority."),
    )


@dataclass(frozen=True, slots=True)
class Lapse:
    """Why it lapses and what the requester can still do, in words for them."""

    text: str = _message(_lapse_text)


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
    history=gettext_lazy("The request was declared lapsed"),
    told=gettext_lazy("The request lapsed."),
    place=Place.ENDING,
)
def lapse(doing: Doing, given: Lapse) -> None:
    """A person decides that the unanswered request lapses; the letter says why and what is open."""
    _needs(given.text, _("Say to the requester why the request lapses and what they can still do."))
    # The letter is no formality: a ground and remedies make this a decision (promise A17).
    doing.subject_request.lapse()
    write_message(doing, RequestMessage.Kind.NOTICE, given.text)
    _end(doing, "lapsed")


def _out_of_scope_text(told: Told) -> str:
    return letter(
        told,
        _("This right does not reach what you ask, because [say why, in plain words]."),
        _("What you can do instead: [name another right, another office or a contact]."),
    )


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """Why the policy does not reach it and what else is open, in words for the requester."""

    text: str = _message(_out_of_scope_text)


@deed(
    "declare_out_of_scope",
    gettext_lazy("Declare out of scope"),
    permissions=(Permission.WORK,),
    address="out-of-scope",
    lead=gettext_lazy("The policy does not reach what is asked. Say why, and what else is open."),
    done=gettext_lazy("The request is out of scope."),
    warning=True,
    history=gettext_lazy("Declared out of scope"),
    told=gettext_lazy("The request was found to be outside the policy."),
    place=Place.ENDING,
)
def declare_out_of_scope(doing: Doing, given: OutOfScope) -> None:
    """The policy does not reach what is asked; the requester is told why and what else is open."""
    _needs(given.text, _("Say to the requester why this is out of scope and what else is open."))
    doing.subject_request.declare_out_of_scope()
    write_message(doing, RequestMessage.Kind.NOTICE, given.text)
    _end(doing, "out_of_scope")


def _forward_text(told: Told) -> str:
    return letter(
        told,
        _("We are not who can answer it, so we passed it on to [name] on [day]."),
        _("You can reach them here: [address, e-mail, telephone]."),
    )


@dataclass(frozen=True, slots=True)
class Forwarding:
    """To whom it was passed and how to reach them, in words for the requester."""

    text: str = _message(_forward_text)


@deed(
    "forward",
    gettext_lazy("Forward"),
    permissions=(Permission.WORK,),
    lead=gettext_lazy("Somebody else can answer. Say to whom it was passed and how to reach them."),
    done=gettext_lazy("The request is forwarded."),
    warning=True,
    history=gettext_lazy("Forwarded"),
    told=gettext_lazy("The request was passed on."),
    place=Place.ENDING,
)
def forward(doing: Doing, given: Forwarding) -> None:
    """Passed on to who can answer; the requester is told to whom and how to reach them."""
    _needs(
        given.text, _("Say to the requester to whom the request was passed and how to reach them.")
    )
    doing.subject_request.forward()
    write_message(doing, RequestMessage.Kind.NOTICE, given.text)
    _end(doing, "forwarded")


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
    keep_note(doing, given.reason)
    links.end(doing.subject_request, Ended.UNFROZEN, at=doing.at, actor=doing.actor)
    send_fresh_link(doing)


@deed(
    "reopen",
    gettext_lazy("Reopen"),
    permissions=(Permission.OVERSEE,),
    lead=gettext_lazy("The request is taken up again, and the requester is told."),
    done=gettext_lazy("The request is open again."),
    history=gettext_lazy("Reopened"),
    told=gettext_lazy("The request was taken up again."),
    onward=120,
    hint=gettext_lazy("Nothing is left to do."),
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


def _end(doing: Doing, mail: str) -> None:
    # Cancelled, neither met nor missed: a duty that fell away is no success and no failure.
    lifecycle.cancel_all(doing.subject_request, actor=doing.actor, at=doing.at)
    # A withdrawal's mail waits its turn with the receipts: forms alone can set off both.
    doing.afterwards.append(lambda: tell_requester(doing.subject_request, mail, at=doing.at))


def _needs(text: str, sentence: str, field: str = "text") -> None:
    # Not the form's matter alone: a letter without words would take remedies from somebody.
    if not text.strip():
        raise BadInput({field: sentence})
