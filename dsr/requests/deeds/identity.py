"""Proving who asks: proof is asked for, and identity is accepted."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.drafts import Told, begin, letter, starting_text
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.messages import write_message
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.preconditions import identity_needed, identity_reached
from dsr.requests.states import PauseReason

from .conversation import ask
from .declaration import Nothing, deed
from .doing import Doing
from .inputs import LONG, typed


def _nothing_more_to_ask(subject_request: SubjectRequest, actor: Actor) -> str:
    """Asking for more than the right needs is itself a breach: data minimisation, and a hurdle."""
    if not identity_reached(subject_request):
        return ""
    return _("The required level is reached already; asking for more proof is not allowed.")


@starting_text
def _what_helps(told: Told) -> str:
    """Matching what is held comes first, an identity document last, and never whole."""
    paragraphs = [
        _("Before we go on we have to be sure that nobody else receives what is yours."),
        _(
            "Please tell us three of these, so that we can compare them with what we hold:\n"
            "- your insurance number, or your number with us\n"
            "- the address you had when you were last in contact with us\n"
            "- the day of your last visit or order\n"
            "- the doctor or department that treats you"
        ),
        _(
            "You can also come to our reception or telephone us. You need not send an identity "
            "document; if you prefer to, black out everything but your name and date of birth."
        ),
    ]
    if told["for_another"]:
        paragraphs.append(_("Please also show that you may act for the person."))
    return letter(told, *paragraphs)


@dataclass(frozen=True, slots=True)
class IdentityQuestion:
    """``doubt`` is internal. Without one the question is asked all the same, and nothing pauses."""

    question: str = typed(
        text_field,
        12,
        LONG,
        label=gettext_lazy("What you need"),
        help_text=gettext_lazy(
            "Ask first for what can be matched with what is held already. An identity document "
            "comes last; say what to black out, and name another way."
        ),
        error_messages={
            "required": gettext_lazy("Write what you need and what other ways there are.")
        },
        initial=begin(_what_helps),
    )
    doubt: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Your doubt about the identity"),
        required=False,
        help_text=gettext_lazy(
            "Internal. Only a doubt that is written down lets a clock stand still, where its "
            "law allows it; without one every clock runs on."
        ),
        default="",
    )


@deed(
    "ask_identity",
    gettext_lazy("Ask for proof of identity"),
    permissions=(Permission.IDENTIFY,),
    needs=(_nothing_more_to_ask,),
    lead=gettext_lazy(
        "The requester reads this on their private page, or in a letter, and can reply."
    ),
    done=gettext_lazy("Proof of identity is asked for."),
    history=gettext_lazy("Proof of identity was asked for"),
    told=gettext_lazy("You were asked to show who you are."),
    second_to=lambda subject_request, following: following == "add_evidence",
    shows=(
        "goes",
        "identity",
    ),
)
def ask_identity(doing: Doing, given: IdentityQuestion) -> None:
    """Ask for proof. A recorded doubt lets those clocks stand still whose law admits it.

    Under the GDPR only reasonable doubts allow the question to delay the answer (Art. 12(6)).
    """
    # Again, beside the form: a service has other doors than the pages.
    if not given.question.strip():
        raise BadInput({"question": _("Write what you need and what other ways there are.")})
    doing.subject_request.ask_identity()
    message = write_message(doing, RequestMessage.Kind.IDENTITY, given.question)
    # The question may be asked without a doubt; only the doubt that is written down stops a clock.
    doubt, pause = given.doubt.strip(), None
    if doubt:
        pause = lifecycle.begin_pause(
            doing.subject_request, PauseReason.IDENTITY, actor=doing.actor, at=doing.at, doubt=doubt
        )
    # Whether, and not which: the words of a doubt about a person stay sealed with the pause.
    doing.facts["doubt"] = bool(doubt)
    ask(doing, "identity_request", message, pause)


@deed(
    "accept_identity",
    gettext_lazy("Accept identity"),
    permissions=(Permission.IDENTIFY,),
    # No tick box: the level is computed from the rows, and this says that it is reached (A2).
    needs=(identity_needed,),
    settles_identity=True,
    lead=gettext_lazy(
        "The evidence reaches the level that this right requires, so work goes on. Documents that "
        "came as proof of identity are destroyed; record before what they show of an authority."
    ),
    done=gettext_lazy("The identity is accepted."),
    history=gettext_lazy("The identity was accepted"),
    told=gettext_lazy("We know who you are."),
    onward=60,
    hint=gettext_lazy("The evidence reaches the level that is required."),
    shows=("identity",),
)
def accept_identity(doing: Doing, given: Nothing) -> None:
    """The evidence reaches the required level: work goes on, and what stood still runs again."""
    # Identity alone: authority to act for another is asked for when something is let out.
    doing.subject_request.accept_identity()
    # Not when the proof came in: until somebody has looked at it the doubt stands.
    lifecycle.end_pauses(
        doing.subject_request, PauseReason.IDENTITY, actor=doing.actor, at=doing.at
    )
