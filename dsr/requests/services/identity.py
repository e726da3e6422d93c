"""Proving who asks: evidence is recorded and struck, proof is asked for, identity is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.requests.errors import BadInput
from dsr.requests.models import Evidence, RequestMessage, SubjectRequest
from dsr.requests.states import About, EvidenceKind, PauseReason
from dsr.vault.models import KeyPurpose
from dsr.vault.services import store_file
from dsr.vault.uploads import CheckedUpload

from . import clocks
from .changing import Doing, changing
from .telling import tell_requester
from .writing import write_message


@dataclass(frozen=True, slots=True)
class EvidenceGiven:
    """One check. ``compared_with`` says in words what was compared with what, and is sealed."""

    kind: str
    confirmed: bool
    compared_with: str
    seen_on: date | None = None
    about: str = About.IDENTITY
    document: CheckedUpload | None = None


def add_evidence(
    request_id: int, given: EvidenceGiven, *, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Record one piece of evidence. Raises BadInput when it does not say what was compared."""
    with changing(request_id, "add_evidence", actor=actor, at=at, seen=seen) as doing:
        _check(given, doing.today)
        _keep(given, doing, actor)
        doing.facts |= {"kind": given.kind, "about": given.about, "confirmed": given.confirmed}
    return doing.subject_request


def _check(given: EvidenceGiven, today: date) -> None:
    problems = {}
    if given.kind not in EvidenceKind.values:
        problems["kind"] = _("Choose the kind of evidence.")
    if not given.compared_with.strip():
        problems["compared_with"] = _("Say what was compared with what.")
    if given.seen_on and given.seen_on > today:
        problems["seen_on"] = _("This day lies in the future. Enter the day of the check.")
    if problems:
        raise BadInput(problems)


def _keep(given: EvidenceGiven, doing: Doing, actor: User) -> Evidence:
    subject_request = doing.subject_request
    evidence = Evidence(
        safe=subject_request.safe,
        subject_request=subject_request,
        about=given.about,
        kind=given.kind,
        confirmed=given.confirmed,
        seen_on=given.seen_on or doing.today,
        recorded_at=doing.at,
        by=actor,
    )
    if given.document:
        evidence.document = store_file(
            subject_request.safe,
            name=given.document.name,
            content=given.document.content,
            content_type=given.document.content_type,
            purpose=KeyPurpose.IDENTITY,
            at=doing.at,
        )
    evidence.seal(compared_with=given.compared_with)
    evidence.save()
    return evidence


def strike_evidence(
    request_id: int, evidence_id: int, *, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Take a piece of evidence out of the count; the row stays and says who struck it when."""
    with changing(request_id, "strike_evidence", actor=actor, at=at, seen=seen) as doing:
        evidence = doing.subject_request.evidence.filter(pk=evidence_id, struck_at=None).first()
        if evidence is None:
            raise BadInput({"evidence": _("This evidence was struck already.")})
        evidence.struck_at, evidence.struck_by = at, actor
        evidence.save()
        doing.facts["evidence"] = evidence.pk
    return doing.subject_request


def ask_identity(
    request_id: int, *, question: str, doubt: str = "", actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Ask for proof. A recorded doubt lets those clocks stand still whose law admits it.

    Without a doubt the question is asked all the same, and every clock runs on.
    """
    with changing(request_id, "ask_identity", actor=actor, at=at, seen=seen) as doing:
        if not question.strip():
            raise BadInput({"question": _("Write what you need and what other ways there are.")})
        doing.subject_request.ask_identity()
        write_message(doing, RequestMessage.Kind.IDENTITY, question)
        if doubt.strip():
            clocks.begin_pause(
                doing.subject_request, PauseReason.IDENTITY, actor=actor, at=at, doubt=doubt
            )
        doing.facts["doubt"] = bool(doubt.strip())
        doing.afterwards.append(
            lambda: tell_requester(doing.subject_request, "identity_request", at=at)
        )
    return doing.subject_request


def accept_identity(
    request_id: int, *, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The evidence reaches the required level: work goes on, and what stood still runs again."""
    with changing(request_id, "accept_identity", actor=actor, at=at, seen=seen) as doing:
        doing.subject_request.accept_identity()
        clocks.end_pauses(doing.subject_request, PauseReason.IDENTITY, actor=actor, at=at)
    return doing.subject_request
