"""Acknowledging receipt: the receipt mail does it, or a letter that staff say was posted."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.models import SubjectRequest
from dsr.requests.services.changing import changing
from dsr.requests.states import Duty


def acknowledge(
    request_id: int, *, on: date, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Receipt was confirmed to the requester on this day, by letter or word of mouth."""
    with changing(request_id, "acknowledge", actor=actor, at=at, seen=seen) as doing:
        if not doing.subject_request.received_on <= on <= doing.today:
            raise BadInput({"on": _("Enter a day from the receipt until today.")})
        lifecycle.settle_purpose(doing.subject_request, Duty.ACKNOWLEDGE, on, actor=actor, at=at)
        doing.facts["on"] = on.isoformat()
    return doing.subject_request
