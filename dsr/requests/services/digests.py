"""The digest for an unproven address: one mail for all that happened in the hour before."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation

from dsr.notifications.services import owe
from dsr.requests.models import Dispute, MailThrottle, Notice, SubjectRequest, WaitingForDigest
from dsr.requests.people import notices_go_to
from dsr.requests.standing import stands
from dsr.requests.standing_texts import told_where
from dsr.requests.states import Status
from dsr.requests.what_was_asked import what_was_asked
from dsr.vault.addresses import indexed, mailbox

from . import links, notices
from .mail_throttle import BETWEEN_TWO, address_hash
from .notify import address_of_link, in_confidence, tell_requester, told_of
from .sweeping import each_by_itself


def sweep(*, at: datetime) -> int:
    """Owe every digest whose hour is over; returns how many.

    Past throttles are forgotten, a while later: a deed that has just begun may still wait for one.
    """
    # Asked once: telling moves the very rows that the question is about.
    due = list(_due(at).values_list("pk", flat=True))
    waits = WaitingForDigest.objects.filter(throttle=OuterRef("pk"))
    MailThrottle.objects.filter(next_at__lte=at - BETWEEN_TWO).exclude(Exists(waits)).delete()
    return each_by_itself(lambda address: _tell(address, at), due)


def overdue(at: datetime) -> int:
    """Digests that should have gone out by now."""
    return _due(at).count()


def _due(at: datetime) -> QuerySet[MailThrottle]:
    return MailThrottle.objects.filter(_somebody_waits(), next_at__lte=at).order_by("next_at", "pk")


def _somebody_waits() -> Exists:
    return Exists(_may_be_told().filter(throttle=OuterRef("pk")))


def _may_be_told() -> QuerySet[WaitingForDigest]:
    """Of a request that is stopped nobody gets a link: whose it is, is just what is in doubt."""
    disputes = Dispute.objects.filter(subject_request=OuterRef("subject_request"), settled_at=None)
    stopped = Q(subject_request__status=Status.FROZEN) | Exists(disputes)
    return WaitingForDigest.objects.exclude(stopped)


def expected_at(waits: WaitingForDigest, at: datetime) -> datetime | None:
    """About when the digest with this request goes out; none where other addresses come first."""
    together = SubjectRequest.objects.filter(waiting_for_digest__throttle=waits.throttle_id)
    here, _others = _whose_turn(list(together.select_related("safe").order_by("pk")))
    if waits.subject_request_id not in [each.pk for each in here]:
        return None
    return max(waits.throttle.next_at, at)


# One commit for each address: who was told before one fails stays told.
@transaction.atomic
def _tell(throttle_id: str, at: datetime) -> bool:
    """Requests first and their throttle second, in the order in which every deed locks them."""
    waiting = _may_be_told().filter(throttle=throttle_id).values("subject_request")
    locked = list(
        SubjectRequest.objects.select_for_update(of=("self",))
        .filter(pk__in=waiting)
        .select_related("organisation__calendar", "right", "safe")
        .order_by("pk")
    )
    throttle = (
        MailThrottle.objects.select_for_update(skip_locked=True)
        .filter(pk=throttle_id, next_at__lte=at)
        .first()
    )
    if throttle is None:
        return False  # Another sweep has it.
    here, others = _whose_turn([each for each in locked if _lives_here(each, throttle, at)])
    # Only those that were locked: a form that came meanwhile waits for the next digest.
    seen_to = [each for each in locked if each not in others]
    WaitingForDigest.objects.filter(throttle=throttle, subject_request__in=seen_to).delete()
    # Where nobody is left to be told, the turn of this address is not used up.
    if here:
        _owe_digest(throttle, here, at)
        MailThrottle.objects.filter(pk=throttle.pk).update(next_at=at + BETWEEN_TWO)
    return bool(here)


def _whose_turn(
    waiting: list[SubjectRequest],
) -> tuple[list[SubjectRequest], list[SubjectRequest]]:
    """Who is told by this digest, and who waits for the next one.

    All of one address: a digest holds private links, and not every host takes `zoe+one` and
    `zoe+two` for one mailbox, as the limit does.
    """
    by_address: dict[str, list[SubjectRequest]] = {}
    for each in waiting:
        by_address.setdefault(indexed(notices_go_to(each)[0]), []).append(each)
    if not by_address:
        return [], []
    # The address without additions first: whoever makes up a thousand others keeps nobody waiting.
    first = min(by_address, key=lambda address: address != mailbox(address))
    here = by_address.pop(first)
    return here, [each for group in by_address.values() for each in group]


def _lives_here(subject_request: SubjectRequest, throttle: MailThrottle, at: datetime) -> bool:
    """A contact that was corrected meanwhile is told where it is now; an erased one is not."""
    address, medium = notices_go_to(subject_request)
    if medium == "email" and address_hash(address) == throttle.pk:
        return True
    if address:
        _tell_now(subject_request, at)
    return False


def _tell_now(subject_request: SubjectRequest, at: datetime) -> None:
    """In the mail that is true now: something may have happened while it waited."""
    if not subject_request.awaits_answer:
        withdrawn = subject_request.status == Status.WITHDRAWN
        tell_requester(subject_request, "withdrawn" if withdrawn else "fresh_link", at=at)
        return
    notices.tell(
        subject_request,
        "acknowledgement",
        Notice.What.RECEIPT,
        at=at,
        actor=None,
        text=partial(what_was_asked, subject_request),
    )


def _owe_digest(throttle: MailThrottle, requests: list[SubjectRequest], at: datetime) -> None:
    newest = requests[-1]
    to, _medium = notices_go_to(newest)
    # One that nobody else may learn of makes the mail about all of them a neutral one.
    private = next((each for each in reversed(requests) if each.may_write), newest)
    neutral = in_confidence(private, "email", "neutral_several")
    tokens = [links.issue(each, at=at) for each in requests]
    # With the turn that it takes: owed by two sweeps it is owed once.
    key = f"digest:{throttle.pk}:{int(throttle.next_at.timestamp())}"
    owe(
        key=key,
        kind="digest",
        # Each of these requests holds this address; erasing the newest erases the mail.
        safe=newest.safe,
        to=to,
        language=newest.language,
        # Its reference is for staff; the reader is told of several, each with its own.
        context={
            "requests": [_line(*each, at) for each in zip(requests, tokens, strict=True)],
            "reference": "",
        },
        at=at,
        text_of=neutral.text_of,
        sender=neutral.sender,
        recheck=links.RECHECK_ANY,
        recheck_args={"link": [links.recheck_of(token)["link"] for token in tokens]},
        # So that somebody sees to it when it cannot be delivered.
        reference=newest.reference,
    )
    for subject_request in requests:
        # To each of them this is the confirmation of receipt, as the first mail would have been.
        notices.keep(
            Notice(
                subject_request=subject_request,
                what=Notice.What.RECEIPT,
                kind="digest",
                key=key,
                medium="email",
                owed_at=at,
            )
        )


def _line(subject_request: SubjectRequest, token: str, at: datetime) -> dict[str, Any]:
    line = told_of(subject_request, at) | {"link": address_of_link(token)}
    # A date is no news any more where the answer is out, or none will come.
    if not subject_request.awaits_answer:
        with translation.override(subject_request.language):
            where = told_where(subject_request, stands(subject_request, at))
            # Without what can be done on the page: a mail has nothing below.
            line["expectation"] = f"{where.now} {where.next}".strip()
    return line
