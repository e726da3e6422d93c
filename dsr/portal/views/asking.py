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
from dsr.portal.guarding import one_too_many, put_on, status_of, upload_refusal
from dsr.portal.session import open_session, with_session
from dsr.portal.showing import show_right
from dsr.portal.status_page import page_of, told
from dsr.portal.tokens import QUICKEST, FormToken, new_token, read_token
from dsr.requests.actors import REQUESTER
from dsr.requests.errors import BadInput
from dsr.requests.forms import RequestForm, put_refusal
from dsr.requests.models import SubjectRequest
from dsr.requests.services import intake, links
from dsr.requests.services.rate_limits import SUBMISSION

from .rights import crumbs_to, find_organisation, find_right


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, organisation: str, right: str) -> HttpResponse:
    at = timezone.now()
    found = find_organisation(organisation)
    asked = find_right(found, right)
    if request.method != "POST":
        return _page(request, RequestForm(asked), new_token(asked.pk, at))
    if request.POST.get("language"):
        return _in_another_language(request, asked, at)
    refused = upload_refusal(request, at)
    form = RequestForm(asked, request.POST, None if refused else request.FILES)
    put_on(form, refused)
    token = read_token(request.POST.get("form_token", ""), asked.pk)
    if problem := _not_by_hand(request, token, at):
        form.add_error(None, problem)
    if form.is_valid() and token and (sent := _send(request, form, token, at)):
        return _sent(request, sent, at)
    return _page(request, form, token or new_token(asked.pk, at))


def _in_another_language(request: HttpRequest, asked: Right, at: datetime) -> HttpResponse:
    """The same form with everything that was typed; nobody has asked yet what is wrong with it."""
    chosen = set_language(request)
    wanted = request.POST["language"] if chosen.cookies else translation.get_language()
    token = read_token(request.POST.get("form_token", ""), asked.pk)
    with translation.override(wanted):
        form = RequestForm(asked, request.POST).not_judged()
        page = _page(request, form, token or new_token(asked.pk, at))
    page.cookies.update(chosen.cookies)
    page.headers["Content-Language"] = str(wanted)
    return page


def _not_by_hand(request: HttpRequest, token: FormToken | None, at: datetime) -> str:
    """What a person can always mend by pressing the button again."""
    if token is None:
        return _("This form was open for too long. Please send it again.")
    if request.POST.get("website"):
        return _("Leave the field “Website” empty, then send again.")
    if token.age(at) < QUICKEST:
        return _("That was sent very fast. Please send it again.")
    return ""


def _send(
    request: HttpRequest, form: RequestForm, token: FormToken, at: datetime
) -> SubjectRequest | None:
    submission = form.submission(submission_key=token.key)
    # The same form once more is no further request.
    if not intake.already_there(submission):
        asker = submission.requester or submission.subject
        if refused := one_too_many(request, SUBMISSION, at, target=asker.email):
            put_on(form, refused)
            return None
    try:
        return intake.submit(submission, actor=REQUESTER, at=at)
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None


def _sent(request: HttpRequest, sent: SubjectRequest, at: datetime) -> HttpResponse:
    if sent.created_at != at:
        messages.info(
            request,
            _(
                "This form was sent before, and it counts once. "
                "To add or correct something, write a message on your private page."
            ),
        )
    link = links.find(links.issue(sent, at=at), at=at)
    if link:
        open_session(request, link)
    return redirect("portal:sent")


def _page(request: HttpRequest, form: RequestForm, token: FormToken) -> HttpResponse:
    context: dict[str, Any] = {
        "organisation": form.organisation,
        "shown": show_right(form.right, form.organisation),
        "form": form,
        "form_token": token.sign(),
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
