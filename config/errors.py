"""Error pages. They need no database and no session, and repeat nothing that a person typed."""

from __future__ import annotations

import re
import secrets
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from dsr.accounts.middleware import refusal_is_recorded
from dsr.dashboard.unsent import unsent

# Without 0, O, 1, I and the like: people read the reference out on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ORGANISATION = re.compile(r"[-a-zA-Z0-9_]+")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, TOO_MUCH):
        return _too_large(request, 400)
    return unreadable(400, request)


# What Django finds too much while it reads a form.
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# What the web server refuses before the program sees it, by the status of the answer.
TOO_LONG = (414, 431)


def unreadable(status: int, request: HttpRequest | None = None) -> HttpResponse:
    """For a request that is no request, or whose head is too long."""
    if status in TOO_LONG:
        return _page(
            request,
            status,
            _("The address is too long"),
            _("It may be put together wrongly. Type it anew, or delete the cookies of this site."),
        )
    return _page(
        request,
        status,
        _("This could not be read"),
        _(
            "The address, or what was sent with it, is not in a form that this site understands. "
            "Nothing was changed."
        ),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        403,
        _("This is not open to you"),
        _(
            "Your account does not allow this. Nothing was changed. If your work needs it, ask a "
            "privacy officer of your organisation for the role."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing at this address"),
        _why_nothing(request),
        organisation=str(getattr(exception, "organisation", "")),
    )


def _why_nothing(request: HttpRequest) -> str:
    if door_of(request) == Door.STAFF:
        return _(
            "The address may be mistyped, or what was here belongs to an organisation in which "
            "you have no role. Look for the request by its reference."
        )
    if request.path.startswith("/s/"):
        return _(
            "A private link opens nothing when it was replaced by a newer one, closed, is older "
            "than 180 days, or lost a part on the way. Ask for a new one."
        )
    return _("The address may be mistyped, or a link may have expired or been replaced.")


def not_allowed(request: HttpRequest) -> HttpResponse:
    """Mostly the address of a button, opened from the history of a browser."""
    return _page(
        request,
        405,
        _("This page is not opened by its address"),
        _("It answers to a button only, and none was pressed. Nothing was changed."),
        organisation=_organisation(request),
    )


def altered(request: HttpRequest) -> HttpResponse:
    """Not an error of the program: it refuses to show what somebody changed behind its back."""
    return _page(
        request,
        409,
        _("This cannot be shown"),
        _(
            "It was altered outside the program, so nobody can say whether it is true. Everything "
            "else works. Whoever runs the program finds on the page “Health” what has to be "
            "restored."
        ),
    )


def erased(request: HttpRequest) -> HttpResponse:
    return _page(
        request, 410, _("This is no longer here"), _("It has been erased, as it was promised.")
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return _too_large(request, 413)


def _too_large(request: HttpRequest, status: int) -> HttpResponse:
    if settings.LARGE_FORMS.match(request.path):
        said = _(
            "Nothing was saved. Go back: what you typed is still there. Send at most %(most)d MB "
            "at once, and the rest afterwards."
        ) % {"most": settings.LARGE_FORM_MAX_BYTES // 1024**2}
    else:
        said = _(
            "Nothing was saved. Go back: what you typed is still there. Send at most five files "
            "of 10 MB each, and the others afterwards; send a very long text as a file."
        )
    return _page(
        request,
        status,
        _("That is too much at once"),
        said,
        organisation=_organisation(request),
    )


def length_required(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        411,
        _("This could not be read"),
        _("The program that sent this did not say how long it is. Please use a browser."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The view is not called. What it names shows its form again, filled in, and does nothing."""
    # Nobody was refused anything: a page was open for too long.
    refusal_is_recorded(request)
    match = request.resolver_match
    if match and (again := getattr(match.func, "again", None)):
        shown: HttpResponse = again(request, *match.args, **match.kwargs)
        return shown
    if back := unsent(request):
        return back
    return _page(
        request,
        403,
        _("The page was open for too long"),
        _(
            "For your safety nothing was saved. Go back, load the page again and send it again; "
            "this site needs cookies for that."
        ),
        organisation=_organisation(request),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The page shows a reference; the log line of the error carries the same one."""
    reference = "".join(secrets.choice(ALPHABET) for _unused in range(8))
    request.error_reference = reference  # type: ignore[attr-defined]
    staff = door_of(request) in (Door.STAFF, Door.ADMIN)
    then = (
        _("If it happens again, tell whoever runs the program.")
        if staff
        else _("If it happens again, write to the organisation; its page says where.")
    )
    return _page(
        request,
        500,
        _("Something went wrong on our side"),
        " ".join([_("Nothing was half-saved. Please try again in a few minutes."), str(then)]),
        reference=reference,
        organisation=_organisation(request),
    )


class Door(StrEnum):
    """Where somebody stands, and so which ways are of use to them."""

    STAFF = "staff"
    ADMIN = "admin"
    PRIVATE = "private"
    PORTAL = "portal"


def door_of(request: HttpRequest | None) -> Door:
    # By the address alone: who is signed in is a question to the database, which may be away.
    path = request.path if request else ""
    for beginning, door in BEGINNINGS.items():
        if path.startswith(beginning):
            return door
    return Door.PORTAL


BEGINNINGS = {
    "/staff/": Door.STAFF,
    "/admin/": Door.ADMIN,
    "/s/": Door.PRIVATE,
    "/status/": Door.PRIVATE,
}


def _organisation(request: HttpRequest) -> str:
    """The organisation in the address, where a page of its own was found there."""
    match = request.resolver_match
    return str(match.kwargs.get("organisation", "")) if match else ""


def _page(
    request: HttpRequest | None,
    status: int,
    title: str,
    text: str,
    *,
    reference: str = "",
    organisation: str = "",
) -> HttpResponse:
    # Without the request: a context processor that fails would hide the first error.
    context = {
        "status": status,
        "title": title,
        "text": text,
        "reference": reference,
        "door": door_of(request),
        "organisation": organisation if ORGANISATION.fullmatch(organisation) else "",
    }
    return HttpResponse(loader.render_to_string("errors/page.html", context), status=status)
