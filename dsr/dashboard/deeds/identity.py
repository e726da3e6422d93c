"""Proving who asks: evidence is recorded and struck, proof is asked for, identity is accepted."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from dsr.dashboard import drafts, words
from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.deeds.forms import DeedForm, EvidenceForm, IdentityQuestionForm
from dsr.requests.models import Evidence
from dsr.requests.services import identity
from dsr.requests.services.identity import EvidenceGiven
from dsr.requests.states import About


class AskIdentity(DeedView):
    code = "ask_identity"
    form_class = IdentityQuestionForm
    lead = _("The requester reads this on their private page and can reply there.")
    done = _("Proof of identity is asked for.")

    def initial(self) -> dict[str, Any]:
        return {"question": drafts.draft(self.subject_request, self.code)}

    def extra(self) -> dict[str, Any]:
        return {"standing": words.standing(self.subject_request)}

    def do(self, form: DeedForm) -> None:
        identity.ask_identity(
            self.subject_request.pk,
            question=form.cleaned_data["question"],
            doubt=form.cleaned_data["doubt"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class AddEvidence(DeedView):
    code = "add_evidence"
    form_class = EvidenceForm
    lead = _(
        "One check: what was compared with what, and with which result. Whoever records evidence "
        "does not approve the decision."
    )
    done = _("The evidence is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"seen_on": self.today, "about": About.IDENTITY}

    def extra(self) -> dict[str, Any]:
        return {"standing": words.standing(self.subject_request)}

    def do(self, form: DeedForm) -> None:
        typed = form.cleaned_data
        given = EvidenceGiven(
            kind=typed["kind"],
            confirmed=typed["confirmed"],
            compared_with=typed["compared_with"],
            seen_on=typed["seen_on"],
            about=typed.get("about", About.IDENTITY),
            document=next(iter(typed["document"]), None),
        )
        identity.add_evidence(
            self.subject_request.pk, given, actor=self.user, at=self.at, seen=form.seen
        )


class StrikeEvidence(DeedView):
    code = "strike_evidence"
    warning = True
    template = "dashboard/strike_evidence.html"
    lead = _("It no longer counts. The row stays, with who struck it and when.")
    done = _("The evidence is struck.")

    def extra(self) -> dict[str, Any]:
        row = self.evidence()
        return {"evidence": row, "evidence_text": row.reveal("compared_with")}

    def evidence(self) -> Evidence:
        row = self.subject_request.evidence.filter(pk=self.kwargs["evidence_id"]).first()
        if row is None:
            raise Http404
        row.safe = self.subject_request.safe
        return row

    def do(self, form: DeedForm) -> None:
        identity.strike_evidence(
            self.subject_request.pk,
            self.evidence().pk,
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class AcceptIdentity(DeedView):
    code = "accept_identity"
    lead = _("The evidence reaches the level that this right requires, so work goes on.")
    done = _("The identity is accepted.")

    def extra(self) -> dict[str, Any]:
        return {"standing": words.standing(self.subject_request)}

    def do(self, form: DeedForm) -> None:
        identity.accept_identity(
            self.subject_request.pk, actor=self.user, at=self.at, seen=form.seen
        )
