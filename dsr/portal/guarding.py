"""Limits at the requesters' door: what is refused says when to try again, and keeps what was typed.

Wrong links are counted per source. While that limit is reached no link opens from there, right or
wrong: the answer is the same 404 as for any wrong one, so nobody learns from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import HttpRequest

from dsr.requests.client_address import source_of
from dsr.requests.errors import TooMany
from dsr.requests.forms import put_refusal
from dsr.requests.models import StatusLink
from dsr.requests.services import links, rate_limits
from dsr.requests.services.rate_limits import Limit

TOO_MANY = 429


def one_too_many(
    request: HttpRequest, limits: Sequence[Limit], at: datetime, /, **whose: str
) -> TooMany | None:
    """Count this visit, or say why it is one too many."""
    try:
        rate_limits.check(limits, at=at, source=source_of(request.META), **whose)
    except TooMany as error:
        return error
    return None


def upload_refusal(request: HttpRequest, at: datetime) -> TooMany | None:
    """Looking into files is work: it is counted before it is done."""
    return one_too_many(request, rate_limits.UPLOAD, at) if request.FILES else None


def put_on(form: Form, refused: TooMany | None) -> None:
    if refused:
        put_refusal(form, refused)


def status_of(form: Form) -> int:
    """Of the page that shows this form."""
    return TOO_MANY if form.has_error(NON_FIELD_ERRORS, TooMany.code) else 200


def find_link(request: HttpRequest, token: str, at: datetime) -> StatusLink | None:
    """The standing link of a token, unless too many wrong ones came from the same source."""
    source = source_of(request.META)
    if rate_limits.is_reached(rate_limits.WRONG_LINK, at=at, source=source):
        return None
    found = links.find(token, at=at)
    if found is None:
        one_too_many(request, rate_limits.WRONG_LINK, at)
    return found
