"""Private links to the status page. The token is never stored, only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Model, QuerySet

from dsr.requests.models import StatusLink, SubjectRequest

LIFETIME = timedelta(days=180)


def issue(subject_request: SubjectRequest, *, at: datetime, into: list[Model] | None = None) -> str:
    """A new link for this request; returns the token, which exists nowhere else.

    The row goes unsaved ``into`` the list of who writes many new rows at once.
    """
    token, link = _new_link(subject_request, at)
    if into is None:
        link.save(force_insert=True)
    else:
        into.append(link)
    return token


def issue_to_session(subject_request: SubjectRequest, *, at: datetime) -> StatusLink:
    """A link for the browser that has just made the request; nobody ever learns its token.

    It is another one than the mail's, so that either can be revoked while the other goes on.
    """
    _, link = _new_link(subject_request, at)
    link.save(force_insert=True)
    return link


def _new_link(subject_request: SubjectRequest, at: datetime) -> tuple[str, StatusLink]:
    # 256 random bits: nobody guesses one, however many links there are, and no dictionary holds it,
    # so a plain fast hash hides it from whoever reads the table.
    token = secrets.token_urlsafe(32)
    link = StatusLink(
        subject_request=subject_request,
        token_hash=_hash(token),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    return token, link


def find(token: str, *, at: datetime) -> StatusLink | None:
    """The standing link of a token, else None: unknown, expired and revoked look the same."""
    return _standing(at).filter(token_hash=_hash(token)).first()


def standing(link_id: int, *, at: datetime) -> StatusLink | None:
    """The link a session was opened with, while it stands; a revoked one ends its sessions."""
    return _standing(at).filter(pk=link_id).first()


def _standing(at: datetime) -> QuerySet[StatusLink]:
    return StatusLink.objects.filter(expires_at__gt=at, revoked_at=None).select_related(
        "subject_request__organisation", "subject_request__right__reading__version__policy"
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
