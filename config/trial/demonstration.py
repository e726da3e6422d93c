"""A dozen invented requests in different states, made through the same services as real ones."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from config.trial.second_factor import enrol_for_trial
from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Role
from dsr.notifications.models import Medium, OutboxMessage
from dsr.notifications.models import Status as MailStatus
from dsr.notifications.services import mark_missed, write_off
from dsr.policies.models import Organisation, Right
from dsr.requests import elements, enclosures
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import (
    answer,
    assignment,
    conversation,
    decision,
    ending,
    evidence,
    identity,
    release,
    review,
)
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.elements import write_elements
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.models import SubjectRequest
from dsr.requests.services import notices
from dsr.requests.states import (
    ContactProofKind,
    Ending,
    EndingGround,
    EvidenceKind,
    Ground,
    Outcome,
)
from dsr.requests.submission import intake
from dsr.requests.submission.given import PersonGiven, Submission
from dsr.vault.outgoing import OutgoingFile

# Names under `.example` belong to nobody, so no mail can reach anybody.   (RFC 2606)
STAFF = (
    ("clerk@demo.example", "Camille Clerk (demo)", Role.CLERK),
    ("handler@demo.example", "Hari Handler (demo)", Role.HANDLER),
    ("officer@demo.example", "Olivia Officer (demo)", Role.OFFICER),
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ADMINISTRATOR = ("admin@demo.example", "Ada Administrator (demo)")


def _summary() -> OutgoingFile:
    """A file to go with an answer."""
    content = b"what,since\nname and address (demo),2023-02-01\nappointments (demo),2023-02-14\n"
    return OutgoingFile(
        name="summary-of-data.csv",
        content=content,
        content_type="text/csv",
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class DemoAccount:
    email: str
    role: str
    password: str


def is_filled() -> bool:
    return User.objects.filter(email=ADMINISTRATOR[0]).exists()


@transaction.atomic
def fill(*, at: datetime) -> list[DemoAccount]:
    """Accounts and requests, all or nothing; the passwords exist only in the answer."""
    accounts = [_member(*each) for each in STAFF] + [_administrator()]
    _Story(at).tell()
    # Swept here, or the first sweep of the trial would report a past that nobody lived.
    reminders.sweep(at=at)
    _see_to_what_the_invented_past_missed(at)
    return accounts


def _see_to_what_the_invented_past_missed(at: datetime) -> None:
    """Reminders of days before the first start could never go out; nobody has to look into them."""
    handler = User.objects.get(email="handler@demo.example")
    mark_missed(at=at)
    for message in OutboxMessage.objects.missed():
        write_off(message.pk, actor_id=handler.pk, at=at)


def _member(email: str, name: str, role: Role) -> DemoAccount:
    # Shown once and kept nowhere: a fresh install has no account with a known password (promise I).
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(email, name, password)
    enrol_for_trial(user)  # else nobody without a telephone could ever sign in
    # Not by the service: nobody is there yet who could give somebody a role, and the invented past
    # begins before today.
    for organisation in Organisation.objects.all():
        Membership.objects.create(
            user=user, organisation=organisation, role=role, approves_from=LONG_AGO
        )
    return DemoAccount(email, str(role.label), password)


def _administrator() -> DemoAccount:
    password = secrets.token_urlsafe(12)
    enrol_for_trial(User.objects.create_superuser(*ADMINISTRATOR, password))
    return DemoAccount(ADMINISTRATOR[0], "Administrator: Django admin", password)


# As a desk would write them for an invented person, by the name that laws give each element.
ELEMENTS = {
    "purposes": "Your care, its billing, and the letters between your doctors.",
    "categories": "Name and contact, appointments, findings and prescriptions (health data).",
    "recipients": "Laboratoire Rivoli, Paris, on 3 March 2025; nobody else.",
    "storage": "Twenty years after your last visit, so until 12 May 2045.",
    "further_rights": "You can have wrong data corrected and completed.",
    "origin": "From you, and the letter of your family doctor, Dr. Duval, of 2 March 2025.",
    "automated": "No decision about you was made by a computer alone.",
    "recipients_told": "Laboratoire Rivoli was told on the same day.",
    "lifting": "It ends when the check is done; we tell you before.",
    "format": "JSON, with a description of its fields.",
    "search": "The patient file, the billing system and the mailbox of the practice.",
    "whom_to_tell": "Please name whom we shall tell; we tell your family doctor.",
    "first_free": "This first list in twelve months is free.",
}


class _Story:
    """What happened at the desk in the weeks before ``at``."""

    def __init__(self, at: datetime) -> None:
        self.now = at
        self.handler = User.objects.get(email="handler@demo.example")
        self.officer = User.objects.get(email="officer@demo.example")
        self.clerk = User.objects.get(email="clerk@demo.example")

    def tell(self) -> None:
        self._fresh()
        self._at_work()
        self._waiting()
        self._ended()

    def _fresh(self) -> None:
        self._ask("indigomed", "accounting", "Ines Fictive", 2, **self._accounting())
        self._ask("imo", "marketing-opt-out", "Max Muster", 1, country="US-IL")
        self._ask(
            "img",
            "access",
            "Rui Exemplo",
            0,
            country="PT",
        )

    def _at_work(self) -> None:
        # Past the 20 days that the policy promises: the queue shows what overdue looks like.
        late = self._ask("indigomed", "accounting", "Luc Inventé", 26, **self._accounting())
        self._begin(late, 24)
        soon = self._ask("indigomed", "amend", "Mia Beispiel", 26, **self._amendment())
        self._begin(soon, 22)
        reviewed = self._ask("imo", "eu-access", "Eva Testowa", 12, country="PL")
        self._propose(self._begin(reviewed, 10), 3)

    def _waiting(self) -> None:
        asked = self._ask("img", "rectify", "Ana Modelo", 9, country="PT")
        conversation.ask_requester(
            asked.pk,
            question="Which of your details is wrong, and what should it say?",
            actor=self.handler,
            at=self._ago(7),
            seen=asked.version,
        )
        unproved = self._ask("imo", "eu-delete", "Jan Voorbeeld", 6, country="NL")
        identity.ask_identity(
            unproved.pk,
            question=(
                "Please tell us which e-mail address you registered with, or reply from it. "
                "If you cannot, we can also call you at the number we hold."
            ),
            doubt="The address given is not the one on record.",
            actor=self.handler,
            at=self._ago(5),
            seen=unproved.version,
        )

    def _ended(self) -> None:
        done = self._ask("imo", "update", "Sam Sample", 30, country="US-IL")
        self._answer(self._begin(done, 28), 20)
        withdrawn = self._ask("imo", "eu-portability", "Ida Eksempel", 15, country="DK")
        # The requester's own page compares no version.
        ending.withdraw(withdrawn.pk, actor=REQUESTER, at=self._ago(11), seen=None)
        refused = self._ask("img", "access", "Noa Anonyme", 40, country="FR")
        self._refuse(refused)
        outside = self._ask("imo", "delete", "Bob Placeholder", 20, country="US-IL")
        proposed = ending.propose_ending(
            outside.pk,
            ending=Ending.OUT_OF_SCOPE,
            ground=EndingGround.NOT_COVERED,
            text=(
                "You ask about a licence contract. This policy covers the website only. "
                "Your contract names its own contact for such requests."
            ),
            actor=self.handler,
            at=self._ago(18),
            seen=outside.version,
        )
        review.approve(proposed.pk, actor=self.officer, at=self._ago(17), seen=proposed.version)

    def _ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def _day(self, days: int) -> date:
        return self._ago(days).date()

    def _ask(
        self, organisation: str, slug: str, name: str, days: int, **given: Any
    ) -> SubjectRequest:
        right = Right.objects.filter(
            reading__version__policy__organisation__slug=organisation, slug=slug
        ).latest("reading__number")
        # Mail addresses are plain letters; `Inventé` is not.
        local = name.lower().replace(" ", ".").encode("ascii", "ignore").decode()
        submission = Submission(
            right=right,
            channel="form",
            role="subject",
            subject=PersonGiven(
                name=name,
                email=f"{local}@demo.example",
                postal_address=f"{name}\n1 Demonstration Road\n00000 Nowhere",
            ),
            language="en",
            demo=True,
            **given,
        )
        # Every service takes the instant as an argument, so a past needs no moved clock.
        return intake.submit(submission, actor=REQUESTER, at=self._ago(days))

    def _accounting(self) -> dict[str, Any]:
        return {
            "country": "FR",
            "wants_paper": True,
            "particulars": {
                "signed": {"signature": "signed (demo)"},
                "dated": {"dated_on": self._day(26).isoformat()},
                "time_period": {
                    "period_from": self._day(400).isoformat(),
                    "period_to": self._day(30).isoformat(),
                },
                "medium": {"medium": "paper"},
            },
        }

    def _amendment(self) -> dict[str, Any]:
        return {
            "country": "US-FL",
            "particulars": {
                "signed": {"signature": "signed (demo)"},
                "dated": {"dated_on": self._day(27).isoformat()},
                "records": {"records": "Visit of last spring (demo)"},
                "reason": {"reason": "The allergy noted is not mine (demo)"},
            },
        }

    def _begin(self, asked: SubjectRequest, days: int) -> SubjectRequest:
        # Identity comes first here as well: nothing is released for somebody unproved.
        proved = evidence.add_evidence(
            asked.pk,
            EvidenceGiven(
                kind=EvidenceKind.AT_COUNTER,
                confirmed=True,
                note="Face and passport (demo)",
            ),
            actor=self.handler,
            at=self._ago(days),
            seen=asked.version,
        )
        at = self._ago(days)
        return assignment.start(proved.pk, actor=self.handler, at=at, seen=proved.version)

    def _write_elements(self, begun: SubjectRequest, days: int) -> SubjectRequest:
        """What the laws demand in the answer; the letter is not sent without it."""
        demanded = [each.code for each in elements.typed(begun)]
        if not demanded:
            return begun
        return write_elements(
            begun.pk,
            texts={code: f"{ELEMENTS[code.partition(':')[2]]} (demo)" for code in demanded},
            actor=self.handler,
            at=self._ago(days),
            seen=begun.version,
        )

    def _propose(self, begun: SubjectRequest, days: int) -> SubjectRequest:
        begun = self._write_elements(begun, days)
        # Data go to a proved contact only.
        known = release.prove_contact(
            begun.pk,
            kind=ContactProofKind.ON_RECORD,
            source="Patient file, entered long before the request (demo).",
            actor=self.handler,
            at=self._ago(days),
            seen=begun.version,
        )
        return decision.propose(
            known.pk,
            Proposal(
                outcome=Outcome.GRANTED,
                answer="Enclosed is a copy of the data we hold about you (demo).",
                files=[_summary()],
            ),
            actor=self.handler,
            at=self._ago(days),
            seen=known.version,
        )

    def _answer(self, begun: SubjectRequest, days: int) -> None:
        at = self._ago(days)
        proposed = self._propose(begun, days)
        # Who approves has opened what goes out.
        for each in enclosures.standing(proposed):
            enclosures.opened(proposed, each.file_id or 0, by=self.officer, at=at)
        # By somebody else than who proposed, as for every release of health data (promise A8).
        approved = review.approve(proposed.pk, actor=self.officer, at=at, seen=proposed.version)
        sent = answer.send_answer(approved.pk, actor=self.handler, at=at, seen=approved.version)
        self._mail_arrives(sent, at)
        answer.close(sent.pk, actor=self.handler, at=at, seen=None)

    def _mail_arrives(self, told: SubjectRequest, at: datetime) -> None:
        """In the invented past mail was sent at once; nothing is closed before it was told."""
        owed = OutboxMessage.objects.of(told.reference).filter(status=MailStatus.OWED)
        owed.exclude(medium=Medium.LETTER).update(status=MailStatus.SENT, sent_at=at)
        notices.sweep(at=at)

    def _refuse(self, asked: SubjectRequest) -> None:
        at = self._ago(30)
        proving = identity.ask_identity(
            asked.pk,
            question="Please show us who you are, in any of the ways on this page.",
            actor=self.handler,
            at=self._ago(38),
            seen=asked.version,
        )
        proposed = decision.propose(
            proving.pk,
            Proposal(
                outcome=Outcome.REFUSED,
                answer="We could not make sure who you are, so we cannot say more (demo).",
                ground=Ground.IDENTITY_NOT_PROVED,
            ),
            actor=self.handler,
            at=at,
            seen=proving.version,
        )
        approved = review.approve(proposed.pk, actor=self.officer, at=at, seen=proposed.version)
        answer.send_answer(approved.pk, actor=self.handler, at=at, seen=approved.version)
