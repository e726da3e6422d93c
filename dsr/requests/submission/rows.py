"""The rows that make a submission a request: all of them complete, none of them saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Model

from dsr.accounts.models import User
from dsr.audit.services import Line, first_rows, request_chain
from dsr.policies.kinds import MayWrite
from dsr.requests.actors import Actor, acted_by, actor_id
from dsr.requests.deadlines import lifecycle
from dsr.requests.identity_levels import required_level
from dsr.requests.models import Deadline, Person, Receipt, SubjectRequest
from dsr.requests.people import findable
from dsr.requests.prefetched import keep_prefetched
from dsr.requests.reference import new_reference
from dsr.vault.addresses import canonical_or_blank
from dsr.vault.models import Safe
from dsr.vault.services import make_keys, make_tokens

from .ages import AgeQuestion
from .given import PersonGiven, Submission, missing_particulars
from .saving import NewRows


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that is not saved yet, and ``rows``: itself with all that must be there with it."""

    subject_request: SubjectRequest
    deadlines: list[Deadline]
    rows: NewRows


def new_request(submission: Submission, *, actor: Actor, at: datetime) -> NewRequest:
    """The request with its safe, people, receipt, deadlines and first lines of history."""
    safe = Safe(created_at=at)
    subject_request = _request(submission, at)
    deadlines = lifecycle.begin(subject_request, at=at)
    rows = NewRows()
    # Before anything is sealed or written down: a seal holds for the number of its safe alone, and
    # the hash of a line of history covers the numbers that it names.
    rows.reserve_ids([safe, subject_request, *deadlines])
    rows += [safe, *make_keys(safe, at)]
    _seal_in(safe, subject_request, submission)
    for deadline in deadlines:
        deadline.subject_request = subject_request  # which has an id now
    people = list(_people(subject_request, submission))
    # Tokens, because names and addresses are nowhere in clear and must be found all the same.
    rows += [
        subject_request,
        *people,
        *make_tokens(safe, findable(people), subject_request.organisation.country),
    ]
    # Facts and the dates that follow from them are committed together, never one without the other.
    rows += [_receipt(subject_request, actor, at), *deadlines]
    rows += _history(subject_request, deadlines, actor, at, submission.age_question(at))
    # Who words the mail asks the request for these, and no database has them yet.
    keep_prefetched(subject_request, people=people, deadlines=deadlines)
    return NewRequest(subject_request, deadlines, rows)


def _request(submission: Submission, at: datetime) -> SubjectRequest:
    right, organisation = submission.right, submission.organisation
    received_at = _instant(submission.received_on, ZoneInfo(organisation.zone), at)
    received_on = organisation.today(received_at)
    # The laws in force on the day of receipt judge a request, not those of the day it is entered.
    regimes = lifecycle.regimes_of(right, submission.country, received_on)
    required = required_level(right, organisation, submission.channel, regimes)
    return SubjectRequest(
        reference=new_reference(),
        organisation=organisation,
        right=right,
        kind=right.kind,
        channel=submission.channel,
        role=submission.role,
        language=submission.language,
        country=submission.country,
        missing=missing_particulars(submission),
        wants_paper=submission.wants_paper,
        may_use_contact_held=submission.may_use_contact_held,
        may_write=_may_write(submission),
        # Written down: rules that are edited later judge the requests that come later.
        required_level=required.level,
        level_lowered_by=required.lowered_by,
        two_people=right.two_people,
        received_at=received_at,
        received_on=received_on,
        department=right.department,
        group_key=submission.group_key,
        submission_key=submission.submission_key,
        demo=submission.demo,
        to_check=submission.to_check,
        created_at=at,
    )


def _may_write(submission: Submission) -> str:
    """Where somebody may be in danger, silence is no permission to write."""
    if not submission.right.in_confidence:
        return submission.may_write
    return submission.may_write or MayWrite.NONE.value


def _instant(day: date | None, zone: ZoneInfo, at: datetime) -> datetime:
    """The instant of receipt; a bare day is taken at its noon.

    Noon is the same day whichever way a clock change moves it; midnight need not be.
    """
    return datetime.combine(day, time(12), zone) if day else at


def _seal_in(safe: Safe, subject_request: SubjectRequest, submission: Submission) -> None:
    subject_request.safe = safe
    subject_request.seal(
        particulars={code: dict(values) for code, values in submission.particulars.items()}
    )


def _people(subject_request: SubjectRequest, submission: Submission) -> Iterator[Person]:
    given = {Person.Part.SUBJECT: submission.subject, Person.Part.REQUESTER: submission.requester}
    for part, who in given.items():
        if who:
            yield _person(subject_request, part, who)


def _person(subject_request: SubjectRequest, part: str, given: PersonGiven) -> Person:
    person = Person(
        safe=subject_request.safe,
        subject_request=subject_request,
        part=part,
        role=subject_request.role,
    )
    person.seal(
        name=given.name.strip(),
        born_on=given.born_on,
        email=canonical_or_blank(given.email),
        phone=given.phone.strip(),
        postal_address=given.postal_address.strip(),
    )
    return person


def _receipt(subject_request: SubjectRequest, actor: Actor, at: datetime) -> Receipt:
    """A row of its own, since another channel may turn out to have had the request before: the
    earliest receipt counts."""
    return Receipt(
        safe=subject_request.safe,
        subject_request=subject_request,
        channel=subject_request.channel,
        received_at=subject_request.received_at,
        received_on=subject_request.received_on,
        recorded_at=at,
        # A program or a requester is none of the staff; history says which of them it was.
        by=actor if isinstance(actor, User) else None,
    )


def _history(
    subject_request: SubjectRequest,
    deadlines: list[Deadline],
    actor: Actor,
    at: datetime,
    question: AgeQuestion | None,
) -> list[Model]:
    """The chain begins here, so nobody else can hold it: no lock is needed, no look at its end."""
    submitted = Line(
        "submit",
        {
            "right": subject_request.right_id,
            "channel": subject_request.channel,
            "received_on": subject_request.received_on.isoformat(),
            **({"to_check": True} if subject_request.to_check else {}),
            # Asked back, and meant all the same.
            **({"age": question.code} if question else {}),
        },
    )
    lowered = []
    if rule := subject_request.level_lowered_by:
        lowered = [
            Line("level_lowered", {"rule": rule.pk, "level": subject_request.required_level})
        ]
    began = [Line("deadline_began", lifecycle.begun(deadline)) for deadline in deadlines]
    return first_rows(
        request_chain(subject_request.pk),
        [submitted, *lowered, *began],
        at=at,
        actor_id=actor_id(actor),
        by=acted_by(actor),
    )
