"""What licensed health professionals have found about a request, and who may not review it.

Read by the rules of deciding and by the deeds; it changes nothing. How a question reaches somebody
and comes back is in ``services/opinions.py``.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.audit.models import By, Entry
from dsr.audit.services import request_chain
from dsr.requests.models import (
    Decision,
    EnclosureOpened,
    HealthProfessional,
    Opinion,
    SubjectRequest,
)
from dsr.requests.states import OpinionKind, Verdict

# The name of a request stood in a list that she opened: nobody is involved by that.
NO_PART = frozenset({"name_listed"})


def supports(subject_request: SubjectRequest, ground_code: str) -> bool:
    """Whether a licensed professional signed that this ground applies to this request.

    The newest signed opinion that was asked about the ground speaks; a ground on which a refusal
    was overturned carries none any more (45 CFR 164.524(a)(3), (a)(4)).
    """
    if overturned(subject_request, ground_code):
        return False
    signed = _signed(subject_request).filter(kind=OpinionKind.OPINION)
    # In Python: each request has a few, and `offered` is a list.
    about = [each for each in signed if ground_code in each.offered]
    return bool(about) and about[-1].ground == ground_code


def overturned(subject_request: SubjectRequest, ground_code: str) -> bool:
    """Whether a review found that the refusal on this ground does not stand; that binds for good,
    or another opinion on the same ground would undo it (164.524(d)(4))."""
    reviews = _signed(subject_request).filter(verdict=Verdict.OVERTURNED)
    return reviews.filter(ground=ground_code).exists()


def review_of(decision: Decision) -> Opinion | None:
    """The signed review of a denial; there is at most one."""
    return decision.reviews.exclude(signed_at=None).last()


def opened_by(subject_request: SubjectRequest, professional: HealthProfessional) -> bool:
    """Whether she opened the question or an item of this case, by a link or at the desk."""
    asked = subject_request.opinions.filter(professional__in=same_person(professional))
    if asked.filter(Q(opened_at__isnull=False) | Q(items__opened_at__isnull=False)).exists():
        return True
    return _opened_at_desk(subject_request, accounts_of(professional))


def involvement(
    subject_request: SubjectRequest,
    professional: HealthProfessional,
    decision: Decision | None = None,
) -> str:
    """Why she may not review this case, as a sentence; empty where she is independent.

    A reviewer took no part in the denial and opened no item of the case before (164.524(a)(4)).
    What she opens to review this very ``decision`` is no part in it, also by a link that ran out.
    """
    if _asked_before(subject_request, professional, decision):
        return _(
            "She decided about this case, or opened its question, before. Somebody who took no "
            "part in it has to review."
        )
    accounts = accounts_of(professional)
    if _opened_at_desk(subject_request, accounts):
        return _(
            "She opened a file of this case at the desk before. Somebody who saw nothing of it has "
            "to review."
        )
    if _worked_on(subject_request, accounts):
        return _(
            "She worked on this request or decided it. Somebody who took no part in it has to "
            "review."
        )
    return ""


def same_person(professional: HealthProfessional) -> QuerySet[HealthProfessional]:
    """Every row that is she: in another organisation, or recorded twice."""
    own = Q(pk=professional.pk)
    if licence := professional.licence.strip():
        own |= Q(licence__iexact=licence)
    for address in _addresses(professional):
        own |= Q(email__iexact=address) | Q(code_email__iexact=address)
    if professional.account_id:
        own |= Q(account=professional.account_id)
    return HealthProfessional.objects.filter(own)


def accounts_of(professional: HealthProfessional) -> set[int]:
    """Her accounts at the desk: the one that was recorded, and those with an address of hers."""
    rows = same_person(professional)
    found = {each.account_id for each in rows if each.account_id}
    addresses = Q(pk__in=())
    for row in rows:
        for address in _addresses(row):
            addresses |= Q(email__iexact=address)
    return found | set(User.objects.filter(addresses).values_list("pk", flat=True))


def _addresses(professional: HealthProfessional) -> list[str]:
    return [each for each in (professional.email, professional.code_email) if each]


def _signed(subject_request: SubjectRequest) -> QuerySet[Opinion]:
    return subject_request.opinions.exclude(signed_at=None).order_by("signed_at", "pk")


def _asked_before(
    subject_request: SubjectRequest, professional: HealthProfessional, decision: Decision | None
) -> bool:
    seen = Q(opened_at__isnull=False) | Q(signed_at__isnull=False)
    seen |= Q(items__opened_at__isnull=False)
    asked = subject_request.opinions.filter(seen, professional__in=same_person(professional))
    if decision is not None:
        asked = asked.exclude(kind=OpinionKind.REVIEW, decision=decision, signed_at=None)
    return asked.exists()


def _opened_at_desk(subject_request: SubjectRequest, accounts: set[int]) -> bool:
    opened = EnclosureOpened.objects.filter(enclosure__subject_request=subject_request)
    read = _lines(subject_request).filter(code="file_read", by=By.STAFF, actor_id__in=accounts)
    return opened.filter(by__in=accounts).exists() or read.exists()


def _worked_on(subject_request: SubjectRequest, accounts: set[int]) -> bool:
    decided = Q(proposed_by__in=accounts) | Q(second_person__in=accounts)
    if subject_request.decisions.filter(decided).exists():
        return True
    if subject_request.assignee_id in accounts:
        return True
    acted = Q(by=By.STAFF, actor_id__in=accounts) | Q(code="assign", facts__to__in=list(accounts))
    return _lines(subject_request).filter(acted).exclude(code__in=NO_PART).exists()


def _lines(subject_request: SubjectRequest) -> QuerySet[Entry]:
    return Entry.objects.filter(chain=request_chain(subject_request.pk))
