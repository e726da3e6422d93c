"""What staff typed and nobody could take comes back: signed out meanwhile, or a page without token.

The answer to such a post is a page that carries it sealed, for twelve hours, for the same person at
the same address; the program keeps nothing. Its button opens the form filled in and does nothing
else: what was typed is looked over, files are chosen again, and the form's own button is pressed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.services import has_second_factor
from dsr.audit.admin_pages import REOPENED
from dsr.vault.errors import VaultError
from dsr.vault.services import seal_site, unseal_site

STATUS = 403
SEALED = "sealed"
CONTEXT = "form of staff"
LASTS = timedelta(hours=12)
# What a page carries for itself. Without more of it nothing was typed.
OF_THE_PAGE = frozenset(
    {"version", "opened", "opened_by", "in_language", "form_token", "next", "key", "kept"}
)
TOKEN = "csrfmiddlewaretoken"  # the name of a field  # noqa: S105
SECRET = re.compile("password|token")
# Of a form of the administration: how many rows there are, and which button was pressed.
OF_ITS_ROWS = re.compile(r"-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|^_|^initial-|-id$")


@dataclass(frozen=True, slots=True)
class Typed:
    """One form as it was sent; ``by`` is who opened it, as the form itself says."""

    by: str
    path: str
    at: str
    fields: dict[str, list[str]]
    files: list[str]

    def seal(self) -> str:
        plain = zlib.compress(json.dumps(asdict(self)).encode())
        return base64.urlsafe_b64encode(seal_site(CONTEXT, plain)).decode()


def unseal(sealed: str) -> Typed | None:
    """None for what this program did not seal."""
    try:
        plain = unseal_site(CONTEXT, base64.urlsafe_b64decode(sealed.encode()))
    except (VaultError, binascii.Error, ValueError):
        return None
    return Typed(**json.loads(zlib.decompress(plain)))


class StaffLoginMiddleware(LoginRequiredMiddleware):
    """As Django's, and what was typed by somebody who is signed out meanwhile is not lost."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        return unsent(request) or super().handle_no_permission(request, view_func)


class ReopeningMiddleware:
    """Stands before the forgery check: a sealed form has no token, and nobody else can make one.

    The view that is called finds the form in ``request.POST`` and that it shall only show it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    # Here and not in `__call__`: only now is it known which view.
    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method != "POST" or SEALED not in request.POST or not shows_again(view):
            return None
        typed = unseal(request.POST[SEALED])
        if typed is None or typed.path != request.get_full_path():
            return None
        user = request.user
        # First the second factor as well: to set one up leads away from here.
        if not isinstance(user, User) or not has_second_factor(user):
            return _page(request, typed, request.POST[SEALED])
        if typed.by != str(user.pk):
            return _page(request, typed, "", somebody_else=True)
        if timezone.now() - datetime.fromisoformat(typed.at) > LASTS:
            return _page(request, typed, "", too_old=True)
        _put_back(request, typed)
        return None


def _put_back(request: HttpRequest, typed: Typed) -> None:
    fields = QueryDict(mutable=True)
    for name, values in typed.fields.items():
        fields.setlist(name, values)
    fields._mutable = False
    request.POST = fields  # type: ignore[assignment]
    request._files = MultiValueDict()  # type: ignore[attr-defined]
    setattr(request, REOPENED, typed)
    # As Django's own flag says: checked already, also where a view checks once more.
    request.csrf_processing_done = True  # type: ignore[attr-defined]
    messages.warning(request, _("Nothing was saved yet. Look it over, then press the button."))
    if typed.files:
        names = ", ".join(typed.files)
        messages.warning(request, _("Choose these files again: %(names)s") % {"names": names})


def shows_again(view: Callable[..., Any]) -> bool:
    """Whether this view can show a form that was typed into it, and do nothing else."""
    if hasattr(getattr(view, "view_class", None), "shown_again"):
        return True
    of_admin = isinstance(getattr(view, "model_admin", None), ModelAdmin)
    return of_admin and view.__name__ in ("add_view", "change_view")


def unsent(request: HttpRequest) -> HttpResponse | None:
    """The page that carries it; None where nothing was typed, or another site sent it."""
    match = request.resolver_match
    if request.method != "POST" or not match or not _from_here(request):
        return None
    by = request.POST.get("opened_by", "")
    if not by or not shows_again(match.func):
        return None
    fields = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if name != TOKEN and not SECRET.search(name.lower())
    }
    files = [str(file.name) for _name, each in request.FILES.lists() for file in each]
    if not (files or any(_is_typed(name, values) for name, values in fields.items())):
        return None
    typed = Typed(by, request.get_full_path(), timezone.now().isoformat(), fields, files)
    return _page(request, typed, typed.seal())


def _is_typed(name: str, values: list[str]) -> bool:
    of_the_page = name in OF_THE_PAGE or OF_ITS_ROWS.search(name)
    return not of_the_page and any(value.strip() for value in values)


def _page(request: HttpRequest, typed: Typed, sealed: str, **why: bool) -> HttpResponse:
    signed_out = not isinstance(request.user, User)
    context = {"path": typed.path, "sealed": sealed, "signed_out": signed_out, **why}
    return render(request, "dashboard/unsent.html", context, status=STATUS)


def _from_here(request: HttpRequest) -> bool:
    # A foreign form must not come back as a page of ours with one button to press.
    came_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    # Without a host it is no address of a page: a browser that hides where it was says “null”.
    whole = came_from.startswith(("http://", "https://"))
    return whole and url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, request.is_secure()
    )
