"""Letters of a request that lie here: which, and how one is taken back before it is posted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from dsr.notifications.models import OutboxMessage
from dsr.notifications.models import Status as Outbox
from dsr.requests.models import Notice, RequestMessage, SubjectRequest

FIRST_ANSWER = "answer_letter:"


def answer_letter_key(answer: RequestMessage) -> str:
    # By the answer and not by the deed: recording the posting finds the same row.
    return f"{FIRST_ANSWER}{answer.pk}"


def keys_to_post(answer: RequestMessage) -> list[str]:
    """The letters with this answer that lie here: the first one, or one that was sent again."""
    owed = answer.notices.filter(state=Notice.State.OWED, medium="letter")
    return [*owed.values_list("key", flat=True)]


def waits_for_posting(answer: RequestMessage) -> bool:
    return bool(answer.on_paper and answer.letter_id and answer.posted_on is None)


def letters_waiting(subject_request: SubjectRequest) -> QuerySet[OutboxMessage]:
    """Letters to the requester that nobody has posted yet."""
    rows: QuerySet[OutboxMessage] = OutboxMessage.objects.to_post().filter(
        reference=subject_request.reference
    )
    return rows


def take_back_letter(subject_request: SubjectRequest, *, at: datetime) -> bool:
    """The letter that waits to be posted is not posted: its address or decision stands no more."""
    waiting = subject_request.messages.filter(
        kind=RequestMessage.Kind.ANSWER, on_paper=True, posted_on=None, taken_back_at=None
    )
    keys = [key for each in waiting for key in keys_to_post(each)]
    OutboxMessage.objects.to_post().filter(key__in=keys).update(status=Outbox.CANCELLED)
    subject_request.notices.filter(key__in=keys).exclude(state=Notice.State.OUT).update(
        state=Notice.State.REPLACED
    )
    return bool(waiting.update(taken_back_at=at))
