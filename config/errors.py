"""Error pages. They need no database, no session and no translation of what a person typed."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.template import loader

# Without 0, O, 1, I and the like: people read the reference out on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("400", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("403", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("404", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page("csrf", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page shows a reference; the log line of the error carries the same one."""
    reference = "".join(secrets.choice(ALPHABET) for _ in range(8))
    request.error_reference = reference  # type: ignore[attr-defined]
    return _page("500", 500, reference)


def _page(name: str, status: int, reference: str = "") -> HttpResponse:
    # Without the request: a context processor that fails would hide the first error.
    page = loader.render_to_string(f"errors/{name}.html", {"reference": reference})
    return HttpResponse(page, status=status)
