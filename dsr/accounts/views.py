"""The page behind an invitation. Reading it changes nothing: mail programs open links."""

from datetime import datetime
from typing import Any

from allauth.core.internal.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dsr.accounts.errors import AccountsError
from dsr.accounts.forms import FirstPasswordForm
from dsr.accounts.invitations import open_invitation
from dsr.accounts.models import Invitation
from dsr.accounts.services import accept

# The limiter that guards the log-in: thirty wrong links in ten minutes from one address.
WRONG_LINKS: dict[str, Any] = {
    "app": "allauth.account",
    "action": "invitation",
    "config": {"invitation": "30/10m/ip"},
    "limit_get": True,
}


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    at = timezone.now()
    found = _find(request, token, at)
    if found is None:
        return render(request, "account/invitation_dead.html", status=404)
    form = FirstPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accept(token, form.cleaned_data["password"], at)
        except ValidationError as error:
            form.add_error("password", error)
        except AccountsError as error:
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
