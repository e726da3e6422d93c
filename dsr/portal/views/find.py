"""Whoever has a receipt and no mail comes back with it: the reference and the receipt code.

It opens what a private link opens: the way to follow a request. What was released is read there
only after a further code, as everywhere (promise A 9).
"""

from __future__ import annotations

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dsr.portal.again import FORM_UNSENT, UNSENT, in_another_language, shown_again_by
from dsr.portal.forms import reference_field
from dsr.portal.guarding import find_by
from dsr.portal.session import open_session
from dsr.requests.services import links
from dsr.vault.plain_forms import PlainForm


class FindForm(PlainForm):
    """What stands on a receipt."""

    reference = reference_field()
    code = forms.CharField(
        label=gettext_lazy("Receipt code"),
        help_text=gettext_lazy("Sixteen letters and digits, with or without the hyphens."),
        max_length=60,
        error_messages={"required": gettext_lazy("Type the receipt code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


def _page(request: HttpRequest, form: FindForm, status: int = 200) -> HttpResponse:
    return render(request, "portal/find.html", {"form": form}, status=status)


def _again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, FORM_UNSENT)
    return _page(request, FindForm(request.POST).not_judged(), UNSENT)


@shown_again_by(_again)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """One sentence for all that does not fit, and while too many tries came from one source."""
    at = timezone.now()
    if request.POST.get("language"):
        typed = FindForm(request.POST).not_judged()
        return in_another_language(request, lambda: _page(request, typed))
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        by_code = partial(links.find_by_code, reference=form.cleaned_data["reference"])
        if found := find_by(by_code, request, form.cleaned_data["code"], at):
            open_session(request, links.open_by(found, at=at), at)
            return redirect("portal:status", found.subject_request.reference)
        form.add_error(
            None,
            _(
                "No request opens with this reference and this code. Compare both with your "
                "receipt; after many tries wait ten minutes. A code ends after half a year, and "
                "when a newer one took its place."
            ),
        )
    return _page(request, form)
