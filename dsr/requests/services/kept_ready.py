"""An answer that can reach nobody is kept ready: what that ends, and what ends it.

It is no delivery: a duty is not met by it. It is given up when the answer is delivered after all,
or when somebody takes it back.
"""

from __future__ import annotations

from datetime import date, datetime

from dsr.accounts.models import User
from dsr.notifications import services as outbox
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.models import KeptReady, Notice, RequestMessage, SubjectRequest
from dsr.requests.preconditions import sent_answer


def standing(subject_request: SubjectRequest) -> KeptReady | None:
    """Proposed or in force; at most one, by constraint."""
    found = [each for each in subject_request.kept_ready.all() if each.stands]
    for each in found:
        each.safe = subject_request.safe
    return found[0] if found else None


def proposed(subject_request: SubjectRequest) -> bool:
    """Whether it waits for a second person."""
    found = standing(subject_request)
    return found is not None and found.in_force_at is None


def lost_answer(subject_request: SubjectRequest) -> RequestMessage | None:
    """The answer that stands, where its message came back and no other one is under way."""
    answer = sent_answer(subject_request)
    if answer is None or subject_request.answered_on is not None:
        return None
    told = [
        each
        for each in subject_request.notices.all()
        if each.message_id == answer.pk and each.what == Notice.What.ANSWER
    ]
    under_way = any(each.waits for each in told)
    return answer if not under_way and any(each.is_undelivered for each in told) else None


def bring_into_force(
    kept: KeptReady, subject_request: SubjectRequest, *, actor: User, at: datetime
) -> None:
    """From now on nothing is owed but to keep it ready; the request is saved by the deed."""
    kept.in_force_at = at
    kept.ended = lifecycle.end_undelivered(subject_request, actor=actor, at=at)
    kept.save()
    subject_request.kept_ready_on = subject_request.organisation.today(at)
    RequestMessage.objects.filter(pk=kept.message_id).update(kept_since=at)
    keys = subject_request.notices.filter(message=kept.message_id).exclude(key="")
    # Nobody has to look after its messages any more.
    outbox.seen_to(keys.values_list("key", flat=True), actor_id=actor.pk, at=at)


def take_back(subject_request: SubjectRequest, *, actor: Actor, at: datetime, cause: str) -> None:
    """It was a mistake, or a way to deliver it was found: what had ended with it runs again."""
    kept = standing(subject_request)
    if kept is None:
        return
    _settle(kept, KeptReady.Came.TAKEN_BACK, at)
    if kept.in_force_at is not None:
        subject_request.kept_ready_on = None
        subject_request.save()
        lifecycle.undo_ending(subject_request, kept.ended, actor=actor, at=at, cause=cause)


def delivered(
    subject_request: SubjectRequest,
    message: RequestMessage | None,
    on: date,
    *,
    actor: Actor,
    at: datetime,
) -> list[int]:
    """This answer reached the requester on that day; returns which deadlines hang on it."""
    kept = standing(subject_request)
    if kept is None or message is None or kept.message_id != message.pk:
        return []
    if kept.in_force_at is None:
        _settle(kept, KeptReady.Came.TAKEN_BACK, at)
        return []
    _settle(kept, KeptReady.Came.DELIVERED, at, on)
    subject_request.kept_ready_on = None
    lifecycle.settle_undelivered(subject_request, kept.ended, on, actor=actor, at=at)
    return list(kept.ended)


def _settle(kept: KeptReady, came: KeptReady.Came, at: datetime, on: date | None = None) -> None:
    kept.came, kept.settled_at, kept.delivered_on = came, at, on
    kept.save()
    if kept.in_force_at is not None:
        # Its time for reading begins: until now it was kept without an end.
        message = RequestMessage.objects.filter(pk=kept.message_id)
        message.update(kept_since=None, renewed_at=at)
