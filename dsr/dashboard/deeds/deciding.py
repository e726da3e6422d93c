"""Proposing, deciding alone, approving, returning: the decision and its two people."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.dashboard import drafts, request_page, words
from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.deeds.forms import LONG, DeedForm, ReasonForm
from dsr.requests.forms import text_field
from dsr.requests.models import SubjectRequest
from dsr.requests.preconditions import authority_proved, identity_reached
from dsr.requests.services import deciding
from dsr.requests.services.deciding import Proposal
from dsr.requests.states import Outcome


class ProposalForm(DeedForm):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an outcome.")},
    )
    ground = forms.ChoiceField(
        label=_("Ground"),
        required=False,
        help_text=_("Only for a refusal, whole or in part."),
    )
    answer = text_field(
        14,
        20000,
        label=_("Answer to the requester"),
        help_text=_("The letter carries this text, in the language of the request."),
        error_messages={"required": _("Write the answer to the requester.")},
    )
    reasons = text_field(
        4,
        LONG,
        label=_("Reasons for the record"),
        required=False,
        help_text=_("Kept with the decision, never sent."),
    )

    def prepare(self) -> None:
        grounds = deciding.grounds_for(self.subject_request)
        self.choose("ground", [("", _("None")), *grounds])

    @property
    def proposal(self) -> Proposal:
        names = ("outcome", "answer", "ground", "reasons")
        return Proposal(**{name: self.cleaned_data[name] for name in names})


class AloneForm(ProposalForm):
    sole_reason = text_field(
        3,
        2000,
        label=_("Why no second person is available"),
        required=False,
        help_text=_("Needed only for a refusal by one person in its last three working days."),
    )


def second_people(subject_request: SubjectRequest, besides: User) -> list[User]:
    """Who could approve what this person proposes: not who verified, nor who edited the contact."""
    out = set(subject_request.evidence.filter(struck_at=None).values_list("by", flat=True))
    out |= set(subject_request.people.values_list("contact_edited_by", flat=True))
    return [each for each in deciding.approvers(subject_request, besides) if each.pk not in out]


class _Deciding(DeedView):
    form_class: ClassVar[type[DeedForm]] = ProposalForm
    template = "dashboard/decide.html"

    def initial(self) -> dict[str, Any]:
        """A starting text for the outcome in the address, if there is one."""
        outcome = self.request.GET.get("outcome", "")
        if outcome not in Outcome.values:
            return {}
        return {"outcome": outcome, "answer": drafts.draft(self.subject_request, outcome)}

    def extra(self) -> dict[str, Any]:
        it = self.subject_request
        return {
            "drafts": drafts.answers(it),
            "outcomes": Outcome.choices,
            "unproved": not (identity_reached(it) and authority_proved(it)),
            "two": deciding.needs_two(it, Outcome.GRANTED, self.user),
            "two_to_refuse": deciding.needs_two(it, Outcome.REFUSED, self.user),
            "sole_decisions": it.organisation.sole_decisions,
            "second_people": second_people(it, self.user),
            "alone": self.code == "decide_alone",
            "standing": words.standing(it),
        }


class Propose(_Deciding):
    code = "propose"
    done = _("The decision is proposed. A second person has been asked to look at it.")

    def do(self, form: DeedForm) -> None:
        assert isinstance(form, ProposalForm)
        deciding.propose(
            self.subject_request.pk,
            form.proposal,
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class DecideAlone(_Deciding):
    code = "decide_alone"
    form_class = AloneForm
    done = _("The decision is taken.")

    def do(self, form: DeedForm) -> None:
        assert isinstance(form, AloneForm)
        deciding.decide_alone(
            self.subject_request.pk,
            form.proposal,
            sole_reason=form.cleaned_data["sole_reason"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Approve(DeedView):
    code = "approve"
    template = "dashboard/approve.html"
    done = _("The decision is approved.")

    def extra(self) -> dict[str, Any]:
        return request_page.decision(self.subject_request) | {
            "standing": words.standing(self.subject_request)
        }

    def do(self, form: DeedForm) -> None:
        deciding.approve(self.subject_request.pk, actor=self.user, at=self.at, seen=form.seen)


class ReturnForm(ReasonForm):
    reason = text_field(
        4,
        LONG,
        label=_("What has to be done first"),
        help_text=_("Kept as an internal note; the requester does not see it."),
        error_messages={"required": _("Say what has to be done first.")},
    )


class ReturnToWork(DeedView):
    code = "return_to_work"
    form_class = ReturnForm
    lead = _("The decision does not stand. Work goes on, and it can be proposed again.")
    done = _("The request is back in work.")

    def do(self, form: DeedForm) -> None:
        deciding.return_to_work(
            self.subject_request.pk,
            reason=form.cleaned_data["reason"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )
