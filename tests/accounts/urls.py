"""The addresses of signing in, one page for staff and one for everybody."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from dsr.accounts.admin_doors import lead_to_account_pages

admin.autodiscover()
lead_to_account_pages(admin.site)

handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"


def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the desk")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@login_not_required
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for everybody")


urlpatterns = [
    path("staff/account/", include("dsr.accounts.urls")),
    path("staff/", desk, name="desk"),
    path("staff/forbidden/", forbidden, name="forbidden"),
    path("admin/", admin.site.urls),
    path("", public, name="public"),
    path("language/", include(([path("", public, name="set_language")], "portal"))),
]
