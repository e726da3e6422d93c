"""Which door answers at which address."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

# The admin's own log-in page knows neither the lock after wrong passwords nor the second factor.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

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
