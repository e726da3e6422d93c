"""Who may read what was released: contacts are proved, codes given, links and sessions ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.errors import BadInput
from dsr.requests.file_words import with_files
from dsr.requests.forms import HAPPENED, day_field, text_field
from dsr.requests.messages import keep_note
from dsr.requests.models import ContactProof, RequestMessage, SubjectRequest
from dsr.requests.people import answers_go_to, contact_hash, notices_go_to, writes_to
from dsr.requests.preconditions import (
    contact_needed,
    contact_proved,
    not_disputed,
    standing_decision,
)
from dsr.requests.services import links, reading
from dsr.requests.services.held_contacts import check_cooled
from dsr.requests.services.notify import tell_requester
from dsr.requests.states import ENDED, OPEN, CodeWay, ContactProofKind, Ended, Status

from .declaration import Facts, Names, Nothing, Place, deed, history_line
from .doing import Doing
from .inputs import from_address, today, typed
from .post import still_written_to

EVERY = tuple(Status)
# What speaks for a contact because it stands in the records.
BY_RECORD = frozenset({ContactProofKind.ON_RECORD, ContactProofKind.THROUGH_RECORD})
# While it is frozen nothing goes out, and nothing that went out is opened.
NOT_FROZEN = tuple(state for state in EVERY if state != Status.FROZEN)


def _ended(facts: Facts, names: Names) -> str:
    why = Ended(facts["why"]).label
    return _("Private links and sessions ended: %(why)s") % {"why": why}


history_line("links_ended", _ended, gettext_lazy("Earlier private links and sessions were closed."))


def _answer_read(facts: Facts, names: Names) -> str:
    day = names.get(f"message:{facts.get('message')}")
    if not day:
        return _("The requester read the answer")
    return _("The requester read the answer of %(day)s") % {"day": day}


def _letter_taken(facts: Facts, names: Names) -> str:
    return with_files(_("The requester downloaded the letter"), facts, names)


def _file_taken(facts: Facts, names: Names) -> str:
    return with_files(_("The requester downloaded a file of the answer"), facts, names)


history_line("code_asked", gettext_lazy("The requester asked for a code to read the answer"))
history_line(
    "answer_read",
    _answer_read,
    gettext_lazy("The answer was read."),
)
history_line(
    "letter_downloaded",
    _letter_taken,
    gettext_lazy("The letter was downloaded."),
)
history_line(
    "file_taken",
    _file_taken,
    gettext_lazy("A file of the answer was downloaded."),
)
history_line(
    "wrong_code",
    gettext_lazy("A code was wrong five times and is dead"),
    gettext_lazy("A code was wrong five times and no longer opens anything."),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Why the contact to which the answer goes is the person's own; ``source`` is sealed."""

    kind: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("What speaks for the contact"),
        choices=[("", gettext_lazy("Choose …")), *ContactProofKind.choices],
        error_messages={"required": gettext_lazy("Choose what speaks for the contact.")},
    )
    source: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Where it was found, and who looked"),
        help_text=gettext_lazy(
            "For example: patient file, entered in 2023; called back on the number of the file. It "
            "is sealed."
        ),
        error_messages={"required": gettext_lazy("Say where it was found.")},
    )
    seen_on: date | None = typed(
        day_field, HAPPENED, label=gettext_lazy("Day of the check"), initial=today, default=None
    )


def _not_proved_yet(subject_request: SubjectRequest, actor: Actor) -> str:
    return _("The contact is proved already.") if contact_proved(subject_request) else ""


def _another_approved(subject_request: SubjectRequest, actor: Actor) -> str:
    """Else who approved alone says afterwards where it goes (promise A 8)."""
    decision = standing_decision(subject_request)
    if decision is None or not isinstance(actor, User) or decision.second_person_id != actor.pk:
        return ""
    return _("You approved this decision. Another person has to prove the contact it goes to.")


def _has_contact(subject_request: SubjectRequest, actor: Actor) -> str:
    if answers_go_to(subject_request)[0]:
        return ""
    return _("There is no address to which an answer could go. Correct the contact first.")


def _proved(facts: Facts, names: Names) -> str:
    return _("The contact was proved: %(kind)s") % {"kind": ContactProofKind(facts["kind"]).label}


@deed(
    "prove_contact",
    gettext_lazy("Prove the contact"),
    permissions=(Permission.IDENTIFY,),
    states=tuple(state for state in (*OPEN, *ENDED) if state != Status.FROZEN),
    needs=(still_written_to, _has_contact, _not_proved_yet, _another_approved),
    lead=gettext_lazy(
        "What the requester says of themselves proves no address: who knows the details of another "
        "gives an address of their own. Say what else speaks for it. Whoever proves the contact "
        "does not approve the decision."
    ),
    done=gettext_lazy("The contact is proved."),
    history=_proved,
    hide_blocked=lambda subject_request: True,
    onward=39,
    next_when=lambda subject_request, actor: (
        subject_request.status == Status.DECIDED and bool(contact_needed(subject_request))
    ),
    hint=gettext_lazy("It is decided, but the contact to which the answer goes is not proved."),
    shows=("identity",),
)
def prove_contact(doing: Doing, given: Proof) -> None:
    """Record why the delivery contact is the person's own, for this address and no other."""
    problems = {}
    if given.kind not in ContactProofKind.values:
        problems["kind"] = _("Choose what speaks for the contact.")
    if not given.source.strip():
        problems["source"] = _("Say where it was found.")
    if given.seen_on and given.seen_on > doing.today:
        problems["seen_on"] = _("This day lies in the future. Enter the day of the check.")
    if problems:
        raise BadInput(problems)
    if given.kind in BY_RECORD:
        check_cooled(doing.subject_request, *answers_go_to(doing.subject_request), doing.today)
    proof = ContactProof(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        contact=contact_hash(*answers_go_to(doing.subject_request)),
        kind=given.kind,
        seen_on=given.seen_on or doing.today,
        recorded_at=doing.at,
        by=doing.user,
    )
    proof.seal(source=given.source.strip())
    proof.save()
    doing.facts |= {"kind": given.kind, "proof": proof.pk}


@dataclass(frozen=True, slots=True)
class StruckProof:
    """Which proof no longer counts, by its id."""

    proof_id: int = from_address()


def _proof_struck(facts: Facts, names: Names) -> str:
    kind = dict(ContactProofKind.choices).get(str(facts.get("kind")), "")
    return _("A proof of the contact was struck: %(kind)s") % {"kind": kind}


@deed(
    "strike_contact_proof",
    gettext_lazy("Strike the proof of the contact"),
    permissions=(Permission.IDENTIFY,),
    states=OPEN,
    address="contact-proof/<int:proof_id>/strike",
    lead=gettext_lazy(
        "It no longer counts, and what was opened through this contact is closed. The row stays, "
        "with who recorded it and when."
    ),
    done=gettext_lazy("The proof is struck."),
    warning=True,
    history=_proof_struck,
    place=Place.ELSEWHERE,
    shows=("identity",),
)
def strike_contact_proof(doing: Doing, given: StruckProof) -> None:
    """The contact is no longer proved by this: nothing is sent there or opened through it."""
    rows = doing.subject_request.contact_proofs.filter(pk=given.proof_id, struck_at=None)
    struck = rows.first()
    if struck is None:
        raise BadInput({"proof": _("This proof was struck already.")})
    rows.update(struck_at=doing.at)
    doing.facts |= {"proof": struck.pk, "kind": struck.kind}
    # Who read by this contact reads no more; to follow the request it is as good as before.
    links.end(doing.subject_request, Ended.UNPROVED, at=doing.at, actor=doing.actor)
    if doing.subject_request.status != Status.FROZEN:
        send_fresh_link(doing)


@dataclass(frozen=True, slots=True)
class Stolen:
    """How the desk knows; it is sealed in a note."""

    reason: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("How do you know?"),
        help_text=gettext_lazy("Internal. The requester does not see it."),
        error_messages={"required": gettext_lazy("Say how you know.")},
    )


def _mailbox_in_use(subject_request: SubjectRequest, actor: Actor) -> str:
    person = writes_to(subject_request)
    if person.reveal("email", altered="") and not person.email_stolen:
        return ""
    return _("No mail goes out to this requester.")


@deed(
    "declare_stolen",
    gettext_lazy("The mailbox is in wrong hands"),
    permissions=(Permission.RECORD,),
    states=EVERY,
    needs=(_mailbox_in_use,),
    rests_on=True,
    lead=gettext_lazy(
        "Every private link and session ends at once, and nothing is mailed to this address until "
        "the contact is corrected."
    ),
    done=gettext_lazy("Links and sessions are closed; no mail goes to this address any more."),
    warning=True,
    history=gettext_lazy("The mailbox was declared to be in wrong hands"),
    told=gettext_lazy("No more mail goes to the old address."),
    place=Place.ENDING,
    hide_blocked=lambda subject_request: True,
)
def declare_stolen(doing: Doing, given: Stolen) -> None:
    """Nothing goes to this mailbox any more, and what was opened through it is closed."""
    if not given.reason.strip():
        raise BadInput({"reason": _("Say how you know.")})
    person = writes_to(doing.subject_request)
    person.email_stolen = True
    person.save(update_fields=["email_stolen"])
    doing.subject_request.contact_proofs.filter(struck_at=None).update(struck_at=doing.at)
    keep_note(doing, given.reason)
    links.end(doing.subject_request, Ended.STOLEN, at=doing.at, actor=doing.actor)


def _mails_new_link(subject_request: SubjectRequest) -> bool:
    """Whose the contact is, is in doubt while it is frozen; on paper no link is sent."""
    frozen = subject_request.status == Status.FROZEN
    return not frozen and notices_go_to(subject_request)[1] == "email"


def _new_link_goes(subject_request: SubjectRequest) -> str:
    if _mails_new_link(subject_request):
        return _("All links and sessions are closed, and a new link is on its way.")
    if subject_request.status == Status.FROZEN:
        return _("All links and sessions are closed. A new link goes out when the request goes on.")
    return _(
        "All links and sessions are closed. No new link is sent, since no mail can go to the "
        "requester: tell them by another way."
    )


def _links_closed(facts: Facts, names: Names) -> str:
    if facts.get("mailed"):
        return _("All private links were closed and a new one sent")
    return _("All private links were closed")


@deed(
    "close_links",
    gettext_lazy("Close all links and sessions"),
    permissions=(Permission.WORK, Permission.RECORD),
    states=EVERY,
    raises_version=False,
    lead=gettext_lazy(
        "Every private link and session of this request ends at once. A new link goes to the "
        "contact on file; of a frozen request when it goes on."
    ),
    done=_new_link_goes,
    warning=True,
    history=_links_closed,
    told=gettext_lazy("All private links were closed."),
    place=Place.ENDING,
)
def close_links(doing: Doing, given: Nothing) -> None:
    """End what is open, and send a fresh link to the contact on file."""
    links.end(doing.subject_request, Ended.STAFF, at=doing.at, actor=doing.actor)
    doing.facts["mailed"] = _mails_new_link(doing.subject_request)
    if doing.facts["mailed"]:
        send_fresh_link(doing)


def send_fresh_link(doing: Doing) -> None:
    """A link for the contact as it is now, once the deed is done."""
    stamp = int(doing.at.timestamp())
    doing.afterwards.append(
        lambda: tell_requester(
            doing.subject_request,
            "fresh_link",
            at=doing.at,
            key=f"fresh_link:{doing.subject_request.pk}:{doing.deed.code}:{stamp}",
        )
    )


def _something_to_read(subject_request: SubjectRequest, actor: Actor) -> str:
    if reading.released(subject_request):
        return ""
    return _("There is no answer to read yet.")


def _not_contested(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.authority_contested_at is None:
        return ""
    return _("The authority to act is contested. Nothing is released until that is settled.")


@dataclass(frozen=True, slots=True)
class Giving:
    """How the code reaches the person."""

    way: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("How does the code reach the person?"),
        choices=[
            (CodeWay.COUNTER.value, gettext_lazy("I tell it to the person, whose identity I saw")),
            (CodeWay.LETTER.value, gettext_lazy("By letter to the postal address on file")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how it reaches the person.")},
    )


@deed(
    "give_code",
    gettext_lazy("Give a code for reading"),
    permissions=(Permission.IDENTIFY,),
    states=NOT_FROZEN,
    needs=(_something_to_read, _not_contested, not_disputed),
    raises_version=False,
    lead=gettext_lazy(
        "For somebody who gets no mail. The answer opens in the private page in which this code is "
        "entered. Told at the counter it is valid for 30 minutes and stands on the page of the "
        "request; by letter for 21 days."
    ),
    done=gettext_lazy("The code is made."),
    history=gettext_lazy("A code for reading the answer was given"),
    told=gettext_lazy("A code for reading the answer was given."),
    hide_blocked=lambda subject_request: True,
    shows=("answer",),
)
def give_code(doing: Doing, given: Giving) -> None:
    """A code for a person who is here, or by letter."""
    if given.way not in (CodeWay.COUNTER, CodeWay.LETTER):
        raise BadInput({"way": _("Choose how it reaches the person.")})
    if given.way == CodeWay.LETTER and (sentence := _no_letter(doing.subject_request)):
        raise BadInput({"way": sentence})
    made = reading.make_code(doing.subject_request, CodeWay(given.way), at=doing.at)
    doing.facts |= {"way": given.way, "code": made.pk}


def _no_letter(subject_request: SubjectRequest) -> str:
    """A code goes where the answer goes, which is the contact that was proved."""
    if answers_go_to(subject_request)[1] != "letter":
        return _("The answer does not go by post, so no code does. Tell it at the counter.")
    return reading.unproved(subject_request)


@deed(
    "renew_release",
    gettext_lazy("Open the answer anew"),
    permissions=(Permission.WORK,),
    states=NOT_FROZEN,
    needs=(_something_to_read, _not_contested, not_disputed),
    raises_version=False,
    lead=gettext_lazy(
        "It can be read for another 90 days, and the count of readings begins again. A code is "
        "needed as before."
    ),
    done=gettext_lazy("The answer can be read for another 90 days."),
    history=gettext_lazy("The answer was opened anew for reading"),
    told=gettext_lazy("The answer can be read for another 90 days."),
    hide_blocked=lambda subject_request: True,
    shows=("answer",),
)
def renew_release(doing: Doing, given: Nothing) -> None:
    """Once more readable, where the time was over or it was opened too often."""
    released = [each.pk for each in reading.released(doing.subject_request)]
    RequestMessage.objects.filter(pk__in=released).update(renewed_at=doing.at)
