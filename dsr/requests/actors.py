"""Who does a deed: a member of staff, the requester, a program of the organisation, or the system
(``None``, written out)."""

from __future__ import annotations

from dataclasses import dataclass

from dsr.accounts.models import Program, User
from dsr.audit.models import By


@dataclass(frozen=True, slots=True)
class Requester:
    """Whoever holds the private link of the request; who that is, only evidence can say."""


# One for all: which requester it is the request says, and nobody here knows more.
REQUESTER = Requester()

Actor = User | Requester | Program | None


def actor_id(actor: Actor) -> int | None:
    """The id that history keeps beside ``acted_by``: a user's or a program's, else none."""
    # Users and programs are numbered apart: this says nothing without `acted_by` beside it.
    return actor.pk if isinstance(actor, User | Program) else None


def acted_by(actor: Actor) -> str:
    """``staff``, ``requester``, ``program`` or ``system``, as history has it."""
    match actor:
        case User():
            return By.STAFF.value
        case Requester():
            return By.REQUESTER.value
        case Program():
            return By.PROGRAM.value
    return By.SYSTEM.value
