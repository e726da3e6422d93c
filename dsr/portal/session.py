"""The requester's session: opened by a POST from a private link, closed with the link.

The session holds the number of the link, never its token; a revoked link ends its sessions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from dsr.requests.models import StatusLink, SubjectRequest
from dsr.requests.services import links

KEY = "status_link"
P = ParamSpec("P")


def open_session(request: HttpRequest, link: StatusLink) -> None:
    """From now on this browser sees this request. The session gets a new name."""
    # A name that was known before, or planted by somebody, must not be one that sees a request.
    request.session.cycle_key()
    request.session[KEY] = link.pk


def end_session(request: HttpRequest) -> None:
    # The rest of the session stays: a member of staff may use the same browser.
    request.session.pop(KEY, None)


def opened(request: HttpRequest, at: datetime) -> SubjectRequest | None:
    """The request this browser may see, while its link stands."""
    # Asked of the database at every page: a link that was revoked ends its sessions at once.
    link_id = request.session.get(KEY)
    link = links.standing(link_id, at=at) if link_id else None
    return link.subject_request if link else None


def with_session(
    view: Callable[Concatenate[HttpRequest, SubjectRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the request of the open session; without one, say how to open it."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        subject_request = opened(request, timezone.now())
        if subject_request is None:
            # The same page for a link that has ended and for none at all.
            return render(request, "portal/no_session.html", status=403)
        return view(request, subject_request, *args, **kwargs)

    update_wrapper(guarded, view)
    return login_not_required(guarded)
