"""What the laws, as they are read now, would do to open requests; nothing of it before it is
accepted.

A deadline keeps the rule with which it began. When the file of a law changes, or the organisation
names another law, its open requests stay as they are until somebody who oversees them accepts the
change: for one organisation and one law, exactly as it was shown, or not at all. A new text of a
law (``follows``) changes none of them: each request is under the text of its day of receipt.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from dsr.deadlines import WorkingCalendar
from dsr.policies.models import Organisation
from dsr.policies.regimes import all_regimes, versions_of
from dsr.requests.models import Deadline, Notice, SubjectRequest
from dsr.requests.models.subject_request import SubjectRequestQuerySet
from dsr.requests.states import DeadlineStatus, Duty, SetBy

from .lifecycle import first_due, go_along, planned, write_dates
from .planning import DeadlinePlan, plans_of_laws
from .solving import calendar_of, solve

# What a deadline keeps of its law, by the name of the plan's field: its own field.
TERMS = {
    "rule": "rule",
    "calendar_codes": "calendar_codes",
    "pauses": "pauses_admitted",
    "extension": "extension_rule",
    "source": "source",
    "checked": "checked",
    "label": "label",
}


class What(TextChoices):
    """What happens to a deadline."""

    MOVES = "moves", _("Moves")
    BEGINS = "begins", _("Begins")
    ENDS = "ends", _("Falls away")
    RUNS_AGAIN = "runs_again", _("Runs again")
    OTHER_TERMS = "other_terms", _("Same day, other terms")


@dataclass(frozen=True, slots=True)
class Change:
    """One deadline: as it is (None where it begins), and as it would be, unsaved.

    ``differs`` names the terms (keys of ``TERMS``) that the law has otherwise now; none where an
    aim goes along with the duty that it serves.
    """

    what: What
    before: Deadline | None
    after: Deadline
    differs: tuple[str, ...] = ()

    @property
    def old(self) -> date | None:
        return self.before.due_on if self.before else None

    @property
    def new(self) -> date | None:
        return None if self.what == What.ENDS else self.after.due_on

    def as_json(self) -> list[Any]:
        """All that was shown of it and all that would be written, for comparing."""
        every = (self.old, self.new, self.after.would_be_on, self.after.notice_by)
        days = [each and each.isoformat() for each in every]
        status = [self.before and str(self.before.status), str(self.after.status)]
        return [str(self.what), self.after.code, *days, *status, _terms(self.after)]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to one request: its deadlines, and the day that would govern."""

    subject_request: SubjectRequest
    changes: list[Change]
    due_on: date | None

    @property
    def old_due_on(self) -> date | None:
        return self.subject_request.due_on


@dataclass(frozen=True, slots=True)
class Law:
    """One law in all its texts; ``slug`` is that of the newest, or of one that no longer ships."""

    slug: str
    name: str
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What accepting one law would do to the open requests of an organisation."""

    organisation: Organisation
    law: Law
    requests: list[Foreseen]

    @property
    def number(self) -> int:
        return sum(len(each.changes) for each in self.requests)

    @property
    def seen(self) -> str:
        """Stands for all that is shown: what is accepted is compared with it."""
        told = [
            [each.subject_request.pk, *(change.as_json() for change in each.changes)]
            for each in self.requests
        ]
        plain = json.dumps([self.organisation.pk, self.law.slug, told], sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()


def previews(
    organisation: Organisation, *, at: datetime, department: int | None = None
) -> list[Preview]:
    """What each law, as it is read now, would do to the open requests of an organisation.

    Only laws that would do something; ``department``: of its requests alone. A bounded number of
    queries, however many requests there are.
    """
    found: defaultdict[Law, list[Foreseen]] = defaultdict(list)
    for world in _worlds(_awaiting(organisation, department), organisation, at):
        for law in world.laws():
            if foreseen := world.foresee(law):
                found[law].append(foreseen)
    return [
        Preview(organisation, law, found[law]) for law in sorted(found, key=lambda each: each.name)
    ]


def preview(
    organisation: Organisation, slug: str, *, at: datetime, department: int | None = None
) -> Preview:
    """As ``previews``, of one law by any of its short names; empty where it would do nothing."""
    law = law_of(slug)
    worlds = _worlds(_awaiting(organisation, department), organisation, at)
    foreseen = (world.foresee(law) for world in worlds)
    return Preview(organisation, law, [each for each in foreseen if each])


def law_of(slug: str) -> Law:
    """The law of a text, by its short name; one that no longer ships stands alone."""
    regimes = all_regimes()
    if slug not in regimes:
        return Law(slug, slug, frozenset({slug}))
    texts = versions_of(slug)
    return Law(texts[-1], regimes[texts[-1]].name, frozenset(texts))


def _awaiting(organisation: Organisation, department: int | None) -> SubjectRequestQuerySet:
    """What was answered, wholly or in part, or is kept ready is planned anew by nobody."""
    reach = {organisation.pk: department}
    found: SubjectRequestQuerySet = SubjectRequest.objects.within(reach).awaiting()
    return found.filter(answered_before=None).order_by("pk")


@dataclass(frozen=True, slots=True)
class _World:
    """One request with what its dates follow from."""

    subject_request: SubjectRequest
    deadlines: list[Deadline]
    plans: dict[str, DeadlinePlan]
    confirmed_on: date | None
    engines: Mapping[int, WorkingCalendar]
    at: datetime

    def laws(self) -> Iterator[Law]:
        """Those that have something to say on it, now or when it began."""
        slugs = {plan.regime for plan in self.plans.values()}
        slugs |= {each.regime for each in self.deadlines if _by_law(each)}
        yield from {law_of(slug).slug: law_of(slug) for slug in sorted(slugs)}.values()

    def foresee(self, law: Law) -> Foreseen | None:
        """What the law, as it is read now, would do; None where nothing."""
        changes = [*self._known(law), *self._begun(law)]
        if not changes:
            return None
        after = {each.before.pk: each.after for each in changes if each.before}
        rows = [after.get(each.pk, each) for each in self.deadlines]
        rows += [each.after for each in changes if each.before is None]
        live = [each for each in rows if each.is_live]
        duty = first_due(each for each in live if not each.is_aim)
        moved = list(self._gone_along(live, duty))
        swapped = {each.after.pk: each.after for each in moved}
        first = first_due(swapped.get(each.pk, each) if each.pk else each for each in live)
        due_on = first.due_on if first else self.subject_request.due_on
        return Foreseen(self.subject_request, changes + moved, due_on)

    def _known(self, law: Law) -> Iterator[Change]:
        """What began already: it falls away, runs again, or runs by other terms."""
        for before in self.deadlines:
            if before.regime not in law.texts or not _by_law(before) or before.round != 1:
                continue
            plan = self.plans.get(before.code)
            if plan is None:
                if before.is_live:
                    yield self._ended(before)
            elif before.status == DeadlineStatus.CANCELLED:
                yield self._again(before, plan)
            elif before.is_live and (differs := _differs(before, plan)):
                yield self._by_other_terms(before, plan, differs)

    def _ended(self, before: Deadline) -> Change:
        after = copy(before)
        after.cancel(self.subject_request.organisation.today(self.at))
        return Change(What.ENDS, before, after)

    def _again(self, before: Deadline, plan: DeadlinePlan) -> Change:
        after = copy(before)
        after.revive()
        after.undelivered = False
        self._count(after, plan)
        return Change(What.RUNS_AGAIN, before, after, _differs(before, plan))

    def _by_other_terms(
        self, before: Deadline, plan: DeadlinePlan, differs: tuple[str, ...]
    ) -> Change:
        after = copy(before)
        self._count(after, plan)
        same = (before.due_on, before.status) == (after.due_on, after.status)
        return Change(What.OTHER_TERMS if same else What.MOVES, before, after, differs)

    def _begun(self, law: Law) -> Iterator[Change]:
        known = {each.code for each in self.deadlines if each.round == 1}
        for code, plan in self.plans.items():
            if plan.regime in law.texts and code not in known:
                after = planned(self.subject_request, plan, self.at)
                self._count(after, plan)
                yield Change(What.BEGINS, None, after)

    def _count(self, deadline: Deadline, plan: DeadlinePlan) -> None:
        """Its dates by the terms of the plan, from the facts as they stand."""
        for name, own in TERMS.items():
            setattr(deadline, own, getattr(plan, name))
        write_dates(deadline, solve(deadline, calendar=self._engine(deadline)), self.at)
        # A law that is found to apply later asks for no second confirmation of receipt.
        if deadline.purpose == Duty.ACKNOWLEDGE and self.confirmed_on:
            late = deadline.is_late(self.confirmed_on)
            (deadline.miss if late else deadline.meet)(self.confirmed_on)

    def _gone_along(self, live: list[Deadline], duty: Deadline | None) -> Iterator[Change]:
        """Aims, which go along with the duty that they serve."""
        for before in live:
            if not before.is_aim or before.round != 1:
                continue
            after = copy(before)
            write_dates(after, solve(after, calendar=self._engine(after)), self.at)
            go_along(after, duty, self.at, self._engine(duty) if duty else None)
            if (before.due_on, before.status) != (after.due_on, after.status):
                yield Change(What.MOVES, before, after)

    def _engine(self, deadline: Deadline) -> WorkingCalendar:
        if deadline.calendar_codes is None:
            return self.engines[deadline.calendar_id]
        return calendar_of(deadline)


def _by_law(deadline: Deadline) -> bool:
    return bool(deadline.set_by == SetBy.LAW) and deadline.is_planned


def _differs(deadline: Deadline, plan: DeadlinePlan) -> tuple[str, ...]:
    kept = _terms(deadline)
    return tuple(name for name in TERMS if kept[name] != _plain(getattr(plan, name)))


def _terms(deadline: Deadline) -> dict[str, str]:
    return {name: _plain(getattr(deadline, own)) for name, own in TERMS.items()}


def _plain(value: Any) -> str:
    """As it is stored: a list and a tuple are one, and the order of names says nothing."""
    return json.dumps(value, sort_keys=True)


def _worlds(
    found: QuerySet[SubjectRequest], organisation: Organisation, at: datetime
) -> Iterator[_World]:
    # The trace is written anew and never compared.
    rows = Deadline.objects.defer("trace").select_related("calendar").order_by("pk")
    related = (
        Prefetch("deadlines", rows.prefetch_related("extensions")),
        *("receipts", "pauses"),
    )
    requests = list(found.select_related("right").prefetch_related(*related))
    confirmed = _receipts_confirmed(requests)
    calendars = {organisation.calendar_id: organisation.calendar}
    calendars |= {row.calendar_id: row.calendar for it in requests for row in it.deadlines.all()}
    engines = {pk: calendar.as_engine() for pk, calendar in calendars.items()}
    for it in requests:
        # One for all: its calendar is read once.
        it.organisation = organisation
        deadlines = list(it.deadlines.all())
        for each in deadlines:
            each.subject_request = it
        plans = {plan.code: plan for plan in plans_of_laws(it)}
        yield _World(it, deadlines, plans, confirmed.get(it.pk), engines, at)


def _receipts_confirmed(requests: Iterable[SubjectRequest]) -> dict[int, date]:
    """The first day on which receipt was confirmed to the requester, by request."""
    notices = Notice.objects.went_out().filter(
        what=Notice.What.RECEIPT, subject_request__in=[each.pk for each in requests]
    )
    rows = notices.exclude(on=None).order_by("-on", "-pk").values_list("subject_request", "on")
    return {pk: on for pk, on in rows if on}
