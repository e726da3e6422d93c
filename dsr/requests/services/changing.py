"""What every deed shares: lock, compare, check, move, save, write history, owe the mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from dsr.accounts.models import User
from dsr.audit.services import Line, append, first_rows, record_refusal, request_chain
from dsr.requests.actors import Actor, Requester, acted_by, actor_id
from dsr.requests.deeds import DEEDS, Deed
from dsr.requests.errors import NotAllowed, NotNow, Stale, Unmet
from dsr.requests.models import SubjectRequest
from dsr.requests.preconditions import unmet
from dsr.requests.states import ENDED, Status


@dataclass
class Doing:
    """A deed under way: the locked request, who, when, and what goes into the history line."""

    subject_request: SubjectRequest
    deed: Deed
    actor: Actor
    at: datetime
    before: str
    facts: dict[str, Any] = field(default_factory=dict)
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The legal day of the deed in the organisation's zone."""
        return self.subject_request.organisation.today(self.at)

    def line(self, code: str, **facts: Any) -> None:
        """A further line of history, beside the deed's own."""
        write_line(self.subject_request, code, actor=self.actor, at=self.at, facts=facts)


@contextmanager
def changing(
    request_id: int, code: str, *, actor: Actor, at: datetime, seen: int | None
) -> Iterator[Doing]:
    """Hold a request for one deed; whatever goes wrong inside, nothing of it stays.

    ``seen`` is the version number on the page the person acted from; ``None`` (the system and the
    requester's own pages) compares nothing. Refusals of permission are recorded after the rollback.
    """
    try:
        with transaction.atomic():
            doing = _begin(request_id, DEEDS[code], actor, at, seen)
            yield doing
            _finish(doing)
    except NotAllowed:
        record_refusal(
            "denied",
            at=at,
            actor_id=actor_id(actor),
            facts={"deed": code, "request": request_id},
        )
        raise


def _begin(request_id: int, deed: Deed, actor: Actor, at: datetime, seen: int | None) -> Doing:
    locked = (
        SubjectRequest.objects.select_for_update(of=("self",))
        .select_related("organisation__calendar", "right", "safe")
        .get(pk=request_id)
    )
    if seen is not None and locked.version != seen:
        raise Stale
    if reason := not_now(locked, deed):
        raise NotNow(reason)
    if not allowed(locked, deed, actor):
        raise NotAllowed
    if sentence := unmet(locked, deed.code, actor):
        raise Unmet(sentence)
    return Doing(locked, deed, actor, at, before=locked.status)


def not_now(subject_request: SubjectRequest, deed: Deed) -> str:
    """Why the state forbids the deed, as a sentence; empty where it does not."""
    if deed.moves:
        possible = can_proceed(getattr(subject_request, deed.code))
    else:
        possible = subject_request.status in deed.states
    if possible:
        return ""
    return _("“%(deed)s” is not possible while the request is “%(status)s”.") % {
        "deed": deed.label,
        "status": Status(subject_request.status).label,
    }


def allowed(subject_request: SubjectRequest, deed: Deed, actor: Actor) -> bool:
    """Whether this actor may do the deed at all; what it needs besides is asked by its service."""
    if isinstance(actor, Requester):
        return deed.by_requester
    if isinstance(actor, User):
        return any(actor.may(each, subject_request.organisation) for each in deed.permissions)
    return deed.by_system or deed.by_requester


def _finish(doing: Doing) -> None:
    moved = doing.subject_request
    if doing.deed.raises_version:
        moved.version += 1
    if doing.deed.rests_on:
        moved.evidence_version += 1
    if moved.status in ENDED and moved.ended_at is None:
        moved.ended_at = doing.at
    moved.save()
    if doing.deed.code != "recompute":
        write_line(
            moved,
            doing.deed.code,
            actor=doing.actor,
            at=doing.at,
            facts=doing.facts,
            from_state=doing.before,
        )
    for act in doing.afterwards:
        act()


def first_lines(
    subject_request: SubjectRequest, lines: Iterable[Line], *, actor: Actor, at: datetime
) -> list[Model]:
    """The first lines of a new request's history, unsaved."""
    chain = request_chain(subject_request.pk)
    return first_rows(chain, lines, at=at, actor_id=actor_id(actor), by=acted_by(actor))


def write_line(
    subject_request: SubjectRequest,
    code: str,
    *,
    actor: Actor,
    at: datetime,
    facts: dict[str, Any],
    from_state: str = "",
) -> None:
    """One line of the request's history: ids, closed codes and days, never personal data."""
    append(
        request_chain(subject_request.pk),
        code,
        at=at,
        actor_id=actor_id(actor),
        by=acted_by(actor),
        facts={name: None if value == "" else value for name, value in facts.items()},
        from_state=from_state,
        to_state=subject_request.status if from_state else "",
    )
