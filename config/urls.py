"""Which door answers at which address."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from dsr.accounts.admin_doors import lead_to_account_pages

admin.autodiscover()
lead_to_account_pages(admin.site)

urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/account/", include("dsr.accounts.urls")),
    path("admin/", admin.site.urls),
    path("staff/", include("dsr.dashboard.urls")),
    path("", include("dsr.portal.urls")),
]
if settings.DSR_TRIAL:
    urlpatterns.insert(0, path("trial/", include("config.trial.urls")))

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
