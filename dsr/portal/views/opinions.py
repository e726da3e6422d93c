"""The door of a health professional who is asked: a link, a code, the question, her signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import update_wrapper
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr.days.place import stand_in
from dsr.portal.again import BUTTON_UNSENT, FORM_UNSENT, UNSENT, in_another_language, shown_again_by
from dsr.portal.forms import CodeForm, SignForm
from dsr.portal.guarding import browser_of, find_by, one_too_many
from dsr.requests.deeds.opinions_signed import Signed, choices_of, give_opinion, statement
from dsr.requests.errors import RequestError
from dsr.requests.forms import put_refusal
from dsr.requests.models import Opinion
from dsr.requests.services import opinions
from dsr.requests.services.rate_limits import CODES
from dsr.requests.states import CodeWay, LinkState
from dsr.vault.services import open_file

KEY: Final = "opinions"
IDLE: Final = timedelta(minutes=30)
# The link was one, and leads nowhere any more.
GONE: Final = 410
P = ParamSpec("P")


def with_link(
    view: Callable[Concatenate[HttpRequest, Opinion, str, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give the view the question of the link; a wrong link is the same 404 as any other."""

    def guarded(
        request: HttpRequest, /, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        opinion = find_by(opinions.find, request, token, timezone.now())
        if opinion is None:
            return render(request, "portal/link_over.html", status=404)
        stand_in(opinion.subject_request.organisation.place)
        return view(request, opinion, token, *args, **kwargs)

    update_wrapper(guarded, view)
    return login_not_required(guarded)


@with_link
def _again(request: HttpRequest, opinion: Opinion, token: str, item: int = 0) -> HttpResponse:
    """A post without its token: the page once more, with what was typed, and nothing done."""
    signs = "choice" in request.POST or "reason" in request.POST
    messages.warning(request, FORM_UNSENT if signs else BUTTON_UNSENT)
    form = None
    if signs and _is_open(request, opinion, timezone.now()):
        form = _sign_form(opinion, request.POST).not_judged()
    return _page(request, opinion, token, form=form, status=UNSENT)


@require_safe
@with_link
def question(request: HttpRequest, opinion: Opinion, token: str) -> HttpResponse:
    """Looking opens nothing: mail scanners look at links. Only the code does."""
    return _page(request, opinion, token)


@shown_again_by(_again)
@require_POST
@with_link
def code(request: HttpRequest, opinion: Opinion, token: str) -> HttpResponse:
    """Send a code to her second contact, for this browser."""
    at = timezone.now()
    try:
        if refused := one_too_many(request, CODES, at, request=f"opinion {opinion.pk}"):
            raise refused
        opinions.ask_code(opinion, browser_of(request), at=at)
    except RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("A code is on its way to the other contact that is recorded for you.")
        )
    return redirect("portal:opinion", token)


@shown_again_by(_again)
@require_POST
@with_link
def enter(request: HttpRequest, opinion: Opinion, token: str) -> HttpResponse:
    """The code opens the question in this browser."""
    form, at = CodeForm(request.POST), timezone.now()
    if form.is_valid():
        try:
            tried = opinions.enter_code(
                opinion, browser_of(request), form.cleaned_data["code"], at=at
            )
        except RequestError as error:
            form.add_error("code", str(error))
        else:
            if tried.opened:
                _open(request, opinion, tried.code_id, at)
                return redirect("portal:opinion", token)
            form.add_error("code", tried.sentence)
    return _page(request, opinion, token, code_form=form)


@shown_again_by(_again)
@require_POST
@with_link
def item(request: HttpRequest, opinion: Opinion, token: str, item: int) -> HttpResponseBase:
    """A file that she has to see. By POST: each one that is opened is noted."""
    at = timezone.now()
    if not _is_open(request, opinion, at):
        return _page(request, opinion, token, status=UNSENT)
    try:
        found = opinions.take_item(opinion, item, at=at)
    except RequestError as error:
        messages.error(request, str(error))
        return redirect("portal:opinion", token)
    if found is None:
        raise Http404
    content = open_file(found)
    return FileResponse(
        content, as_attachment=True, filename=content.name, content_type=found.content_type
    )


@shown_again_by(_again)
@require_POST
@with_link
def sign(request: HttpRequest, opinion: Opinion, token: str) -> HttpResponse:
    """She signs, once."""
    at = timezone.now()
    if not _is_open(request, opinion, at):
        return _page(request, opinion, token, status=UNSENT)
    form = _sign_form(opinion, request.POST)
    if "language" in request.POST:
        return in_another_language(request, lambda: _typed_again(request, opinion, token))
    if form.is_valid():
        try:
            # The system passes on what the holder of link and code says: they are no staff.
            give_opinion(
                opinion.subject_request_id,
                Signed(opinion_id=opinion.pk, **form.cleaned_data),
                actor=None,
                at=at,
            )
        except RequestError as refused:
            put_refusal(form, refused)
        else:
            _close(request, opinion)
            return redirect("portal:opinion", token)
    return _page(request, opinion, token, form=form)


def _typed_again(request: HttpRequest, opinion: Opinion, token: str) -> HttpResponse:
    return _page(request, opinion, token, form=_sign_form(opinion, request.POST).not_judged())


def _page(
    request: HttpRequest,
    opinion: Opinion,
    token: str,
    *,
    form: SignForm | None = None,
    code_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at = timezone.now()
    organisation = opinion.subject_request.organisation
    context: dict[str, Any] = {"organisation": organisation, "token": token, "opinion": opinion}
    stands = opinions.state(opinion, at)
    if stands != LinkState.OPEN:
        context |= {"stands": stands, "said": opinions.said_of(stands)}
        gone = stands in (LinkState.EXPIRED, LinkState.WITHDRAWN)
        return render(request, "portal/opinion_over.html", context, status=GONE if gone else 200)
    if not _is_open(request, opinion, at):
        context |= {
            "code_form": code_form or CodeForm(),
            "by_mail": opinion.professional.code_way == CodeWay.MAIL,
        }
        return render(request, "portal/opinion_code.html", context, status=status)
    context |= _question(opinion) | {"form": form or _sign_form(opinion)}
    return render(request, "portal/opinion.html", context, status=status)


def _question(opinion: Opinion) -> dict[str, Any]:
    opinion.safe = opinion.subject_request.safe
    items = list(opinion.items.select_related("file"))
    for each in items:
        if each.file:
            each.file.safe = opinion.safe
    return {
        "question": opinion.shown("question"),
        # Of a review: on what it was refused.
        "grounds": [words for _code, words in opinion.reveal("grounds", [])],
        "passage": opinion.shown("shown_text") if opinion.shown_text is not None else "",
        "items": [
            {
                "pk": each.pk,
                "name": each.file.shown("name") if each.file else "",
                "size": each.file.size if each.file else 0,
                "is_there": each.file is not None,
                "opened": each.opened_at is not None,
            }
            for each in items
        ],
    }


def _sign_form(opinion: Opinion, *typed: Any) -> SignForm:
    opinion.safe = opinion.subject_request.safe
    return SignForm(choices_of(opinion), statement(opinion.professional), *typed)


def _open(request: HttpRequest, opinion: Opinion, code_id: int, at: datetime) -> None:
    # Whoever planted a session of their own in this browser does not share what is opened now.
    request.session.cycle_key()
    held = request.session.get(KEY, {})
    request.session[KEY] = held | {str(opinion.pk): [code_id, int(at.timestamp())]}


def _is_open(request: HttpRequest, opinion: Opinion, at: datetime) -> bool:
    """Whether the code was entered in this browser, which was used lately."""
    held = request.session.get(KEY, {})
    code_id, seen = held.get(str(opinion.pk), (None, 0))
    now = int(at.timestamp())
    if code_id is None or now - seen >= IDLE.total_seconds():
        return False
    if not opinions.opens(opinion, code_id, browser_of(request), at):
        return False
    request.session[KEY] = held | {str(opinion.pk): [code_id, now]}
    return True


def _close(request: HttpRequest, opinion: Opinion) -> None:
    held = request.session.get(KEY, {})
    request.session[KEY] = {pk: each for pk, each in held.items() if pk != str(opinion.pk)}
