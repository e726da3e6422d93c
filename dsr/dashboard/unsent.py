"""What staff sent and nobody could take: it comes back in the answer to the post alone.

Whoever is signed out while typing, or whose page lost its token, finds it on a page that can send
it again: after signing in in another tab, or at once. Nothing of it is kept by the program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from dsr.accounts.models import User

STATUS = 403
# What a page carries for itself; a token of yesterday would be refused again.
OF_THE_PAGE = frozenset({"version", "opened", "in_language", "form_token", "next"})
TOKEN = "csrfmiddlewaretoken"  # the name of a field  # noqa: S105


class StaffLoginMiddleware(LoginRequiredMiddleware):
    """As Django's, and what was typed by somebody who is signed out meanwhile is not lost."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        return unsent(request) or super().handle_no_permission(request, view_func)


def unsent(request: HttpRequest) -> HttpResponse | None:
    """The page that shows it; None where nothing was typed, or another site sent it."""
    match = request.resolver_match
    of_staff = bool(match and match.app_name == "dashboard")
    if request.method != "POST" or not of_staff or not _from_here(request):
        return None
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name != TOKEN
        for value in values
        if isinstance(value, str)
    ]
    typed = [value for name, value in pairs if name not in OF_THE_PAGE and value.strip()]
    files = [str(file.name) for _name, each in request.FILES.lists() for file in each]
    if not (typed or files):
        return None
    context = {
        "pairs": pairs,
        "typed": typed,
        "files_lost": files,
        "signed_out": not isinstance(request.user, User),
    }
    return render(request, "dashboard/unsent.html", context, status=STATUS)


def _from_here(request: HttpRequest) -> bool:
    # A foreign form must not come back as a page of ours with one button to press.
    came_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    # Without a host it is no address of a page: a browser that hides where it was says “null”.
    whole = came_from.startswith(("http://", "https://"))
    return whole and url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, request.is_secure()
    )
