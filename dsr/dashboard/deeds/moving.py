"""Deeds that carry a request from one state to the next, and those that end it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from dsr.dashboard import drafts
from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.deeds.dated_forms import PostingForm, SendForm
from dsr.dashboard.deeds.forms import DeedForm, ReasonForm, TextForm, WithdrawForm
from dsr.requests.people import writes_to
from dsr.requests.preconditions import sent_answer, standing_decision
from dsr.requests.services import answering, deciding, ending, work


class Start(DeedView):
    code = "start"
    lead = _("Work on the request begins. If nobody has it yet, it is assigned to you.")
    done = _("Work has begun.")

    def do(self, form: DeedForm) -> None:
        work.start(self.subject_request.pk, actor=self.user, at=self.at, seen=form.seen)


class SendAnswer(DeedView):
    code = "send_answer"
    form_class = SendForm
    template = "dashboard/send_answer.html"
    done = _("The answer is on its way.")

    def do(self, form: DeedForm) -> None:
        typed = form.cleaned_data
        before = None
        if typed["given_on"]:
            before = answering.GivenBefore(typed["given_on"], typed["proof"][0])
        deciding.send_answer(
            self.subject_request.pk, actor=self.user, at=self.at, seen=form.seen, before=before
        )

    def extra(self) -> dict[str, Any]:
        decision = standing_decision(self.subject_request)
        person = writes_to(self.subject_request)
        return {
            "answer": decision.reveal("answer") if decision else "",
            "by_post": answering.goes_by_post(self.subject_request),
            "email": person.reveal("email"),
            "postal_address": person.reveal("postal_address"),
        }


class RecordPosting(DeedView):
    code = "record_posting"
    form_class = PostingForm
    lead = _("The letter counts as the answer from the day on which it was posted.")
    done = _("The posting is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"posted_on": self.today}

    def extra(self) -> dict[str, Any]:
        return {"letter": sent_answer(self.subject_request)}

    def do(self, form: DeedForm) -> None:
        deciding.record_posting(
            self.subject_request.pk,
            posted_on=form.cleaned_data["posted_on"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Close(DeedView):
    code = "close"
    lead = _(
        "The answer is out and nothing is left to do. The requester still finds it on their page."
    )
    done = _("The request is closed.")

    def do(self, form: DeedForm) -> None:
        deciding.close(self.subject_request.pk, actor=self.user, at=self.at, seen=form.seen)


class Withdraw(DeedView):
    code = "withdraw"
    form_class = WithdrawForm
    warning = True
    lead = _("The requester no longer asks. They need not say why, and nobody asks them.")
    done = _("The request is withdrawn.")

    def do(self, form: DeedForm) -> None:
        ending.withdraw(
            self.subject_request.pk,
            text=form.cleaned_data["text"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class _Telling(DeedView):
    """Ends the request with a message to the requester."""

    form_class = TextForm
    warning = True

    def initial(self) -> dict[str, Any]:
        return {"text": drafts.draft(self.subject_request, self.code)}


class Lapse(_Telling):
    code = "lapse"
    lead = _(
        "A decision, with a reason and what the requester can still do. Nothing lapses by itself, "
        "and a reply takes the request up again."
    )
    done = _("The request has lapsed.")

    def do(self, form: DeedForm) -> None:
        ending.lapse(
            self.subject_request.pk,
            text=form.cleaned_data["text"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class OutOfScope(_Telling):
    code = "declare_out_of_scope"
    lead = _("The policy does not reach what is asked. Say why, and what else is open.")
    done = _("The request is out of scope.")

    def do(self, form: DeedForm) -> None:
        ending.declare_out_of_scope(
            self.subject_request.pk,
            text=form.cleaned_data["text"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Forward(_Telling):
    code = "forward"
    lead = _("Somebody else can answer. Say to whom it was passed and how to reach them.")
    done = _("The request is forwarded.")

    def do(self, form: DeedForm) -> None:
        ending.forward(
            self.subject_request.pk,
            text=form.cleaned_data["text"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Freeze(DeedView):
    code = "freeze"
    form_class = ReasonForm
    warning = True
    lead = _("Nothing goes out and nothing is erased until it is cleared up. Clocks run on.")
    done = _("The request is frozen.")

    def do(self, form: DeedForm) -> None:
        ending.freeze(
            self.subject_request.pk,
            reason=form.cleaned_data["reason"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Unfreeze(DeedView):
    code = "unfreeze"
    form_class = ReasonForm
    lead = _("It is cleared up. The request goes back to where it was.")
    done = _("The request is no longer frozen.")

    def do(self, form: DeedForm) -> None:
        ending.unfreeze(
            self.subject_request.pk,
            reason=form.cleaned_data["reason"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Reopen(DeedView):
    code = "reopen"
    form_class = ReasonForm
    lead = _("The request is taken up again, and the requester is told.")
    done = _("The request is open again.")

    def do(self, form: DeedForm) -> None:
        ending.reopen(
            self.subject_request.pk,
            reason=form.cleaned_data["reason"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )
