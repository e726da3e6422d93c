"""A request arrives: through the form, or entered by staff from a letter, call or mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from dsr.accounts.models import Program, User
from dsr.accounts.roles import Permission
from dsr.audit.services import Line
from dsr.policies.models import Right
from dsr.policies.particulars import PARTICULARS, filled
from dsr.policies.reading_locks import mark_used
from dsr.requests.actors import Actor, Requester
from dsr.requests.bulk_insert import bulk_insert, reserve_ids
from dsr.requests.chain import first_lines, write_refusal
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, NeedsAPerson, NotAllowed
from dsr.requests.files import keep_file
from dsr.requests.identity import required_level
from dsr.requests.models import Deadline, Person, Receipt, SubjectRequest
from dsr.requests.people import findable
from dsr.requests.prefetched import forget, keep_prefetched
from dsr.requests.reference import new_reference
from dsr.requests.states import Channel, Duty
from dsr.vault.models import Safe
from dsr.vault.services import make_keys, make_tokens
from dsr.vault.uploads import CheckedUpload

from .notify import responsible, tell_requester, tell_staff

WRITTEN_CHANNELS = frozenset({Channel.FORM, Channel.POST, Channel.EMAIL, Channel.WEB})


@dataclass(frozen=True, slots=True)
class PersonGiven:
    """A person as they gave themselves; every field but the name may be empty."""

    name: str
    born_on: str = ""
    email: str = ""
    phone: str = ""
    postal_address: str = ""

    @property
    def reachable(self) -> bool:
        return bool(self.email or self.phone or self.postal_address)


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody asks. ``particulars`` maps a particular's code to its fields' values.

    ``received_on`` is given by staff for what came in another way; the form's own is the day of
    ``at``. ``submission_key`` makes the same form sent twice one request.
    """

    right: Right
    channel: str
    role: str
    subject: PersonGiven
    language: str
    requester: PersonGiven | None = None
    particulars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    country: str = ""
    wants_paper: bool = False
    may_use_contact_held: bool = False
    received_on: date | None = None
    files: Sequence[CheckedUpload] = ()
    submission_key: UUID | None = None
    group_key: UUID | None = None
    demo: bool = False


def submit(submission: Submission, *, actor: Actor, at: datetime) -> SubjectRequest:
    """Make the request, its sealed data, clocks, history and the mails owed: all in one commit.

    Sending the same form again returns the request that is already there.

    Raises BadInput with the fields' sentences, NotAllowed for staff who may not record.
    """
    _check_actor(submission, actor, at)
    _check(submission, at)
    if there := already_there(submission):
        return there
    try:
        with transaction.atomic():
            return _create(submission, actor, at)
    except IntegrityError:
        # The same form, sent twice at the same instant: the other one won.
        if there := already_there(submission):
            return there
        raise


def _check_actor(submission: Submission, actor: Actor, at: datetime) -> None:
    organisation = submission.right.reading.version.policy.organisation
    if actor is None or isinstance(actor, Requester):
        return
    # That something is a request, and whose, is said by the form or by a person.
    if isinstance(actor, Program) or not actor.may(Permission.RECORD, organisation):
        write_refusal({"deed": "submit"}, actor=actor, at=at)
        raise NeedsAPerson if isinstance(actor, Program) else NotAllowed


def _check(submission: Submission, at: datetime) -> None:
    """Only what makes an answer impossible is refused; formality never blocks asking."""
    right, problems = submission.right, dict[str, Any]()
    today = right.reading.version.policy.organisation.today(at)
    asker = submission.requester or submission.subject
    if not submission.subject.name.strip():
        problems["name"] = _("Enter the name of the person the data is about.")
    if submission.requester and not submission.requester.name.strip():
        problems["requester_name"] = _("Enter your own name.")
    if not asker.reachable:
        problems["email"] = _(
            "Give at least one way to answer: "
            "an e-mail address, a postal address or a telephone number."
        )
    if submission.role not in right.who_may_ask:
        problems["role"] = _("The policy does not let a person in this role use this right.")
    if submission.received_on and submission.received_on > today:
        problems["received_on"] = _("The day of receipt lies in the future. Enter the real day.")
    if set(right.never) & {code for code, given in submission.particulars.items() if filled(given)}:
        problems["particulars"] = _("The policy says that this is not asked. Leave it out.")
    if problems:
        raise BadInput(problems)


def missing_particulars(submission: Submission) -> list[str]:
    """What the clause says a request must contain and this one does not; to be followed up."""
    given = {
        code
        for code, values in submission.particulars.items()
        if code in PARTICULARS and PARTICULARS[code].said(dict(values))
    }
    given.discard("written")
    if submission.channel in WRITTEN_CHANNELS:
        given.add("written")
    return [code for code in submission.right.must if code not in given]


def already_there(submission: Submission) -> SubjectRequest | None:
    """The request that this very form has made before."""
    if submission.submission_key is None:
        return None
    return SubjectRequest.objects.filter(submission_key=submission.submission_key).first()


def _create(submission: Submission, actor: Actor, at: datetime) -> SubjectRequest:
    """Everything that makes a request, written in one statement."""
    right = submission.right
    mark_used(right, at)
    safe = Safe(created_at=at)
    subject_request = _request(submission, at)
    deadlines = lifecycle.begin(subject_request, at=at)
    reserve_ids([safe, subject_request, *deadlines])
    keys = make_keys(safe, at)
    subject_request.safe = safe
    subject_request.seal(particulars={code: dict(v) for code, v in submission.particulars.items()})
    for deadline in deadlines:
        deadline.subject_request = subject_request  # which has an id now
    people = _people(subject_request, submission)
    rows: list[Model] = [
        safe,
        *keys,
        subject_request,
        *people,
        *make_tokens(safe, findable(people), subject_request.organisation.country),
        _receipt(subject_request, actor, at),
        *deadlines,
        *first_lines(subject_request, _said(subject_request, deadlines), actor=actor, at=at),
    ]
    keep_prefetched(subject_request, people=people, deadlines=deadlines)
    told = tell_requester(subject_request, "acknowledgement", at=at, into=rows)
    team = responsible(subject_request)
    tell_staff(subject_request, "new_request", team, at=at, safe=safe, into=rows)
    bulk_insert(rows)
    forget(subject_request)
    _keep_files(subject_request, submission, at)
    if told == "email" and any(each.purpose == Duty.ACKNOWLEDGE for each in deadlines):
        today = subject_request.organisation.today(at)
        lifecycle.settle_duty(subject_request, Duty.ACKNOWLEDGE, today, actor=None, at=at)
    return subject_request


def _request(submission: Submission, at: datetime) -> SubjectRequest:
    right = submission.right
    organisation = right.reading.version.policy.organisation
    received_at = _instant(submission.received_on, ZoneInfo(organisation.zone), at)
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
        required_level=required_level(
            right,
            organisation,
            submission.channel,
            lifecycle.regimes_of(right, submission.country, organisation.today(received_at)),
        ),
        two_people=right.two_people,
        received_at=received_at,
        received_on=organisation.today(received_at),
        department=right.department,
        group_key=submission.group_key,
        submission_key=submission.submission_key,
        demo=submission.demo,
        created_at=at,
    )


def _said(subject_request: SubjectRequest, deadlines: Iterable[Deadline]) -> Iterator[Line]:
    facts = {
        "right": subject_request.right_id,
        "channel": subject_request.channel,
        "received_on": subject_request.received_on.isoformat(),
    }
    yield Line("submit", facts)
    for deadline in deadlines:
        yield Line("deadline_began", lifecycle.begun(deadline))


def _instant(day: date | None, zone: ZoneInfo, at: datetime) -> datetime:
    """The instant of receipt; a bare day is taken at its noon."""
    return datetime.combine(day, time(12), zone) if day else at


def _people(subject_request: SubjectRequest, submission: Submission) -> list[Person]:
    given = {Person.Part.SUBJECT: submission.subject, Person.Part.REQUESTER: submission.requester}
    return [
        _person(subject_request, part, who, submission.role) for part, who in given.items() if who
    ]


def _person(subject_request: SubjectRequest, part: str, given: PersonGiven, role: str) -> Person:
    person = Person(
        safe=subject_request.safe, subject_request=subject_request, part=part, role=role
    )
    person.seal(
        name=given.name.strip(),
        born_on=given.born_on,
        email=given.email.strip(),
        phone=given.phone.strip(),
        postal_address=given.postal_address.strip(),
    )
    return person


def _receipt(subject_request: SubjectRequest, actor: Actor, at: datetime) -> Receipt:
    return Receipt(
        safe=subject_request.safe,
        subject_request=subject_request,
        channel=subject_request.channel,
        received_at=subject_request.received_at,
        received_on=subject_request.received_on,
        recorded_at=at,
        by=actor if isinstance(actor, User) else None,
    )


def _keep_files(subject_request: SubjectRequest, submission: Submission, at: datetime) -> None:
    for upload in submission.files:
        keep_file(subject_request, upload, at=at)
