"""How an answer leaves the house, and what its leaving settles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.notifications import letters
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import owe
from dsr.notifications.services import record_posting as outbox_posted
from dsr.policies.models import Organisation
from dsr.requests.models import Decision, Note, RequestMessage, SubjectRequest
from dsr.vault.models import KeyPurpose, SealedFile
from dsr.vault.services import store_file
from dsr.vault.uploads import CheckedUpload

from . import clocks
from .changing import Doing
from .telling import lines_of, tell_requester, writes_to
from .writing import write_message

# What information is called, wholly or at its end, that says where to turn with a complaint.
REMEDY = "complaint"


@dataclass(frozen=True, slots=True)
class GivenBefore:
    """The answer was given by another way on an earlier day, and this proves it."""

    on: date
    proof: CheckedUpload


def send(doing: Doing, decision: Decision, before: GivenBefore | None = None) -> RequestMessage:
    """Seal the answer with its letter. On paper it counts from its posting, else from today."""
    subject_request = doing.subject_request
    answer = write_message(doing, RequestMessage.Kind.ANSWER, str(decision.unseal("answer")))
    answer.letter = _letter(doing, answer)
    answer.on_paper = before is None and goes_by_post(subject_request)
    if before:
        answer.happened_on, answer.proof = before.on, keep_proof(doing, before.proof)
    answer.save()
    if before:
        answered(doing, before.on)
    elif answer.on_paper:
        _owe_letter(doing, answer)
    else:
        answered(doing, doing.today)
        doing.afterwards.append(
            lambda: tell_requester(subject_request, "answer_ready", at=doing.at)
        )
    doing.facts |= {"message": answer.pk, "on_paper": answer.on_paper}
    return answer


def keep_proof(doing: Doing, proof: CheckedUpload) -> SealedFile:
    """A document that belongs to the record of the decision."""
    return store_file(
        doing.subject_request.safe,
        name=proof.name,
        content=proof.content,
        content_type=proof.content_type,
        purpose=KeyPurpose.RECORD,
        at=doing.at,
    )


def goes_by_post(subject_request: SubjectRequest) -> bool:
    """Who asked for paper gets paper, and so does who can be written to in no other way."""
    person = writes_to(subject_request)
    if not person.reveal("postal_address"):
        return False
    return subject_request.wants_paper or not person.reveal("email")


def answered(doing: Doing, on: date) -> None:
    """The answer is out: the duty's clocks are met, or missed when it was late."""
    doing.subject_request.answered_on = on
    clocks.settle(doing.subject_request, on, actor=doing.actor, at=doing.at)


def mark_posted(doing: Doing, answer: RequestMessage, on: date) -> None:
    """The letter leaves the list of letters to post."""
    for owed in OutboxMessage.objects.to_post().filter(key=_letter_key(answer)):
        outbox_posted(owed.pk, posted_on=on, at=doing.at)


def keep_note(doing: Doing, actor: User, text: str) -> Note:
    note = Note(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        by=actor,
        at=doing.at,
    )
    note.seal(text=text.strip())
    note.save()
    return note


def _letter_key(answer: RequestMessage) -> str:
    return f"answer_letter:{answer.pk}"


def _owe_letter(doing: Doing, answer: RequestMessage) -> None:
    subject_request = doing.subject_request
    person = writes_to(subject_request)
    owe(
        key=_letter_key(answer),
        kind="answer_letter",
        safe=subject_request.safe,
        to="\n".join(lines_of(person)),
        language=subject_request.language,
        context={"reference": subject_request.reference},
        at=doing.at,
        reference=subject_request.reference,
        medium="letter",
        file=answer.letter,
    )


def _letter(doing: Doing, answer: RequestMessage) -> SealedFile:
    subject_request = doing.subject_request
    content = letters.write(_written(doing, answer), language=subject_request.language, at=doing.at)
    return store_file(
        subject_request.safe,
        name=f"{subject_request.reference}.pdf",
        content=content,
        content_type="application/pdf",
        purpose=KeyPurpose.RECORD,
        at=doing.at,
    )


def _written(doing: Doing, answer: RequestMessage) -> letters.Letter:
    """The letter as data, so that nothing typed can become markup."""
    subject_request = doing.subject_request
    organisation, language = subject_request.organisation, subject_request.language
    person, right = writes_to(subject_request), subject_request.right
    with translation.override(language):
        return letters.Letter(
            head=letterhead(organisation),
            recipient=lines_of(person),
            subject=_("Your request: %(right)s") % {"right": right.in_language("title", language)},
            body=letters.blocks_of(str(answer.unseal("body"))),
            written_on=doing.today,
            reference=subject_request.reference,
            signatory=[organisation.legal_name],
            remedies=remedies(subject_request),
            facts={_("Received on"): date_format(subject_request.received_on, "DATE_FORMAT")},
        )


def letterhead(organisation: Organisation) -> letters.Letterhead:
    return letters.Letterhead(
        name=organisation.legal_name,
        lines=organisation.postal_address.splitlines(),
        contact=[each for each in (organisation.contact_email, organisation.phone) if each],
        country=organisation.country,
    )


def remedies(subject_request: SubjectRequest) -> list[str]:
    """What somebody can do who does not agree: the complaint routes among what the policy tells."""
    language = subject_request.language
    return [
        f"{item.in_language('title', language)}: {item.in_language('text', language)}"
        for item in subject_request.right.reading.information.filter(slug__endswith=REMEDY)
    ]
