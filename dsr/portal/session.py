"""The requester's sessions: opened by a POST from a private link, each with its own address.

One browser can hold several requests. Its session holds their references and the numbers of rows
that can be ended (``PrivateSession``), never a token; each page carries its request in its address,
so that a page which was open before another one acts on the request it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dsr.days.place import stand_in
from dsr.requests.models import PrivateSession
from dsr.requests.services import links

from .again import page_closed

KEY = "private_sessions"
# A browser that is left alone, in a library or on a ward, closes by itself.
IDLE = timedelta(minutes=30)
# How often a click is written down: each one would be a write more for every page.
NOTED = timedelta(minutes=1)
# More at once is no person's doing; the oldest gives way.
MOST = 20
P = ParamSpec("P")


def open_session(request: HttpRequest, opened: PrivateSession, at: datetime) -> None:
    """From now on this browser sees this request as well. The session gets a new name."""
    held = request.session.get(KEY, {})
    held.pop(opened.subject_request.reference, None)
    held[opened.subject_request.reference] = [opened.pk, int(at.timestamp())]
    while len(held) > MOST:
        del held[next(iter(held))]
    request.session[KEY] = held
    # Whoever planted a session of their own in this browser does not share what is opened now. At
    # the end, so that the row of the new name has it all, and nothing is left to be saved.
    request.session.cycle_key()


def end_sessions(request: HttpRequest, at: datetime) -> None:
    """Everything that is open in this browser is closed, and stays so for a copy of its cookie."""
    for session_id, _seen in request.session.get(KEY, {}).values():
        links.end_session(session_id, at=at)
    request.session.flush()


def references(request: HttpRequest) -> list[str]:
    """Of the requests that were opened in this browser, the newest first."""
    return list(reversed(request.session.get(KEY, {})))


def opened(request: HttpRequest, reference: str, at: datetime) -> PrivateSession | None:
    """The session of this request in this browser, while it stands and was used lately."""
    session_id, seen = request.session.get(KEY, {}).get(reference, (None, 0))
    now = int(at.timestamp())
    if session_id is None or now - seen >= IDLE.total_seconds():
        return None
    found = links.standing_session(session_id, at=at)
    if found is None or found.subject_request.reference != reference:
        return None
    if now - seen >= NOTED.total_seconds():
        request.session[KEY] = request.session[KEY] | {reference: [session_id, now]}
    return found


def all_open(request: HttpRequest, at: datetime) -> list[PrivateSession]:
    """What this browser may see now, the newest first."""
    found = (opened(request, each, at) for each in references(request))
    return [each for each in found if each is not None]


def with_session(
    view: Callable[Concatenate[HttpRequest, PrivateSession, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give the view the open session of the request in its address; else say how to open it."""

    def guarded(
        request: HttpRequest, /, reference: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        session = opened(request, reference, timezone.now())
        # The same page for a request that does not exist: an address tells nobody which do.
        if session is None:
            return page_closed(request)
        stand_in(session.subject_request.organisation.place)
        return view(request, session, *args, **kwargs)

    update_wrapper(guarded, view)
    return login_not_required(guarded)
