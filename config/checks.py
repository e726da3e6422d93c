"""System checks for what Django's own do not cover.

`manage.py check` runs them, and so does everything that serves, which ends when one of them fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from csp.constants import NONE, SELF
from django.apps import AppConfig
from django.conf import settings
from django.contrib import admin
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from config.database_roles import too_mighty
from config.public import PUBLIC_PAGES
from dsr.audit.admin_pages import ways_past_history

# What shuts pages, guards forms and adds headers; the first two surround all others.
OUTERMOST = ("config.middleware.HeadersMiddleware", "csp.middleware.CSPMiddleware")
NEEDED = (
    *OUTERMOST,
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.NulMiddleware",
    "config.middleware.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "dsr.dashboard.unsent.StaffLoginMiddleware",
    "dsr.accounts.middleware.SecondFactorMiddleware",
)
# Who may be named in the policy of content: ourselves, nobody, and pictures within the page.
HARMLESS = {SELF, NONE, "data:"}
CLOSED = {"base-uri": [NONE], "frame-ancestors": [NONE], "object-src": [NONE]}

Apps = Sequence[AppConfig] | None


@register(Tags.security)
def check_public_pages(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    expected = PUBLIC_PAGES | settings.MORE_PUBLIC_PAGES
    found = {name for name, pattern in _pages(get_resolver()) if _is_public(pattern)}
    unlisted = [
        Error(
            f"The page {name} opens without log-in and is not in config/public.py.", id="dsr.E001"
        )
        for name in sorted(found - expected)
    ]
    closed = [
        Error(f"The page {name} is in config/public.py but does not open.", id="dsr.E002")
        for name in sorted(expected - found)
    ]
    return [*unlisted, *closed]


def _pages(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _pages(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            # Without a name it cannot be on the list.
            yield f"{space}{entry.name or entry.pattern}", entry


def _is_public(pattern: URLPattern) -> bool:
    return not getattr(pattern.callback, "login_required", True)


@register(Tags.security)
def check_middleware(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    missing = [name for name in NEEDED if name not in settings.MIDDLEWARE]
    errors: list[CheckMessage] = [
        Error(f"MIDDLEWARE lacks {name}.", id="dsr.E003") for name in missing
    ]
    if not missing and tuple(settings.MIDDLEWARE[: len(OUTERMOST)]) != OUTERMOST:
        line = f"MIDDLEWARE must begin with {' and '.join(OUTERMOST)}: errors need headers too."
        errors.append(Error(line, id="dsr.E004"))
    return errors


@register(Tags.security)
def check_content_policy(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    directives = getattr(settings, "CONTENT_SECURITY_POLICY", {}).get("DIRECTIVES", {})
    errors: list[CheckMessage] = []
    if directives.get("default-src") != [SELF]:
        errors.append(
            Error("The content policy must begin with default-src 'self'.", id="dsr.E005")
        )
    for name, sources in CLOSED.items():
        if directives.get(name) != sources:
            errors.append(Error(f"The content policy must say {name} 'none'.", id="dsr.E006"))
    for name, sources in directives.items():
        allowed = HARMLESS if name == "img-src" else HARMLESS - {"data:"}
        for source in sorted(set(sources) - allowed):
            line = f"The content policy lets {source} in as {name}."
            errors.append(Error(line, id="dsr.E007"))
    return errors


@register(Tags.security)
def check_admin_pages(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Only pages that write history, or change nothing, may be in the administration."""
    pages = admin.site._registry.values()
    return [Error(line, id="dsr.E014") for page in pages for line in ways_past_history(page)]


# Name of the setting, what it must be, and why.
COOKIES = (
    ("SESSION_COOKIE_HTTPONLY", (True,), "no script may read the session"),
    ("CSRF_COOKIE_HTTPONLY", (True,), "no script needs the token"),
    ("SESSION_COOKIE_SAMESITE", ("Lax", "Strict"), "other sites may not act in our sessions"),
    ("CSRF_COOKIE_SAMESITE", ("Lax", "Strict"), "other sites may not act in our sessions"),
    ("SESSION_EXPIRE_AT_BROWSER_CLOSE", (True,), "a shared computer forgets who was there"),
)


@register(Tags.security)
def check_cookies(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = [
        Error(f"{name} must be {' or '.join(map(str, right))}: {why}.", id="dsr.E008")
        for name, right, why in COOKIES
        if getattr(settings, name) not in right
    ]
    secure = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    if settings.BASE_URL.startswith("https:") and not secure:
        errors.append(Error("Cookies must be secure where BASE_URL is https.", id="dsr.E009"))
    return errors


@register(Tags.security)
def check_log(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Every line that leaves goes through the discreet filter, and no error goes out by mail."""
    errors: list[CheckMessage] = [
        Error(f"The log handler {name} is not discreet.", id="dsr.E010")
        for name, handler in settings.LOGGING["handlers"].items()
        if "discreet" not in handler.get("filters", []) or handler.get("formatter") != "discreet"
    ]
    if settings.ADMINS or settings.MANAGERS:
        errors.append(Error("ADMINS and MANAGERS would get errors by mail.", id="dsr.E011"))
    return errors


@register(Tags.database)
def check_database_role(
    app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """What serves has no more rights than it needs; the owner's commands have them."""
    as_owner = settings.DSR_DATABASE_ROLE == "owner"
    if "default" not in (databases or ()) or settings.DSR_TRIAL or as_owner:
        return []
    problem = too_mighty()
    return [Error(problem, id="dsr.E013")] if problem else []


@register(Tags.security)
def check_tasks(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """The broker carries ids in JSON; results would stay behind in it."""
    wrong = [
        name
        for name, right in (
            ("CELERY_TASK_SERIALIZER", "json"),
            ("CELERY_ACCEPT_CONTENT", ["json"]),
            ("CELERY_RESULT_BACKEND", None),
            ("CELERY_TASK_IGNORE_RESULT", True),
        )
        if getattr(settings, name) != right
    ]
    planned = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    strange = [name for name in planned if not re.fullmatch(r"dsr\.[a-z]+\.tasks\.[a-z_]+", name)]
    return [
        Error(f"{name} is not what the broker may carry.", id="dsr.E012")
        for name in (*wrong, *strange)
    ]
