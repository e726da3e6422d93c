"""How an answer leaves the house, and what its leaving settles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import owe
from dsr.notifications.services import record_posting as outbox_posted
from dsr.requests.deadlines import lifecycle
from dsr.requests.files import keep_proof
from dsr.requests.letters import seal_letter
from dsr.requests.messages import write_message
from dsr.requests.models import Decision, RequestMessage, SubjectRequest
from dsr.requests.people import lines_of, writes_to
from dsr.vault.uploads import CheckedUpload

from .changing import Doing
from .notify import tell_requester


@dataclass(frozen=True, slots=True)
class GivenBefore:
    """The answer was given by another way on an earlier day, and this proves it."""

    on: date
    proof: CheckedUpload


def send(doing: Doing, decision: Decision, before: GivenBefore | None = None) -> RequestMessage:
    """Seal the answer with its letter. On paper it counts from its posting, else from today."""
    subject_request = doing.subject_request
    answer = write_message(doing, RequestMessage.Kind.ANSWER, str(decision.unseal("answer")))
    answer.letter = seal_letter(doing, answer)
    answer.on_paper = before is None and goes_by_post(subject_request)
    if before:
        answer.happened_on, answer.proof = (
            before.on,
            keep_proof(subject_request, before.proof, at=doing.at),
        )
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


def goes_by_post(subject_request: SubjectRequest) -> bool:
    """Who asked for paper gets paper, and so does who can be written to in no other way."""
    person = writes_to(subject_request)
    if not person.reveal("postal_address"):
        return False
    return subject_request.wants_paper or not person.reveal("email")


def answered(doing: Doing, on: date) -> None:
    """The answer is out: the duty's clocks are met, or missed when it was late."""
    doing.subject_request.answered_on = on
    lifecycle.settle(doing.subject_request, on, actor=doing.actor, at=doing.at)


def mark_posted(doing: Doing, answer: RequestMessage, on: date) -> None:
    """The letter leaves the list of letters to post."""
    for owed in OutboxMessage.objects.to_post().filter(key=_letter_key(answer)):
        outbox_posted(owed.pk, posted_on=on, at=doing.at)


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
