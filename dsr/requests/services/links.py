"""Private links and the sessions they open. Tokens are never stored, only their hashes.

A link ends with what it rested on: when the contact it was sent to is changed or in wrong hands,
when the request is frozen, when somebody closes it. Its sessions end with it, in every browser.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from dsr.notifications.services import cancel_owed, waiting_with
from dsr.requests.actors import REQUESTER, Actor
from dsr.requests.chain import write_line
from dsr.requests.models import PrivateSession, StatusLink, SubjectRequest
from dsr.requests.reference import clean_receipt_code, clean_reference, new_receipt_code
from dsr.requests.states import Ended
from dsr.requests.whole import take_kept

from . import codes

Access = TypeVar("Access", StatusLink, PrivateSession)

LIFETIME = timedelta(days=180)
# A session of a browser ends by itself after half an hour without a click (`portal.session`); this
# is its end whatever is clicked.
LONGEST_SESSION = timedelta(hours=12)
RECHECK = "private_link"
# Of a mail with the links of several requests: it goes out while one of them stands.
RECHECK_ANY = "private_links"
CODE_RECHECK = "reading_code"
# Of a letter: no link is in it, and a person posts it; it is taken off the list by its name.
LETTER_RECHECK = "letter_to_requester"
# The requester closes what is open elsewhere; a code or a mail that is on its way stays theirs.
BY_HOLDER = frozenset({Ended.NEWER, Ended.REQUESTER})


def issue(
    subject_request: SubjectRequest,
    *,
    at: datetime,
    replaces_others: bool = False,
    into: list[Model] | None = None,
    token: str = "",
) -> str:
    """A new link for this request; returns the token, which exists nowhere else.

    The row goes unsaved ``into`` the list of who writes many new rows at once. A ``token`` of their
    own give those who can make it again, out of 256 bits that nobody else has.
    """
    # 256 random bits: nobody guesses one, however many links there are, and no dictionary holds it,
    # so a plain fast hash hides it from whoever reads the table.
    token = token or secrets.token_urlsafe(32)
    _keep(subject_request, hash_of(token), at, replaces_others, into)
    return token


def issue_code(
    subject_request: SubjectRequest,
    *,
    at: datetime,
    into: list[Model] | None = None,
    code: str = "",
) -> str:
    """A receipt code, for paper: with the reference it opens what a link opens, and ends as one.

    Like a token it exists nowhere else, and only its hash is kept; a ``code`` of their own give
    those who can make it again. It is long enough for a plain hash: whoever reads the table cannot
    search through 78 bits.
    """
    code = code or new_receipt_code()
    _keep(subject_request, _hash_of_code(subject_request.reference, code), at, False, into)
    return code


def _keep(
    subject_request: SubjectRequest,
    token_hash: str,
    at: datetime,
    replaces_others: bool,
    into: list[Model] | None,
) -> None:
    link = StatusLink(
        subject_request=subject_request,
        token_hash=token_hash,
        created_at=at,
        expires_at=at + LIFETIME,
        replaces_others=replaces_others,
    )
    if into is None:
        link.save(force_insert=True)
    else:
        into.append(link)


def find(token: str, *, at: datetime) -> StatusLink | None:
    """The standing link of a token, else None: unknown, expired and ended look the same."""
    return _standing(hash_of(token), at)


def find_by_code(code: str, *, reference: str, at: datetime) -> StatusLink | None:
    """The standing receipt code of a request, as a person typed both; else None, whatever fails."""
    return _standing(_hash_of_code(clean_reference(reference), code), at)


def made_since(session: PrivateSession, *, at: datetime) -> bool:
    """Whether a link that still stands was made after this session was opened."""
    standing = session.subject_request.links.filter(expires_at__gt=at, ended_at=None)
    return standing.filter(created_at__gt=session.opened_at).exists()


def _standing(token_hash: str, at: datetime) -> StatusLink | None:
    standing = StatusLink.objects.filter(expires_at__gt=at, ended_at=None)
    return _with_right(standing.filter(token_hash=token_hash))


def _hash_of_code(reference: str, code: str) -> str:
    # Blanks keep it apart from every token: no address of a link opens what a code opens.
    return hash_of(f"receipt {reference} {clean_receipt_code(code)}")


def open_by(link: StatusLink, *, at: datetime) -> PrivateSession:
    """A session for the browser in which the button behind the link was pressed."""
    with transaction.atomic():
        if link.replaces_others:
            end(link.subject_request, Ended.NEWER, at=at, keep_link=link, actor=REQUESTER)
        return _new_session(link.subject_request, link, at)


def open_for_sender(subject_request: SubjectRequest, *, at: datetime) -> PrivateSession:
    """The session of the browser that has just sent the form; it has no link, so none can leak.

    The same one when it is asked for again: pressing the button forty times makes one.
    """
    standing = subject_request.private_sessions.filter(
        link=None, ended_at=None, expires_at__gt=at
    ).first()
    return standing or open_for_maker(subject_request, at=at)


def open_for_maker(subject_request: SubjectRequest, *, at: datetime) -> PrivateSession:
    """As ``open_for_sender``, in the transaction that makes the request: none is there yet."""
    return _new_session(subject_request, None, at)


def _new_session(
    subject_request: SubjectRequest, link: StatusLink | None, at: datetime
) -> PrivateSession:
    return PrivateSession.objects.create(
        subject_request=subject_request, link=link, opened_at=at, expires_at=at + LONGEST_SESSION
    )


def standing_session(session_id: int, *, at: datetime) -> PrivateSession | None:
    """The session, while neither it nor its link has ended."""
    linked = Q(link=None) | Q(link__ended_at=None, link__expires_at__gt=at)
    sessions = PrivateSession.objects.filter(linked, pk=session_id, ended_at=None)
    return _with_right(sessions.filter(expires_at__gt=at))


def _with_right(found: QuerySet[Access]) -> Access | None:
    """The one that there is, with its request and what every page shows of it."""
    access = found.select_related("subject_request__safe").first()
    if access is not None:
        take_kept(access.subject_request)
    return access


def end_session(session_id: int, *, at: datetime) -> None:
    """Its holder closed it; a copy of its cookie opens nothing from now on."""
    PrivateSession.objects.filter(pk=session_id, ended_at=None).update(
        ended_at=at, ended_why=Ended.REQUESTER
    )


def end(
    subject_request: SubjectRequest,
    why: Ended,
    *,
    at: datetime,
    keep_link: StatusLink | None = None,
    keep_session: PrivateSession | None = None,
    actor: Actor,
) -> int:
    """End the links and sessions of a request at once, and take back the mails that hold them.

    Returns how many links and sessions ended; a line of history says so where there were any.
    """
    links = subject_request.links.filter(ended_at=None, expires_at__gt=at)
    sessions = subject_request.private_sessions.filter(ended_at=None, expires_at__gt=at)
    if keep_link:
        links, sessions = links.exclude(pk=keep_link.pk), sessions.exclude(link=keep_link)
    # Nobody holds what has not gone out, and the receipt is not lost with the old links.
    for start in waiting_with(subject_request.reference, RECHECK) if why in BY_HOLDER else ():
        links = links.exclude(token_hash__startswith=start["link"])
    if keep_session:
        sessions = sessions.exclude(pk=keep_session.pk)
        links = links.exclude(pk=keep_session.link_id) if keep_session.link_id else links
    ended = {"ended_at": at, "ended_why": why}
    counted = {"sessions": sessions.update(**ended), "links": links.update(**ended)}
    # What is owed holds a link that is dead now, and may be on its way to the old address.
    if why not in BY_HOLDER:
        cancel_owed(subject_request.reference, RECHECK)
    # Addressed to where the person is no more; of a request that is stopped it waits.
    if why == Ended.CONTACT:
        cancel_owed(subject_request.reference, LETTER_RECHECK)
    if why not in BY_HOLDER:
        codes.end(subject_request.reading_codes.filter(used_at=None), at=at)
        cancel_owed(subject_request.reference, CODE_RECHECK)
    if any(counted.values()):
        write_line(
            subject_request,
            "links_ended",
            actor=actor,
            at=at,
            facts={"why": why, **counted},
        )
    return sum(counted.values())


def close_others(session: PrivateSession, *, at: datetime) -> int:
    """The requester closes every other link and session of the request."""
    with transaction.atomic():
        return end(
            session.subject_request, Ended.REQUESTER, at=at, keep_session=session, actor=REQUESTER
        )


def recheck_of(token: str) -> dict[str, str]:
    """What is remembered with a mail that holds this link."""
    return {"link": hash_of(token)[:16]}


def still_leads_there(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before a mail is sent: whether one of its links still stands."""
    # The beginning of the hash names the link well enough, and opens nothing.
    known: QuerySet[StatusLink] = StatusLink.objects.filter(ended_at=None)
    starts = args["link"] if isinstance(args["link"], list) else [args["link"]]
    return any(known.filter(token_hash__startswith=start).exists() for start in starts)


def letter_holds(args: Mapping[str, Any], at: datetime) -> bool:
    """Nothing to ask: who posts a letter looks at the request."""
    return True


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
