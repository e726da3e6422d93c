"""A second factor for everybody who works here, and a record of every door found shut."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.reporting import refused
from dsr.accounts.services import has_second_factor

ENROL = "mfa_activate_totp"
# What somebody without a second factor needs to get one, or to leave.
WAYS_THERE = frozenset(
    {
        ENROL,
        "mfa_index",
        "mfa_add_webauthn",
        # allauth asks once more who it is before it adds a factor.
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_logout",
    }
)

SEEN = "staff_seen"
IDLE_MINUTES = 30  # of who works for no organisation, as administrators may

Answer = Callable[[HttpRequest], HttpResponseBase]


class SecondFactorMiddleware:
    """Sends staff without a second factor to set one up; nothing else opens before."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    # Here and not in `__call__`: only now is it known which view, and whether it is public.
    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        # Public pages say so themselves, in the manner of Django's LoginRequiredMiddleware.
        if not getattr(view, "login_required", True) or not isinstance(request.user, User):
            return None
        match = request.resolver_match
        # Asked of the database at every page: a factor that was reset stops counting at once.
        if (match and match.view_name in WAYS_THERE) or has_second_factor(request.user):
            return None
        return HttpResponseRedirect(reverse(ENROL))


class IdleMiddleware:
    """Ends the session of staff who left their desk; the organisation says after how long.

    The limit is read at the first click and then every minute, not at every page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            self._see(request, request.user)
        return self.get_response(request)

    def _see(self, request: HttpRequest, user: User) -> None:
        now = int(timezone.now().timestamp())
        seen, minutes = request.session.get(SEEN, (now, 0))
        if minutes and now - seen >= minutes * 60:
            # Their other browsers go on: only this one was left alone.
            logout(request)
            messages.info(request, _("You were signed out because nobody clicked for a while."))
        elif not minutes or now - seen >= 60:
            request.session[SEEN] = (now, idle_minutes(user))


def idle_minutes(user: User) -> int:
    """The shortest limit of the organisations somebody works for."""
    limits = user.memberships.values_list("organisation__staff_idle_minutes", flat=True)
    return min(limits, default=IDLE_MINUTES)


RECORDED = "_refusal_is_recorded"


def refusal_is_recorded(request: HttpRequest) -> None:
    """Called by who wrote a line of their own, which says more than the name of the page."""
    setattr(request, RECORDED, True)


class DeniedAccessMiddleware:
    """Records in the site's history that somebody was refused a page, after everything of the
    request has been rolled back. One refusal is one line.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        told = getattr(request, RECORDED, False)
        if response.status_code == 403 and isinstance(request.user, User) and not told:
            match = request.resolver_match
            # The name of the page, never its address: that may hold a reference.
            name = (match.view_name if match else "").lower() or "unnamed"
            refused("access_denied", actor_id=request.user.pk, at=timezone.now(), page=name[:80])
        return response
