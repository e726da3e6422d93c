"""What can be asked of whom: organisations, their rights, and the text behind them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dsr.days.place import stand_in
from dsr.policies.models import Organisation, PolicyVersion, Right
from dsr.policies.services import KeptCopy, kept_copy
from dsr.portal.children import for_children
from dsr.portal.doors import several_doors
from dsr.portal.showing import RightShown, groups, pieces, show_information, show_right
from dsr.requests.services.staffing import closed_among, closed_at

T = TypeVar("T")


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    # On the organisation's own day: a policy comes into force at its midnight.
    kept = kept_copy()
    offered = [
        (each, kept.rights_offered(each, each.today(at))) for each in kept.open_organisations()
    ]
    closed = closed_among(offered)
    organisations = [
        {
            "organisation": each,
            "rights": len(rights),
            "closed": bool(rights) and all(right.pk in closed for right in rights),
        }
        for each, rights in offered
    ]
    return render(request, "portal/home.html", {"organisations": organisations})


@login_not_required
@require_safe
def organisation(request: HttpRequest, organisation: str) -> HttpResponse:
    offered = offered_by(organisation)
    if offered is None:
        raise Http404
    context = {"organisation": offered.organisation, "rights": offered.derived("page", _rights)}
    return render(request, "portal/organisation.html", context)


def _rights(offered: Offered) -> str:
    """What can be asked of an organisation, as it stands on its page."""
    found, today = offered.organisation, offered.today
    context = {
        "organisation": found,
        # A closed one is shown, and recommended nowhere.
        "several": several_doors(offered.taken, found),
        "groups": groups(offered.rights, found, doors=offered.taken),
        "closed": offered.closed,
        "all_closed": bool(offered.rights) and not offered.taken,
        "children": for_children(offered.rights, found),
        "information": show_information(offered.kept.information_shown(found, today)),
        "versions": offered.kept.versions_in_force(found, today),
    }
    return render_to_string("portal/_rights.html", context)


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


@dataclass(frozen=True, slots=True)
class Offered:
    """What an organisation offers on its day; ``closed``: ids of what nobody there could answer."""

    kept: KeptCopy
    organisation: Organisation
    today: date
    rights: list[Right]
    closed: frozenset[int]

    @property
    def taken(self) -> list[Right]:
        """Without what is closed: no page leads to a closed form."""
        return [each for each in self.rights if each.pk not in self.closed]

    def right(self, slug: str) -> Right | None:
        return next((each for each in self.rights if each.slug == slug), None)

    def shown(self, right: Right) -> RightShown:
        """One of them ready for a page, beside those that serve the same need."""
        return self.derived(
            right.pk, lambda offered: show_right(right, self.organisation, offered.taken)
        )

    def derived(self, what: Hashable, make: Callable[[Offered], T]) -> T:
        """Made once for a day, a language, and what is closed, on which alone it hangs: dozens of
        rights are compared with each other under every law, nine tenths of such a page."""
        key = (what, self.organisation.pk, self.today, get_language(), self.closed)
        return self.kept.derived(key, lambda: make(self))


def offered_by(slug: str) -> Offered | None:
    """Of an organisation that takes requests; from here on the page is of this organisation."""
    kept = kept_copy()
    found = _open_organisation(slug, kept)
    if found is None:
        return None
    today = found.today(timezone.now())
    rights = kept.rights_offered(found, today)
    return Offered(kept, found, today, rights, frozenset(closed_at(found, rights)))


def find_organisation(slug: str) -> Organisation:
    # A closed organisation answers like one that never was.
    if found := _open_organisation(slug, kept_copy()):
        return found
    raise Http404


def _open_organisation(slug: str, kept: KeptCopy) -> Organisation | None:
    found = next((each for each in kept.open_organisations() if each.slug == slug), None)
    if found:
        stand_in(found.place)
    return found


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
