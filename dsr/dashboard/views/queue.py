"""The queue: what is due first stands first; and the search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dsr.accounts.roles import Permission
from dsr.audit.paging import MOST_COUNTED, Naming, page_of
from dsr.dashboard import words
from dsr.dashboard.filters import QueueFilters, tiles
from dsr.dashboard.request_page import day
from dsr.dashboard.views.base import StaffView, colleagues
from dsr.days.place import standing_in
from dsr.notifications.models import OutboxMessage
from dsr.policies.kinds import Kind
from dsr.requests import queries
from dsr.requests.errors import NotAllowed
from dsr.requests.models import SubjectRequest
from dsr.requests.models.subject_request import (
    DUE_FIRST,
    SubjectRequestQuerySet,
    assignee_works,
)
from dsr.requests.services.listed_names import Named, show_names
from dsr.requests.words import Badge
from dsr.vault.plain_forms import PlainForm

PAGE_SIZE = 25
MOST_FOUND = 100
# In an address, where the number of a row would tell how many requests there are. Of what one may
# not see it finds no more than the place where it would stand.
BY_REFERENCE = Naming(
    name=lambda row: str(row.reference),
    find=lambda name: (
        SubjectRequest.objects.filter(reference=name).values_list("pk", flat=True).first()
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One request as the queue shows it: nothing of it is unsealed, but the name on demand."""

    subject_request: SubjectRequest
    kind: str
    status: Badge
    due: Badge
    is_lost: bool
    has_letter: bool
    # Assigned to somebody who can work on it no more.
    is_left: bool
    may_name: bool
    name: str = ""
    born: str = ""
    asked_by: str = ""


class SearchForm(PlainForm):
    """A reference, an exact e-mail address or telephone number, or words of a name."""

    text = forms.CharField(
        label=_("Find a request"),
        max_length=200,
        help_text=_("Reference, exact e-mail address or telephone number, or words of a name"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class Listing(StaffView):
    """What the queue and the search share."""

    # Names are sealed, and each one shown is a line of history: only pages asked for by POST.
    shows_names = False

    def seen(self) -> SubjectRequestQuerySet:
        found: SubjectRequestQuerySet = SubjectRequest.objects.within(self.reach)
        return found

    def marked(self, found: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
        """With whose they are, in the one query of the page."""
        return found.annotate(
            is_left=Case(When(assignee=None, then=False), default=~assignee_works()),
        ).select_related("organisation", "right", "assignee")

    def table(self, found: Iterable[SubjectRequest]) -> dict[str, Any]:
        rows = self.rows(found)
        return {"rows": rows, "may_name": any(row.may_name and not row.name for row in rows)}

    def rows(self, found: Iterable[SubjectRequest]) -> list[Row]:
        # Organisations in other zones may be a day apart.
        days = {each.pk: each.today(self.at) for each in self.organisations}
        # Read once: names are recorded of the very rows that are shown.
        listed = list(found)
        named, mail = self.names(listed), _mail_of(listed)
        return [
            self._row(each, days[each.organisation_id], named.get(each.pk), *mail[each.pk])
            for each in listed
        ]

    def _row(
        self, each: Any, today: date, named: Named | None, is_lost: bool, has_letter: bool
    ) -> Row:
        with standing_in(each.organisation.place):
            return Row(
                each,
                str(Kind(each.kind).label),
                words.status_badge(each),
                words.due_badge(each, today),
                is_lost=is_lost,
                has_letter=has_letter,
                is_left=each.is_left,
                may_name=self.may(Permission.WORK, each.organisation_id),
                **_in_words(named),
            )

    def names(self, listed: Iterable[SubjectRequest]) -> dict[int, Named]:
        """Whose requests these are, where somebody asked for it: of each, or of all on the page."""
        if not self.shows_names:
            return {}
        asked_for = set(self.request.POST.getlist("of"))
        # A list may mix organisations of which this person works in one.
        wanted = [
            each
            for each in listed
            if self.may(Permission.WORK, each.organisation_id)
            and ("every" in self.request.POST or each.reference in asked_for)
        ]
        try:
            return show_names(wanted, by=self.user, at=self.at)
        except NotAllowed:
            # Asked again by the service: a role may have been taken at this moment.
            self.refuse_access("show_names")

    def permit_names(self) -> None:
        if not self.may_somewhere(Permission.WORK):
            self.refuse_access("show_names")


def _mail_of(listed: list[SubjectRequest]) -> dict[int, tuple[bool, bool]]:
    """Of each request whether something of it did not arrive, and whether a letter lies here.

    Of those that are shown only: asked together with them, PostgreSQL gathers first all of which
    it is true, which takes longer the more there are.
    """
    found = SubjectRequest.objects.filter(pk__in=[each.pk for each in listed]).annotate(
        is_lost=Exists(queries.lost_notices().filter(subject_request=OuterRef("pk"))),
        has_letter=Exists(OutboxMessage.objects.to_post().filter(reference=OuterRef("reference"))),
    )
    return {
        pk: (lost, letter) for pk, lost, letter in found.values_list("pk", "is_lost", "has_letter")
    }


def _in_words(named: Named | None) -> dict[str, str]:
    if named is None:
        return {}
    born = day(named.born_on) if named.born_on else ""
    return {"name": named.name, "born": born, "asked_by": named.asked_by}


class QueueView(Listing):
    """Every request this person may see, narrowed by the filters in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def listed(self, request: HttpRequest) -> HttpResponse:
        filters = QueueFilters(
            request.GET,
            self.seen(),
            user=self.user,
            organisations=self.organisations,
            people=colleagues(self.organisations),
            at=self.at,
        )
        found = filters.narrow()
        page = page_of(self.marked(found), filters.order, PAGE_SIZE, request.GET, BY_REFERENCE)
        shown, total = tiles(self.seen(), self.organisations, self.at, found)
        return self.page(
            "dashboard/queue.html",
            {
                "filters": filters,
                "search": SearchForm(),
                "tiles": shown,
                "most": MOST_COUNTED,
                "current": f"?{request.GET.urlencode()}",
                "page": page,
                "total": total,
                "due_first": filters.order is DUE_FIRST,
                **self.table(page.rows),
                "names_url": f"{reverse('dashboard:names')}?{request.GET.urlencode()}",
                "several": len(self.organisations) > 1,
                "narrowed": filters.is_narrowed(),
            },
        )


class QueueNames(QueueView):
    """The page of the queue that was looked at, with names."""

    shows_names = True

    def get(self, request: HttpRequest) -> HttpResponse:
        # A reload, or the next page: the list without names.
        return redirect(f"{reverse('dashboard:queue')}?{request.GET.urlencode()}")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.permit_names()
        return self.listed(request)


class SearchView(Listing):
    """By POST, so that no name and no address ever stands in an address line or a log."""

    def get(self, request: HttpRequest) -> HttpResponse:
        # A bookmark or a reload of the result has nothing left to search for.
        return redirect("dashboard:queue")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SearchForm(request.POST)
        found: list[SubjectRequest] = []
        if form.is_valid():
            text = form.cleaned_data["text"]
            # Among what this person may see: a foreign reference finds nothing, like a wrong one.
            if exact := queries.by_reference(self.user, text).first():
                return redirect("dashboard:request", exact.reference)
            # One more than is shown tells that there are more, without counting them.
            by_person = self.marked(queries.by_person(self.user, text))
            found = list(by_person[: MOST_FOUND + 1])
        return self.page(
            "dashboard/search.html",
            {
                "search": form,
                "form": form,
                **self.table(found[:MOST_FOUND]),
                "names_url": reverse("dashboard:found_names"),
                "searched": form.cleaned_data.get("text", ""),
                "too_many": len(found) > MOST_FOUND,
                "several": len(self.organisations) > 1,
            },
        )


class FoundNames(SearchView):
    """What was found, with names."""

    shows_names = True

    def post(self, request: HttpRequest) -> HttpResponse:
        self.permit_names()
        return super().post(request)
