"""What the laws as they ship now would do to open cases, and what will start: shown before anybody
accepts it.

A request stays under the text of its day of receipt, and its deadlines keep the rules with which
they began: a new version of a law, or another reading of one, moves nothing by itself. Somebody who
oversees an organisation sees each deadline that would move, begin or fall away, and accepts exactly
that, or nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.policies.kinds import Kind
from dsr.policies.models import Organisation
from dsr.policies.regimes import Duty, Regime, all_regimes, versions_of
from dsr.requests.deadlines import lifecycle, planning, solving
from dsr.requests.deadlines.planning import DeadlinePlan
from dsr.requests.errors import Unmet
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import SetBy

AHEAD = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Move:
    """One deadline of one open case. ``what``: moves, begins, falls_away, or terms (the day stays,
    and what may pause or extend it is another)."""

    reference: str
    regime: str
    code: str
    what: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Starting:
    """Something that starts: a law or a duty, from a day, for kinds of rights."""

    law: str
    on: date
    kinds: tuple[str, ...]
    duty: str


def starting(organisation: Organisation, today: date) -> list[Starting]:
    """What begins within two years under the laws of an organisation; nothing is computed of it."""
    found = []
    for law in _laws(organisation):
        for duty in law.duties:
            on = max(filter(None, (law.starts_on, duty.starts_on)), default=None)
            if on is not None and today < on <= today + AHEAD and duty.status != "proposed":
                kinds = tuple(str(Kind(each).label) for each in duty.kinds)
                found.append(Starting(law.name, on, kinds, duty.code))
    return sorted(found, key=lambda each: (each.on, each.law, each.duty))


def proposed(organisation: Organisation) -> list[tuple[Regime, Duty]]:
    """What is only proposed or not confirmed: shown, never computed."""
    return [
        (law, duty)
        for law in _laws(organisation)
        for duty in law.duties
        if duty.status == "proposed"
    ]


def _laws(organisation: Organisation) -> list[Regime]:
    known = all_regimes()
    named = [slug for slug in organisation.regimes if slug in known]
    return [known[each] for each in dict.fromkeys(v for slug in named for v in versions_of(slug))]


def moves(organisation: Organisation) -> list[Move]:
    """Each deadline of an open, unanswered case that the shipped laws would give otherwise."""
    return [move for each in _cases(organisation) for move, _plan, _row in _compared(each)]


def fingerprint(found: Iterable[Move]) -> str:
    """What was shown, in short: somebody accepts this and nothing else."""
    said = json.dumps([asdict(each) for each in found], default=str, sort_keys=True)
    return sha256(said.encode()).hexdigest()


def accept(organisation: Organisation, shown: str, *, actor: User, at: datetime) -> int:
    """Apply what was shown; returns how many deadlines it concerned.

    Raises Unmet where something else would move by now than what was shown.
    """
    with transaction.atomic():
        cases = list(_cases(organisation, lock=True))
        planned = [(each, list(_compared(each))) for each in cases]
        if fingerprint(move for _case, rows in planned for move, _p, _r in rows) != shown:
            raise Unmet(_("Something has changed since this was shown. Look at it again."))
        for case, rows in planned:
            if rows:
                _apply(case, rows, actor, at)
        return sum(len(rows) for _case, rows in planned)


def _cases(organisation: Organisation, *, lock: bool = False) -> Iterator[SubjectRequest]:
    rows = SubjectRequest.objects.awaiting().filter(organisation=organisation)
    if lock:
        rows = rows.select_for_update(of=("self",))
    related = ("right__reading__version__policy__organisation", "organisation__calendar", "safe")
    fetched = rows.select_related(*related).prefetch_related(
        "receipts", "pauses", "deadlines__extensions", "deadlines__calendar"
    )
    yield from fetched.order_by("pk")


Compared = tuple[Move, DeadlinePlan | None, Deadline | None]


def _compared(case: SubjectRequest) -> Iterator[Compared]:
    plans = {each.code: each for each in planning.plans_for(case) if each.set_by == SetBy.LAW}
    rows = {
        each.code: each
        for each in case.deadlines.all()
        if each.set_by == SetBy.LAW and each.round == 1 and not each.names_its_day
    }
    for code, row in rows.items():
        row.subject_request = case
        if code not in plans and row.is_live:
            yield _move(case, row.regime, code, "falls_away", row.due_on, None), None, row
        elif code in plans and row.is_live and _terms(plans[code]) != _terms_of(row):
            after = solving.day_of(solving.solve(_under(row, plans[code]), trace=False).due_on)
            what = "terms" if after == row.due_on else "moves"
            yield _move(case, row.regime, code, what, row.due_on, after), plans[code], row
    for code, plan in plans.items():
        if code not in rows:
            after = solving.day_of(solving.solve(_begun(case, plan), trace=False).due_on)
            yield _move(case, plan.regime, code, "begins", None, after), plan, None


def _move(
    case: SubjectRequest, regime: str, code: str, what: str, before: date | None, after: date | None
) -> Move:
    return Move(case.reference, regime, code, what, before, after)


def _terms(plan: DeadlinePlan) -> tuple[object, ...]:
    return (plan.rule, plan.pauses, plan.extension, plan.calendar_codes)


def _terms_of(row: Deadline) -> tuple[object, ...]:
    return (row.rule, row.pauses_admitted, row.extension_rule, row.calendar_codes)


def _under(row: Deadline, plan: DeadlinePlan) -> Deadline:
    """A deadline with the terms of a plan, beside the one that stands."""
    other = copy.copy(row)
    _take_over(other, plan)
    return other


def _take_over(row: Deadline, plan: DeadlinePlan) -> None:
    row.rule, row.pauses_admitted = plan.rule, plan.pauses
    row.extension_rule, row.calendar_codes = plan.extension, plan.calendar_codes
    row.source, row.checked, row.label = plan.source, plan.checked, plan.label


def _begun(case: SubjectRequest, plan: DeadlinePlan) -> Deadline:
    return Deadline(
        subject_request=case,
        purpose=plan.purpose,
        set_by=plan.set_by,
        code=plan.code,
        rule=plan.rule,
        pauses_admitted=plan.pauses,
        extension_rule=plan.extension,
        calendar=case.organisation.calendar,
        calendar_codes=plan.calendar_codes,
        started_on=case.received_on,
    )


def _apply(case: SubjectRequest, rows: list[Compared], actor: User, at: datetime) -> None:
    for _shown, plan, row in rows:
        if row is not None and plan is not None:
            _take_over(row, plan)
            row.save()
    # It begins what is missing and ends what is gone, and computes all the rest anew.
    fresh = SubjectRequest.objects.select_related(
        "right__reading__version__policy__organisation", "organisation__calendar", "safe"
    ).get(pk=case.pk)
    lifecycle.replan(fresh, actor=actor, at=at, cause="law_reread")
