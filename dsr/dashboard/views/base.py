"""What every staff page shares: who looks, when, the frame around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NoReturn

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.i18n import set_language

from dsr.accounts.middleware import refusal_is_recorded
from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission, roles_with
from dsr.audit.admin_pages import REOPENED
from dsr.audit.services import record_refusal
from dsr.days.place import stand_in
from dsr.notifications.services import stale
from dsr.policies.models import Organisation
from dsr.policies.services import KeptCopy, kept_copy
from dsr.requests.prefetched import keep_prefetched

NAVIGATION: tuple[tuple[str, str | Promise, Permission], ...] = (
    ("dashboard:queue", _("Requests"), Permission.VIEW),
    ("dashboard:new", _("Enter a request"), Permission.RECORD),
    ("dashboard:letters", _("Letters and mail"), Permission.VIEW),
    ("dashboard:team", _("Team"), Permission.VIEW),
    ("dashboard:health", _("Health"), Permission.VIEW),
)


class StaffView(View):
    """A page for members of an organisation. ``needs`` is what one of their roles has to hold."""

    needs: Permission = Permission.VIEW
    section = "dashboard:queue"
    user: User
    at: datetime
    # Organisations, policies and rights, as they were when the page was asked for.
    kept: KeptCopy
    held_in: dict[int, frozenset[Permission]]
    organisations: list[Organisation]
    # Of these organisations, the department to which this person is limited; None: to none.
    reach: dict[int, int | None]

    def in_language(self, page: Callable[[], HttpResponse]) -> HttpResponse:
        """A page with a form in the language of the button that was pressed, filled in as it was;
        nobody has asked yet what is wrong with it."""
        typed = self.request.POST
        # Django's own view checks the language and makes the cookie; it reads this name.
        self.request.POST = QueryDict(mutable=True)  # type: ignore[assignment]
        self.request.POST["language"] = typed["in_language"]  # type: ignore[misc]
        chosen = set_language(self.request)
        self.request.POST = typed
        wanted = typed["in_language"] if chosen.cookies else translation.get_language()
        with translation.override(wanted):
            shown = page()
        shown.cookies.update(chosen.cookies)
        shown.headers["Content-Language"] = str(wanted)
        return shown

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The clock is read once a page: two readings would disagree around midnight.
        self.user, self.at, self.kept = staff_of(request), timezone.now(), kept_copy()
        memberships = memberships_of(self.user, self.kept)
        self.held_in = {each.organisation_id: each.permissions(self.at) for each in memberships}
        # Only where the permission is held: a role in one organisation says nothing about another.
        self.organisations = [
            each.organisation for each in memberships if self.may(self.needs, each.organisation_id)
        ]
        seen = {each.pk for each in self.organisations}
        self.reach = {
            each.organisation_id: each.department_id
            for each in memberships
            if each.organisation_id in seen
        }
        # One place where they agree; pages of several say of each row where it belongs.
        places = {each.place for each in self.organisations}
        if len(places) == 1:
            stand_in(places.pop())
        # Said plainly: without it a new colleague would take an empty page for a fault.
        if not memberships:
            return self.page("dashboard/no_membership.html", {}, status=403)
        if not self.organisations:
            raise PermissionDenied
        # Typed, and lost its way: it is shown, and nothing is done with it.
        if self.reopened:
            again: HttpResponseBase = self.shown_again(request, *args, **kwargs)  # type: ignore[attr-defined]
            return again
        return super().dispatch(request, *args, **kwargs)

    @property
    def reopened(self) -> Any:
        """What was typed into this page earlier (``dsr.dashboard.unsent``), or None."""
        return getattr(self.request, REOPENED, None)

    def refuse_access(self, deed: str, **facts: Any) -> NoReturn:
        """This person may not do it; that it was tried is a line of the site's history."""
        facts = {"deed": deed, **facts}
        record_refusal("denied", at=self.at, actor_id=self.user.pk, facts=facts)
        refusal_is_recorded(self.request)
        raise PermissionDenied

    def may(self, permission: Permission, organisation_id: int) -> bool:
        """As `User.may`, from the memberships that are loaded already."""
        return permission in self.held_in.get(organisation_id, frozenset())

    def may_somewhere(self, permission: Permission) -> bool:
        return any(permission in held for held in self.held_in.values())

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, self.frame() | context, status=status)

    def frame(self) -> dict[str, Any]:
        return {
            "navigation": [
                {"name": name, "url": reverse(view), "current": view == self.section}
                for view, name, needed in NAVIGATION
                if self.may_somewhere(needed)
            ],
            # Who belongs nowhere is told nothing of how the site runs.
            "sweep_is_late": bool(self.held_in and stale(self.at)),
            "user": self.user,
            "now": self.at,
        }

    def back_to(self, view: str, sentence: str = "", **kwargs: Any) -> HttpResponseRedirect:
        """After a POST: somewhere else, with a sentence about what was done."""
        if sentence:
            messages.success(self.request, sentence)
        # A redirect, so that loading the page again does not do the deed again.
        return HttpResponseRedirect(reverse(view, kwargs=kwargs))

    def organisation(self, slug: str) -> Organisation:
        """One of the person's own organisations; any other does not exist for them."""
        for organisation in self.organisations:
            if organisation.slug == slug:
                return organisation
        raise Http404


def staff_of(request: HttpRequest) -> User:
    """The person behind a page that is closed to everybody else."""
    user = request.user
    assert isinstance(user, User)
    return user


def memberships_of(user: User, kept: KeptCopy) -> list[Membership]:
    """One query a page: everything a page asks about permissions is answered from these.

    (A deed asks the database once more, under its lock.)
    """
    # A closed account has none, whatever an open session still says.
    rows = list(user.memberships.order_by("pk")) if user.is_active else []
    for each in rows:
        each.organisation = kept.organisation(each.organisation_id)
    rows.sort(key=lambda each: (each.organisation.name, each.pk))
    keep_prefetched(user, memberships=rows)
    return rows


def colleagues(organisations: Iterable[Organisation]) -> QuerySet[User]:
    """Who may work on requests of these organisations."""
    return (
        User.objects.filter(
            is_active=True,
            memberships__organisation__in=list(organisations),
            # Who may only look cannot be given work.
            memberships__role__in=roles_with(Permission.WORK),
        )
        # A member of two organisations would stand in the list twice.
        .distinct()
        .order_by("name", "pk")
    )
