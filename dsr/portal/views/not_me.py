"""The door of the contact on record: “this was not me”. It shows nothing of the request."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dsr.days.place import stand_in
from dsr.portal.again import BUTTON_UNSENT, UNSENT, shown_again_by
from dsr.portal.guarding import find_by
from dsr.requests.deeds import held_contact
from dsr.requests.errors import Unmet
from dsr.requests.models import NotMeLink
from dsr.requests.services import held_contacts


def _page(request: HttpRequest, link: NotMeLink | None, status: int = 200) -> HttpResponse:
    if link is None:
        # The same 404 for wrong and expired: nothing is learned from it.
        return render(request, "portal/link_over.html", status=404)
    context = {
        "organisation": link.held.subject_request.organisation,
        "done": link.used_at is not None,
    }
    return render(request, "portal/not_me.html", context, status=status)


def _again(request: HttpRequest, token: str) -> HttpResponse:
    messages.warning(request, BUTTON_UNSENT)
    link = find_by(held_contacts.find, request, token, timezone.now())
    return _page(request, link, UNSENT)


@shown_again_by(_again)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Looking stops nothing: mail scanners look at links. Only the button does."""
    at = timezone.now()
    link = find_by(held_contacts.find, request, token, at)
    if link:
        stand_in(link.held.subject_request.organisation.place)
    if link and request.method == "POST" and link.used_at is None:
        # Said before, by another link or to the desk, it is stopped already.
        with suppress(Unmet):
            # The system passes on what the holder of the link says: they are no requester.
            held_contact.not_me(link.held.subject_request_id, link_id=link.pk, actor=None, at=at)
        link.used_at = link.used_at or at
    return _page(request, link)
