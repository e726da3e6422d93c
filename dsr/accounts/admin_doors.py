"""Where the admin would sign people in and change passwords by itself: it leads to our own pages.

Its pages know neither the brake after wrong passwords nor the second factor, tell nobody, and write
no line.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from dsr.accounts.views import logout


def lead_to_account_pages(site: AdminSite) -> None:
    """To be called before the addresses of the site are asked for."""
    for name, door in DOORS.items():
        setattr(site, name, door)


@login_not_required
@never_cache
def login(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    if not request.user.is_authenticated:
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        # Whether it is an address of ours the page of signing in judges.
        return redirect_to_login(wanted, settings.LOGIN_URL)
    if not (request.user.is_active and request.user.is_staff):
        raise PermissionDenied
    return redirect("admin:index")


def change_password(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    return redirect("account_change_password")


def leave(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    return logout(request)


DOORS = {
    "login": login,
    "logout": leave,
    "password_change": change_password,
    "password_change_done": change_password,
}
