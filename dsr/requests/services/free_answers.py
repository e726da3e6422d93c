"""Who was given an answer free of charge: known again by keyed hashes, with no name and no request.

What is the first in twelve months, and what a further copy, is asked of these rows. They outlive
the keys of the request, and are deleted as soon as no law asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import QuerySet

from dsr.deadlines import Period, is_free, look_back
from dsr.policies.kinds import GIVES
from dsr.policies.regimes import all_regimes
from dsr.requests.models import FreeAnswer, Notice, Person, SubjectRequest
from dsr.requests.models.fees import STANDING
from dsr.requests.states import FeeStatus, Outcome
from dsr.vault.services import MAILBOX, NAME_WORD, keyed_hash, keyed_hashes, terms_of

PURPOSE = "free answer"
GIVING = (Outcome.GRANTED, Outcome.PARTLY_GRANTED)


def remember(subject_request: SubjectRequest, on: date) -> None:
    """The answer went out on this day; where it gave something and cost nothing, that is kept."""
    if not _gave_free_of_charge(subject_request):
        return
    FreeAnswer.objects.bulk_create(
        [
            FreeAnswer(
                organisation=subject_request.organisation,
                person=keyed_hash(PURPOSE, way),
                kind=subject_request.kind,
                given_on=on,
            )
            for way in _known_by(subject_request)
        ],
        ignore_conflicts=True,
    )


def take_back(subject_request: SubjectRequest, on: date) -> None:
    """What had gone out on this day came back, so nothing was given."""
    _of_this_person(subject_request).filter(given_on=on).delete()


def is_first(subject_request: SubjectRequest, months: int) -> bool:
    """Whether no free answer of this kind was given in so many months before it was asked for."""
    days = set(_of_this_person(subject_request).values_list("given_on", flat=True))
    # Taken up again, it is the same request, and its own answer is no earlier one.
    own = (each for each in subject_request.notices.all() if each.what == Notice.What.ANSWER)
    days -= {each.on for each in own if each.on is not None}
    return is_free(days, subject_request.received_on, within=Period(months, "month"))


def sweep(*, at: datetime) -> int:
    """Delete what is too old for any law to ask for it."""
    # Twice as long: a request that was asked on the last of these days may take a while.
    kept_from = look_back(Period(2 * longest_memory(), "month"), at.date()).first_on
    return FreeAnswer.objects.filter(given_on__lt=kept_from).delete()[0]


def longest_memory() -> int:
    """The months for which some law asks whether an answer was the first."""
    return max(
        charge.first_free_months or 0
        for law in all_regimes().values()
        for terms in law.fees.values()
        for charge in terms.charges
    )


def _gave_free_of_charge(subject_request: SubjectRequest) -> bool:
    if subject_request.outcome not in GIVING or subject_request.kind not in GIVES:
        return False
    charged = (*STANDING, FeeStatus.PAID)
    return not subject_request.fee_offers.filter(status__in=charged).exists()


def _of_this_person(subject_request: SubjectRequest) -> QuerySet[FreeAnswer]:
    hashes = [each for way in _known_by(subject_request) for each in keyed_hashes(PURPOSE, way)]
    return FreeAnswer.objects.filter(
        organisation=subject_request.organisation, kind=subject_request.kind, person__in=hashes
    )


def _known_by(subject_request: SubjectRequest) -> Iterator[str]:
    """The data subject's name with something that others of that name do not have.

    Whose name or address is written in another way is not known again, and pays nothing.
    """
    people = subject_request.people.all()
    for subject in (each for each in people if each.part == Person.Part.SUBJECT):
        subject.safe = subject_request.safe
        # Word by word: what belongs together depends on the order, and this must not.
        typed = _of(subject, "name").split()
        words = {each for word in typed for each in terms_of(NAME_WORD, word)}
        if not words:
            continue
        # In any order, and a mailbox that a family shares is not one person.
        name = " ".join(sorted(words))
        mailbox = " ".join(terms_of(MAILBOX, _of(subject, "email")))
        home = " ".join(_of(subject, "postal_address").split())
        besides = {"mailbox": mailbox, "born": _of(subject, "born_on"), "home": home}
        yield from (f"{name} {field} {value}" for field, value in besides.items() if value)


def _of(person: Person, field: str) -> str:
    return str(person.reveal(field, altered="") or "")
