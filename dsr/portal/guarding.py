"""What guards the requesters' door: the token inside a form, and limits.

What is refused keeps what was typed, and says what to do: press the button again, or when to try.
The token makes the same form sent twice one request, and says when the form was opened, so that
what a machine fills in no time is noticed without any script.

Wrong links are counted per source. While that limit is reached no link opens from there, right or
wrong: the answer is the same 404 as for any wrong one, so nobody learns from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import Error
from django.forms import Form
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from dsr.requests.client_address import networks_of, source_of
from dsr.requests.errors import RequestError, TooMany
from dsr.requests.forms import put_refusal
from dsr.requests.models import StatusLink
from dsr.requests.services import links, rate_limits
from dsr.requests.services.rate_limits import Limit
from dsr.vault.services import keyed_hash

TOO_MANY = 429
SALT = "portal.form"
# Nobody fills in a form in less; whoever did presses the button again and has lost nothing.
QUICKEST = timedelta(seconds=2)


# Long enough for a form that is begun in the evening and sent in the morning.
FORM_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FormToken:
    """Which form this is: the right it asks for, its own key, the second and browser it opened in.

    It makes the same form sent twice one request, and opens nothing: it is no key to the request.
    """

    right_id: int
    key: UUID
    opened_at: int
    browser: str

    def age(self, at: datetime) -> timedelta:
        return timedelta(seconds=int(at.timestamp()) - self.opened_at)

    # Signed, so that a page made elsewhere cannot choose a key or an earlier second.
    def sign(self) -> str:
        said = [self.right_id, str(self.key), self.opened_at, self.browser]
        return signing.dumps(said, salt=SALT)

    def is_over(self, at: datetime) -> bool:
        """Too old to be sent for the first time, or from a clock that is not ours."""
        return not timedelta(0) <= self.age(at) <= FORM_LIFE


def new_token(request: HttpRequest, right_id: int, at: datetime) -> FormToken:
    return FormToken(right_id, uuid4(), int(at.timestamp()), browser_of(request))


def browser_of(request: HttpRequest) -> str:
    """What tells this browser from others: a hash of the secret behind its forms' CSRF tokens."""
    get_token(request)  # makes the secret where the browser has none yet
    return keyed_hash("browser", str(request.META["CSRF_COOKIE"]))[:32]


def read_token(signed: str) -> FormToken | None:
    """The token as we signed it; None for anything else. Whoever sends one compares its right."""
    try:
        of_right, key, opened_at, browser = signing.loads(signed, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return FormToken(of_right, UUID(key), opened_at, browser)


def not_by_hand(typed: Mapping[str, str], token: FormToken | None, at: datetime) -> str:
    """What a person can always mend by pressing the button again."""
    if token is None or token.is_over(at):
        return _("This form was open for too long. Please send it again.")
    # Hidden on the page (see `portal/ask.html`); programs fill in whatever they find.
    if typed.get("website"):
        return _("Leave the field “Website” empty, then send again.")
    if token.age(at) < QUICKEST:
        return _("That was sent very fast. Please send it again.")
    return ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Why a visit is refused, or whether it is one of so many that somebody should look at it."""

    refused: TooMany | None = None
    crowded: bool = False


def one_too_many(
    request: HttpRequest, limits: Sequence[Limit], at: datetime, /, **whose: str
) -> TooMany | None:
    """Count this visit, or say why it is one too many."""
    return count_visit(request, limits, at, **whose).refused


def count_visit(
    request: HttpRequest, limits: Sequence[Limit], at: datetime, /, **whose: str
) -> Counted:
    """Count this visit for whoever sent it, and for the many that it is one of."""
    try:
        crowded = rate_limits.check(limits, at=at, **networks_of(request.META), **whose)
    except TooMany as error:
        return Counted(refused=error)
    return Counted(crowded=crowded)


@contextmanager
def giving_back(
    request: HttpRequest, limits: Sequence[Limit], at: datetime, /, **whose: str
) -> Iterator[None]:
    """What fails inside through a fault of ours is given back to who was counted for it.

    A refusal is none: it says what is wrong, and counts.
    """
    try:
        yield
    except RequestError:
        raise
    except Exception:
        # Where the database is away nothing was counted, and nothing can be given back.
        with suppress(Error):
            rate_limits.give_back(limits, at=at, **networks_of(request.META), **whose)
        raise


def upload_refusal(request: HttpRequest, at: datetime) -> TooMany | None:
    return count_upload(request, at).refused


def count_upload(request: HttpRequest, at: datetime) -> Counted:
    """Looking into files is work: it is counted before it is done."""
    return count_visit(request, rate_limits.UPLOAD, at) if request.FILES else Counted()


def put_on(form: Form, refused: TooMany | None) -> None:
    if refused:
        put_refusal(form, refused)


def status_of(form: Form) -> int:
    """Of the page that shows this form."""
    # Told by the code and not by the words, which are translated.
    return TOO_MANY if form.has_error(NON_FIELD_ERRORS, TooMany.code) else 200


Found = TypeVar("Found")
Find = Callable[..., Found | None]


def find_link(request: HttpRequest, token: str, at: datetime) -> StatusLink | None:
    """The standing link of a token, unless too many wrong ones came from the same source."""
    return find_by(links.find, request, token, at)


def find_by(find: Find[Found], request: HttpRequest, token: str, at: datetime) -> Found | None:
    """What ``find(token, at=at)`` finds: all links that strangers hold are counted alike."""
    source = source_of(request.META)
    # Before the look-up: while the limit is reached a right link must not answer otherwise.
    if rate_limits.is_reached(rate_limits.WRONG_LINK, at=at, source=source):
        return None
    found = find(token, at=at)
    # Counted after the miss, so that people who follow their own link use up nothing.
    if found is None:
        one_too_many(request, rate_limits.WRONG_LINK, at)
    return found
