"""Whether somebody may act for another: proved apart from identity, and asked when data go out.

An authority counts while it is valid, where its scope covers this request, and while nobody
contests it (promise A 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from dsr.policies.kinds import Asker

from .models import Evidence, SubjectRequest
from .states import ACTS_FOR_ANOTHER, AUTHORITY_OF, About, AuthorityKind, Scope


def authority_needed(subject_request: SubjectRequest, on: date | None = None) -> str:
    """What keeps this request from being answered to who acts for another, as a sentence.

    ``on`` is the day on which an authority must be valid. The questions of a deed know no day and
    leave it out; the deed itself asks again, with its own.
    """
    if subject_request.role not in ACTS_FOR_ANOTHER:
        return ""
    if subject_request.authority_contested_at is not None:
        return _("The authority to act is contested. Nothing is released until that is settled.")
    missing = _missing(subject_request, on)
    if not missing:
        return ""
    return _(
        "The authority to act for another person is not proved. Still missing: %(what)s. What is "
        "expired, or covers other matters, does not count."
    ) % {"what": "; ".join(missing)}


def counts(row: Evidence, on: date | None) -> bool:
    """Whether a piece of evidence proves an authority, on this day."""
    if row.struck_at is not None or not row.confirmed or row.scope == Scope.OTHER:
        return False
    return on is None or row.expires_on is None or row.expires_on >= on


def _missing(subject_request: SubjectRequest, on: date | None) -> Iterable[str]:
    """Each group of which nothing counts, in words."""
    rows = [row for row in subject_request.evidence.all() if row.about == About.AUTHORITY]
    # Of each kind the last one stays, as for identity: a later check outweighs an earlier one.
    latest = {row.kind: row for row in rows if row.struck_at is None}
    proved = {kind for kind, row in latest.items() if counts(row, on)}
    return [
        _(" or ").join(str(kind.label) for kind in group)
        for group in AUTHORITY_OF[Asker(subject_request.role)]
        if not proved.intersection(group)
    ]


def kinds_for(subject_request: SubjectRequest) -> list[AuthorityKind]:
    """What can speak for the authority of this requester."""
    groups = AUTHORITY_OF.get(subject_request.role, ())
    return [kind for group in groups for kind in group]
