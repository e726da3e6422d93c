"""What was sent and could not be taken is shown again, filled in: nothing typed is lost.

A page that is open for too long loses its token, a session ends, a browser takes no cookies. Such a
post does nothing, whoever sent it: the forgery check stands before every view and calls what a view
names by ``shown_again_by``, which only shows. What was typed comes back in the answer to the post
itself; it is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.i18n import set_language

from .forms import TypedForm

View = TypeVar("View", bound=Callable[..., Any])
UNSENT = 403

FORM_UNSENT = gettext_lazy(
    "This page was open for too long, or your browser took no cookie from it, so nothing was sent. "
    "What you typed is still here: look it over and send it again."
)
BUTTON_UNSENT = gettext_lazy(
    "This page was open for too long, or your browser took no cookie from it, so nothing was done. "
    "Press the button again."
)
LANGUAGE_UNSENT = gettext_lazy(
    "This page was open for too long, or your browser took no cookie from it, so the language is "
    "as before. Choose it again."
)

NO_LONGER_ASKED = gettext_lazy(
    "Meanwhile some of what you filled in is asked no more; it stands below, to be copied. Look "
    "over the rest and send it again."
)


def shown_again_by(again: Callable[..., HttpResponseBase]) -> Callable[[View], View]:
    """Name the function that shows the page of a refused post; see ``config.errors``."""

    def mark(view: View) -> View:
        view.again = again  # type: ignore[attr-defined]
        return view

    return mark


def lost_files(request: HttpRequest) -> list[str]:
    """Names of the files that came along: browsers do not fill a file field again."""
    lists = [files for _field, files in request.FILES.lists()]
    return [str(file.name) for files in lists for file in files]


def page_closed(request: HttpRequest) -> HttpResponse:
    """There is no session for this page. What was typed stands on it, ready to be sent again.

    The same for a request that does not exist: an address tells nobody which do.
    """
    context: dict[str, Any] = {}
    if request.method == "POST":
        typed = TypedForm(request.POST, request.FILES)
        context = {"typed": typed, "unsent": True, "files_lost": lost_files(request)}
    return render(request, "portal/no_session.html", context, status=UNSENT)


def language_again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, LANGUAGE_UNSENT)
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if ours else reverse("portal:home"))


def in_another_language(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """The same page in the language that was chosen, with everything that was typed."""
    chosen = set_language(request)
    wanted = request.POST["language"] if chosen.cookies else translation.get_language()
    with translation.override(wanted):
        answer = page()
    # The page is ours, the cookie is Django's: both go out in one answer.
    answer.cookies.update(chosen.cookies)
    answer.headers["Content-Language"] = str(wanted)
    return answer
