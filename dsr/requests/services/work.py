"""Starting work, correcting contacts, adding what was missing, and the day of receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.policies.particulars import PARTICULARS
from dsr.requests.actors import Actor
from dsr.requests.errors import BadInput
from dsr.requests.models import Receipt, SubjectRequest
from dsr.vault.services import unindex

from . import clocks, solving
from .changing import Doing, changing
from .intake import filled, reindex
from .telling import writes_to


def start(request_id: int, *, actor: User, at: datetime, seen: int | None) -> SubjectRequest:
    """Work begins; who starts it takes it, where nobody has."""
    with changing(request_id, "start", actor=actor, at=at, seen=seen) as doing:
        doing.subject_request.start()
        if doing.subject_request.assignee_id is None:
            doing.subject_request.assignee = actor
    return doing.subject_request


def edit_contact(
    request_id: int,
    *,
    email: str,
    phone: str,
    postal_address: str,
    actor: User,
    at: datetime,
    seen: int | None,
) -> SubjectRequest:
    """Correct where answers go. Who did it last is not who approves what goes there."""
    with changing(request_id, "edit_contact", actor=actor, at=at, seen=seen) as doing:
        if not (email or phone or postal_address):
            raise BadInput({"email": _("Leave at least one way to answer.")})
        person = writes_to(doing.subject_request)
        country = doing.subject_request.organisation.country
        for name in ("email", "phone"):
            unindex(person.safe, name, [str(person.reveal(name) or "")], country)
        person.seal(email=email.strip(), phone=phone.strip(), postal_address=postal_address.strip())
        person.contact_edited_by = actor
        person.save()
        reindex(person)
    return doing.subject_request


def complete(
    request_id: int,
    *,
    particulars: Mapping[str, Mapping[str, Any]],
    actor: Actor,
    at: datetime,
    seen: int | None,
) -> SubjectRequest:
    """Add particulars that were missing, or better ones; what was typed before is kept beside."""
    with changing(request_id, "complete", actor=actor, at=at, seen=seen) as doing:
        given = {code: dict(values) for code, values in particulars.items() if filled(values)}
        _check_particulars(doing, given)
        subject_request = doing.subject_request
        subject_request.seal(particulars=subject_request.values() | given)
        subject_request.missing = [code for code in subject_request.missing if code not in given]
        doing.facts["added"] = ",".join(sorted(given))[:80].replace(",", ".")
    return doing.subject_request


def _check_particulars(doing: Doing, given: Mapping[str, object]) -> None:
    if not given:
        raise BadInput({"particulars": _("Nothing was filled in.")})
    unknown = set(given) - set(PARTICULARS)
    if unknown or set(given) & set(doing.subject_request.right.never):
        raise BadInput({"particulars": _("The policy says that this is not asked. Leave it out.")})


def correct_receipt(
    request_id: int, *, received_on: date, reason: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The real day of receipt was another one: the old receipt is struck, all dates follow."""
    with changing(request_id, "correct_receipt", actor=actor, at=at, seen=seen) as doing:
        _check_day(received_on, doing)
        if not reason.strip():
            raise BadInput({"reason": _("Say how you know the real day of receipt.")})
        old = doing.subject_request.received_on
        doing.subject_request.receipts.filter(struck_at=None).update(struck_at=at)
        _add_receipt(doing, received_on, doing.subject_request.channel, reason, actor)
        doing.facts |= {"from": old.isoformat(), "to": received_on.isoformat()}
    return doing.subject_request


def record_receipt(
    request_id: int, *, received_on: date, channel: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The same request also arrived another way: the earliest receipt counts."""
    with changing(request_id, "record_receipt", actor=actor, at=at, seen=seen) as doing:
        _check_day(received_on, doing)
        _add_receipt(doing, received_on, channel, "", actor)
        doing.facts |= {"received_on": received_on.isoformat(), "channel": channel}
    return doing.subject_request


def _check_day(received_on: date, doing: Doing) -> None:
    if received_on > doing.today:
        raise BadInput(
            {"received_on": _("The day of receipt lies in the future. Enter the real day.")}
        )


def _add_receipt(doing: Doing, day: date, channel: str, reason: str, actor: User) -> None:
    subject_request = doing.subject_request
    zone = ZoneInfo(subject_request.organisation.zone)
    receipt = Receipt(
        safe=subject_request.safe,
        subject_request=subject_request,
        channel=channel,
        received_at=datetime.combine(day, time(12), zone),
        received_on=day,
        recorded_at=doing.at,
        by=actor,
    )
    receipt.seal(reason=reason)
    receipt.save()
    earliest = solving.earliest_receipt(subject_request)
    subject_request.received_at = earliest.received_at
    subject_request.received_on = earliest.received_on
    clocks.recompute(subject_request, actor=actor, at=doing.at, cause="receipt_corrected")
