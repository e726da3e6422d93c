"""A form that nobody could answer is closed: what is said instead, and what is open beside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dsr.policies.kinds import need_of
from dsr.policies.models import Right
from dsr.portal.again import lost_files
from dsr.portal.forms import TypedForm
from dsr.portal.showing import RightShown, show_right

from .rights import Offered


def alike(offered: Offered, slug: str) -> list[RightShown]:
    """Of what is taken, the rights for the same need as the one of this name."""
    organisation = offered.organisation
    known = Right.objects.filter(reading__version__policy__organisation=organisation, slug=slug)
    gone = known.order_by("-pk").first()
    return [
        show_right(each, organisation)
        for each in offered.taken
        if gone and each.slug != slug and each.kind in need_of(gone.kind)
    ]


def nobody_there(request: HttpRequest, asked: Right, offered: Offered) -> HttpResponse:
    """No date is promised that nobody is there to keep."""
    organisation = offered.organisation
    posted = request.method == "POST"
    typed = TypedForm(request.POST)
    shown = show_right(asked, organisation)
    there = {organisation.postal_address, organisation.contact_email, organisation.phone}
    context = {
        "organisation": organisation,
        "shown": shown,
        # The policy may name the very address of the organisation.
        "ways": [each for each in shown.channels if each["address"] not in there],
        "others_open": bool(offered.taken),
        "instead": alike(offered, asked.slug),
        "typed": typed.in_words() if posted else [],
        "pairs": [("form_token", request.POST.get("form_token", "")), *typed.pairs()],
        "files_lost": lost_files(request),
    }
    return render(request, "portal/unstaffed.html", context, status=503)
