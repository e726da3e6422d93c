"""Which clocks a request gets: its policy's, or the organisation's own target where the policy
names no period, and those of every law that applies. Policy and law are separate deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from .models import SubjectRequest
from .states import Basis, Purpose


@dataclass(frozen=True, slots=True)
class Plan:
    """One clock to be. ``rule`` is the engine's own form; ``pauses`` says what each reason does.

    ``extension`` is ``{"amount", "unit", "reasons"}`` or None where no more time may be taken.
    """

    code: str
    purpose: str
    basis: str
    rule: dict[str, Any]
    source: str
    checked: str = "read"
    regime: str = ""
    label: str = ""
    pauses: dict[str, Any] = field(default_factory=dict)
    extension: dict[str, Any] | None = None


def plans_for(subject_request: SubjectRequest) -> Iterator[Plan]:
    """The clocks of a new request. A policy's clock does not pause unless its text says so."""
    yield _own_clock(subject_request)


def _own_clock(subject_request: SubjectRequest) -> Plan:
    right = subject_request.right
    if right.period is None:
        return target(subject_request, "target")
    version = right.reading.version
    return Plan(
        code="policy",
        purpose=Purpose.RESPOND,
        basis=Basis.POLICY,
        rule={**right.period, "start": "next_day", "roll": "none"},
        source=f"{version.policy.title} ({version.label})",
    )


def target(subject_request: SubjectRequest, code: str) -> Plan:
    """The organisation's own target: a promise to itself, shown as such and never as law."""
    organisation = subject_request.organisation
    return Plan(
        code=code,
        purpose=Purpose.RESPOND,
        basis=Basis.TARGET,
        rule={
            "amount": organisation.target_amount,
            "unit": organisation.target_unit,
            "start": "next_day",
            "roll": "none",
        },
        source=gettext_noop("The organisation’s own target; the policy names no period"),
    )
