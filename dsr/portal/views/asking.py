"""Asking: the form of a right, and what a person sees after sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dsr.days.place import stand_in
from dsr.policies.models import Organisation, Right
from dsr.portal.again import (
    FORM_UNSENT,
    NO_LONGER_ASKED,
    UNSENT,
    in_another_language,
    lost_files,
    shown_again_by,
)
from dsr.portal.confirming import link_to_show, make_link_to_show, receipt_for
from dsr.portal.forms import TypedForm
from dsr.portal.guarding import (
    FormToken,
    browser_of,
    count_upload,
    count_visit,
    giving_back,
    new_token,
    not_by_hand,
    put_on,
    read_token,
    status_of,
)
from dsr.portal.session import open_session, opened, with_session
from dsr.portal.showing import RightShown, show_right
from dsr.portal.status_page import page_of
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines.look_back import told_before
from dsr.requests.deadlines.preview import if_sent_now
from dsr.requests.errors import BadInput
from dsr.requests.forms import RequestForm, put_refusal
from dsr.requests.forms.countries import COUNTRIES
from dsr.requests.models import PrivateSession, SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.rate_limits import SUBMISSION
from dsr.requests.services.receipts import How
from dsr.requests.standing import Standing, stands
from dsr.requests.submission import intake

from .rights import Offered, crumbs_to, offered_by
from .unstaffed import alike, nobody_there

CHANGED = gettext_lazy(
    "The policy changed while this form was open. What you typed is still here: look it over, then "
    "send it."
)
CAME_ALONG = gettext_lazy("What you typed came along. Look it over, then send it.")

# How long after sending the same browser is let in again by its form.
ANSWER_LOST = timedelta(minutes=15)


def _ask_again(request: HttpRequest, organisation: str, right: str) -> HttpResponse:
    offered = offered_by(organisation)
    asked = offered.right(right) if offered else None
    if offered is None or asked is None:
        return not_offered(request, offered, right)
    if asked.pk in offered.closed:
        return nobody_there(request, asked, offered)
    messages.warning(request, FORM_UNSENT)
    at = timezone.now()
    token = _usable(read_token(request.POST.get("form_token", "")), request, asked, at)
    form = RequestForm(asked, request.POST).not_judged()
    return _page(request, offered, form, token, at, status=UNSENT)


@shown_again_by(_ask_again)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, organisation: str, right: str) -> HttpResponse:
    at = timezone.now()
    # Before the form is read: the token says whether this form is ours and how old it is.
    token = read_token(request.POST.get("form_token", ""))
    in_words = request.POST.get("language")
    # The same form once more is no further request, so nothing of it is judged or counted: whoever
    # presses the button twice, or comes back to a page that was slow, must not be told to wait.
    if not in_words and token and (there := intake.already_there(token.key)):
        return _sent_before(request, there, token, at)
    # The right is one that is offered today, so a form for a withdrawn one cannot be sent.
    offered = offered_by(organisation)
    asked = offered.right(right) if offered else None
    if offered is None or asked is None:
        return not_offered(request, offered, right)
    if asked.pk in offered.closed:
        return nobody_there(request, asked, offered)
    if request.method != "POST":
        return _page(request, offered, RequestForm(asked), new_token(request, asked.pk, at), at)
    # A button of the same form: what was typed is kept, and nothing is sent.
    if in_words:
        fresh = _usable(token, request, asked, at)
        return in_another_language(
            request,
            lambda: _page(
                request, offered, RequestForm(asked, request.POST).not_judged(), fresh, at
            ),
        )
    if token and token.right_id != asked.pk:
        return _from_another_form(request, offered, asked, token, at)
    # Before the files are looked into, and the form is judged without them.
    files = count_upload(request, at)
    form = RequestForm(asked, request.POST, None if files.refused else request.FILES)
    put_on(form, files.refused)
    _put_problems(request, form, token, at)
    # `token` is asked again for the reader of types; without one the form has an error already.
    if (
        form.is_valid()
        and token
        and (sent := _send(request, form, token, at, to_check=files.crowded))
    ):
        # Of two at the same instant one made it, and the other finds it there.
        if sent.created_at == at:
            return redirect("portal:sent", sent.reference)
        return _sent_before(request, sent, token, at)
    return _page(request, offered, form, _usable(token, request, asked, at), at)


def _usable(token: FormToken | None, request: HttpRequest, asked: Right, at: datetime) -> FormToken:
    """The token that came, where it can still send this form, else a new one."""
    if token is None or token.is_over(at) or token.right_id != asked.pk:
        return new_token(request, asked.pk, at)
    return token


def _from_another_form(
    request: HttpRequest, offered: Offered, asked: Right, token: FormToken, at: datetime
) -> HttpResponse:
    """Typed into the form of another version, or of another right: it comes along, unsent."""
    # One that was fetched from the form of one right sends no other.
    same = Right.objects.filter(pk=token.right_id, slug=asked.slug)
    messages.warning(request, CHANGED if same.exists() else CAME_ALONG)
    form = RequestForm(asked, request.POST).not_judged()
    return _page(request, offered, form, new_token(request, asked.pk, at), at)


def _put_problems(
    request: HttpRequest, form: RequestForm, token: FormToken | None, at: datetime
) -> None:
    """What pressing the button again mends, and what an older form asked that this one does not."""
    if problem := not_by_hand(request.POST, token, at):
        form.add_error(None, problem)
    # Of the same right, and less is asked than when it was opened: nothing typed is dropped.
    if _dropped(request, form):
        form.add_error(None, NO_LONGER_ASKED)


def _dropped(request: HttpRequest, form: RequestForm) -> bool:
    """Whether something was typed into a field that was asked and is none any more."""
    gone = set(request.POST.get("asked", "").split()) - form.fields.keys()
    return bool(gone and gone & _left_out(request, form).fields.keys())


def _left_out(request: HttpRequest, form: RequestForm) -> TypedForm:
    """What came filled in and has no field here."""
    typed = TypedForm(request.POST)
    # With one role nobody is asked for it.
    for name in ("role", *form.fields):
        typed.fields.pop(name, None)
    return typed


def not_offered(request: HttpRequest, offered: Offered | None, right: str) -> HttpResponse:
    """The right was withdrawn, or the organisation closed: what was typed, and what there is."""
    # A closed organisation answers like one that never was.
    if offered is None and request.method != "POST":
        raise Http404
    typed = TypedForm(request.POST)
    context = {
        "organisation": offered and offered.organisation,
        "typed": typed.in_words(),
        "pairs": [("form_token", request.POST.get("form_token", "")), *typed.pairs()],
        "files_lost": lost_files(request),
        "instead": _instead(offered, right) if offered else [],
    }
    return render(request, "portal/not_offered.html", context, status=404)


def _instead(offered: Offered, slug: str) -> list[RightShown]:
    """Rights for the same need, else all that there are."""
    found = alike(offered, slug)
    return found or [show_right(each, offered.organisation) for each in offered.taken]


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
        with giving_back(request, SUBMISSION, at, target=submission.asker.email):
            return intake.submit(
                submission, actor=REQUESTER, at=at, with_it=lambda made: _open(request, made, at)
            )
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None


def _open(request: HttpRequest, made: SubjectRequest, at: datetime) -> None:
    """The browser that sent it may see it: in the commit of the request, or neither is there."""
    session = links.open_for_maker(made, at=at)
    # Before this one is among those that are open here.
    comes = receipt_for(request, made, at)
    open_session(request, session, at)
    # Where no mail brings the link now, the page shows one.
    if comes.how != How.MAIL:
        make_link_to_show(request, session, at)


def _sent_before(
    request: HttpRequest, there: SubjectRequest, token: FormToken, at: datetime
) -> HttpResponse:
    """A form sent again opens nothing, but for the browser whose answer got lost on the way."""
    stand_in(there.organisation.place)
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
    stand_in(there.organisation.place)
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
    return if_sent_now(form.right, _country(form), at)


def _country(form: RequestForm) -> str:
    chosen = form["country"].value() if "country" in form.fields else ""
    return chosen if chosen in COUNTRIES else ""


def _page(
    request: HttpRequest,
    offered: Offered,
    form: RequestForm,
    token: FormToken,
    at: datetime,
    *,
    status: int = 0,
) -> HttpResponse:
    context: dict[str, Any] = {
        **_of_the_form(offered, form),
        "by_when": _by_when(form, at),
        "form_token": token.sign(),
        "asked": " ".join(form.fields),
        # Browsers do not fill a file field again, so the page says which to choose anew.
        "files_lost": lost_files(request),
        "left_out": _left_out(request, form).in_words(),
        "crumbs": _crumbs(form.organisation, form.right),
        "in_confidence": form.right.in_confidence,
    }
    return render(request, "portal/ask.html", context, status=status or status_of(form))


def _of_the_form(offered: Offered, form: RequestForm) -> dict[str, Any]:
    """What its fields are shown with; a form that nobody has filled in is the same for everybody,
    and drawing its fields was two thirds of the page."""
    context = {
        "organisation": form.organisation,
        "shown": offered.shown(form.right),
        "form": form,
        "reaches": told_before(form.right, _country(form), offered.today),
    }
    if form.is_bound:
        return context
    blank = offered.derived(
        ("fields", form.right.pk),
        lambda _offered: render_to_string("portal/_ask_fields.html", context),
    )
    return context | {"blank_fields": blank}


def _crumbs(organisation: Organisation, right: Right) -> list[dict[str, Any]]:
    return [*crumbs_to(organisation), {"name": right.here("title")}]


@require_safe
@with_session
def sent(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    subject_request, at = session.subject_request, timezone.now()
    # Of its arrival only while nothing else has happened: afterwards the private page tells it.
    if stands(subject_request, at).at != Standing.ARRIVED:
        return redirect("portal:status", subject_request.reference)
    context = page_of(session, at) | {
        "receipt": receipt_for(request, subject_request, at),
        "link_now": link_to_show(request, session, at),
    }
    return render(request, "portal/sent.html", context)
