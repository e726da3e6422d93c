"""Identity documents are destroyed when the identity is settled, and after two weeks in any case.

Whoever settled it has seen them; nobody needs them afterwards, and a copy of a passport is what a
thief looks for (promise A 14). That they were destroyed, and why, stands in the history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from dsr.requests.actors import Actor
from dsr.requests.chain import write_line
from dsr.requests.models import IdentityDocument, SubjectRequest
from dsr.vault.services import destroy_file

from .notify import responsible, tell_staff
from .sweeping import each_by_itself

KEPT = timedelta(days=14)
# So that who has to look at it can do so before it is gone.
WARNED_BEFORE = timedelta(days=3)
AT_ONCE = 100


def destroy_settled(subject_request: SubjectRequest, *, actor: Actor, at: datetime) -> None:
    """The identity was accepted or rejected, or the request ended: no document is kept."""
    kept = IdentityDocument.objects.filter(subject_request=subject_request, destroyed_at=None)
    _destroy(subject_request, kept.select_related("file__safe"), "settled", actor=actor, at=at)


def sweep(*, at: datetime) -> int:
    """Destroy what is two weeks old, and warn of what soon will be; returns how many destroyed."""
    old = _requests_with(_kept_since(at - KEPT))
    try:
        return each_by_itself(lambda each: _too_old(each, at), old)
    finally:
        # Asked after the others are gone: nobody is warned of what was just destroyed.
        each_by_itself(lambda each: _warn(each, at), _requests_with(_to_warn_of(at)))


def gone_on(document: IdentityDocument) -> datetime:
    """When it is destroyed, where nothing settles the identity before."""
    return document.added_at + KEPT


def _kept_since(last: datetime) -> QuerySet[IdentityDocument]:
    return IdentityDocument.objects.filter(destroyed_at=None, added_at__lte=last)


def _to_warn_of(at: datetime) -> QuerySet[IdentityDocument]:
    return _kept_since(at - KEPT + WARNED_BEFORE).filter(warned_at=None)


def _requests_with(documents: QuerySet[IdentityDocument]) -> list[int]:
    # The rest is found by the next sweep, a minute later.
    return list(documents.order_by().values_list("subject_request", flat=True).distinct()[:AT_ONCE])


@transaction.atomic
def _too_old(request_id: int, at: datetime) -> int:
    """One commit for each request: what fails for one keeps no other document alive."""
    subject_request = _locked(request_id)
    if subject_request is None:
        return 0
    own = _kept_since(at - KEPT).filter(subject_request=subject_request)
    return _destroy(subject_request, own.select_related("file__safe"), "time", actor=None, at=at)


@transaction.atomic
def _warn(request_id: int, at: datetime) -> None:
    subject_request = _locked(request_id)
    if subject_request is None:
        return
    own = list(_to_warn_of(at).filter(subject_request=subject_request))
    if not own:
        return
    IdentityDocument.objects.filter(pk__in=[each.pk for each in own]).update(warned_at=at)
    tell_staff(
        subject_request,
        "identity_documents",
        responsible(subject_request),
        at=at,
        key=f"identity_documents:{own[0].pk}",
        useful_until=gone_on(own[0]),
        gone_on=subject_request.organisation.today(gone_on(own[0])),
    )


def _locked(request_id: int) -> SubjectRequest | None:
    """None where a deed has it just now, which may settle the identity itself."""
    found = SubjectRequest.objects.select_for_update(of=("self",), skip_locked=True)
    return found.select_related("organisation__calendar", "right").filter(pk=request_id).first()


def _destroy(
    subject_request: SubjectRequest,
    documents: Iterable[IdentityDocument],
    why: str,
    *,
    actor: Actor,
    at: datetime,
) -> int:
    doomed = list(documents)
    for each in doomed:
        destroy_file(each.file, at)
    if doomed:
        IdentityDocument.objects.filter(pk__in=[each.pk for each in doomed]).update(destroyed_at=at)
        # The keys that the request's own safe has open are not asked of the table again.
        subject_request.safe.forget_keys()
        facts = {"why": why, "files": [each.file_id for each in doomed]}
        write_line(subject_request, "identity_documents_destroyed", actor=actor, at=at, facts=facts)
    return len(doomed)
