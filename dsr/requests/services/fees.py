"""A fee is announced first, so that the requester can withdraw; then it is paid or waived."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.messages import write_message
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.services.changing import changing
from dsr.requests.services.notify import tell_requester
from dsr.requests.states import FeeGround, PauseReason


def ask_fee(
    request_id: int, *, ground: str, text: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Announce a fee with its ground. A first copy is free under the GDPR (Art. 12(5), 15(3)).

    Clocks stand still or begin anew only where their law says so.
    """
    with changing(request_id, "ask_fee", actor=actor, at=at, seen=seen) as doing:
        _check(ground, text, doing.subject_request)
        write_message(doing, RequestMessage.Kind.QUESTION, text)
        lifecycle.begin_pause(doing.subject_request, PauseReason.FEE, actor=actor, at=at)
        doing.facts["ground"] = ground
        doing.afterwards.append(lambda: tell_requester(doing.subject_request, "fee", at=at))
    return doing.subject_request


def _check(ground: str, text: str, subject_request: SubjectRequest) -> None:
    problems = {}
    if ground not in FeeGround.values:
        problems["ground"] = _("Choose the ground of the fee.")
    if ground == FeeGround.POLICY and not subject_request.right.fee:
        problems["ground"] = _("The policy names no fee for this right. Choose another ground.")
    if not text.strip():
        problems["text"] = _("Say how much, for what, and that the request can be withdrawn.")
    if problems:
        raise BadInput(problems)


def settle_fee(
    request_id: int, *, on: date, waived: bool, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The fee came on this day, or is waived."""
    with changing(request_id, "settle_fee", actor=actor, at=at, seen=seen) as doing:
        if not doing.subject_request.received_on <= on <= doing.today:
            raise BadInput({"on": _("Enter a day from the receipt until today.")})
        lifecycle.end_pauses(doing.subject_request, PauseReason.FEE, actor=actor, at=at, on=on)
        doing.facts |= {"on": on, "waived": waived}
    return doing.subject_request
