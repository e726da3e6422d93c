"""What the laws, as they are read now, would do to open requests, what starts within two years, and
accepting the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.accounts.middleware import refusal_is_recorded
from dsr.accounts.roles import Permission
from dsr.dashboard import words
from dsr.dashboard.views.base import StaffView
from dsr.days.place import standing_in
from dsr.policies import duty_words
from dsr.policies.kinds import Kind
from dsr.policies.law_words import law_in_words
from dsr.policies.models import Organisation
from dsr.policies.regimes import all_regimes
from dsr.requests.deadlines import accepting, coming, coming_laws, coming_words
from dsr.requests.deadlines.coming import Change, Preview, What
from dsr.requests.errors import NotAllowed, Overtaken

TAGS = {
    What.MOVES: "warn",
    What.BEGINS: "info",
    What.ENDS: "plain",
    What.RUNS_AGAIN: "info",
    What.OTHER_TERMS: "plain",
}


class ComingView(StaffView):
    """Each organisation: the laws that wait to be accepted, then those that are to come."""

    needs = Permission.OVERSEE
    section = "dashboard:health"

    def get(self, request: HttpRequest) -> HttpResponse:
        groups = [self._group(each) for each in self.organisations]
        crumbs = [*_crumbs(), {"name": _("Coming law")}]
        return self.page("dashboard/coming.html", {"groups": groups, "crumbs": crumbs})

    def _group(self, organisation: Organisation) -> dict[str, Any]:
        department = self.reach[organisation.pk]
        waiting = coming.previews(organisation, at=self.at, department=department)
        today = organisation.today(self.at)
        with standing_in(organisation.place):
            to_come = coming_laws.coming_laws(organisation, today)
            return {
                "organisation": organisation,
                "waiting": [
                    {
                        "name": law_in_words(each.law.name),
                        "url": words.url("dashboard:coming_law", organisation.slug, each.law.slug),
                        "requests": len(each.requests),
                    }
                    for each in waiting
                ],
                "coming": [_to_come(each) for each in to_come],
                "not_computed": [
                    {
                        "name": law_in_words(law.full_name),
                        "duty": duty_words.duty_name(duty.code),
                        "note": duty.source.note,
                    }
                    for law, duty in coming_laws.not_computed(organisation)
                ],
            }


def _crumbs() -> list[dict[str, Any]]:
    return [{"name": _("Health"), "url": words.url("dashboard:health")}]


def _to_come(law: coming_laws.Coming) -> dict[str, Any]:
    return {
        "name": law_in_words(law.regime.name),
        "full_name": law_in_words(law.regime.full_name),
        "on": law.on,
        "when": _when(law),
        "is_named": law.is_named,
        "lacks": duty_words.flags_in_words(law.lacks),
        "binds": duty_words.whom_it_binds(law.regime),
        "brings": [
            {
                "duty": duty_words.duty_name(each.duty.code),
                "limit": duty_words.limit_in_words(each.duty),
                "before": each.before,
                "falls_away": each.falls_away,
                "source": law_in_words(each.duty.source.title),
                "rights": [str(right) for right in each.rights],
            }
            for each in law.brings
        ],
    }


def _when(law: coming_laws.Coming) -> str:
    if law.ends:
        return _("It ends on that day.")
    if law.is_part:
        return _("The law is in force; this part of it starts.")
    if law.regime.follows:
        return _("A new text of a law; what was received before stays under the old one.")
    return _("It starts on that day, for what is received from then on.")


class ComingLaw(StaffView):
    """One law: which deadlines of which open requests would move, begin or fall away."""

    needs = Permission.OVERSEE
    section = "dashboard:health"

    def get(self, request: HttpRequest, organisation: str, law: str) -> HttpResponse:
        return self.show(self.preview(organisation, law))

    def preview(self, organisation: str, law: str) -> Preview:
        own = self.organisation(organisation)
        department = self.reach[own.pk]
        found = coming.preview(own, law, at=self.at, department=department)
        # What no file and no open request names is no law.
        if not found.requests and law not in all_regimes():
            raise Http404
        return found

    def show(self, shown: Preview, *, overtaken: str = "") -> HttpResponse:
        own = shown.organisation
        crumbs = [
            *_crumbs(),
            {"name": _("Coming law"), "url": words.url("dashboard:coming")},
            {"name": law_in_words(shown.law.name)},
        ]
        with standing_in(own.place):
            context = {
                "organisation": own,
                "name": law_in_words(shown.law.name),
                "reasons": list(_reasons(shown)),
                "rows": list(_rows(shown)),
                "number": len(shown.requests),
                "seen": shown.seen,
                "accept_url": words.url("dashboard:coming_accept", own.slug, shown.law.slug),
                # All departments or none: one that sees a part cannot accept the whole.
                "may_accept": self.reach[own.pk] is None,
                "overtaken": overtaken,
                "crumbs": crumbs,
            }
            # 409 as for any page that was overtaken.
            return self.page("dashboard/coming_law.html", context, 409 if overtaken else 200)


def _reasons(shown: Preview) -> Iterator[dict[str, Any]]:
    """What the law has otherwise, once for each of its rules and not for each request."""
    told = set()
    for foreseen in shown.requests:
        for change in foreseen.changes:
            which, why = coming_words.which(change), coming_words.why(change)
            if (which, *why) not in told:
                told.add((which, *why))
                yield {"which": which, "why": why}


def _rows(shown: Preview) -> Iterator[dict[str, Any]]:
    for foreseen in shown.requests:
        for change in foreseen.changes:
            yield {
                "reference": foreseen.subject_request.reference,
                "kind": Kind(foreseen.subject_request.kind).label,
                "tag": TAGS[change.what],
                "what": change.what.label,
                **_days(change),
            }


def _days(change: Change) -> dict[str, str]:
    return {
        "which": coming_words.which(change),
        "old": coming_words.day_before(change),
        "new": coming_words.day_after(change),
    }


class AcceptLaw(ComingLaw):
    """What was shown is done, all of it, or nothing."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, organisation: str, law: str) -> HttpResponse:
        own = self.organisation(organisation)
        try:
            done = accepting.accept(
                own, law, actor=self.user, at=self.at, seen=request.POST.get("seen", "")
            )
        except NotAllowed as refused:
            refusal_is_recorded(request)
            raise PermissionDenied from refused
        except Overtaken as refused:
            return self.show(self.preview(organisation, law), overtaken=str(refused))
        number = len(done.requests)
        sentence = ngettext(
            "Accepted: %(n)d request follows the law as it is read now.",
            "Accepted: %(n)d requests follow the law as it is read now.",
            number,
        )
        return self.back_to("dashboard:coming", sentence % {"n": number})
