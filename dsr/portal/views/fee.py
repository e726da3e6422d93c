"""What a requester answers to a fee: yes, or less. Who withdraws has a page for it already."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr.portal.again import BUTTON_UNSENT, FORM_UNSENT, UNSENT, in_another_language, shown_again_by
from dsr.portal.forms import LessForm, ReplyForm
from dsr.portal.guarding import put_on, status_of
from dsr.portal.session import with_session
from dsr.portal.status_page import page_of
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds.fee import answer_fee
from dsr.requests.errors import RequestError
from dsr.requests.forms import put_refusal
from dsr.requests.models import PrivateSession

from .status_page import show, writes_too_much


def _less_page(
    request: HttpRequest, session: PrivateSession, form: LessForm, status: int = 0
) -> HttpResponse:
    context = page_of(session, timezone.now()) | {"form": form}
    return render(request, "portal/fee.html", context, status=status or status_of(form))


@with_session
def _fee_again(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    if "text" not in request.POST:
        messages.warning(request, BUTTON_UNSENT)
        return show(request, session, ReplyForm(), status=UNSENT)
    messages.warning(request, FORM_UNSENT)
    return _less_page(request, session, LessForm(request.POST).not_judged(), UNSENT)


@shown_again_by(_fee_again)
@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def fee(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """A yes by the button of the private page; the wish for less, in words, by the form here."""
    if request.method != "POST":
        return _less_page(request, session, LessForm())
    if request.POST.get("language"):
        typed = LessForm(request.POST).not_judged()
        return in_another_language(request, lambda: _less_page(request, session, typed))
    at = timezone.now()
    # Only the button of the private page says yes: a form with words in it never does.
    if request.POST.get("answer") == "yes" and "text" not in request.POST:
        return _yes(request, session, at)
    form = LessForm(request.POST)
    if form.is_valid():
        put_on(form, writes_too_much(request, session.subject_request, at))
    if form.is_valid():
        try:
            answer_fee(
                session.subject_request_id,
                answer="narrow",
                text=form.cleaned_data["text"],
                actor=REQUESTER,
                at=at,
            )
        except RequestError as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("Your answer was sent. Nothing is charged for now."))
            return redirect("portal:status", session.subject_request.reference)
    return _less_page(request, session, form)


def _yes(request: HttpRequest, session: PrivateSession, at: datetime) -> HttpResponse:
    try:
        answer_fee(session.subject_request_id, answer="yes", actor=REQUESTER, at=at)
    except RequestError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You said yes to the fee."))
    return redirect("portal:status", session.subject_request.reference)
