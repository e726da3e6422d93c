"""The private page of a request, and what its holder can do there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr.policies.particulars import particulars
from dsr.portal.guarding import find_link, one_too_many, put_on, status_of, upload_refusal
from dsr.portal.session import all_open, end_sessions, open_session, with_session
from dsr.portal.showing import show_right
from dsr.portal.status_page import letter_of, page_of
from dsr.portal.status_texts import STATUS_TEXTS
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import conversation, correction, ending
from dsr.requests.errors import RequestError, TooMany
from dsr.requests.forms import FilesField, put_refusal, text_field
from dsr.requests.forms.asking import Asked
from dsr.requests.forms.fields import field_of, said
from dsr.requests.models import PrivateSession, SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.rate_limits import WRITING


class ReplyForm(forms.Form):
    """What a requester adds later: a message, files."""

    text = text_field(6, 5000, label=gettext_lazy("Your message"), required=False)
    documents = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB each."),
        required=False,
    )


class CompletingForm(forms.Form):
    """The particulars that are missing, and nothing else."""

    def __init__(self, subject_request: SubjectRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = subject_request.organisation.accepts_electronic_signatures
        # A signature by hand comes on paper: a field for it could never be filled in.
        by_hand = () if typed else ("signed", "dated")
        self.missing = particulars(c for c in subject_request.missing if c not in by_hand)
        for particular in self.missing:
            alone = particular.help if len(particular.fields) == 1 else ""
            for spec in particular.fields:
                self.fields[spec.name] = field_of(spec, alone, asked=True)

    @property
    def content(self) -> list[Asked]:
        return [
            Asked(each, "must", [self[spec.name] for spec in each.fields])
            for each in self.missing
            if each.fields
        ]

    def particulars(self) -> dict[str, dict[str, Any]]:
        return said(self.missing, self.cleaned_data)


class CodeForm(forms.Form):
    """Eight digits, with or without a gap."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        error_messages={"required": gettext_lazy("Type the code of eight digits.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 12}
        ),
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking opens nothing: mail scanners look at links. Only the button does."""
    found = find_link(request, token, timezone.now())
    if found is None:
        # The same 404 for wrong, expired and revoked: nothing is learned from it.
        raise Http404
    if request.method != "POST":
        # Whoever reads the mail of somebody else learns here no more than in the mail.
        private = bool(found.subject_request.may_write)
        context = {
            "organisation": found.subject_request.organisation,
            "in_confidence": private,
            "quiet": private,
        }
        return render(request, "portal/link.html", context)
    at = timezone.now()
    open_session(request, links.open_by(found, at=at), at)
    return redirect("portal:status", found.subject_request.reference)


@login_not_required
@require_safe
def open_requests(request: HttpRequest) -> HttpResponse:
    """What is open in this browser; where it is one request, its page."""
    sessions = all_open(request, timezone.now())
    if not sessions:
        return render(request, "portal/no_session.html", status=403)
    if len(sessions) == 1:
        return redirect("portal:status", sessions[0].subject_request.reference)
    shown = [
        {
            "subject_request": each.subject_request,
            "shown": show_right(each.subject_request.right, each.subject_request.organisation),
            "status_text": STATUS_TEXTS[each.subject_request.status],
            "quiet": bool(each.subject_request.may_write),
        }
        for each in sessions
    ]
    context = {"requests": shown, "in_confidence": any(each["quiet"] for each in shown)}
    return render(request, "portal/open_requests.html", context)


@require_safe
@with_session
def status(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    return show(request, session, ReplyForm())


def show(
    request: HttpRequest,
    session: PrivateSession,
    form: ReplyForm,
    code_form: CodeForm | None = None,
) -> HttpResponse:
    """The private page, with a form that was refused where there is one."""
    context: dict[str, Any] = page_of(session, timezone.now())
    forms_shown = {"form": form, "code_form": code_form or CodeForm()}
    return render(request, "portal/status.html", context | forms_shown, status=status_of(form))


@require_POST
@with_session
def reply(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    subject_request, at = session.subject_request, timezone.now()
    # Files first: looking into them is the dearer of the two.
    refused = upload_refusal(request, at) or writes_too_much(request, subject_request, at)
    # Looking into files is work that a refused visit does not get.
    form = ReplyForm(request.POST, None if refused else request.FILES)
    put_on(form, refused)
    # A refused form has an error already, so nothing of it is written.
    if form.is_valid():
        try:
            conversation.reply(
                subject_request.pk,
                text=form.cleaned_data["text"],
                documents=form.cleaned_data["documents"],
                actor=REQUESTER,
                at=at,
            )
        except RequestError as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("Your message was sent."))
            return redirect("portal:status", session.subject_request.reference)
    return show(request, session, form)


def writes_too_much(
    request: HttpRequest, subject_request: SubjectRequest, at: datetime
) -> TooMany | None:
    return one_too_many(request, WRITING, at, request=str(subject_request.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def withdraw(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    if request.method == "POST":
        try:
            # No version is compared on a requester's own page: the state alone says what can be.
            ending.withdraw(session.subject_request_id, actor=REQUESTER, at=timezone.now())
        except RequestError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your request is withdrawn."))
        return redirect("portal:status", session.subject_request.reference)
    return render(request, "portal/withdraw.html", page_of(session, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def complete(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """Add what the policy asks for and the request did not say."""
    subject_request = session.subject_request
    form = CompletingForm(subject_request, request.POST if request.method == "POST" else None)
    # Only what would be written is counted: a slip in the form is no message.
    if form.is_valid():
        put_on(form, writes_too_much(request, subject_request, timezone.now()))
    if form.is_valid():
        try:
            correction.complete(
                subject_request.pk,
                particulars=form.particulars(),
                actor=REQUESTER,
                at=timezone.now(),
            )
        except RequestError as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("Thank you, it was added to your request."))
            return redirect("portal:status", session.subject_request.reference)
    context = page_of(session, timezone.now()) | {"form": form}
    return render(request, "portal/complete.html", context, status=status_of(form))


@require_safe
@with_session
def paper(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """The request as a letter to be signed by hand."""
    context = page_of(session, timezone.now())
    return render(
        request, "portal/paper.html", context | {"letter": letter_of(session.subject_request)}
    )


@require_POST
@with_session
def new_link(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """Make a further private link and show it this once; it is kept nowhere else.

    The old ones are closed, unless the requester says that they are to stay.
    """
    subject_request, at = session.subject_request, timezone.now()
    if refused := writes_too_much(request, subject_request, at):
        messages.error(request, str(refused))
        return redirect("portal:status", session.subject_request.reference)
    if not request.POST.get("keep_others"):
        links.close_others(session, at=at)
    token = links.issue(subject_request, at=at)
    address = request.build_absolute_uri(reverse("portal:link", args=[token]))
    return render(request, "portal/new_link.html", page_of(session, at) | {"address": address})


@require_POST
@with_session
def close_others(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """Everything that leads to this request is closed, but for this browser."""
    links.close_others(session, at=timezone.now())
    messages.success(
        request, _("All other links and sessions are closed. Only this browser is still open.")
    )
    return redirect("portal:status", session.subject_request.reference)


@login_not_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    # Without asking whether one was open: ending twice is ending once.
    end_sessions(request, timezone.now())
    return forget_all(redirect("portal:ended"))


def forget_all(response: HttpResponse) -> HttpResponse:
    """Pages in the cache of the browser would show what the session no longer does."""
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@login_not_required
@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/ended.html")
