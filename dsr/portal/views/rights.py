"""What can be asked of whom: organisations, their rights, and the text behind them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dsr.days.place import stand_in
from dsr.policies.models import Organisation, PolicyVersion, Right
from dsr.policies.services import (
    information_shown,
    open_organisations,
    readings_in_force,
    rights_offered,
)
from dsr.portal.children import for_children
from dsr.portal.doors import several_doors
from dsr.portal.showing import groups, pieces, show_information
from dsr.requests.services.staffing import closed_at


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    # On the organisation's own day: a policy comes into force at its midnight.
    offered = {each: list(rights_offered(each, each.today(at))) for each in open_organisations()}
    organisations = [
        {
            "organisation": each,
            "rights": len(rights),
            "closed": bool(rights) and len(closed_at(each, rights)) == len(rights),
        }
        for each, rights in offered.items()
    ]
    return render(request, "portal/home.html", {"organisations": organisations})


@login_not_required
@require_safe
def organisation(request: HttpRequest, organisation: str) -> HttpResponse:
    found = find_organisation(organisation)
    today = found.today(timezone.now())
    # Several at once: an organisation may publish one policy for patients, one for its site.
    versions = PolicyVersion.objects.filter(
        readings__in=readings_in_force(today), policy__organisation=found
    ).select_related("policy")
    offered = list(rights_offered(found, today))
    closed = closed_at(found, offered)
    # A closed one is shown, and recommended nowhere.
    taken = [each for each in offered if each.pk not in closed]
    context = {
        "organisation": found,
        "several": several_doors(taken, found),
        "groups": groups(offered, found, doors=taken),
        "closed": closed,
        "all_closed": bool(offered) and not taken,
        "children": for_children(offered, found),
        "information": show_information(information_shown(found, today)),
        "versions": versions,
    }
    return render(request, "portal/organisation.html", context)


@login_not_required
@require_safe
def policy(request: HttpRequest, organisation: str, policy: str, version: str) -> HttpResponse:
    found = find_organisation(organisation)
    versions = PolicyVersion.objects.select_related("policy").filter(policy__organisation=found)
    shown = versions.filter(policy__slug=policy, label=version).first()
    if shown is None:
        raise not_of(found)
    # Our reading may be revised while the text stays; the newest marks the clauses.
    reading = shown.readings.order_by("-number").first()
    rights = list(reading.rights.filter(law="")) if reading else []
    # An unknown right in the address marks the clauses of all, as if none were named.
    chosen = [right for right in rights if right.slug == request.GET.get("right")]
    spans = [(c["start"], c["end"]) for right in chosen or rights for c in right.clauses]
    context = {
        "organisation": found,
        "version": shown,
        "chosen": chosen[0] if chosen else None,
        "pieces": pieces(shown.text, spans),
        "crumbs": [*crumbs_to(found), {"name": shown.policy.title}],
    }
    return render(request, "portal/policy.html", context)


def find_organisation(slug: str) -> Organisation:
    # A closed organisation answers like one that never was.
    if found := open_organisation(slug):
        return found
    raise Http404


def open_organisation(slug: str) -> Organisation | None:
    """Where there is one, from here on the page is of this organisation."""
    found = open_organisations().filter(slug=slug).first()
    if found:
        stand_in(found.place)
    return found


def right_of(organisation: Organisation, slug: str) -> Right | None:
    """A right that can be asked for today."""
    rights = rights_offered(organisation, organisation.today(timezone.now()))
    right = rights.filter(slug=slug).first()
    if right:
        # The one that was just found, else whoever asks for it asks the database once more.
        right.reading.version.policy.organisation = organisation
    return right


def not_of(organisation: Organisation) -> Http404:
    """The organisation is there and this page of it is not: the error page leads to the former."""
    error = Http404()
    error.organisation = organisation.slug  # type: ignore[attr-defined]
    return error


def crumbs_to(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {"name": _("Organisations"), "url": reverse("portal:home")},
        {
            "name": organisation.name,
            "url": reverse("portal:organisation", args=[organisation.slug]),
        },
    ]
