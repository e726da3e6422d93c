"""The digest for an unproven address: one mail for all that happened in the hour before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from dsr.notifications.services import owe
from dsr.requests.models import MailTurn, SubjectRequest, WaitingForTurn
from dsr.requests.states import Purpose, Status

from . import clocks
from .telling import address_of, private_link, tell_requester, told_of
from .turns import BETWEEN_TWO, address_hash


def sweep(*, at: datetime) -> int:
    """Owe every digest whose hour is over; returns how many.

    Past turns are forgotten, a while later: a deed that has just begun may still wait for one.
    """
    due = _due(at).values_list("pk", flat=True)
    told = sum(_tell(turn, at) for turn in list(due))
    MailTurn.objects.filter(next_at__lte=at - BETWEEN_TWO).exclude(_somebody_waits()).delete()
    return told


def overdue(at: datetime) -> int:
    """Digests that should have gone out by now."""
    return _due(at).count()


def _due(at: datetime) -> QuerySet[MailTurn]:
    return MailTurn.objects.filter(_somebody_waits(), next_at__lte=at).order_by("next_at", "pk")


def _somebody_waits() -> Exists:
    return Exists(WaitingForTurn.objects.filter(turn=OuterRef("pk")))


@transaction.atomic
def _tell(turn_id: str, at: datetime) -> bool:
    """Requests first and their turn second, in the order in which every deed locks them."""
    waiting = SubjectRequest.objects.filter(waiting_for_turn__turn=turn_id).values("pk")
    locked = list(
        SubjectRequest.objects.select_for_update(of=("self",))
        .filter(pk__in=waiting)
        .select_related("organisation__calendar", "right", "safe")
        .order_by("pk")
    )
    turn = (
        MailTurn.objects.select_for_update(skip_locked=True)
        .filter(pk=turn_id, next_at__lte=at)
        .first()
    )
    if turn is None:
        return False  # Another sweep has it.
    WaitingForTurn.objects.filter(turn=turn, subject_request__in=locked).delete()
    here = [each for each in locked if _lives_here(each, turn, at)]
    if here:
        _owe_digest(turn, here, at)
        MailTurn.objects.filter(pk=turn.pk).update(next_at=at + BETWEEN_TWO)
    return bool(here)


def _lives_here(subject_request: SubjectRequest, turn: MailTurn, at: datetime) -> bool:
    """A contact that was corrected meanwhile is told where it is now; an erased one is not."""
    address, medium = address_of(subject_request)
    if medium == "email" and address_hash(address) == turn.pk:
        return True
    if address:
        tell_requester(subject_request, "receipt", at=at)
    return False


def _owe_digest(turn: MailTurn, requests: list[SubjectRequest], at: datetime) -> None:
    newest = requests[-1]
    owe(
        key=f"digest:{turn.pk}:{int(turn.next_at.timestamp())}",
        kind="digest",
        # Each of these requests holds this address; erasing the newest erases the mail.
        safe=newest.safe,
        to=address_of(newest)[0],
        language=newest.language,
        context={"requests": [_line(each, at) for each in requests]},
        at=at,
    )
    for subject_request in requests:
        today = subject_request.organisation.today(at)
        clocks.settle_purpose(subject_request, Purpose.ACKNOWLEDGE, today, actor=None, at=at)


def _line(subject_request: SubjectRequest, at: datetime) -> dict[str, Any]:
    return told_of(subject_request, at) | {
        "link": private_link(subject_request, at),
        "withdrawn": subject_request.status == Status.WITHDRAWN,
    }
