"""What a coming law or another reading does to open cases, before anybody accepts it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr.accounts.roles import Permission
from dsr.dashboard.views.base import StaffView
from dsr.policies.law_words import law_in_words
from dsr.policies.models import Organisation
from dsr.policies.regimes import all_regimes
from dsr.requests.deadlines import coming
from dsr.requests.errors import Unmet
from dsr.requests.states import Duty

WHAT = {
    "moves": gettext_lazy("Moves"),
    "begins": gettext_lazy("Begins"),
    "falls_away": gettext_lazy("Falls away"),
    "terms": gettext_lazy("The day stays; what may pause or extend it changes"),
}


class ComingView(StaffView):
    """Per organisation: which open cases would move, and what starts within two years."""

    needs = Permission.OVERSEE
    section = "dashboard:coming"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("dashboard/coming.html", {"groups": [*map(self._group, self._whole())]})

    def _whole(self) -> list[Organisation]:
        # Who is limited to a department cannot answer for the cases of all.
        return [each for each in self.organisations if self.reach.get(each.pk) is None]

    def _group(self, organisation: Organisation) -> dict[str, Any]:
        found = coming.moves(organisation)
        return {
            "organisation": organisation,
            "moves": [
                {
                    "reference": each.reference,
                    "law": law_in_words(_law_name(each.regime)),
                    "duty": _duty(each.code),
                    "what": WHAT[each.what],
                    "before": each.before,
                    "after": each.after,
                }
                for each in found
            ],
            "fingerprint": coming.fingerprint(found),
            "starting": [
                {
                    "law": law_in_words(each.law),
                    "on": each.on,
                    "kinds": ", ".join(each.kinds),
                    "duty": _duty_label(each.duty),
                }
                for each in coming.starting(organisation, organisation.today(self.at))
            ],
            "proposed": [
                {"law": law_in_words(law.full_name), "note": duty.source.note}
                for law, duty in coming.proposed(organisation)
            ],
        }


class AcceptView(ComingView):
    """Accept exactly what was shown."""

    def get(self, request: HttpRequest, organisation: str) -> HttpResponse:  # type: ignore[override]
        return self.back_to("dashboard:coming")

    def post(self, request: HttpRequest, organisation: str) -> HttpResponse:
        found = self.organisation(organisation)
        if self.reach.get(found.pk) is not None:
            self.refuse_access("accept_law")
        try:
            count = coming.accept(found, request.POST.get("shown", ""), actor=self.user, at=self.at)
        except Unmet as refusal:
            messages.error(request, str(refusal))
            return self.back_to("dashboard:coming")
        said = ngettext(
            "Accepted: %(n)d deadline follows the law as shown.",
            "Accepted: %(n)d deadlines follow the law as shown.",
            count,
        ) % {"n": count}
        return self.back_to("dashboard:coming", said if count else _("Nothing had to move."))


def _law_name(slug: str) -> str:
    law = all_regimes().get(slug)
    return law.name if law else slug


def _duty(code: str) -> str:
    parts = code.split(":")
    return _duty_label(parts[1]) if len(parts) > 1 else code


def _duty_label(duty: str) -> str:
    # A window into the past is a duty of the law and no deadline.
    if duty in Duty.values:
        return str(Duty(duty).label)
    return _("How far back it reaches")
