"""The people and the desk that tests share. Names are constants and obviously invented."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Role
from dsr.audit.models import Entry
from dsr.audit.services import request_chain
from dsr.notifications.models import OutboxMessage
from dsr.policies.catalogue.loading import load
from dsr.policies.catalogue.reading import HOME
from dsr.policies.models import Organisation, Right
from dsr.requests import elements
from dsr.requests.actors import REQUESTER, Actor
from dsr.requests.deeds import assignment, authority, decision, evidence, release
from dsr.requests.deeds.decision import Proposal, SoleDecision
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.models import AnswerElement, HealthProfessional, SubjectRequest
from dsr.requests.preconditions import contact_needed
from dsr.requests.states import EvidenceKind
from dsr.requests.submission import intake
from dsr.requests.submission.given import PersonGiven, Submission
from dsr.requests.submission.saving import NewRows
from dsr.vault.outgoing import OutgoingFile

# Friday 1 May 2026, a little after nine in Paris.
MORNING = datetime(2026, 5, 1, 7, 12, tzinfo=UTC)
# When those who may approve were given that power.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

ZOE = PersonGiven(
    name="Zoé Canary-Quill",
    email="zoe.canary@example.org",
    postal_address="Zoé Canary-Quill\n7 rue du Serin\n69000 Lyon",
)


@dataclass
class Desk:
    """The three organisations, and one person in each role who works for all of them."""

    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def right(self, organisation: str, slug: str) -> Right:
        return Right.objects.filter(
            reading__version__policy__organisation__slug=organisation, slug=slug
        ).latest("reading__number")

    def organisation(self, slug: str) -> Organisation:
        return Organisation.objects.get(slug=slug)


def open_desk(at: datetime = MORNING) -> Desk:
    load([HOME], at, actor_id=None)
    desk = Desk()
    for role in Role:
        desk.people[role.value] = person(role)
    desk.people["second_officer"] = person(Role.OFFICER, "second.officer@example.org")
    return desk


def the_same_desk() -> Desk:
    """As ``open_desk`` on a database with nothing in it, and a tenth as long from the second time
    on: what the first one wrote is written again, with the same ids.

    For tests that all use the one database of their run, whose sequences only go up.
    """
    if not _written:
        before = set(_every_row())
        open_desk()
        _written.extend(row for row in _every_row() if row not in before)
    else:
        NewRows(_written).save()
    people = {user.email: user for user in User.objects.all()}
    desk = Desk({role.value: people[f"{role.value}@example.org"] for role in Role})
    desk.people["second_officer"] = people["second.officer@example.org"]
    return desk


_written: list[Model] = []


def _every_row() -> Iterator[Model]:
    for model in apps.get_models(include_auto_created=True):
        yield from model._base_manager.all()


def person(role: Role, email: str = "") -> User:
    """Somebody in this role for every organisation."""
    user = User.objects.create_user(
        email or f"{role.value}@example.org", f"{role.value.title()} Testing", "correct horse"
    )
    for organisation in Organisation.objects.all():
        Membership.objects.create(
            user=user, organisation=organisation, role=role, approves_from=LONG_AGO
        )
    return user


def ask(
    right: Right,
    *,
    at: datetime = MORNING,
    actor: Actor = REQUESTER,
    who: PersonGiven = ZOE,
    **given: Any,
) -> SubjectRequest:
    """A request through the form, or as given."""
    submission = Submission(
        right=right,
        channel=given.pop("channel", "form"),
        role=given.pop("role", "subject"),
        subject=who,
        language=given.pop("language", "en"),
        **given,
    )
    return intake.submit(submission, actor=actor, at=at)


def prove(
    subject_request: SubjectRequest, by: User, *, at: datetime = MORNING, kind: str = ""
) -> SubjectRequest:
    """Enough evidence for any right: seen in person with a document."""
    given = EvidenceGiven(
        kind=kind or EvidenceKind.AT_COUNTER, confirmed=True, note="face and passport"
    )
    write_elements(subject_request, by, at=at)
    return evidence.add_evidence(
        subject_request.pk, given, actor=by, at=at, seen=subject_request.version
    )


def professional(desk: Desk, slug: str = "img", **instead: Any) -> HealthProfessional:
    """Somebody whom this organisation may ask, as an administrator recorded her."""
    given = {
        "name": "Dr Ines Licensed",
        "licence": "physician, 10001234567, Paris",
        "email": "ines@example.org",
        "code_email": "ines.home@example.net",
    } | instead
    return HealthProfessional.objects.create(organisation=desk.organisation(slug), **given)


def under_hipaa(desk: Desk, slug: str = "img") -> None:
    """From now on this organisation is a covered entity in the United States."""
    Organisation.objects.filter(slug=slug).update(
        country="US",
        regimes=["hipaa"],
        flags=["hipaa_covered_entity"],
        phone="+1 312 555 0100",
        contact_title="Privacy Officer",
    )


def asked_under_hipaa(desk: Desk, **given: Any) -> SubjectRequest:
    """An access request in work, of which some grounds only a professional may judge."""
    under_hipaa(desk)
    return begin(ask(desk.right("img", "access"), country="US", **given), desk.handler)


ROSA = {
    "name": "Dr Rosa Reviewing",
    "licence": "physician, 20002, Lyon",
    "email": "rosa@example.org",
    "code_email": "rosa.home@example.net",
}


COPY = OutgoingFile(
    name="record.csv",
    content=b"day,what\n2025-03-03,visit\n",
    content_type="text/csv",
    size=26,
    sha256="85e2bf287b9a506ae1396faee1a8f4bc4ad3472a6f945e5b5710c650880216c3",
)


GUS = PersonGiven("Gus Guardian", email="gus@example.org")


def ask_as_guardian(desk: Desk, slug: str = "copy") -> SubjectRequest:
    return ask(desk.right("indigomed", slug), role="guardian", requester=GUS)


def prove_authority(
    subject_request: SubjectRequest, by: User, *, at: datetime = MORNING, **instead: Any
) -> SubjectRequest:
    """An order of a court that reaches health; or as given."""
    given = {"kind": "court_order", "scope": "health", "confirmed": True, "note": "shown"} | instead
    return authority.add_authority(
        subject_request.pk,
        authority.AuthorityGiven(**given),
        actor=by,
        at=at,
        seen=subject_request.version,
    )


def contest(subject_request: SubjectRequest, by: User, *, at: datetime = MORNING) -> SubjectRequest:
    return authority.contest_authority(
        subject_request.pk,
        reason="The other parent called.",
        actor=by,
        at=at,
        seen=subject_request.version,
    )


def covered(desk: Desk, slug: str = "img") -> None:
    """From now on an organisation in the United States under HIPAA and nothing else."""
    Organisation.objects.filter(slug=slug).update(
        country="US",
        flags=["hipaa_covered_entity"],
        regimes=["hipaa"],
        phone="+1 312 555 0100",
        contact_title="Privacy Officer",
    )


def write_elements(subject_request: SubjectRequest, by: User, *, at: datetime = MORNING) -> None:
    """What the laws demand in the answer, without a line of history: few tests are about it."""
    written = set(subject_request.elements.values_list("code", flat=True))
    for each in elements.typed(subject_request):
        if each.code not in written:
            row = AnswerElement(
                safe=subject_request.safe,
                subject_request=subject_request,
                code=each.code,
                by=by,
                at=at,
            )
            row.seal(text=f"Written for this answer: {each.name}.")
            row.save()


def begin(subject_request: SubjectRequest, by: User, *, at: datetime = MORNING) -> SubjectRequest:
    proved = prove(subject_request, by, at=at)
    return assignment.start(proved.pk, actor=by, at=at, seen=proved.version)


def propose(
    subject_request: SubjectRequest,
    by: User,
    *,
    at: datetime = MORNING,
    outcome: str = "granted",
    ground: str = "",
    answer: str = "Here is what you asked for.",
    files: Sequence[OutgoingFile] = (),
) -> SubjectRequest:
    """A decision of which the answer, where it gives data, has a proved contact to go to."""
    given = Proposal(
        outcome=outcome,
        answer=answer,
        ground=ground,
        files=files,
        given_as="" if files else "text",
    )
    write_elements(subject_request, by, at=at)
    if outcome != "refused":
        subject_request = prove_contact(subject_request, by, at=at)
    return decision.propose(
        subject_request.pk, given, actor=by, at=at, seen=subject_request.version
    )


def prove_contact(
    subject_request: SubjectRequest, by: User, *, at: datetime = MORNING
) -> SubjectRequest:
    """The address stood in the records before; where a right needs no proof, nothing is done."""
    write_elements(subject_request, by, at=at)
    if not contact_needed(subject_request):
        return subject_request
    given = release.Proof(kind="on_record", source="patient file, entered in 2023")
    seen = subject_request.version
    return release.prove_contact(subject_request.pk, given, actor=by, at=at, seen=seen)


def later(days: int, at: datetime = MORNING) -> datetime:
    return at + timedelta(days=days)


def on(day: str, hour: int = 8) -> datetime:
    """An instant on a day, at an hour UTC."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)


def history(subject_request: SubjectRequest) -> list[Entry]:
    """The request's own chain, oldest first."""
    chain = request_chain(subject_request.pk)
    return list(Entry.objects.filter(chain=chain).order_by("seq"))


def objection_in_mail() -> str:
    """The address behind “this was not me” in the newest mail to a contact on record."""
    mail = OutboxMessage.objects.filter(kind="contact_held").latest("pk")
    found = re.search(r"/s/not-me/[\w-]+/", str(mail.unseal("body")))
    assert found
    return found[0]


def question_in_mail() -> str:
    """The address behind the newest mail to a health professional."""
    mail = OutboxMessage.objects.filter(kind="opinion_link").latest("pk")
    found = re.search(r"/o/[\w-]+/", str(mail.unseal("body")))
    assert found
    return found[0]


def code_in_mail(kind: str = "reading_code") -> str:
    """The newest code of this kind, as it stands in its mail or letter."""
    mail = OutboxMessage.objects.filter(kind=kind).latest("pk")
    found = re.search(r"^(\d{4} \d{4})$", str(mail.unseal("body")), re.MULTILINE)
    assert found
    return found[1]


def alone(proposal: Proposal, sole_reason: str = "") -> SoleDecision:
    """The same decision, taken by one person."""
    names = ("outcome", "ground", "answer", "reasons", "files", "given_as")
    return SoleDecision(
        **{name: getattr(proposal, name) for name in names}, sole_reason=sole_reason
    )
