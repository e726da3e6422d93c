"""Which deadlines a request gets: its policy's, or the organisation's own target where the policy
names no period, and those of every law that applies. Policy and law are separate deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_noop

from dsr.policies.regimes import Duty as LawDuty
from dsr.policies.regimes import ExtensionTerms, PauseEffect, Regime, Source
from dsr.requests.deadlines import law_facts
from dsr.requests.laws import duties_of
from dsr.requests.models import SubjectRequest
from dsr.requests.states import Duty, ExtensionReason, SetBy

# Duties that are deadlines; windows into the past (look-back) are not.
DEADLINE_CODES = frozenset(Duty.values)


@dataclass(frozen=True, slots=True)
class DeadlinePlan:
    """One deadline to be. ``rule`` is the engine's own form; ``pauses`` says what each reason does.

    ``extension`` is ``{"amount", "unit", "reasons"}`` or None where no more time may be taken.
    """

    code: str
    purpose: str
    set_by: str
    rule: dict[str, Any]
    source: str
    checked: str = "read"
    regime: str = ""
    label: str = ""
    pauses: dict[str, Any] = field(default_factory=dict)
    extension: dict[str, Any] | None = None
    calendar_codes: list[str] | None = None


# Of a deadline whose day somebody names, or which has no number.
NO_RULE: Final[dict[str, Any]] = {"unit": "none"}


def plan_of_its_own(code: str, purpose: str, regime: Regime, source: Source) -> DeadlinePlan:
    """A deadline that a law gives beside the request's duties, without a rule that computes it."""
    return DeadlinePlan(
        code=code,
        purpose=purpose,
        set_by=SetBy.LAW,
        rule=NO_RULE,
        source=source.title,
        checked=source.checked,
        regime=regime.slug,
        label=regime.name,
    )


def plans_for(subject_request: SubjectRequest) -> Iterator[DeadlinePlan]:
    """The deadlines of a new request. A policy's own is not paused unless its text says so."""
    yield _own_deadline(subject_request)
    yield from plans_of_laws(subject_request)


def _own_deadline(subject_request: SubjectRequest) -> DeadlinePlan:
    right = subject_request.right
    if right.period is None:
        return target(subject_request, "target")
    version = right.reading.version
    return DeadlinePlan(
        code="policy",
        purpose=Duty.RESPOND,
        set_by=SetBy.POLICY,
        rule={**right.period, "start": "next_day", "roll": "none"},
        source=f"{version.policy.title} ({version.label})",
    )


def plans_of_laws(subject_request: SubjectRequest) -> Iterator[DeadlinePlan]:
    """By the requester's place and the kind of right; one deadline for each duty of each law."""
    for regime, duty in duties_of(subject_request):
        if duty.code in DEADLINE_CODES:
            yield _deadline_of_law(subject_request, regime, duty)


def _code(regime: Regime, duty: LawDuty) -> str:
    """The same for the same duty whatever else applies: ``fr-health:respond:older``."""
    # A yes is told by the name of its fact; a no is what is taken to be so anyway.
    told = [
        name if value is True else str(value)
        for name, value in duty.when.items()
        if value is not False
    ]
    return ":".join([regime.slug, duty.code, *told])


def _deadline_of_law(
    subject_request: SubjectRequest, regime: Regime, duty: LawDuty
) -> DeadlinePlan:
    codes = regime.calendar_codes(subject_request.organisation.country, duty)
    return DeadlinePlan(
        code=_code(regime, duty),
        purpose=duty.code,
        set_by=SetBy.LAW,
        regime=regime.slug,
        label=regime.name,
        rule=duty.rule_json,
        source=duty.source.title,
        checked=duty.source.checked,
        pauses={
            effect.reason: _says(regime, effect)
            for effect in duty.pauses
            if effect.admitted_for(subject_request.kind)
        },
        extension=_terms(regime, duty.extension) if duty.extension else None,
        calendar_codes=None if codes is None else list(codes),
    )


def _says(regime: Regime, effect: PauseEffect) -> dict[str, Any]:
    return {
        "effect": effect.effect,
        "counting": effect.counting,
        "needs": law_facts.by_law(regime, effect.needs),
        "most_days": effect.most_days,
        "settled": effect.settled,
    }


def _terms(regime: Regime, terms: ExtensionTerms) -> dict[str, Any]:
    return {
        "amount": terms.period.amount,
        "unit": terms.period.unit,
        # GDPR Art. 12(3) and UK GDPR Art. 12A name two, of which either is enough.
        "reasons": list(terms.admitted_reasons) or list(ExtensionReason.values),
        "needs": law_facts.by_law(regime, terms.needs),
    }


def target(subject_request: SubjectRequest, code: str) -> DeadlinePlan:
    """The organisation's own target: a promise to itself, shown as such and never as law."""
    organisation = subject_request.organisation
    return DeadlinePlan(
        code=code,
        purpose=Duty.RESPOND,
        set_by=SetBy.TARGET,
        rule={
            "amount": organisation.target_amount,
            "unit": organisation.target_unit,
            "start": "next_day",
            "roll": "none",
        },
        source=gettext_noop("The organisation’s own target; the policy names no period"),
    )
