"""The filters of the queue. Nothing personal is in them: they stand in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from dsr.accounts.models import User
from dsr.audit.paging import MOST_COUNTED, Order, counts
from dsr.policies.kinds import Kind
from dsr.policies.models import Organisation
from dsr.requests.models.subject_request import (
    DUE_FIRST,
    NEWEST_FIRST,
    SubjectRequestQuerySet,
)
from dsr.requests.queries import kept_ready, letters_to_post, news, undelivered
from dsr.requests.states import OPEN, Status
from dsr.requests.words import SOON

EVERY = "every"
MINE, NOBODY = "mine", "nobody"
OVERDUE, WEEK, MONTH, NO_DATE = "overdue", "week", "month", "none"
LOST, KEPT, TO_POST, NEWS = "lost", "kept", "letter", "new"
DAYS = {WEEK: SOON, MONTH: 30}

FIRST_CHOICES = [(MINE, _("Me")), (NOBODY, _("Nobody"))]
DUE_CHOICES = [
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
    # Joined by `or` it is still one query, which can be counted and shown page by page.
    return reduce(or_, parts) if parts else requests.none()


class QueueFilters(FilterSet):
    """What the queue may be narrowed to; `narrow` gives the rows, `form` the fields."""

    organisation = ChoiceFilter(
        label=_("Organisation"), empty_label=_("All of mine"), method="of_house"
    )
    status = ChoiceFilter(
        label=_("Status"),
        empty_label=_("All that are open"),
        choices=[*Status.choices, (EVERY, _("Every status"))],
        method="of_status",
    )
    kind = ChoiceFilter(
        label=_("Kind of request"), empty_label=_("Every kind"), choices=Kind.choices
    )
    assignee = ChoiceFilter(label=_("Assigned to"), empty_label=_("Anybody"), method="assigned_to")
    due = ChoiceFilter(
        label=_("Due"), empty_label=_("Any time"), choices=DUE_CHOICES, method="due_then"
    )

    post = ChoiceFilter(
        label=_("Mail and letters"),
        empty_label=_("Whatever they are"),
        choices=[
            (NEWS, _("New message or objection")),
            (LOST, _("Did not arrive")),
            (KEPT, _("Kept ready, delivered to nobody")),
            (TO_POST, _("Letter to post")),
        ],
        method="by_post",
    )

    check = ChoiceFilter(
        field_name="to_check",
        label=_("To be checked"),
        empty_label=_("Checked or not"),
        choices=[("True", _("To be checked"))],
    )

    def __init__(
        self,
        data: QueryDict,
        requests: SubjectRequestQuerySet,
        *,
        user: User,
        organisations: list[Organisation],
        people: Iterable[User],
        at: datetime,
    ) -> None:
        super().__init__(_as_seen_by(user, data), requests)
        self.requests, self.user = requests, user
        self.organisations, self.at = organisations, at
        # The library copies the filters for each instance, so these are this person's alone.
        named = [(each.slug, each.name) for each in organisations]
        # Who looks is there as "Me" already.
        others = _named_apart(each for each in people if each.pk != user.pk)
        self.filters["organisation"].extra["choices"] = named
        self.filters["assignee"].extra["choices"] = [*FIRST_CHOICES, *others]
        # With one organisation there is nothing to choose.
        if len(organisations) < 2:
            del self.filters["organisation"]

    def narrow(self) -> SubjectRequestQuerySet:
        """The requests that fit; a filter that makes no sense is left out and said so.

        Not `qs` of the library: it passes over an empty or senseless status, and would then show
        requests of every status instead of those that are open.
        """
        # Asked for what it leaves in `cleaned_data`; its errors stand beside their fields.
        self.is_valid()
        found = self.filter_queryset(self.requests if self._some_status else self.requests.open())
        assert isinstance(found, SubjectRequestQuerySet)
        return found

    @property
    def _some_status(self) -> str:
        # What did not arrive, and what lies here, concerns those that have ended as well.
        chosen = self.form.cleaned_data
        return str(chosen.get("status") or chosen.get("post") or "")

    @property
    def order(self) -> Order:
        """What is due first on top, where all of them are open; else what is newest."""
        return DUE_FIRST if self._some_status in ("", *OPEN) else NEWEST_FIRST

    def is_narrowed(self) -> bool:
        return any(self.form.cleaned_data.values())

    def of_status(
        self, requests: SubjectRequestQuerySet, name: str, value: str
    ) -> SubjectRequestQuerySet:
        return requests if value == EVERY else requests.filter(status=value)

    def of_house(
        self, requests: SubjectRequestQuerySet, name: str, value: str
    ) -> SubjectRequestQuerySet:
        # By its id, which indexes begin with: by its name they would not be found.
        return requests.of_organisations(
            [each.pk for each in self.organisations if each.slug == value]
        )

    def assigned_to(
        self, requests: SubjectRequestQuerySet, name: str, value: str
    ) -> SubjectRequestQuerySet:
        if value == NOBODY:
            return requests.unassigned()
        # One of the choices by now, so a number: anything else was left out as senseless.
        return requests.filter(assignee_id=self.user.pk if value == MINE else int(value))

    def by_post(
        self, requests: SubjectRequestQuerySet, name: str, value: str
    ) -> SubjectRequestQuerySet:
        asked = {NEWS: news, LOST: undelivered, KEPT: kept_ready, TO_POST: letters_to_post}
        return requests.filter(asked[value]())

    def due_then(
        self, requests: SubjectRequestQuerySet, name: str, value: str
    ) -> SubjectRequestQuerySet:
        if value == NO_DATE:
            return requests.filter(due_on=None)
        if value == OVERDUE:
            return overdue(requests, self.organisations, self.at)
        return due_within(requests, self.organisations, self.at, DAYS[value])


def _as_seen_by(user: User, data: QueryDict) -> QueryDict:
    """An address that a colleague sent has its reader by their number: for them that is “Me”."""
    if data.get("assignee") != str(user.pk):
        return data
    own = data.copy()
    own["assignee"] = MINE
    return own


def _named_apart(people: Iterable[User]) -> list[tuple[str, str]]:
    """Each by name, and with the address where two have the same."""
    listed = list(people)
    times = Counter(each.name for each in listed)
    return [
        (str(each.pk), f"{each.name} ({each.email})" if times[each.name] > 1 else each.name)
        for each in listed
    ]


@dataclass(frozen=True, slots=True)
class Tile:
    """What needs somebody: the query of the address, the words, how many."""

    query: str
    label: Any
    number: int

    @property
    def in_words(self) -> str:
        return f"{MOST_COUNTED}+" if self.number > MOST_COUNTED else str(self.number)

    @property
    def is_urgent(self) -> bool:
        return self.query == URGENT


URGENT = "?due=overdue"


def tiles(
    requests: SubjectRequestQuerySet,
    organisations: list[Organisation],
    at: datetime,
    listed: SubjectRequestQuerySet,
) -> tuple[list[Tile], int]:
    """The tiles, and how many ``listed`` are: everything that the page counts, in one statement."""
    opened = requests.open()
    late = overdue(requests, organisations, at)
    soon = due_within(requests, organisations, at, SOON)
    # Each number leads to the list that it counts, so both come from the same filters.
    always = [
        (URGENT, _("overdue"), late),
        ("?due=week", _("due within 7 days"), soon),
        ("?assignee=nobody", _("assigned to nobody"), opened.unassigned()),
        ("?status=waiting", _("waiting for the requester"), _in(requests, Status.WAITING)),
        ("?status=in_review", _("in review"), _in(requests, Status.IN_REVIEW)),
    ]
    # Only while there are some: on most days it would be one more number to read past.
    rare = [
        (f"?post={NEWS}", _("with something new to read"), requests.filter(news())),
        (f"?post={LOST}", _("did not arrive"), requests.filter(undelivered())),
        (f"?post={TO_POST}", _("with a letter to post"), requests.filter(letters_to_post())),
        ("?check=True", _("to be checked"), opened.filter(to_check=True)),
    ]
    *numbers, total = counts([*(each for *_words, each in (*always, *rare)), listed])
    made = [
        Tile(query, label, number)
        for (query, label, _set), number in zip((*always, *rare), numbers, strict=True)
    ]
    return made[: len(always)] + [each for each in made[len(always) :] if each.number], total


def _in(requests: SubjectRequestQuerySet, status: Status) -> SubjectRequestQuerySet:
    return requests.filter(status=status)
