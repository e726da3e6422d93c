"""The door of the contact on record: “this was not me”. It shows nothing of the request."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dsr.days.place import stand_in
from dsr.portal.guarding import find_by
from dsr.requests.deeds import held_contact
from dsr.requests.errors import Unmet
from dsr.requests.services import held_contacts


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Looking stops nothing: mail scanners look at links. Only the button does."""
    at = timezone.now()
    link = find_by(held_contacts.find, request, token, at)
    if link is None:
        # The same 404 for wrong and expired: nothing is learned from it.
        raise Http404
    subject_request = link.held.subject_request
    stand_in(subject_request.organisation.place)
    done = link.used_at is not None
    if request.method == "POST" and not done:
        # Said before, by another link or to the desk, it is stopped already.
        with suppress(Unmet):
            # The system passes on what the holder of the link says: they are no requester.
            held_contact.not_me(subject_request.pk, link_id=link.pk, actor=None, at=at)
        done = True
    context = {"organisation": subject_request.organisation, "done": done}
    return render(request, "portal/not_me.html", context)
