"""The page behind an invitation. Reading it changes nothing: mail programs open links."""

from datetime import datetime
from typing import Any

from allauth.account.views import logout as allauth_logout
from allauth.core.internal.ratelimit import consume
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dsr.accounts.invitations import open_invitation
from dsr.accounts.models import Invitation
from dsr.accounts.reporting import AccountsError
from dsr.accounts.services import accept
from dsr.vault.plain_forms import PlainForm

# The limiter that guards the log-in: thirty wrong links in ten minutes from one address.
WRONG_LINKS: dict[str, Any] = {
    "app": "allauth.account",
    "action": "invitation",
    "config": {"invitation": "30/10m/ip"},
    # Guessing a link takes GET alone, which the limiter passes over unless told.
    "limit_get": True,
}


@login_not_required
def logout(request: HttpRequest) -> HttpResponseBase:
    """As allauth's; afterwards the browser forgets what it kept of the pages of staff."""
    response: HttpResponseBase = allauth_logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


class FirstPasswordForm(PlainForm):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        # A blank at the end may be part of the password.
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The same password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["password"].help_text = format_lazy(
            "{}", " ".join(password_validators_help_texts())
        )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords are not the same."))
        return again


@login_not_required
@never_cache
# Else the report of an error would hold the password.
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    at = timezone.now()
    found = _find(request, token, at)
    if found is None:
        # The same answer for wrong, used, expired and withdrawn: nothing is learned from it.
        return render(request, "account/invitation_dead.html", status=404)
    form = FirstPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accept(token, form.cleaned_data["password"], at)
        except ValidationError as error:
            # The validators judge a password beside its person, whom only the service has.
            form.add_error("password", error)
        except AccountsError as error:
            # Somebody used the link after it was found and before it was locked.
            raise Http404 from error
        else:
            messages.success(request, _("Your password is set. Log in with it now."))
            return redirect("account_login")
    return render(request, "account/invitation.html", {"form": form, "invited": found.user})


def _find(request: HttpRequest, token: str, at: datetime) -> Invitation | None:
    """Wrong links are counted by source; once they are too many, right ones open no more either."""
    if not consume(request, **WRONG_LINKS, dry_run=True):
        return None
    found = open_invitation(token, at)
    if found is None:
        consume(request, **WRONG_LINKS)
    return found
