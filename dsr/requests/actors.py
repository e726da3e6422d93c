"""Who does a deed: a member of staff, the requester, or the system (``None``, written out)."""

from __future__ import annotations

from dataclasses import dataclass

from dsr.accounts.models import User


@dataclass(frozen=True, slots=True)
class Requester:
    """Whoever holds the private link of the request; who that is, only evidence can say."""


REQUESTER = Requester()

Actor = User | Requester | None


def actor_id(actor: Actor) -> int | None:
    """The id that history keeps: a user's, else none."""
    return actor.pk if isinstance(actor, User) else None


def acted_by(actor: Actor) -> str:
    """``staff``, ``requester`` or ``system``, as history has it."""
    if isinstance(actor, User):
        return "staff"
    return "requester" if isinstance(actor, Requester) else "system"
