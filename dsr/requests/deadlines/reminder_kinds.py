"""The kinds of deadline of which people are reminded: what the sweep must know of each.

A room above registers its own from its ``ready()``; the sweep, its days, its once-only debts, the
escalation of what is late and the question before sending are the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from dsr.accounts.models import User
from dsr.notifications.services import register_recheck
from dsr.policies.models import Organisation
from dsr.requests.models.machine import DeadlineBase, ReminderOwedBase
from dsr.requests.states import DeadlineStatus

D = TypeVar("D", bound=DeadlineBase)


class ReminderKind(ABC, Generic[D]):
    """One kind of deadline; ``deadlines`` is its table, ``owed`` that of its reminders owed.

    ``code`` names the question before sending and begins the keys of what is owed, so it never
    changes; ``mail`` is the kind of mail. For the sweep's one statement ``joins`` leads from
    ``deadline`` to whatever these three name: ``organisation``, the column with its id;
    ``is_open``, whether there is still something to do; ``heard``, whether people hear of this
    deadline, and not of another one of the same thing. They are SQL written in code, never made of
    what was typed. ``follows`` and ``leaves_out`` say what is read with a reminder owed.
    """

    code: ClassVar[str]
    mail: ClassVar[str]
    deadlines: type[D]
    owed: type[ReminderOwedBase]
    joins: ClassVar[str]
    organisation: ClassVar[str]
    is_open: ClassVar[str] = "true"
    heard: ClassVar[str] = "true"
    follows: ClassVar[Sequence[str]] = ()
    leaves_out: ClassVar[Sequence[str]] = ()
    # What deadlines are gathered by into one mail, as a lookup from what is owed; none without it.
    together: ClassVar[str] = ""

    def prepare(self, deadlines: Iterable[D]) -> None:
        """Read at once what many of them share."""

    @abstractmethod
    def organisation_of(self, deadline: D) -> Organisation:
        """In whose zone its days begin and end."""

    @abstractmethod
    def still_to_do(self, deadline: D) -> bool:
        """Whether what it belongs to still waits to be done."""

    @abstractmethod
    def readers(self, deadline: D, *, late: bool) -> list[User]:
        """Who is reminded; of what is late also who oversees."""

    @abstractmethod
    def same_readers(self, deadline: D) -> Hashable:
        """Deadlines that agree in this have the same readers."""

    @abstractmethod
    def reference(self, deadline: D) -> str:
        """The reference of the request it concerns, for the mail and the outbox; may be empty."""

    @abstractmethod
    def context(self, deadline: D) -> dict[str, Any]:
        """What the mail says besides ``step``, ``days`` and ``due_on``; nothing anybody typed."""

    def thing(self, deadline: D) -> int:
        """The id of what ``together`` names."""
        raise NotImplementedError

    def remembers(self, deadline: D) -> dict[str, Any]:
        """What ``may_be_sent`` is told of the time at which the reminder was owed."""
        return {}

    def may_be_sent(self, deadline: D, remembered: Mapping[str, Any]) -> bool:
        """Whether nothing forbids a reminder that still holds."""
        return True

    def holds(self, deadline: D, step: str, due_on: str) -> bool:
        """Whether the deadline stands as the reminder says."""
        if not self.still_to_do(deadline):
            return False
        if step == "follow_up":
            return bool(deadline.status == DeadlineStatus.PAUSED)
        return deadline.is_live and str(deadline.due_on) == due_on

    def still_needed(self, args: Mapping[str, Any], at: datetime) -> bool:
        """Asked just before sending: does a deadline that it tells of still stand as it says?"""
        follows = [each.removeprefix("deadline__") for each in self.follows]
        rows = self.deadlines._default_manager.select_related(*follows)
        told = [args, *args.get("also", ())]
        found = rows.in_bulk([each["deadline"] for each in told])
        return any(
            (deadline := found.get(each["deadline"])) is not None
            and self.holds(deadline, each["step"], each["due_on"])
            and self.may_be_sent(deadline, args)
            for each in told
        )


KINDS: dict[str, ReminderKind[Any]] = {}


def register(kind: ReminderKind[Any]) -> None:
    """The sweep reminds of this kind from now on."""
    if kind.code in KINDS:
        raise ValueError(f"the kind of reminder {kind.code} is registered twice")
    KINDS[kind.code] = kind
    register_recheck(kind.code, kind.still_needed)
