"""A form that nobody could answer is closed: what is said instead, and what is open beside it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dsr.policies.kinds import need_of
from dsr.policies.models import Organisation, Right
from dsr.policies.services import rights_offered
from dsr.portal.again import lost_files
from dsr.portal.forms import TypedForm
from dsr.portal.showing import RightShown, show_right
from dsr.requests.services.staffing import closed_at


def rights_taken(organisation: Organisation, at: datetime) -> list[Right]:
    """What is offered today and somebody is there to answer: no page leads to a closed form."""
    offered = list(rights_offered(organisation, organisation.today(at)))
    closed = closed_at(organisation, offered)
    return [each for each in offered if each.pk not in closed]


def alike(organisation: Organisation, slug: str, taken: list[Right]) -> list[RightShown]:
    """Of these rights, those for the same need as the one of this name."""
    known = Right.objects.filter(reading__version__policy__organisation=organisation, slug=slug)
    gone = known.order_by("-pk").first()
    return [
        show_right(each, organisation)
        for each in taken
        if gone and each.slug != slug and each.kind in need_of(gone.kind)
    ]


def nobody_there(request: HttpRequest, asked: Right) -> HttpResponse:
    """No date is promised that nobody is there to keep."""
    organisation = asked.reading.version.policy.organisation
    taken = rights_taken(organisation, timezone.now())
    posted = request.method == "POST"
    typed = TypedForm(request.POST)
    shown = show_right(asked, organisation)
    there = {organisation.postal_address, organisation.contact_email, organisation.phone}
    context = {
        "organisation": organisation,
        "shown": shown,
        # The policy may name the very address of the organisation.
        "ways": [each for each in shown.channels if each["address"] not in there],
        "others_open": bool(taken),
        "instead": alike(organisation, asked.slug, taken),
        "typed": typed.in_words() if posted else [],
        "pairs": [("form_token", request.POST.get("form_token", "")), *typed.pairs()],
        "files_lost": lost_files(request),
    }
    return render(request, "portal/unstaffed.html", context, status=503)
