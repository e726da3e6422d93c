"""What goes to and fro with the requester: questions, replies, what was missing, where to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.particulars import PARTICULARS, Particular, filled, particulars
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_file
from dsr.requests.forms import FilesField, day_field, email_field, phone_field, text_field
from dsr.requests.forms.asking import asked_by
from dsr.requests.forms.fields import field_of
from dsr.requests.messages import write_message
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.people import reindex, writes_to
from dsr.requests.services.notify import responsible, tell_requester, tell_staff
from dsr.requests.states import OPEN, UNDECIDED, PauseReason, Status
from dsr.vault.models import KeyPurpose
from dsr.vault.services import unindex
from dsr.vault.uploads import CheckedUpload

from .declaration import Words, deed
from .doing import Doing
from .inputs import LONG, Begin, today, typed, typed_together


@dataclass(frozen=True, slots=True)
class Question:
    """What the requester is asked, on their private page or in a letter."""

    question: str = typed(
        text_field,
        10,
        LONG,
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "They read it on their private page; the mail only says that it is there."
        ),
        error_messages={"required": gettext_lazy("Write what you ask.")},
    )


def _asking_is_open(subject_request: SubjectRequest, following: str) -> bool:
    """Before evidence is recorded, proof is what there is to ask for, and that has its own deed."""
    return following != "add_evidence" or subject_request.status == Status.PROVING_IDENTITY


@deed(
    "ask_requester",
    gettext_lazy("Ask the requester"),
    permissions=(Permission.WORK,),
    address="ask",
    lead=gettext_lazy(
        "The request waits for the reply. A clock stands still only where its law says so; the "
        "policy’s own runs on."
    ),
    done=gettext_lazy("The question is asked."),
    history=gettext_lazy("The requester was asked something"),
    told=gettext_lazy("You were asked a question."),
    second_to=_asking_is_open,
)
def ask_requester(doing: Doing, given: Question) -> None:
    """Ask the requester; the request waits, and clocks stand still where a law says so."""
    if not given.question.strip():
        raise BadInput({"question": _("Write what you ask.")})
    doing.subject_request.ask_requester()
    write_message(doing, RequestMessage.Kind.QUESTION, given.question)
    lifecycle.begin_pause(
        doing.subject_request, PauseReason.CLARIFICATION, actor=doing.actor, at=doing.at
    )
    doing.afterwards.append(lambda: tell_requester(doing.subject_request, "question", at=doing.at))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the requester wrote, here or by another way on the day ``on`` (None: today)."""

    text: str = typed(
        text_field,
        8,
        LONG,
        label=gettext_lazy("What the requester wrote or said"),
        required=False,
        default="",
    )
    on: date | None = typed(
        day_field,
        label=gettext_lazy("Day on which it arrived"),
        help_text=gettext_lazy("The real day, also when it was earlier."),
        initial=today,
        default=None,
    )
    documents: Sequence[CheckedUpload] = typed(
        FilesField,
        label=gettext_lazy("Files"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB each."),
        default=(),
    )


def _waiting_for_others(subject_request: SubjectRequest) -> Words:
    if subject_request.status == Status.IN_REVIEW:
        return gettext_lazy("A second person looks at the proposed decision.")
    if subject_request.status in (Status.WAITING, Status.PROVING_IDENTITY):
        return gettext_lazy("The requester has been asked. Record what comes by another way.")
    return gettext_lazy("Somebody who works on requests carries it on. Record what still comes in.")


@deed(
    "reply",
    gettext_lazy("Record a reply"),
    permissions=(Permission.RECORD,),
    by_requester=True,
    lead=gettext_lazy("What the requester wrote or said outside of this site."),
    done=gettext_lazy("The reply is recorded."),
    history=gettext_lazy("The requester replied"),
    told=gettext_lazy("Your message arrived."),
    onward=110,
    hint=_waiting_for_others,
    quiet=True,
)
def reply(doing: Doing, given: Reply) -> None:
    """The requester wrote: what waited goes on, what had lapsed is taken up again."""
    _check_reply(given, doing)
    lapsed = doing.subject_request.status == Status.LAPSED
    seal = _seal_of_files(doing.subject_request)
    doing.subject_request.reply()
    write_message(doing, RequestMessage.Kind.REPLY, given.text, from_requester=True, on=given.on)
    for upload in given.documents:
        keep_file(doing.subject_request, upload, at=doing.at, purpose=seal)
    if lapsed:
        lifecycle.take_up_again(doing.subject_request, actor=doing.actor, at=doing.at)
    if doing.before == Status.WAITING:
        # The pause ends on the day the reply arrived, not on the day somebody typed it in.
        lifecycle.end_pauses(
            doing.subject_request,
            PauseReason.CLARIFICATION,
            actor=doing.actor,
            at=doing.at,
            on=given.on,
        )
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request, "reply_arrived", responsible(doing.subject_request), at=doing.at
        )
    )


def _seal_of_files(subject_request: SubjectRequest) -> KeyPurpose:
    """What comes while proof of identity is awaited may be a passport, and is kept no longer.

    A request that lapsed was waiting for such proof where that was the last thing asked.
    """
    if subject_request.status == Status.LAPSED:
        asked = (RequestMessage.Kind.IDENTITY, RequestMessage.Kind.QUESTION)
        last = subject_request.messages.filter(kind__in=asked).last()
        proving = last is not None and last.kind == RequestMessage.Kind.IDENTITY
    else:
        proving = Status.PROVING_IDENTITY in (subject_request.status, subject_request.waiting_from)
    return KeyPurpose.IDENTITY if proving else KeyPurpose.CONTENT


def _check_reply(given: Reply, doing: Doing) -> None:
    problems = {}
    if not given.text.strip() and not given.documents:
        problems["text"] = _("Write your message, or add a file.")
    if given.on and given.on > doing.today:
        problems["on"] = _("This day lies in the future. Enter the day the reply arrived.")
    if given.on and given.on < doing.subject_request.received_on:
        problems["on"] = _("This day lies before the request was received.")
    if problems:
        raise BadInput(problems)


def _contact(name: str) -> Begin:
    """The contact as it is on record, to be corrected."""
    return lambda opening: writes_to(opening.subject_request).reveal(name)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where answers go; at least one of the three."""

    email: str = typed(
        email_field,
        label=gettext_lazy("E-mail address"),
        required=False,
        initial=_contact("email"),
        default="",
    )
    phone: str = typed(
        phone_field,
        label=gettext_lazy("Telephone number"),
        required=False,
        initial=_contact("phone"),
        default="",
    )
    postal_address: str = typed(
        text_field,
        4,
        500,
        label=gettext_lazy("Postal address"),
        required=False,
        initial=_contact("postal_address"),
        default="",
    )


@deed(
    "edit_contact",
    gettext_lazy("Correct the contact"),
    permissions=(Permission.RECORD,),
    states=OPEN,
    rests_on=True,
    address="contact",
    lead=gettext_lazy(
        "Answers go here. Whoever corrects the contact last cannot approve what is sent to it, and "
        "a decision that was proposed before no longer holds."
    ),
    done=gettext_lazy("The contact is corrected."),
    history=gettext_lazy("The contact was corrected"),
    told=gettext_lazy("Your contact details were corrected."),
)
def edit_contact(doing: Doing, given: Contact) -> None:
    """Correct where answers go. Who did it last is not who approves what goes there."""
    if not (given.email or given.phone or given.postal_address):
        raise BadInput({"email": _("Leave at least one way to answer.")})
    person = writes_to(doing.subject_request)
    # The old contact must not find the request any more: it may be a stranger's.
    country = doing.subject_request.organisation.country
    for name in ("email", "phone"):
        unindex(person.safe, name, [str(person.reveal(name) or "")], country)
    person.seal(
        email=given.email.strip(),
        phone=given.phone.strip(),
        postal_address=given.postal_address.strip(),
    )
    person.contact_edited_by = doing.user
    person.save()
    # All of them: the other person of the request may have the contact that was taken out.
    reindex(doing.subject_request)


def _missing_first(subject_request: SubjectRequest) -> list[Particular]:
    codes = [code for code, _strength in asked_by(subject_request.right)]
    missing = subject_request.missing
    return particulars(sorted(codes, key=lambda code: code not in missing))


def _fields_of_particulars(subject_request: SubjectRequest, user: User) -> dict[str, forms.Field]:
    values, made = subject_request.values(), {}
    for particular in _missing_first(subject_request):
        for spec in particular.fields:
            alone = particular.help if len(particular.fields) == 1 else ""
            made[spec.name] = field_of(spec, alone)
            made[spec.name].initial = values.get(particular.code, {}).get(spec.name)
    return made


def _changed_particulars(
    subject_request: SubjectRequest, form: forms.Form
) -> dict[str, dict[str, Any]]:
    """Only the particulars of which something was changed, each whole: half a period is none."""
    return {
        particular.code: {
            spec.name: _plain(form.cleaned_data.get(spec.name)) for spec in particular.fields
        }
        for particular in _missing_first(subject_request)
        if any(spec.name in form.changed_data for spec in particular.fields)
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value or ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What was missing: code of the particular -> its fields and their values, as JSON has them."""

    particulars: Mapping[str, Mapping[str, Any]] = typed_together(
        _fields_of_particulars, _changed_particulars
    )


def _something_is_asked(subject_request: SubjectRequest, actor: Actor) -> str:
    if any(True for _each in asked_by(subject_request.right)):
        return ""
    return _("The policy says that this is not asked. Leave it out.")


@deed(
    "complete",
    gettext_lazy("Add what was missing"),
    permissions=(Permission.RECORD,),
    by_requester=True,
    states=UNDECIDED,
    needs=(_something_is_asked,),
    rests_on=True,
    hide_blocked=lambda subject_request: True,
    lead=gettext_lazy("What the requester said later. What is missing stands first."),
    done=gettext_lazy("It is added."),
    history=gettext_lazy("What was missing was added"),
    told=gettext_lazy("What was missing was added."),
)
def complete(doing: Doing, given: Completion) -> None:
    """Add particulars that were missing, or better ones; what was typed before is kept beside."""
    added = {code: dict(values) for code, values in given.particulars.items() if filled(values)}
    _check_particulars(doing, added)
    subject_request = doing.subject_request
    subject_request.seal(particulars=subject_request.values() | added)
    subject_request.missing = [code for code in subject_request.missing if code not in added]
    doing.facts["added"] = ",".join(sorted(added))[:80].replace(",", ".")


def _check_particulars(doing: Doing, given: Mapping[str, object]) -> None:
    if not given:
        raise BadInput({"particulars": _("Nothing was filled in.")})
    unknown = set(given) - set(PARTICULARS)
    if unknown or set(given) & set(doing.subject_request.right.never):
        raise BadInput({"particulars": _("The policy says that this is not asked. Leave it out.")})
