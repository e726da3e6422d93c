"""Every deed that can be done to a request: its name, who may, from which states.

One table. Services do the deeds, the dashboard offers them, the docs draw them, and a test tries
every pair of state and deed. The states of a deed that moves the request are those of its
transition method on the model and are not written again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import Transition

from dsr.accounts.roles import Permission

from .models import SubjectRequest
from .states import OPEN, UNDECIDED, Status

ANY = tuple(Status)
BEFORE_DECISION = (
    Status.RECEIVED,
    Status.PROVING_IDENTITY,
    Status.IN_PROGRESS,
    Status.WAITING,
)


@dataclass(frozen=True, slots=True)
class Deed:
    """``permissions``: any one suffices for staff; ``by_requester`` lets the holder of the link do
    it too, ``by_system`` the program itself.

    ``states`` is given only for deeds that move nothing. ``rests_on`` marks deeds that change what
    a decision rests on.
    """

    code: str
    label: Any
    permissions: tuple[Permission, ...]
    moves: bool = True
    states: tuple[str, ...] = ()
    by_requester: bool = False
    by_system: bool = False
    rests_on: bool = False
    raises_version: bool = True

    def sources(self) -> tuple[str, ...]:
        """The states in which the deed can be tried."""
        if not self.moves:
            return self.states
        return tuple(str(each.source) for each in transitions_of(self.code))


def transitions_of(code: str) -> list[Transition]:
    """The transitions that the model declares for a deed, one for each source state."""
    method = getattr(SubjectRequest, code)
    return list(method._django_fsm.transitions.values())


def _table() -> dict[str, Deed]:
    deeds = [
        Deed("start", _("Start work"), (Permission.WORK,)),
        Deed("ask_identity", _("Ask for proof of identity"), (Permission.IDENTIFY,)),
        Deed(
            "add_evidence",
            _("Record evidence"),
            (Permission.IDENTIFY,),
            moves=False,
            states=tuple(s for s in OPEN if s != Status.FROZEN),
            rests_on=True,
        ),
        Deed(
            "strike_evidence",
            _("Strike evidence"),
            (Permission.IDENTIFY,),
            moves=False,
            states=OPEN,
            rests_on=True,
        ),
        Deed("accept_identity", _("Accept identity"), (Permission.IDENTIFY,)),
        Deed("ask_requester", _("Ask the requester"), (Permission.WORK,)),
        Deed("reply", _("Record a reply"), (Permission.RECORD,), by_requester=True),
        Deed("propose", _("Propose a decision"), (Permission.WORK,)),
        Deed("decide_alone", _("Decide"), (Permission.WORK,)),
        Deed("approve", _("Approve"), (Permission.APPROVE,)),
        Deed("return_to_work", _("Return to work"), (Permission.APPROVE, Permission.WORK)),
        Deed("send_answer", _("Send the answer"), (Permission.WORK,)),
        Deed("record_posting", _("Record the posting"), (Permission.WORK,)),
        Deed("close", _("Close"), (Permission.WORK,)),
        Deed("withdraw", _("Withdraw"), (Permission.RECORD,), by_requester=True),
        Deed("lapse", _("Declare lapsed"), (Permission.OVERSEE,)),
        Deed("freeze", _("Freeze"), (Permission.OVERSEE,)),
        Deed("unfreeze", _("Unfreeze"), (Permission.OVERSEE,)),
        Deed("declare_out_of_scope", _("Declare out of scope"), (Permission.WORK,)),
        Deed("forward", _("Forward"), (Permission.WORK,)),
        Deed("reopen", _("Reopen"), (Permission.OVERSEE,)),
        Deed("assign", _("Assign"), (Permission.ASSIGN,), moves=False, states=OPEN),
        Deed(
            "note",
            _("Add a note"),
            (Permission.NOTE,),
            moves=False,
            states=ANY,
            raises_version=False,
        ),
        Deed(
            "edit_contact",
            _("Correct the contact"),
            (Permission.RECORD,),
            moves=False,
            states=OPEN,
            rests_on=True,
        ),
        Deed(
            "complete",
            _("Add what was missing"),
            (Permission.RECORD,),
            moves=False,
            states=UNDECIDED,
            by_requester=True,
            rests_on=True,
        ),
        Deed(
            "record_receipt",
            _("Record an earlier receipt"),
            (Permission.RECORD,),
            moves=False,
            states=OPEN,
        ),
        Deed(
            "correct_receipt",
            _("Correct the day of receipt"),
            (Permission.OVERSEE,),
            moves=False,
            states=OPEN,
        ),
        Deed(
            "ask_fee",
            _("Announce a fee"),
            (Permission.WORK,),
            moves=False,
            states=BEFORE_DECISION,
        ),
        Deed(
            "settle_fee",
            _("Record that the fee was paid or waived"),
            (Permission.RECORD,),
            moves=False,
            states=UNDECIDED,
        ),
        Deed(
            "state_facts",
            _("State facts on which laws depend"),
            (Permission.WORK,),
            moves=False,
            states=UNDECIDED,
        ),
        Deed(
            "acknowledge",
            _("Record that receipt was confirmed"),
            (Permission.RECORD,),
            moves=False,
            states=OPEN,
        ),
        Deed(
            "extend", _("Extend the time limit"), (Permission.WORK,), moves=False, states=UNDECIDED
        ),
        Deed(
            "record_order",
            _("Record an order"),
            (Permission.OVERSEE,),
            moves=False,
            states=OPEN,
        ),
        Deed(
            "recompute",
            _("Recompute the dates"),
            (),
            moves=False,
            states=OPEN,
            by_system=True,
            raises_version=False,
        ),
    ]
    return {deed.code: deed for deed in deeds}


DEEDS: dict[str, Deed] = _table()
