"""Proving who asks: evidence is recorded and struck, proof is asked for, identity is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.drafts import Told, begin, letter
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_proof
from dsr.requests.forms import FileField, day_field, text_field
from dsr.requests.messages import write_message
from dsr.requests.models import Evidence, RequestMessage, SubjectRequest
from dsr.requests.preconditions import identity_needed, identity_reached, unproved
from dsr.requests.services.notify import tell_requester
from dsr.requests.states import (
    ACTS_FOR_ANOTHER,
    OPEN,
    About,
    EvidenceKind,
    PauseReason,
    Status,
)
from dsr.vault.models import KeyPurpose
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, Nothing, Place, Words, deed
from .doing import Doing
from .inputs import LONG, from_address, today, typed, typed_for


def _nothing_more_to_ask(subject_request: SubjectRequest, actor: Actor) -> str:
    """Asking for more than the right needs is itself a breach: data minimisation, and a hurdle."""
    if not identity_reached(subject_request):
        return ""
    return _("The required level is reached already; asking for more proof is not allowed.")


def _what_helps(told: Told) -> str:
    """Matching what is held comes first, an identity document last, and never whole."""
    paragraphs = [
        _("Before we go on we have to be sure that nobody else receives what is yours."),
        _(
            "Please tell us three of these, so that we can compare them with what we hold:\n"
            "- your date of birth\n- the address you had when you were last in contact with us\n"
            "- the month of your last visit or order"
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
    lead=gettext_lazy("The requester reads this on their private page and can reply there."),
    done=gettext_lazy("Proof of identity is asked for."),
    history=gettext_lazy("Proof of identity was asked for"),
    told=gettext_lazy("You were asked to show who you are."),
    second_to=lambda subject_request, following: following == "add_evidence",
    shows=("identity",),
)
def ask_identity(doing: Doing, given: IdentityQuestion) -> None:
    """Ask for proof. A recorded doubt lets those clocks stand still whose law admits it.

    Under the GDPR only reasonable doubts allow the question to delay the answer (Art. 12(6)).
    """
    # Again, beside the form: a service has other doors than the pages.
    if not given.question.strip():
        raise BadInput({"question": _("Write what you need and what other ways there are.")})
    doing.subject_request.ask_identity()
    write_message(doing, RequestMessage.Kind.IDENTITY, given.question)
    # The question may be asked without a doubt; only the doubt that is written down stops a clock.
    doubt = given.doubt.strip()
    if doubt:
        lifecycle.begin_pause(
            doing.subject_request, PauseReason.IDENTITY, actor=doing.actor, at=doing.at, doubt=doubt
        )
    # Whether, and not which: the words of a doubt about a person stay sealed with the pause.
    doing.facts["doubt"] = bool(doubt)
    doing.afterwards.append(
        lambda: tell_requester(doing.subject_request, "identity_request", at=doing.at)
    )


def _about(subject_request: SubjectRequest, user: User) -> forms.Field | None:
    # Asked only where somebody acts for another: authority is proved apart (promise A10).
    if subject_request.role not in ACTS_FOR_ANOTHER:
        return None
    return forms.ChoiceField(
        label=gettext_lazy("What does it speak for?"),
        choices=About.choices,
        widget=forms.RadioSelect,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceGiven:
    """One check. ``compared_with`` says in words what was compared with what, and is sealed."""

    about: str = typed_for(_about, default=About.IDENTITY, initial=lambda opening: About.IDENTITY)
    # Nothing is chosen beforehand: a kind that somebody clicked past would count as evidence.
    kind: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("Kind of evidence"),
        choices=[("", gettext_lazy("Choose …")), *EvidenceKind.choices],
        error_messages={"required": gettext_lazy("Choose the kind of evidence.")},
    )
    compared_with: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("What was compared with what"),
        help_text=gettext_lazy(
            "For example: date of birth given, with the patient file. It is sealed."
        ),
        error_messages={"required": gettext_lazy("Say what was compared with what.")},
    )
    # A failed check is recorded like any other: it outweighs one of its kind that passed before.
    confirmed: bool = typed(
        forms.TypedChoiceField,
        label=gettext_lazy("Result"),
        choices=[
            ("yes", gettext_lazy("It confirms")),
            ("no", gettext_lazy("It does not confirm")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it confirms.")},
    )
    seen_on: date | None = typed(
        day_field, label=gettext_lazy("Day of the check"), initial=today, default=None
    )
    # Last, as an identity document is the last resort (promise A1; EDPB 01/2022, para. 74).
    document: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("Document"),
        required=False,
        help_text=gettext_lazy(
            "Only where nothing else suffices. PDF, JPEG, PNG or HEIC, at most 10 MB."
        ),
        default=None,
    )


def _recorded(facts: Facts, names: Names) -> str:
    sentence = _("Evidence: %(kind)s") if facts.get("confirmed") else _("Check failed: %(kind)s")
    return sentence % {"kind": EvidenceKind(facts["kind"]).label}


def _record_what_speaks(subject_request: SubjectRequest) -> Words:
    if subject_request.status == Status.RECEIVED:
        return gettext_lazy(
            "Make sure of who asks: match what they gave with what you hold, before asking for "
            "anything new."
        )
    return gettext_lazy(
        "Record what speaks for the identity, or decide without telling what is held."
    )


@deed(
    "add_evidence",
    gettext_lazy("Record evidence"),
    permissions=(Permission.IDENTIFY,),
    states=tuple(state for state in OPEN if state != Status.FROZEN),
    # A decision that was proposed before did not know of this check, and is void by it.
    rests_on=True,
    address="evidence",
    lead=gettext_lazy(
        "One check: what was compared with what, and with which result. Whoever records evidence "
        "does not approve the decision."
    ),
    done=gettext_lazy("The evidence is recorded."),
    history=_recorded,
    onward=100,
    next_when=lambda subject_request, actor: unproved(subject_request),
    hint=_record_what_speaks,
    shows=("identity",),
)
def add_evidence(doing: Doing, given: EvidenceGiven) -> None:
    """Record one piece of evidence. Raises BadInput when it does not say what was compared."""
    _check(given, doing.today)
    _keep(given, doing)
    # What was compared stays sealed: history tells the kind and the result alone.
    doing.facts |= {"kind": given.kind, "about": given.about, "confirmed": given.confirmed}


def _check(given: EvidenceGiven, today: date) -> None:
    problems = {}
    # A closed list: secret questions prove nothing, so nobody can type them in (promise A1).
    if given.kind not in EvidenceKind.values:
        problems["kind"] = _("Choose the kind of evidence.")
    if not given.compared_with.strip():
        problems["compared_with"] = _("Say what was compared with what.")
    if given.seen_on and given.seen_on > today:
        problems["seen_on"] = _("This day lies in the future. Enter the day of the check.")
    if problems:
        raise BadInput(problems)


def _keep(given: EvidenceGiven, doing: Doing) -> Evidence:
    subject_request = doing.subject_request
    evidence = Evidence(
        safe=subject_request.safe,
        subject_request=subject_request,
        about=given.about,
        kind=given.kind,
        confirmed=given.confirmed,
        seen_on=given.seen_on or doing.today,
        recorded_at=doing.at,
        # Who recorded it cannot approve what rests on it, so a name stands here (promise A8).
        by=doing.user,
    )
    if given.document:
        # Under a key of its own: identity documents are destroyed long before the request is.
        evidence.document = keep_proof(
            subject_request, given.document, at=doing.at, purpose=KeyPurpose.IDENTITY
        )
    evidence.seal(compared_with=given.compared_with)
    evidence.save()
    return evidence


@dataclass(frozen=True, slots=True)
class Strike:
    """Which piece of evidence no longer counts, by its id."""

    evidence_id: int = from_address()


@deed(
    "strike_evidence",
    gettext_lazy("Strike evidence"),
    permissions=(Permission.IDENTIFY,),
    states=OPEN,
    rests_on=True,
    address="evidence/<int:evidence_id>/strike",
    lead=gettext_lazy("It no longer counts. The row stays, with who struck it and when."),
    done=gettext_lazy("The evidence is struck."),
    warning=True,
    history=gettext_lazy("A piece of evidence was struck"),
    place=Place.ELSEWHERE,
    shows=("evidence",),
)
def strike_evidence(doing: Doing, given: Strike) -> None:
    """Take a piece of evidence out of the count; the row stays and says who struck it when."""
    # Through the request: the id in the address may be of another one, or of another house.
    evidence = doing.subject_request.evidence.filter(pk=given.evidence_id, struck_at=None).first()
    if evidence is None:
        raise BadInput({"evidence": _("This evidence was struck already.")})
    # Never deleted: that somebody once relied on it is part of the record.
    evidence.struck_at, evidence.struck_by = doing.at, doing.user
    evidence.save()
    doing.facts["evidence"] = evidence.pk


@deed(
    "accept_identity",
    gettext_lazy("Accept identity"),
    permissions=(Permission.IDENTIFY,),
    # No tick box: the level is computed from the rows, and this says that it is reached (A2).
    needs=(identity_needed,),
    lead=gettext_lazy("The evidence reaches the level that this right requires, so work goes on."),
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
