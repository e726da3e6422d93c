"""The HTTP part of every deed: a small form, one service, and somewhere else afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import permissions_of
from dsr.audit.services import record_refusal
from dsr.dashboard import history, words
from dsr.dashboard.deeds.forms import DeedForm
from dsr.dashboard.views.base import StaffView
from dsr.requests import queries
from dsr.requests.deeds import DEEDS, Deed
from dsr.requests.errors import BadInput, NotAllowed, RequestError, Stale
from dsr.requests.models import SubjectRequest
from dsr.requests.preconditions import unmet
from dsr.requests.services.changing import not_now

Words = str | Promise


class RequestView(StaffView):
    """A page about one request; one of another organisation does not exist for this person."""

    subject_request: SubjectRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.reference = str(kwargs.get("reference", ""))
        return super().dispatch(request, *args, **kwargs)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Days and hours as the organisation's own clocks show them."""
        if not hasattr(self, "subject_request"):
            return super().page(template, context, status)
        zone = self.subject_request.organisation.zone
        with timezone.override(zone):
            return super().page(template, context | {"zone": zone}, status)

    def find(self) -> SubjectRequest:
        found = queries.by_reference(self.user, self.reference).select_related(
            "safe", "organisation__calendar", "right__reading__version__policy"
        )
        subject_request = found.first()
        if subject_request is None:
            raise Http404
        return subject_request

    def crumbs(self, last: Words = "") -> list[dict[str, Any]]:
        queue = {"name": _("Requests"), "url": words.url("dashboard:queue")}
        if not last:
            return [queue, {"name": self.subject_request.reference}]
        own = words.url("dashboard:request", self.subject_request.reference)
        return [queue, {"name": self.subject_request.reference, "url": own}, {"name": last}]


class DeedView(RequestView):
    """One deed. Subclasses say the words and, in `do`, which service it is."""

    code: ClassVar[str]
    form_class: ClassVar[type[DeedForm]] = DeedForm
    lead: ClassVar[Words] = ""
    button: ClassVar[Words] = ""
    done: ClassVar[Words] = gettext_lazy("Done.")
    warning: ClassVar[bool] = False
    template: ClassVar[str] = "dashboard/deed.html"

    @property
    def deed(self) -> Deed:
        return DEEDS[self.code]

    def get(self, request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponse:
        self.subject_request = self.find()
        self._permitted()
        return self.show(self.form())

    def post(self, request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponse:
        self.subject_request = self.find()
        self._permitted()
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                self.do(form)
            except Stale:
                return self.stale(form)
            except NotAllowed as refused:
                raise PermissionDenied from refused
            except BadInput as error:
                form.put(error.fields)
            except RequestError as error:
                form.add_error(None, str(error))
            else:
                return self.afterwards()
        return self.show(form)

    def do(self, form: DeedForm) -> None:
        """Call the service of this deed with `form.seen`."""
        raise NotImplementedError

    def afterwards(self) -> HttpResponse:
        return self.back_to("dashboard:request", str(self.done), reference=self.reference)

    def form(self, data: Any = None, files: Any = None, **initial: Any) -> DeedForm:
        first = {"version": self.subject_request.version, "opened": self.at.isoformat()}
        return self.form_class(
            data,
            files,
            initial=first | self.initial() | initial,
            subject_request=self.subject_request,
            user=self.user,
        )

    def initial(self) -> dict[str, Any]:
        return {}

    def extra(self) -> dict[str, Any]:
        """What the page of this deed shows besides its form."""
        return {}

    def show(self, form: forms.Form, status: int = 200, **more: Any) -> HttpResponse:
        return self.page(
            self.template,
            {
                "form": form,
                "it": self.subject_request,
                "deed": self.deed,
                "lead": self.lead,
                "button": self.button or self.deed.label,
                "warning": self.warning,
                "blocked": self.blocked(),
                "files_lost": bool(self.request.FILES),
                "crumbs": self.crumbs(self.deed.label),
                "due": words.due_badge(self.subject_request, self.today),
                "state": words.status_badge(self.subject_request),
                **self.extra(),
                **more,
            },
            status,
        )

    @property
    def today(self) -> Any:
        return self.subject_request.organisation.today(self.at)

    def blocked(self) -> str:
        """Why the deed cannot be done now, whoever asks; empty when it can."""
        return not_now(self.subject_request, self.deed) or unmet(
            self.subject_request, self.code, self.user
        )

    def stale(self, form: DeedForm) -> HttpResponse:
        """Somebody was faster: say who did what and when, and keep what was typed."""
        since = _opened(form, self.at)
        self.subject_request = self.find()
        again = self.form(form.with_version(self.subject_request.version, self.at))
        again.full_clean()
        again.errors.clear()
        return self.show(
            again, status=409, stale=True, happened=history.since(self.subject_request, since)
        )

    def _permitted(self) -> None:
        role = self.roles.get(self.subject_request.organisation_id, "")
        if permissions_of(role).intersection(self.deed.permissions):
            return
        if self.request.method == "POST":
            facts = {"deed": self.code, "request": self.subject_request.pk}
            record_refusal("denied", at=self.at, actor_id=self.user.pk, facts=facts)
        raise PermissionDenied


def _opened(form: DeedForm, at: datetime) -> datetime:
    """When the page was opened, as its form says; only what is shown depends on it."""
    try:
        opened = parse_datetime(str(form.cleaned_data.get("opened", "")))
    except ValueError:
        opened = None
    return opened if opened and opened.tzinfo else at - timedelta(days=1)
