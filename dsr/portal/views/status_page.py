"""The private page of a request, and what its holder can do there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr.days.place import stand_in
from dsr.portal.again import (
    BUTTON_UNSENT,
    FORM_UNSENT,
    NO_LONGER_ASKED,
    UNSENT,
    in_another_language,
    lost_files,
    page_closed,
    shown_again_by,
)
from dsr.portal.confirming import Receipt, withdrawal_told
from dsr.portal.forms import CodeForm, CompletingForm, ReplyForm, TypedForm
from dsr.portal.guarding import find_link, one_too_many, put_on, status_of, upload_refusal
from dsr.portal.session import all_open, end_sessions, open_session, with_session
from dsr.portal.showing import show_right
from dsr.portal.status_page import letter_of, no_way_back, page_of
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import conversation, correction, ending
from dsr.requests.errors import RequestError, TooMany
from dsr.requests.forms import put_refusal
from dsr.requests.models import PrivateSession, StatusLink, SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.rate_limits import WRITING
from dsr.requests.standing import stands
from dsr.requests.standing_texts import told_where
from dsr.requests.whole import read_whole


def _link_page(request: HttpRequest, found: StatusLink | None, status: int = 200) -> HttpResponse:
    if found is None:
        # The same 404 for wrong, expired and revoked: nothing is learned from it.
        return render(request, "portal/link_over.html", status=404)
    organisation = found.subject_request.organisation
    stand_in(organisation.place)
    # Whoever reads the mail of somebody else learns here no more than in the mail.
    private = bool(found.subject_request.may_write)
    context = {"organisation": organisation, "in_confidence": private, "quiet": private}
    return render(request, "portal/link.html", context, status=status)


def _link_again(request: HttpRequest, token: str) -> HttpResponse:
    messages.warning(request, BUTTON_UNSENT)
    return _link_page(request, find_link(request, token, timezone.now()), UNSENT)


@shown_again_by(_link_again)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking opens nothing: mail scanners look at links. Only the button does."""
    at = timezone.now()
    found = find_link(request, token, at)
    if found is None or request.method != "POST":
        return _link_page(request, found)
    open_session(request, links.open_by(found, at=at), at)
    return redirect("portal:status", found.subject_request.reference)


@login_not_required
@require_safe
def open_requests(request: HttpRequest) -> HttpResponse:
    """What is open in this browser; where it is one request, its page."""
    at = timezone.now()
    sessions = all_open(request, at)
    if not sessions:
        return render(request, "portal/no_session.html", status=403)
    if len(sessions) == 1:
        return redirect("portal:status", sessions[0].subject_request.reference)
    shown = [
        {
            "subject_request": each.subject_request,
            "shown": show_right(each.subject_request.right, each.subject_request.organisation),
            "quiet": bool(each.subject_request.may_write),
            "stands": told_where(each.subject_request, stands(each.subject_request, at)),
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
    status: int = 0,
) -> HttpResponse:
    """The private page, with a form that was refused where there is one."""
    read_whole(session.subject_request)
    context: dict[str, Any] = page_of(session, timezone.now())
    shown = {
        "form": form,
        "code_form": code_form or CodeForm(),
        "files_lost": lost_files(request),
        "no_way_back": no_way_back(session, timezone.now()),
        # Where the page is shown in answer to a post, its address is none to come back to.
        "language_next": reverse("portal:status", args=[session.subject_request.reference]),
    }
    return render(request, "portal/status.html", context | shown, status=status or status_of(form))


@with_session
def shown_again(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """The private page after a post that had no valid token, with whatever was typed."""
    typed = ReplyForm(request.POST).not_judged()
    code = CodeForm(request.POST).not_judged() if "code" in request.POST else None
    messages.warning(request, FORM_UNSENT if "text" in request.POST or code else BUTTON_UNSENT)
    return show(request, session, typed, code, status=UNSENT)


@shown_again_by(shown_again)
@require_POST
@with_session
def reply(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    subject_request, at = session.subject_request, timezone.now()
    # A button of the same form: what was typed is kept, and nothing is sent.
    if request.POST.get("language"):
        typed = ReplyForm(request.POST).not_judged()
        return in_another_language(request, lambda: show(request, session, typed))
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


@with_session
def _withdraw_again(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    messages.warning(request, BUTTON_UNSENT)
    context = page_of(session, timezone.now())
    return render(request, "portal/withdraw.html", context, status=UNSENT)


@shown_again_by(_withdraw_again)
@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def withdraw(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    if request.method == "POST":
        try:
            # No version is compared on a requester's own page: the state alone says what can be.
            at = timezone.now()
            ended = ending.withdraw(session.subject_request_id, actor=REQUESTER, at=at)
        except RequestError as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("Your request is withdrawn.")
            messages.success(request, f"{said} {withdrawal_told(ended, at)}")
        return redirect("portal:status", session.subject_request.reference)
    return render(request, "portal/withdraw.html", page_of(session, timezone.now()))


def _complete_page(
    request: HttpRequest, session: PrivateSession, form: CompletingForm, status: int = 0
) -> HttpResponse:
    # What was typed and is asked no more (said meanwhile, perhaps by staff) is shown to be copied.
    typed = TypedForm(request.POST).in_words(frozenset(form.fields)) if form.is_bound else []
    context = page_of(session, timezone.now()) | {"form": form, "left_out": typed}
    return render(request, "portal/complete.html", context, status=status or status_of(form))


@with_session
def _complete_again(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    messages.warning(request, FORM_UNSENT)
    form = CompletingForm(session.subject_request, request.POST).not_judged()
    return _complete_page(request, session, form, UNSENT)


@shown_again_by(_complete_again)
@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def complete(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """Add what the policy asks for and the request did not say."""
    subject_request = session.subject_request
    if request.POST.get("language"):
        typed = CompletingForm(subject_request, request.POST).not_judged()
        return in_another_language(request, lambda: _complete_page(request, session, typed))
    form = CompletingForm(subject_request, request.POST if request.method == "POST" else None)
    if form.is_bound and TypedForm(request.POST).in_words(frozenset(form.fields)):
        form.add_error(None, NO_LONGER_ASKED)
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
    return _complete_page(request, session, form)


@require_safe
@with_session
def paper(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """The request as a letter to be signed by hand."""
    context = page_of(session, timezone.now())
    return render(
        request, "portal/paper.html", context | {"letter": letter_of(session.subject_request)}
    )


@shown_again_by(shown_again)
@require_POST
@with_session
def new_link(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """A receipt to keep: a further link and a receipt code, shown this once and kept nowhere.

    The old ones are closed, unless the requester says that they are to stay.
    """
    subject_request, at = session.subject_request, timezone.now()
    if refused := writes_too_much(request, subject_request, at):
        messages.error(request, str(refused))
        return redirect("portal:status", session.subject_request.reference)
    if not request.POST.get("keep_others"):
        links.close_others(session, at=at)
    token, code = links.issue(subject_request, at=at), links.issue_code(subject_request, at=at)
    shown = {"kept": Receipt(request, subject_request, token, code, at)}
    return render(request, "portal/new_link.html", page_of(session, at) | shown)


@shown_again_by(shown_again)
@require_POST
@with_session
def close_others(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """Everything that leads to this request is closed, but for this browser."""
    links.close_others(session, at=timezone.now())
    messages.success(
        request, _("All other links and sessions are closed. Only this browser is still open.")
    )
    return redirect("portal:status", session.subject_request.reference)


def _end_again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, BUTTON_UNSENT)
    sessions = all_open(request, timezone.now())
    return (
        show(request, sessions[0], ReplyForm(), status=UNSENT) if sessions else page_closed(request)
    )


@shown_again_by(_end_again)
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
