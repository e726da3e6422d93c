"""The door of a health professional: a link, a code, one question, one signature. No account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dsr.days.place import stand_in
from dsr.portal.again import FORM_UNSENT, UNSENT, shown_again_by
from dsr.portal.forms import CodeForm
from dsr.portal.guarding import find_by
from dsr.requests import grounds, opinions
from dsr.requests.errors import BadInput, RequestError
from dsr.requests.forms import put_refusal, text_field
from dsr.requests.models import Opinion
from dsr.vault.plain_forms import PlainForm

SESSION = "opinion"
OPEN_FOR = timedelta(minutes=30)


class JudgeForm(PlainForm):
    """What she judges, why, and her name."""

    chosen = forms.ChoiceField(
        label=gettext_lazy("What I judge"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you judge.")},
    )
    reason = text_field(
        6,
        8000,
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("It is kept sealed with the case; the person does not read it."),
        error_messages={"required": gettext_lazy("Say why, in your words.")},
    )
    signature = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        help_text=gettext_lazy("With it you sign: I judge this as a licensed health professional."),
        error_messages={"required": gettext_lazy("Type your name: with it you sign.")},
    )

    def __init__(self, opinion: Opinion, *args: Any) -> None:
        super().__init__(*args)
        words = {
            opinions.NONE: _("None of these is there"),
            opinions.UPHELD: _("The refusal stands"),
            opinions.OVERTURNED: _("The refusal does not stand; access is to be given"),
        }
        known = dict(grounds.grounds_for(opinion.subject_request))
        self.fields["chosen"].choices = [  # type: ignore[attr-defined]
            (code, words.get(code) or known.get(code, code))
            for code in opinions.choices_of(opinion)
        ]


def _is_open(request: HttpRequest, opinion: Opinion, at: datetime) -> bool:
    kept = request.session.get(SESSION) or {}
    if kept.get("pk") != opinion.pk:
        return False
    return datetime.fromisoformat(kept["at"]) + OPEN_FOR > at


def _page(
    request: HttpRequest,
    token: str,
    opinion: Opinion | None,
    *,
    code: CodeForm | None = None,
    form: JudgeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    if opinion is None:
        # The same 404 for wrong, expired, taken back: nothing is learned from it.
        return render(request, "portal/link_over.html", status=404)
    at = timezone.now()
    opinion.safe = opinion.subject_request.safe
    shown = opinion.signed_at is None and _is_open(request, opinion, at)
    context = {
        "organisation": opinion.subject_request.organisation,
        "token": token,
        "professional": opinion.professional,
        "done": opinion.signed_at is not None,
        "shown": shown,
        "review": opinion.kind == Opinion.Kind.REVIEW,
        "question": opinion.unseal("question") if shown else "",
        "items": opinion.unseal("items") if shown else "",
        "code_form": code or CodeForm(),
        "form": form or (JudgeForm(opinion) if shown else None),
    }
    return render(request, "portal/opinion.html", context, status=status)


def _again(request: HttpRequest, token: str) -> HttpResponse:
    messages.warning(request, FORM_UNSENT)
    opinion = find_by(opinions.find, request, token, timezone.now())
    form = None
    if opinion and "chosen" in request.POST:
        form = JudgeForm(opinion, request.POST).not_judged()
    return _page(request, token, opinion, form=form, status=UNSENT)


@shown_again_by(_again)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, token: str) -> HttpResponse:
    """Looking does nothing: mail scanners look at links. The buttons send a code, open, sign."""
    at = timezone.now()
    found = find_by(opinions.find, request, token, at)
    if found:
        stand_in(found.subject_request.organisation.place)
    if found is None or request.method != "POST" or found.signed_at:
        return _page(request, token, found)
    if "send" in request.POST:
        opinions.send_code(found, at=at)
        messages.success(request, _("A code is on its way to your other mailbox."))
        return redirect("portal:opinion", token)
    if "code" in request.POST:
        return _enter(request, token, found, at)
    return _sign(request, token, found, at)


def _enter(request: HttpRequest, token: str, found: Opinion, at: datetime) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        sentence = opinions.enter(found, form.cleaned_data["code"], at=at)
        if not sentence:
            request.session[SESSION] = {"pk": found.pk, "at": at.isoformat()}
            return redirect("portal:opinion", token)
        form.add_error("code", sentence)
    return _page(request, token, found, code=form, status=422)


def _sign(request: HttpRequest, token: str, found: Opinion, at: datetime) -> HttpResponse:
    if not _is_open(request, found, at):
        messages.warning(request, _("Enter a code first; the time of the last one is over."))
        return _page(request, token, found, status=422)
    form = JudgeForm(found, request.POST)
    if form.is_valid():
        try:
            opinions.sign(found, at=at, **form.cleaned_data)
        except (BadInput, RequestError) as refusal:
            put_refusal(form, refusal)
        else:
            request.session.pop(SESSION, None)
            return redirect("portal:opinion", token)
    return _page(request, token, found, form=form, status=422)
