"""What the requester is told counts once it is out: from the day its mail was sent or its letter
posted, and no more when it comes back.

The outbox says what became of a message; here it is recorded and every date follows, at once where
a person records it, else by the sweep, which asks what has been settled there and not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from dsr.deadlines import Result
from dsr.notifications.models import UNDELIVERED, OutboxMessage
from dsr.notifications.models import Status as Outbox
from dsr.requests import fees
from dsr.requests.actors import Actor
from dsr.requests.chain import write_line
from dsr.requests.deadlines import lifecycle, solving
from dsr.requests.mail_names import MAILS
from dsr.requests.models import Deadline, Extension, Notice, Pause, RequestMessage, SubjectRequest
from dsr.requests.preconditions import sent_answer
from dsr.requests.states import Duty, Outcome

from . import kept_ready
from .notify import Text, key_of, responsible, tell_requester, tell_staff

What, State = Notice.What, Notice.State
LOST = (*UNDELIVERED, Outbox.CANCELLED)


def tell(
    subject_request: SubjectRequest,
    kind: str,
    what: Notice.What,
    *,
    at: datetime,
    actor: Actor,
    text: Text = "",
    message: RequestMessage | None = None,
    extension: Extension | None = None,
    pause: Pause | None = None,
    key: str = "",
    into: list[Model] | None = None,
    **context: Any,
) -> str:
    """Owe the requester a message that counts once it is out; returns how it goes.

    ``text`` is what they are told, whole: a letter carries it, a mail says that it is there. Who
    can be written to in no way finds it on the private page, where it stands from now on.
    """
    key = key or key_of(kind, subject_request)
    medium = tell_requester(subject_request, kind, at=at, key=key, into=into, text=text, **context)
    # What nobody confirmed is not confirmed; a digest writes its own rows.
    if medium == "later" or (medium == "none" and what == What.RECEIPT):
        return medium
    notice = Notice(
        subject_request=subject_request,
        what=what,
        kind=kind,
        key=key if medium != "none" else "",
        medium=medium,
        owed_at=at,
        message=message,
        extension=extension,
        pause=pause,
    )
    keep(notice, into)
    if medium == "none":
        went_out(notice, subject_request, subject_request.organisation.today(at), actor, at)
    return medium


def keep(notice: Notice, into: list[Model] | None = None) -> None:
    if into is not None:
        into.append(notice)
        return
    notice.save()


def reaches_nobody(
    subject_request: SubjectRequest, answer: RequestMessage, *, at: datetime
) -> None:
    """The answer is there and can go nowhere: it counts when it was read or handed over."""
    keep(
        Notice(
            subject_request=subject_request,
            what=What.ANSWER,
            kind="answer_ready",
            medium="none",
            state=State.BACK,
            owed_at=at,
            message=answer,
        )
    )


def given(
    subject_request: SubjectRequest,
    what: Notice.What,
    on: date,
    *,
    actor: Actor,
    at: datetime,
    **about: Any,
) -> Notice:
    """It was told by another way, on that day: no message is owed."""
    notice = Notice(
        subject_request=subject_request,
        what=what,
        kind=what,
        medium="other",
        owed_at=at,
        **about,
    )
    keep(notice)
    went_out(notice, subject_request, on, actor, at)
    return notice


def sweep(*, at: datetime) -> int:
    """Record what became of messages since; returns how many notices it concerned."""
    ids = list(_unsettled().values_list("pk", flat=True))
    return sum(_settle_one(pk, at) for pk in ids)


def _unsettled() -> QuerySet[Notice]:
    became = OutboxMessage.objects.filter(key=OuterRef("key")).values("status")[:1]
    # From the small sides: what waits here, and what failed there.
    here = Notice.objects.filter(Q(state=State.OWED) | Q(state=State.BACK, seen_to=False))
    here = here.exclude(key="").annotate(became=Subquery(became))
    moved = here.filter(
        Q(state=State.OWED, became__in=[Outbox.SENT, *LOST])
        | Q(state=State.BACK, became__in=[Outbox.OWED, Outbox.CLAIMED, Outbox.SENT])
    )
    failed = OutboxMessage.objects.failed().values("key")
    return Notice.objects.filter(
        Q(pk__in=moved.values("pk")) | Q(state=State.OUT, key__in=failed)
    ).order_by("subject_request", "pk")


@transaction.atomic
def _settle_one(notice_id: int, at: datetime) -> bool:
    subject_request = (
        # Skipped where somebody works on it: the next sweep asks the same question.
        SubjectRequest.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("organisation__calendar", "right", "safe")
        .filter(notices=notice_id)
        .first()
    )
    if subject_request is None:
        return False
    return settle(Notice.objects.get(pk=notice_id), subject_request, actor=None, at=at)


def settle_message(
    subject_request: SubjectRequest, key: str, *, actor: Actor, at: datetime
) -> None:
    """Record what became of this message; in the transaction that has just changed it."""
    for notice in subject_request.notices.filter(key=key).exclude(state=State.REPLACED):
        settle(notice, subject_request, actor=actor, at=at)


def settle(notice: Notice, subject_request: SubjectRequest, *, actor: Actor, at: datetime) -> bool:
    """Compare a notice with its message, and let everything follow. The request is locked."""
    message = OutboxMessage.objects.filter(key=notice.key).first()
    if message is None or notice.state == State.REPLACED:
        return False
    if message.status == Outbox.SENT and notice.state != State.OUT:
        sent_at = message.sent_at or at
        on = message.posted_on or subject_request.organisation.today(sent_at)
        went_out(notice, subject_request, on, actor, at)
    elif message.status in LOST and notice.state in (State.OWED, State.OUT):
        came_back(notice, subject_request, actor, at)
    elif message.status in (Outbox.OWED, Outbox.CLAIMED) and notice.state == State.BACK:
        # Somebody tries again.
        notice.state, notice.seen_to = State.OWED, False
        notice.save()
    else:
        return False
    return True


def went_out(
    notice: Notice, subject_request: SubjectRequest, on: date, actor: Actor, at: datetime
) -> None:
    """It is out since this day: duties are met by it, dates moved, clocks stopped."""
    notice.state, notice.on, notice.seen_to = State.OUT, on, False
    live, hanging = _live(subject_request), []
    if notice.what == What.ANSWER:
        hanging = kept_ready.delivered(subject_request, notice.message, on, actor=actor, at=at)
    OUT[What(notice.what)](notice, subject_request, on, actor, at)
    notice.ended = sorted({*hanging, *(live - _live(subject_request))})
    notice.save()


def came_back(notice: Notice, subject_request: SubjectRequest, actor: Actor, at: datetime) -> None:
    """It reached nobody: what it had met is met no more, unless another one did arrive."""
    was_out, ended = notice.state == State.OUT, notice.ended
    notice.state, notice.on, notice.ended = State.BACK, None, []
    notice.save()
    # An answer of an earlier round: those sent since stand, and so do the limits they met.
    earlier = notice.what == What.ANSWER and notice.message != sent_answer(subject_request)
    if was_out and not earlier:
        BACK[What(notice.what)](notice, subject_request, actor, at)
        lifecycle.undo_ending(subject_request, ended, actor=actor, at=at, cause="not_delivered")
        _by_another(notice, subject_request, actor, at)
    # Receipts to made-up addresses come back every day: those stand in their list.
    if notice.what != What.RECEIPT or ended:
        tell_staff(
            subject_request,
            "not_delivered",
            responsible(subject_request),
            at=at,
            key=f"not_delivered:{notice.pk}:{int(at.timestamp())}",
            what=MAILS.get(notice.kind, notice.kind),
        )


def was_read(
    subject_request: SubjectRequest, message: RequestMessage, *, actor: Actor, at: datetime
) -> None:
    """Its message had told nobody, and still the answer was opened: that is its delivery."""
    lost = subject_request.notices.undelivered().filter(what=What.ANSWER, message=message)
    if subject_request.answered_on is not None or message != sent_answer(subject_request):
        return
    if lost.update(state=State.REPLACED):
        today = subject_request.organisation.today(at)
        given(subject_request, What.ANSWER, today, actor=actor, at=at, message=message)


def seen_to(key: str, *, actor: Actor, at: datetime) -> None:
    """Somebody has taken care of what did not arrive. An answer that told nobody stays what it is;
    of an ending that told nobody the clocks stop."""
    for notice in Notice.objects.filter(key=key).exclude(what=What.ANSWER):
        notice.seen_to = True
        notice.save(update_fields=["seen_to"])
        if notice.what == What.ENDING and notice.state == State.BACK:
            locked = SubjectRequest.objects.select_for_update(of=("self",))
            ended = locked.select_related("organisation").get(pk=notice.subject_request_id)
            if not ended.is_open:
                lifecycle.cancel_all(ended, actor=actor, at=at)


def replace(subject_request: SubjectRequest, **which: Any) -> None:
    """These are sent no more: another one goes in their place, or they hold no longer."""
    subject_request.notices.filter(**which).exclude(state=State.OUT).update(state=State.REPLACED)


def _by_another(
    notice: Notice, subject_request: SubjectRequest, actor: Actor, at: datetime
) -> None:
    """What another notice of the same kind had told as well is met on the day of that one."""
    same = subject_request.notices.went_out().filter(what=notice.what).order_by("on", "pk")
    # An extension or a question is its own; a receipt and an answer can be told twice.
    if notice.what in (What.EXTENSION, What.QUESTION):
        same = same.filter(extension=notice.extension, pause=notice.pause)
    elif notice.what == What.ANSWER:
        same = same.filter(message=notice.message)
    for other in same:
        assert other.on is not None
        went_out(other, subject_request, other.on, actor, at)


def _live(subject_request: SubjectRequest) -> set[int]:
    return set(subject_request.deadlines.live().values_list("pk", flat=True))


def _receipt_out(
    notice: Notice, subject_request: SubjectRequest, on: date, actor: Actor, at: datetime
) -> None:
    lifecycle.settle_duty(subject_request, Duty.ACKNOWLEDGE, on, actor=actor, at=at)


def _question_out(
    notice: Notice, subject_request: SubjectRequest, on: date, actor: Actor, at: datetime
) -> None:
    if notice.pause is None or notice.pause.told_on is not None:
        return
    notice.pause.told_on = on
    notice.pause.save(update_fields=["told_on"])
    lifecycle.recompute(subject_request, actor=actor, at=at, cause="pause_began")


def _question_back(
    notice: Notice, subject_request: SubjectRequest, actor: Actor, at: datetime
) -> None:
    if notice.pause is not None:
        notice.pause.told_on = None
        notice.pause.save(update_fields=["told_on"])


def _extension_out(
    notice: Notice, subject_request: SubjectRequest, on: date, actor: Actor, at: datetime
) -> None:
    """Told in time it counts; told too late it does not, and staff hear of it now."""
    extension = notice.extension
    assert extension is not None
    extension.notified_on = on
    extension.admitted = is_admitted(extension, subject_request)
    extension.save(update_fields=["notified_on", "admitted"])
    if not extension.admitted:
        facts = {"extension": extension.pk, "on": on.isoformat()}
        write_line(subject_request, "extension_too_late", actor=actor, at=at, facts=facts)
        warn_of_extension(extension, subject_request, at=at)
        return
    # First, so that the clock of the notice has ended when those that run are computed anew.
    for each in subject_request.deadlines.live().filter(
        purpose=Duty.EXTENSION_NOTICE, regime=extension.deadline.regime
    ):
        lifecycle.settle_one(each, on, actor=actor, at=at)
    lifecycle.recompute(subject_request, actor=actor, at=at, cause="extended")


def is_admitted(extension: Extension, subject_request: SubjectRequest) -> bool:
    """The engine's word on this extension, beside everything else that has happened."""
    assert extension.notified_on is not None
    # The last one told comes last; of two told on one day they are alike.
    verdicts = _as_if_told(extension, subject_request, extension.notified_on).extensions
    event = solving.extension_event(
        extension.amount, extension.unit, extension.reason, extension.notified_on
    )
    return next(each.admitted for each in verdicts if each.extension == event)


def extended_until(extension: Extension, subject_request: SubjectRequest) -> date | None:
    """Until when there would be time, were the person told on the day it was recorded."""
    on = subject_request.organisation.today(extension.recorded_at)
    return _as_if_told(extension, subject_request, on).due_on


def announce_by(extension: Extension, subject_request: SubjectRequest) -> date | None:
    """The last day on which its notice has an effect."""
    on = subject_request.organisation.today(extension.recorded_at)
    verdicts = _as_if_told(extension, subject_request, on).extensions
    return solving.day_of(next(each.notice_by for each in reversed(verdicts)))


def _as_if_told(extension: Extension, subject_request: SubjectRequest, on: date) -> Result:
    deadline = Deadline.objects.select_related("calendar").get(pk=extension.deadline_id)
    deadline.subject_request = subject_request
    event = solving.extension_event(extension.amount, extension.unit, extension.reason, on)
    others = deadline.extensions.exclude(pk=extension.pk)
    return solving.solve(deadline, extra=(event,), extensions=others)


def warn_of_extension(
    extension: Extension, subject_request: SubjectRequest, *, at: datetime
) -> None:
    """The person was not told in time: the date stands, and who has the request hears it now."""
    tell_staff(
        subject_request,
        "extension_too_late",
        responsible(subject_request),
        at=at,
        key=f"extension_too_late:{extension.pk}",
        notice_by=announce_by(extension, subject_request),
    )


def _extension_back(
    notice: Notice, subject_request: SubjectRequest, actor: Actor, at: datetime
) -> None:
    if notice.extension is not None:
        notice.extension.notified_on, notice.extension.admitted = None, False
        notice.extension.save(update_fields=["notified_on", "admitted"])


def _answer_out(
    notice: Notice, subject_request: SubjectRequest, on: date, actor: Actor, at: datetime
) -> None:
    if subject_request.answered_on is None:
        before = subject_request.answered_before
        # Beside what was given in time before, which keeps its day.
        subject_request.answered_on = before or on
        subject_request.save()
        if subject_request.outcome in (Outcome.GRANTED, Outcome.PARTLY_GRANTED):
            fees.remember(subject_request, on)
        settle = lifecycle.settle_supplement if before else lifecycle.settle
        settle(subject_request, on, actor=actor, at=at)
    if notice.medium == "letter" and notice.message and notice.message.posted_on is None:
        notice.message.posted_on = on
        notice.message.save(update_fields=["posted_on"])


def _answer_back(
    notice: Notice, subject_request: SubjectRequest, actor: Actor, at: datetime
) -> None:
    subject_request.answered_on = None
    subject_request.save()


def _ending_out(
    notice: Notice, subject_request: SubjectRequest, on: date, actor: Actor, at: datetime
) -> None:
    # Cancelled, neither met nor missed: a duty that fell away is no success and no failure.
    lifecycle.cancel_all(subject_request, actor=actor, at=at, on=on)


def _nothing_back(
    notice: Notice, subject_request: SubjectRequest, actor: Actor, at: datetime
) -> None:
    """What ended with it runs again; nothing else followed from it."""


OUT = {
    What.RECEIPT: _receipt_out,
    What.QUESTION: _question_out,
    What.EXTENSION: _extension_out,
    What.ANSWER: _answer_out,
    What.ENDING: _ending_out,
}
BACK = {
    What.RECEIPT: _nothing_back,
    What.QUESTION: _question_back,
    What.EXTENSION: _extension_back,
    What.ANSWER: _answer_back,
    What.ENDING: _nothing_back,
}


def follow(keys: Iterable[str], at: datetime) -> None:
    """What the outbox calls when messages have come to their end."""
    if any(keys):
        sweep(at=at)
