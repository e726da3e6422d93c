"""Somebody lost the private link: a new one goes to the contact on file, and nowhere else."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dsr.portal.again import FORM_UNSENT, UNSENT, in_another_language, shown_again_by
from dsr.portal.forms import reference_field
from dsr.portal.guarding import one_too_many, put_on, status_of
from dsr.requests.forms import email_field
from dsr.requests.services import lost_links
from dsr.requests.services.rate_limits import LOST_LINK
from dsr.vault.plain_forms import PlainForm


class LostForm(PlainForm):
    """What somebody knows who made a request."""

    email = email_field(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("The one that you gave with your request."),
        error_messages={"required": gettext_lazy("Type the address you gave with your request.")},
    )
    reference = reference_field()


def _page(request: HttpRequest, form: LostForm, status: int = 0) -> HttpResponse:
    return render(request, "portal/lost.html", {"form": form}, status=status or status_of(form))


def _again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, FORM_UNSENT)
    return _page(request, LostForm(request.POST).not_judged(), UNSENT)


@shown_again_by(_again)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """The same answer in the same time, whether or not there is such a request."""
    at = timezone.now()
    if request.POST.get("language"):
        typed = LostForm(request.POST).not_judged()
        return in_another_language(request, lambda: _page(request, typed))
    form = LostForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        put_on(form, one_too_many(request, LOST_LINK, at, target=email))
    if form.is_valid():
        lost_links.ask(email=email, reference=form.cleaned_data["reference"], at=at)
        return redirect("portal:looked")
    return _page(request, form)


@login_not_required
@require_safe
def looked(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/looked.html")
