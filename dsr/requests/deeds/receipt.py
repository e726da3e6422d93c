"""The day of receipt, from which every date is counted, and the confirmation of receipt."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle, solving
from dsr.requests.errors import BadInput, NotByYou
from dsr.requests.forms import HAPPENED, day_field, text_field
from dsr.requests.models import Notice, Receipt, SubjectRequest
from dsr.requests.services import notices
from dsr.requests.states import OPEN, Channel, Duty
from dsr.requests.words import day_in_words

from .declaration import Facts, Names, Words, deed
from .doing import Doing
from .inputs import LONG, typed
from .inputs import today as the_day


@dataclass(frozen=True, slots=True)
class FurtherReceipt:
    """The same request, arrived another way."""

    channel: str = typed(
        forms.ChoiceField, label=gettext_lazy("It also arrived by"), choices=Channel.choices
    )
    received_on: date = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which it arrived"),
        help_text=gettext_lazy("The earliest receipt counts."),
    )


@deed(
    "record_receipt",
    gettext_lazy("Record an earlier receipt"),
    # A clerk may: the earliest receipt counts, so a further one can only bring dates forward.
    permissions=(Permission.RECORD,),
    states=OPEN,
    address="receipt",
    lead=gettext_lazy(
        "The same request also arrived another way, perhaps earlier. Every date is counted from "
        "the earliest receipt."
    ),
    done=gettext_lazy("The receipt is recorded."),
    history=gettext_lazy("A further receipt was recorded"),
)
def record_receipt(doing: Doing, given: FurtherReceipt) -> None:
    """The same request also arrived another way: the earliest receipt counts."""
    _check_day(given.received_on, doing)
    _add_receipt(doing, given.received_on, given.channel)
    doing.facts |= {"received_on": given.received_on.isoformat(), "channel": given.channel}


@dataclass(frozen=True, slots=True)
class CorrectedReceipt:
    """The real day, and how it is known."""

    received_on: date = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Real day of receipt"),
        initial=lambda opening: opening.subject_request.received_on,
    )
    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("How you know it"),
        help_text=gettext_lazy(
            "For example: the stamp on the envelope. Every date is computed anew."
        ),
        error_messages={"required": gettext_lazy("Say how you know the real day of receipt.")},
    )


# A slip of the finger is seen at once, and then it needs nobody else.
OWN_SLIP = timedelta(hours=1)


def _corrected(facts: Facts, names: Names) -> str:
    if facts.get("own"):
        return _(
            "Day of receipt corrected from %(old)s to %(new)s, within the hour by who typed it"
        ) % {"old": day_in_words(facts.get("from")), "new": day_in_words(facts.get("to"))}
    return _("Day of receipt corrected from %(old)s to %(new)s") % {
        "old": day_in_words(facts.get("from")),
        "new": day_in_words(facts.get("to")),
    }


def _own_slip(
    subject_request: SubjectRequest, user: User, held: AbstractSet[Permission], today: date
) -> tuple[Words, str] | None:
    """Offered to who oversees, and on the same day to who typed it; the deed asks for the hour."""
    if Permission.OVERSEE in held:
        return None
    house = subject_request.organisation
    mine = [each for each in _standing(subject_request) if each.by_id == user.pk]
    if any(house.today(_typed_at(each)) == today for each in mine):
        return _("Correct the day that you typed"), ""
    return "", ""


@deed(
    "correct_receipt",
    gettext_lazy("Correct the day of receipt"),
    # Not who works on it: a later day of receipt gives every clock more time. But a slip of one's
    # own within the hour.
    permissions=(Permission.OVERSEE, Permission.RECORD),
    states=OPEN,
    address="receipt/correct",
    lead=gettext_lazy("Nobody types a due date: correct the fact, and every date follows from it."),
    done=gettext_lazy("The day of receipt is corrected, and every date was computed anew."),
    history=_corrected,
    told=gettext_lazy("The day of receipt was corrected."),
    offered_as=_own_slip,
)
def correct_receipt(doing: Doing, given: CorrectedReceipt) -> None:
    """The real day of receipt was another one: the old receipt is struck, all dates follow.

    Who oversees corrects whatever stands; anybody else what they typed themselves an hour ago or
    less, and nothing beside it.
    """
    oversees = Permission.OVERSEE in doing.held
    wrong = _standing(doing.subject_request)
    if not oversees:
        wrong = [each for each in wrong if _is_own_slip(each, doing)]
    if not wrong:
        raise NotByYou(
            _(
                "You can correct a day that you typed yourself, within an hour. Now a privacy "
                "officer has to: tell them the real day and how you know it."
            )
        )
    _check_day(given.received_on, doing)
    if not given.reason.strip():
        raise BadInput({"reason": _("Say how you know the real day of receipt.")})
    subject_request = doing.subject_request
    old = subject_request.received_on
    # Struck and not changed: the history of the day of receipt is what a regulator asks for first.
    struck = [each.pk for each in wrong]
    subject_request.receipts.filter(pk__in=struck).update(struck_at=doing.at)
    channel = subject_request.channel if oversees else wrong[0].channel
    _add_receipt(doing, given.received_on, channel, given.reason)
    doing.facts |= {"from": old.isoformat(), "to": subject_request.received_on.isoformat()}
    if not oversees:
        doing.facts |= {"own": True}


def _standing(subject_request: SubjectRequest) -> list[Receipt]:
    return [each for each in subject_request.receipts.all() if each.struck_at is None]


def _is_own_slip(receipt: Receipt, doing: Doing) -> bool:
    return receipt.by_id == doing.user.pk and doing.at - _typed_at(receipt) <= OWN_SLIP


def _typed_at(receipt: Receipt) -> datetime:
    """When it was first typed: correcting it begins no new hour."""
    before = Receipt.objects.filter(
        subject_request=receipt.subject_request_id,
        by=receipt.by_id,
        struck_at=receipt.recorded_at,
    ).first()
    return _typed_at(before) if before else receipt.recorded_at


def _check_day(received_on: date, doing: Doing) -> None:
    if received_on > doing.today:
        raise BadInput(
            {"received_on": _("The day of receipt lies in the future. Enter the real day.")}
        )


def _add_receipt(doing: Doing, received_on: date, channel: str, reason: str = "") -> None:
    """A fact beside the others: nothing is overwritten, and the earliest one counts."""
    subject_request = doing.subject_request
    zone = ZoneInfo(subject_request.organisation.zone)
    receipt = Receipt(
        safe=subject_request.safe,
        subject_request=subject_request,
        channel=channel,
        # A bare day is taken at its noon: no zone of ours makes another day of it.
        received_at=datetime.combine(received_on, time(12), zone),
        received_on=received_on,
        recorded_at=doing.at,
        by=doing.user,
    )
    receipt.seal(reason=reason)
    receipt.save()
    planned = lifecycle.codes_planned(subject_request)
    earliest = solving.earliest_receipt(subject_request)
    # Struck ones are left out, so a correction can also move the day to a later one.
    subject_request.received_at = earliest.received_at
    subject_request.received_on = earliest.received_on
    # In this transaction: nobody must see dates beside facts that contradict them.
    lifecycle.replan(
        subject_request,
        before=planned,
        actor=doing.actor,
        at=doing.at,
        cause="receipt_corrected",
    )


def _to_acknowledge(subject_request: SubjectRequest, actor: Actor) -> str:
    deadlines = subject_request.deadlines.all()
    if any(each.is_live and each.purpose == Duty.ACKNOWLEDGE for each in deadlines):
        return ""
    if any(each.purpose == Duty.ACKNOWLEDGE for each in deadlines):
        return _("Receipt has been confirmed; that is what the deadlines say.")
    return _("No law that applies here asks for a confirmation of receipt in so many days.")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The day on which receipt was confirmed, by letter or by word of mouth."""

    on: date = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which receipt was confirmed"),
        help_text=gettext_lazy(
            "By letter or by word of mouth; a receipt mail is recorded by itself."
        ),
        initial=the_day,
    )


@deed(
    "acknowledge",
    gettext_lazy("Record that receipt was confirmed"),
    permissions=(Permission.RECORD,),
    # What prints and posts the confirmations knows on which day one went out.
    by_program=True,
    states=OPEN,
    needs=(_to_acknowledge,),
    hide_blocked=lambda subject_request: True,
    lead=gettext_lazy("Receipt was confirmed to the requester outside of this site."),
    done=gettext_lazy("The acknowledgement is recorded."),
)
def acknowledge(doing: Doing, given: Acknowledgement) -> None:
    """Receipt was confirmed to the requester on this day, by letter or word of mouth."""
    if not doing.subject_request.received_on <= given.on <= doing.today:
        raise BadInput({"on": _("Enter a day from the receipt until today.")})
    # Late is recorded as missed and never refused: what happened on a day did happen.
    notices.given(
        doing.subject_request, Notice.What.RECEIPT, given.on, actor=doing.actor, at=doing.at
    )
    doing.facts["on"] = given.on.isoformat()
