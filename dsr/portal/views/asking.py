"""Asking: the form of a right, and what a person sees after sending it."""

from __future__ import annotations

from datetime import datetime
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
from dsr.portal.guarding import (
    FormToken,
    new_token,
    not_by_hand,
    one_too_many,
    put_on,
    read_token,
    status_of,
    upload_refusal,
)
from dsr.portal.session import open_session, with_session
from dsr.portal.showing import show_right
from dsr.portal.status_page import page_of, told
from dsr.requests.actors import REQUESTER
from dsr.requests.errors import BadInput
from dsr.requests.forms import RequestForm, put_refusal
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.rate_limits import SUBMISSION
from dsr.requests.submission import intake

from .rights import crumbs_to, find_organisation, find_right


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, organisation: str, right: str) -> HttpResponse:
    at = timezone.now()
    found = find_organisation(organisation)
    # The right is one that is offered today, so a form for a withdrawn one cannot be sent.
    asked = find_right(found, right)
    if request.method != "POST":
        return _page(request, RequestForm(asked), new_token(asked.pk, at))
    # Before the form is read: the token says whether this form is ours and how old it is.
    token = read_token(request.POST.get("form_token", ""), asked.pk)
    # A button of the same form: what was typed is kept, and nothing is sent.
    if request.POST.get("language"):
        return _in_another_language(request, asked, token or new_token(asked.pk, at))
    # Before the files are looked into, and the form is judged without them.
    refused = upload_refusal(request, at)
    form = RequestForm(asked, request.POST, None if refused else request.FILES)
    put_on(form, refused)
    if problem := not_by_hand(request.POST, token, at):
        form.add_error(None, problem)
    # `token` is asked again for the reader of types; without one the form has an error already.
    if form.is_valid() and token and (sent := _send(request, form, token, at)):
        return _sent(request, sent, at)
    return _page(request, form, token or new_token(asked.pk, at))


def _in_another_language(request: HttpRequest, asked: Right, token: FormToken) -> HttpResponse:
    """The same form with everything that was typed; nobody has asked yet what is wrong with it."""
    chosen = set_language(request)
    wanted = request.POST["language"] if chosen.cookies else translation.get_language()
    with translation.override(wanted):
        form = RequestForm(asked, request.POST).not_judged()
        page = _page(request, form, token)
    # The page is ours, the cookie is Django's: both go out in one answer.
    page.cookies.update(chosen.cookies)
    page.headers["Content-Language"] = str(wanted)
    return page


def _send(
    request: HttpRequest, form: RequestForm, token: FormToken, at: datetime
) -> SubjectRequest | None:
    # The same form once more is no further request, so no limit counts it: whoever presses the
    # button twice, or comes back to a page that was slow, must not be told to wait.
    if there := intake.already_there(token.key):
        return there
    submission = form.submission(submission_key=token.key)
    # Before the deed and in a commit of its own: what fails later was tried all the same.
    if refused := one_too_many(request, SUBMISSION, at, target=submission.asker.email):
        put_on(form, refused)
        return None
    try:
        return intake.submit(submission, actor=REQUESTER, at=at)
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None


def _sent(request: HttpRequest, sent: SubjectRequest, at: datetime) -> HttpResponse:
    # Made at another instant than now: it is the one that was there.
    if sent.created_at != at:
        messages.info(
            request,
            _(
                "This form was sent before, and it counts once. "
                "To add or correct something, write a message on your private page."
            ),
        )
    # A link for this browser alone; the one in the mail goes on when it is revoked.
    open_session(request, links.issue_to_session(sent, at=at))
    return redirect("portal:sent")


def _page(request: HttpRequest, form: RequestForm, token: FormToken) -> HttpResponse:
    context: dict[str, Any] = {
        "organisation": form.organisation,
        "shown": show_right(form.right, form.organisation),
        "form": form,
        "form_token": token.sign(),
        # Browsers do not fill a file field again, so the page says which to choose anew.
        "files_lost": bool(request.FILES),
        "crumbs": _crumbs(form.organisation, form.right),
    }
    return render(request, "portal/ask.html", context, status=status_of(form))


def _crumbs(organisation: Organisation, right: Right) -> list[dict[str, Any]]:
    return [*crumbs_to(organisation), {"name": show_right(right, organisation).title}]


@require_safe
@with_session
def sent(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    context = page_of(subject_request, timezone.now()) | {"told": told(subject_request)}
    return render(request, "portal/sent.html", context)
