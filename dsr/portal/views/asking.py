"""Asking: the form of a right, and what a person sees after sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language

from dsr.policies.models import Organisation, Right
from dsr.policies.services import rights_offered
from dsr.portal.guarding import (
    FormToken,
    browser_of,
    count_upload,
    count_visit,
    new_token,
    not_by_hand,
    put_on,
    read_token,
    status_of,
)
from dsr.portal.session import open_session, opened, with_session
from dsr.portal.showing import show_right
from dsr.portal.status_page import page_of, told
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines.preview import if_sent_now
from dsr.requests.errors import BadInput
from dsr.requests.forms import RequestForm, put_refusal
from dsr.requests.forms.countries import COUNTRIES
from dsr.requests.models import PrivateSession, SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.rate_limits import SUBMISSION
from dsr.requests.submission import intake

from .rights import crumbs_to, find_organisation, find_right

# How long after sending the same browser is let in again by its form.
ANSWER_LOST = timedelta(minutes=15)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, organisation: str, right: str) -> HttpResponse:
    at = timezone.now()
    found = find_organisation(organisation)
    # The right is one that is offered today, so a form for a withdrawn one cannot be sent.
    asked = find_right(found, right)
    if request.method != "POST":
        return _page(request, RequestForm(asked), new_token(request, asked.pk, at), at)
    # Before the form is read: the token says whether this form is ours and how old it is.
    token = read_token(request.POST.get("form_token", ""), asked.pk)
    # A button of the same form: what was typed is kept, and nothing is sent.
    if request.POST.get("language"):
        fresh = token or new_token(request, asked.pk, at)
        return _in_another_language(request, asked, fresh, at)
    # The same form once more is no further request, so nothing of it is judged or counted: whoever
    # presses the button twice, or comes back to a page that was slow, must not be told to wait.
    if token and (there := intake.already_there(token.key)):
        return _sent_before(request, there, token, at)
    # Before the files are looked into, and the form is judged without them.
    files = count_upload(request, at)
    form = RequestForm(asked, request.POST, None if files.refused else request.FILES)
    put_on(form, files.refused)
    if problem := not_by_hand(request.POST, token, at):
        form.add_error(None, problem)
    # `token` is asked again for the reader of types; without one the form has an error already.
    if (
        form.is_valid()
        and token
        and (sent := _send(request, form, token, at, to_check=files.crowded))
    ):
        # Of two at the same instant one made it, and the other finds it there.
        is_new = sent.created_at == at
        return _sent(request, sent, at) if is_new else _sent_before(request, sent, token, at)
    if token is None or token.is_over(at):
        token = new_token(request, asked.pk, at)
    return _page(request, form, token, at)


def _in_another_language(
    request: HttpRequest, asked: Right, token: FormToken, at: datetime
) -> HttpResponse:
    """The same form with everything that was typed; nobody has asked yet what is wrong with it."""
    chosen = set_language(request)
    wanted = request.POST["language"] if chosen.cookies else translation.get_language()
    with translation.override(wanted):
        form = RequestForm(asked, request.POST).not_judged()
        page = _page(request, form, token, at)
    # The page is ours, the cookie is Django's: both go out in one answer.
    page.cookies.update(chosen.cookies)
    page.headers["Content-Language"] = str(wanted)
    return page


def _send(
    request: HttpRequest, form: RequestForm, token: FormToken, at: datetime, *, to_check: bool
) -> SubjectRequest | None:
    submission = form.submission(submission_key=token.key)
    # Before the deed and in a commit of its own: what fails later was tried all the same.
    counted = count_visit(request, SUBMISSION, at, target=submission.asker.email)
    if counted.refused:
        put_on(form, counted.refused)
        return None
    submission = replace(submission, to_check=to_check or counted.crowded)
    try:
        return intake.submit(submission, actor=REQUESTER, at=at)
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None


def _sent(request: HttpRequest, sent: SubjectRequest, at: datetime) -> HttpResponse:
    open_session(request, links.open_for_sender(sent, at=at), at)
    return redirect("portal:sent", sent.reference)


def _sent_before(
    request: HttpRequest, there: SubjectRequest, token: FormToken, at: datetime
) -> HttpResponse:
    """A form sent again opens nothing, but for the browser whose answer got lost on the way."""
    if opened(request, there.reference, at) or _answer_was_lost(request, there, token, at):
        messages.info(
            request,
            _(
                "This form was sent before, and it counts once. "
                "To add or correct something, write a message on your private page."
            ),
        )
        if not opened(request, there.reference, at):
            open_session(request, links.open_for_sender(there, at=at), at)
        return redirect("portal:sent", there.reference)
    private = bool(there.may_write)
    context = {
        "organisation": there.organisation,
        "subject_request": there,
        "in_confidence": private,
        "quiet": private,
    }
    return render(request, "portal/sent_before.html", context, status=409)


def _answer_was_lost(
    request: HttpRequest, there: SubjectRequest, token: FormToken, at: datetime
) -> bool:
    """The browser that sent it, minutes ago, and nobody has closed its page since."""
    # Whoever comes to a shared computer after somebody else finds the form, and it is no key.
    closed = there.private_sessions.filter(link=None, ended_at__isnull=False).exists()
    lately = at - there.created_at <= ANSWER_LOST
    return lately and not closed and token.browser == browser_of(request)


def _by_when(form: RequestForm, at: datetime) -> str:
    """What the confirmation will say if the form is sent as it is now."""
    chosen = form["country"].value() if "country" in form.fields else ""
    country = chosen if chosen in COUNTRIES else ""
    return if_sent_now(form.right, country, at)


def _page(request: HttpRequest, form: RequestForm, token: FormToken, at: datetime) -> HttpResponse:
    offered = list(rights_offered(form.organisation, form.organisation.today(at)))
    context: dict[str, Any] = {
        "organisation": form.organisation,
        "shown": show_right(form.right, form.organisation, offered),
        "form": form,
        "by_when": _by_when(form, at),
        "form_token": token.sign(),
        # Browsers do not fill a file field again, so the page says which to choose anew.
        "files_lost": bool(request.FILES),
        "crumbs": _crumbs(form.organisation, form.right),
        "in_confidence": form.right.in_confidence,
    }
    return render(request, "portal/ask.html", context, status=status_of(form))


def _crumbs(organisation: Organisation, right: Right) -> list[dict[str, Any]]:
    return [*crumbs_to(organisation), {"name": show_right(right, organisation).title}]


@require_safe
@with_session
def sent(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    subject_request = session.subject_request
    context = page_of(session, timezone.now()) | {"told": told(subject_request)}
    return render(request, "portal/sent.html", context)
