"""The page of a deed: a form made from its declaration, the deed, and somewhere else after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import select_template
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from dsr.accounts.middleware import refusal_is_recorded
from dsr.dashboard import words
from dsr.dashboard.deed_forms import DeedForm, grouped
from dsr.dashboard.deed_panels import shown
from dsr.dashboard.views.base import StaffView
from dsr.days.place import stand_in
from dsr.days.words import zone_words
from dsr.requests import history, queries
from dsr.requests.deeds.declaration import Deed, unmet
from dsr.requests.deeds.doing import not_now
from dsr.requests.errors import NotAllowed, NotByYou, RequestError, Stale
from dsr.requests.forms import put_refusal
from dsr.requests.models import SubjectRequest
from dsr.requests.models.subject_request import assignee_works
from dsr.requests.whole import take_kept

Words = str | Promise


class RequestView(StaffView):
    """A page about one request; one of another organisation does not exist for this person."""

    subject_request: SubjectRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.reference = str(kwargs.get("reference", ""))
        return super().dispatch(request, *args, **kwargs)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Under it stands whose days and hours they are."""
        # Pages of refusal come before the request is found, and no zone is known yet.
        if not hasattr(self, "subject_request"):
            return super().page(template, context, status)
        zone = zone_words(self.subject_request.organisation.zone)
        return super().page(template, context | {"zone": zone}, status)

    def find(self) -> SubjectRequest:
        found = queries.by_reference(self.user, self.reference).select_related(None)
        found = found.select_related("safe", "assignee", "department")
        subject_request = found.annotate(assignee_is_there=assignee_works()).first()
        if subject_request is None:
            raise Http404
        take_kept(subject_request, self.kept)
        # From here on the page is one of its organisation.
        stand_in(subject_request.organisation.place)
        return subject_request

    @property
    def today(self) -> date:
        return self.subject_request.organisation.today(self.at)

    @property
    def held(self) -> frozenset[Any]:
        """What this person may do in the organisation of the request."""
        return self.held_in.get(self.subject_request.organisation_id, frozenset())

    def crumbs(self, last: Words = "") -> list[dict[str, Any]]:
        queue = {"name": _("Requests"), "url": words.url("dashboard:queue")}
        if not last:
            return [queue, {"name": self.subject_request.reference}]
        own = words.url("dashboard:request", self.subject_request.reference)
        return [queue, {"name": self.subject_request.reference, "url": own}, {"name": last}]


class DeedView(RequestView):
    """One deed; ``as_view(deed=...)`` says which."""

    deed: Deed[Any] = None  # type: ignore[assignment]  # as_view wants a default

    def get(self, request: HttpRequest, reference: str, **address: Any) -> HttpResponse:
        self.subject_request, self.address = self.find(), address
        # After the request is found: one of another organisation is a 404, whatever the deed.
        self._permitted()
        # The address may fill in fields, never press the button.
        return self.show(self.form(query=request.GET))

    def post(self, request: HttpRequest, reference: str, **address: Any) -> HttpResponse:
        self.subject_request, self.address = self.find(), address
        self._permitted()
        if "in_language" in request.POST:
            return self.in_language(self.not_judged)
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                changed = self.deed(
                    self.subject_request.pk,
                    form.given(address),
                    actor=self.user,
                    at=self.at,
                    seen=form.seen,
                )
            # Before `RequestError`, of which all are kinds: each has an answer of its own.
            except Stale:
                return self.stale(form)
            except NotByYou as refused:
                # The page was theirs to open: what they typed stays.
                put_refusal(form, refused)
            except NotAllowed as refused:
                # Asked again under the lock: a role may have been taken since the page was opened.
                # The deed has recorded it.
                refusal_is_recorded(request)
                raise PermissionDenied from refused
            except RequestError as refused:
                put_refusal(form, refused)
            else:
                done = str(self.deed.done_for(changed) or _("Done."))
                return self.back_to("dashboard:request", done, reference=self.reference)
        return self.refuse(form)

    def shown_again(self, request: HttpRequest, reference: str, **address: Any) -> HttpResponse:
        self.subject_request, self.address = self.find(), address
        self._permitted()
        form = self.form(request.POST, request.FILES)
        form.full_clean()
        moved_on = form.cleaned_data.get("version") != self.subject_request.version
        return self.stale(form) if moved_on else self.not_judged()

    def not_judged(self) -> HttpResponse:
        """The page with everything that was typed, as if nothing had been pressed."""
        form = self.form(self.request.POST, self.request.FILES)
        form.full_clean()
        form.errors.clear()
        return self.show(form)

    def refuse(self, form: DeedForm) -> HttpResponse:
        """The page again, with what was typed and what to do about it."""
        return self.show(form)

    def form(self, *typed: Any, query: Mapping[str, Any] | None = None) -> DeedForm:
        return DeedForm(self.deed, self.subject_request, self.user, *typed, at=self.at, query=query)

    def show(self, form: DeedForm, status: int = 200, **more: Any) -> HttpResponse:
        deed, it = self.deed, self.subject_request
        # Most deeds have the common page; one that is laid out in its own way has its name, and
        # several that show the same thing share one.
        shared = [f"dashboard/deeds/showing_{each}.html" for each in deed.shows]
        template = select_template(
            [f"dashboard/deeds/{deed.code}.html", *shared, "dashboard/deed.html"]
        )
        return self.page(
            template.template.name or "",
            {
                "form": form,
                "it": it,
                "deed": deed,
                # Shown at the address of a button beside it, it is still sent to its own.
                "own_url": reverse(
                    f"dashboard:{deed.code}", kwargs={"reference": self.reference, **self.address}
                ),
                "button": deed.button or deed.label,
                # Said beforehand, so that nobody types for nothing; the deed asks under the lock.
                "blocked": not_now(it, deed) or unmet(it, deed, self.user),
                "files_lost": bool(self.request.FILES),
                "crumbs": self.crumbs(deed.label),
                "due": words.due_badge(it, self.today),
                "state": words.status_badge(it),
                **shown(deed, it, self.user, self.address, self.today),
                **grouped(form),
                **more,
            },
            status,
        )

    def stale(self, form: DeedForm) -> HttpResponse:
        """Somebody was faster: say who did what and when, and keep what was typed."""
        since = _opened(form, self.at)
        # Read anew: its version is what the next press of the button is compared with.
        self.subject_request = self.find()
        again = self.form(form.with_version(self.subject_request.version, self.at))
        # Filled in and not judged: nobody has pressed the button of this version yet.
        again.full_clean()
        again.errors.clear()
        # 409 and no error of the form: what was typed is not wrong, only late.
        return self.show(
            again, status=409, stale=True, happened=history.since(self.subject_request, since)
        )

    # The service asks again when it is done; here it keeps the page itself closed.
    def _permitted(self) -> None:
        """The page is closed to whoever may not do the deed; trying it is a line of history."""
        if self.deed.open_to(self.held):
            return
        # Looking is no attempt: a colleague may have sent the address.
        if self.request.method == "POST":
            self.refuse_access(self.deed.code, request=self.subject_request.pk)
        raise PermissionDenied


def _opened(form: DeedForm, at: datetime) -> datetime:
    """When the page was opened, as its form says; only what is shown depends on it."""
    # Typed by whoever likes: a broken one shows a day of history and is no error page.
    try:
        opened = parse_datetime(str(form.cleaned_data.get("opened", "")))
    except ValueError:
        opened = None
    return opened if opened and opened.tzinfo else at - timedelta(days=1)
