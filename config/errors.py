"""Error pages. They need no database and no session, and repeat nothing that a person typed."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

# Without 0, O, 1, I and the like: people read the reference out on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return unreadable(400)


# What the web server refuses before the program sees it, by the status of the answer.
TOO_LONG = (414, 431)


def unreadable(status: int) -> HttpResponse:
    """For a request that is no request, or whose head is too long."""
    if status in TOO_LONG:
        return _page(
            status,
            _("The address is too long"),
            _("It may be put together wrongly. Type it anew, or delete the cookies of this site."),
        )
    return _page(
        status,
        _("This could not be read"),
        _("The address, or what was sent with it, is not in a form that this site understands."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        403,
        _("This is not open to you"),
        _("Your account does not allow this. Nothing was changed."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        404,
        _("There is nothing at this address"),
        _("The address may be mistyped, or a link may have expired or been replaced."),
    )


def altered(request: HttpRequest) -> HttpResponse:
    """Not an error of the program: it refuses to show what somebody changed behind its back."""
    return _page(
        409,
        _("This cannot be shown"),
        _(
            "It was altered outside the program, so nobody can say whether it is true. Everything "
            "else works. Whoever runs the program finds on the page “Health” what has to be "
            "restored."
        ),
    )


def erased(request: HttpRequest) -> HttpResponse:
    return _page(410, _("This is no longer here"), _("It has been erased, as it was promised."))


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(
        413,
        _("That is too much at once"),
        _(
            "Nothing was saved. Go back: what you typed is still there. Send at most five files "
            "of 10 MB each, and the others afterwards."
        ),
    )


def length_required(request: HttpRequest) -> HttpResponse:
    return _page(
        411,
        _("This could not be read"),
        _("The program that sent this did not say how long it is. Please use a browser."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The view is not called. What it names shows its form again, filled in, and does nothing."""
    match = request.resolver_match
    if match and (again := getattr(match.func, "again", None)):
        shown: HttpResponse = again(request, *match.args, **match.kwargs)
        return shown
    return _page(
        403,
        _("The page was open for too long"),
        _(
            "For your safety nothing was saved. Go back, load the page again and send it again; "
            "this site needs cookies for that."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The page shows a reference; the log line of the error carries the same one."""
    reference = "".join(secrets.choice(ALPHABET) for _unused in range(8))
    request.error_reference = reference  # type: ignore[attr-defined]
    return _page(
        500,
        _("Something went wrong on our side"),
        _("Nothing was half-saved. Please try again in a few minutes."),
        reference,
    )


def _page(status: int, title: str, text: str, reference: str = "") -> HttpResponse:
    # Without the request: a context processor that fails would hide the first error.
    context = {"status": status, "title": title, "text": text, "reference": reference}
    return HttpResponse(loader.render_to_string("errors/page.html", context), status=status)
