"""A request's own chain of history: what may stand in its lines, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dsr.audit.models import Entry
from dsr.audit.services import Line, append, append_to_each, record_refusal, request_chain
from dsr.requests.actors import Actor, acted_by, actor_id
from dsr.requests.models import SubjectRequest


def entries_of(subject_request: SubjectRequest) -> list[Entry]:
    """The request's history, the oldest first."""
    if subject_request.whole is not None:
        return subject_request.whole.entries
    return list(Entry.objects.filter(chain=request_chain(subject_request.pk)).order_by("seq"))


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
        # A code of the history is never empty: what was not said is nothing.
        facts={name: None if value == "" else value for name, value in facts.items()},
        from_state=from_state,
        # Only deeds tell states: a line beside a deed must not look like a move to the self-check.
        to_state=subject_request.status if from_state else "",
    )


def write_line_each(
    requests: Iterable[SubjectRequest], code: str, *, actor: Actor, at: datetime
) -> None:
    """The same line in the history of each of these requests."""
    chains = [request_chain(each.pk) for each in requests]
    append_to_each(chains, Line(code), at=at, actor_id=actor_id(actor), by=acted_by(actor))


def write_refusal(facts: dict[str, Any], *, actor: Actor, at: datetime) -> None:
    """Somebody tried what they may not do: a line of the site's history that no rollback takes."""
    record_refusal("denied", at=at, actor_id=actor_id(actor), by=acted_by(actor), facts=facts)
