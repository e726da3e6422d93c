"""Facts on which laws depend: where the requester is, how old the record is."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.models import SubjectRequest
from dsr.requests.services.changing import changing
from dsr.requests.states import RecordAge


def state_facts(
    request_id: int,
    *,
    country: str,
    record_age: str,
    actor: User,
    at: datetime,
    seen: int | None,
) -> SubjectRequest:
    """State the requester's place (FR, US-CA; empty if unknown) and the age of the record.

    A record with younger and older parts gets two dates (Code de la santé publique L1111-7).
    """
    with changing(request_id, "state_facts", actor=actor, at=at, seen=seen) as doing:
        if record_age not in ("", *RecordAge.values):
            raise BadInput({"record_age": _("Choose how old the record is.")})
        subject_request = doing.subject_request
        subject_request.country = country
        subject_request.law_facts = _law_facts(record_age)
        lifecycle.replan(subject_request, actor=actor, at=at)
        doing.facts |= {"country": country.lower() or None, "record_age": record_age}
    return doing.subject_request


def _law_facts(record_age: str) -> dict[str, object]:
    if not record_age:
        return {}
    if record_age == RecordAge.BOTH:
        return {"record_age": [RecordAge.YOUNGER.value, RecordAge.OLDER.value]}
    return {"record_age": record_age}


def record_age(subject_request: SubjectRequest) -> str:
    """What was stated of the record's age; empty where nobody has looked."""
    stated = subject_request.law_facts.get("record_age", "")
    return RecordAge.BOTH if isinstance(stated, list) else str(stated)
