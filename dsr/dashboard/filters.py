"""The filters of the queue. Nothing personal is in them: they stand in the address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.policies.kinds import Kind
from dsr.policies.models import Organisation
from dsr.requests.models.subject_request import SubjectRequestQuerySet
from dsr.requests.states import Status
from dsr.requests.words import SOON

OPEN, EVERY = "open", "every"
MINE, NOBODY = "mine", "nobody"
OVERDUE, WEEK, MONTH, NO_DATE = "overdue", "week", "month", "none"
DAYS = {WEEK: SOON, MONTH: 30}

DUE_CHOICES = [
    ("", _("Any time")),
    (OVERDUE, _("Overdue")),
    (WEEK, _("Within 7 days")),
    (MONTH, _("Within 30 days")),
    (NO_DATE, _("No date")),
]


def overdue(
    requests: SubjectRequestQuerySet, organisations: Iterable[Organisation], at: datetime
) -> SubjectRequestQuerySet:
    """Past their date on the legal day of their own organisation."""
    return _by_day(requests, organisations, at, lambda some, today: some.overdue(today))


def due_within(
    requests: SubjectRequestQuerySet,
    organisations: Iterable[Organisation],
    at: datetime,
    days: int,
) -> SubjectRequestQuerySet:
    return _by_day(
        requests,
        organisations,
        at,
        lambda some, today: some.due_within(today, today + timedelta(days=days)),
    )


def _by_day(
    requests: SubjectRequestQuerySet,
    organisations: Iterable[Organisation],
    at: datetime,
    pick: Any,
) -> SubjectRequestQuerySet:
    """Organisations in other zones may be a day apart, so each day is asked for its own."""
    days: dict[date, list[int]] = {}
    for organisation in organisations:
        days.setdefault(organisation.today(at), []).append(organisation.pk)
    parts = [pick(requests.of_organisations(ids), day) for day, ids in days.items()]
    return reduce(or_, parts) if parts else requests.none()


class QueueFilters(forms.Form):
    """What the queue may be narrowed to."""

    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of request"), required=False, choices=[("", _("Every kind")), *Kind.choices]
    )
    assignee = forms.ChoiceField(label=_("Assigned to"), required=False)
    due = forms.ChoiceField(label=_("Due"), required=False, choices=DUE_CHOICES)

    def __init__(
        self,
        data: Any,
        *,
        user: User,
        organisations: list[Organisation],
        people: Iterable[User],
        at: datetime,
    ) -> None:
        super().__init__(data)
        self.user, self.organisations, self.at = user, organisations, at
        self._choose("organisation", [("", _("All of mine")), *_named(organisations)])
        self._choose(
            "status", [("", _("All that are open")), *Status.choices, (EVERY, _("Every status"))]
        )
        others = [(str(each.pk), each.name) for each in people if each.pk != user.pk]
        first = [("", _("Anybody")), (MINE, _("Me")), (NOBODY, _("Nobody"))]
        self._choose("assignee", [*first, *others])
        if len(organisations) < 2:
            del self.fields["organisation"]

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def narrow(self, requests: SubjectRequestQuerySet) -> SubjectRequestQuerySet:
        """The requests that fit; a filter that makes no sense is left out and said so."""
        self.is_valid()
        for name in ("status", "organisation", "kind", "assignee", "due"):
            value = self.cleaned_data.get(name, "")
            requests = getattr(self, f"_by_{name}")(requests, value)
        return requests

    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)

    def _by_status(self, requests: SubjectRequestQuerySet, value: str) -> SubjectRequestQuerySet:
        if value == EVERY:
            return requests
        return requests.filter(status=value) if value else requests.open()

    def _by_organisation(
        self, requests: SubjectRequestQuerySet, value: str
    ) -> SubjectRequestQuerySet:
        return requests.filter(organisation__slug=value) if value else requests

    def _by_kind(self, requests: SubjectRequestQuerySet, value: str) -> SubjectRequestQuerySet:
        return requests.filter(kind=value) if value else requests

    def _by_assignee(self, requests: SubjectRequestQuerySet, value: str) -> SubjectRequestQuerySet:
        if value == NOBODY:
            return requests.unassigned()
        if value == MINE:
            return requests.filter(assignee=self.user)
        return requests.filter(assignee_id=int(value)) if value else requests

    def _by_due(self, requests: SubjectRequestQuerySet, value: str) -> SubjectRequestQuerySet:
        if value == OVERDUE:
            return overdue(requests, self.organisations, self.at)
        if value in DAYS:
            return due_within(requests, self.organisations, self.at, DAYS[value])
        return requests.filter(due_on=None) if value == NO_DATE else requests


def _named(organisations: Iterable[Organisation]) -> list[tuple[str, str]]:
    return [(each.slug, each.name) for each in organisations]


def tiles(
    requests: SubjectRequestQuerySet, organisations: list[Organisation], at: datetime
) -> list[tuple[str, Any, int]]:
    """What needs somebody: the query of the address, the words, the number."""
    opened = requests.open()
    soon = due_within(requests, organisations, at, SOON)
    return [
        ("?due=overdue", _("overdue"), overdue(requests, organisations, at).count()),
        (
            "?due=week",
            _("due within 7 days"),
            soon.count(),
        ),
        ("?assignee=nobody", _("assigned to nobody"), opened.unassigned().count()),
        ("?status=waiting", _("waiting for the requester"), _in(opened, Status.WAITING)),
        ("?status=in_review", _("in review"), _in(opened, Status.IN_REVIEW)),
    ]


def _in(requests: SubjectRequestQuerySet, status: Status) -> int:
    return requests.filter(status=status).count()
