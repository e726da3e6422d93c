"""Deeds that write something down: questions, replies, notes, contacts, days of receipt."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.deeds.dated_forms import CorrectReceiptForm, ReceiptForm
from dsr.dashboard.deeds.forms import (
    AssignForm,
    CompleteForm,
    ContactForm,
    DeedForm,
    NoteForm,
    QuestionForm,
    ReplyForm,
)
from dsr.requests.people import writes_to
from dsr.requests.services import work, writing


class AskRequester(DeedView):
    code = "ask_requester"
    form_class = QuestionForm
    lead = _(
        "The request waits for the reply. A clock stands still only where its law says so; the "
        "policy’s own runs on."
    )
    done = _("The question is asked.")

    def do(self, form: DeedForm) -> None:
        writing.ask_requester(
            self.subject_request.pk,
            question=form.cleaned_data["question"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Reply(DeedView):
    code = "reply"
    form_class = ReplyForm
    lead = _("What the requester wrote or said outside of this site.")
    done = _("The reply is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"on": self.today}

    def do(self, form: DeedForm) -> None:
        writing.reply(
            self.subject_request.pk,
            text=form.cleaned_data["text"],
            files=form.cleaned_data["documents"],
            on=form.cleaned_data["on"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Note(DeedView):
    code = "note"
    form_class = NoteForm
    done = _("The note is added.")

    def do(self, form: DeedForm) -> None:
        writing.add_note(
            self.subject_request.pk, text=form.cleaned_data["text"], actor=self.user, at=self.at
        )


class Assign(DeedView):
    code = "assign"
    form_class = AssignForm
    lead = _("Who has the request hears of its deadlines. They are told by mail.")
    done = _("The assignment is changed.")

    def initial(self) -> dict[str, Any]:
        return {"to": str(self.subject_request.assignee_id or "")}

    def do(self, form: DeedForm) -> None:
        assert isinstance(form, AssignForm)
        writing.assign(
            self.subject_request.pk, to=form.person, actor=self.user, at=self.at, seen=form.seen
        )


class EditContact(DeedView):
    code = "edit_contact"
    form_class = ContactForm
    lead = _(
        "Answers go here. Whoever corrects the contact last cannot approve what is sent to it, and "
        "a decision that was proposed before no longer holds."
    )
    done = _("The contact is corrected.")

    def initial(self) -> dict[str, Any]:
        person = writes_to(self.subject_request)
        return {name: person.reveal(name) for name in ("email", "phone", "postal_address")}

    def do(self, form: DeedForm) -> None:
        work.edit_contact(
            self.subject_request.pk,
            email=form.cleaned_data["email"],
            phone=form.cleaned_data["phone"],
            postal_address=form.cleaned_data["postal_address"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Complete(DeedView):
    code = "complete"
    form_class = CompleteForm
    lead = _("What the requester said later. What is missing stands first.")
    done = _("It is added.")

    def do(self, form: DeedForm) -> None:
        assert isinstance(form, CompleteForm)
        work.complete(
            self.subject_request.pk,
            particulars=form.given(),
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class RecordReceipt(DeedView):
    code = "record_receipt"
    form_class = ReceiptForm
    lead = _(
        "The same request also arrived another way, perhaps earlier. Every date is counted from "
        "the earliest receipt."
    )
    done = _("The receipt is recorded.")

    def do(self, form: DeedForm) -> None:
        work.record_receipt(
            self.subject_request.pk,
            channel=form.cleaned_data["channel"],
            received_on=form.cleaned_data["received_on"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class CorrectReceipt(DeedView):
    code = "correct_receipt"
    form_class = CorrectReceiptForm
    lead = _("Nobody types a due date: correct the fact, and every date follows from it.")
    done = _("The day of receipt is corrected, and every date was computed anew.")

    def initial(self) -> dict[str, Any]:
        return {"received_on": self.subject_request.received_on}

    def do(self, form: DeedForm) -> None:
        work.correct_receipt(
            self.subject_request.pk,
            received_on=form.cleaned_data["received_on"],
            reason=form.cleaned_data["reason"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )
