"""What somebody asks, as they gave it, and what would make an answer impossible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dsr.policies.kinds import MayWrite
from dsr.policies.models import Organisation, Right
from dsr.policies.particulars import PARTICULARS, filled
from dsr.policies.services import law_that_passes_on
from dsr.requests.errors import BadInput, out_of_time
from dsr.requests.states import Channel
from dsr.vault.addresses import AddressRefused, canonical_or_blank
from dsr.vault.uploads import CheckedUpload

from .ages import AgeQuestion, age_question

# A call and a visit are the only channels by which nothing comes in writing.
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
        return any(each.strip() for each in (self.email, self.phone, self.postal_address))


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody asks. ``particulars`` maps a particular's code to its fields' values.

    ``received_on`` is given by staff for what came in another way; the form's own is the day of
    ``at``. ``submission_key`` makes the same form sent twice one request. ``to_check`` says that it
    came among very many: it is taken like any other, and somebody should look at it.
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
    may_write: str = ""
    # That a day of birth does not fit the right or the role was asked back, and is meant.
    age_confirmed: bool = False
    received_on: date | None = None
    files: Sequence[CheckedUpload] = ()
    authority_files: Sequence[CheckedUpload] = ()
    submission_key: UUID | None = None
    group_key: UUID | None = None
    demo: bool = False
    to_check: bool = False

    @property
    def organisation(self) -> Organisation:
        return self.right.reading.version.policy.organisation

    @property
    def asker(self) -> PersonGiven:
        """Whom we write to: the requester where somebody asks for another person."""
        return self.requester or self.subject

    @property
    def born(self) -> date | None:
        """The day of birth of the person it is about, where a day can be read in what was given."""
        child = self.particulars.get("child", {})
        try:
            return date.fromisoformat(self.subject.born_on or str(child.get("child_born_on") or ""))
        except ValueError:
            return None

    def age_question(self, at: datetime) -> AgeQuestion | None:
        """What does not fit between the day of birth, the right and the role."""
        on = self.received_on or self.organisation.today(at)
        return age_question(self.right, self.role, self.born, on)


def check(submission: Submission, at: datetime) -> None:
    """Refuse what makes an answer impossible, all of it at once; formality never blocks asking.

    Raises BadInput with a sentence for each field. What the clause demands and is missing is no
    reason: the period of most laws runs from receipt, complete or not, so it is noted
    (`missing_particulars`) and asked for while the request is on its way.
    """
    if problems := dict((*_about_people(submission), *_about_asking(submission, at))):
        raise BadInput(problems)


def _about_people(submission: Submission) -> Iterator[tuple[str, str]]:
    for person in filter(None, (submission.subject, submission.requester)):
        # From whatever door: mail to an address in another form may reach a stranger.
        try:
            canonical_or_blank(person.email)
        except AddressRefused as refusal:
            yield "email", str(refusal)
    if not submission.subject.name.strip():
        yield "name", _("Enter the name of the person the data is about.")
    if submission.requester and not submission.requester.name.strip():
        yield "requester_name", _("Enter your own name.")
    nothing = submission.right.in_confidence and submission.may_write == MayWrite.NONE
    if not submission.asker.reachable and not nothing:
        yield (
            "email",
            _(
                "Give at least one way to answer: "
                "an e-mail address, a postal address or a telephone number."
            ),
        )


def _about_asking(submission: Submission, at: datetime) -> Iterator[tuple[str, str]]:
    right = submission.right
    if submission.role not in right.who_may_ask:
        yield "role", _("The policy does not let a person in this role use this right.")
    if submission.received_on and (problem := out_of_time(submission.received_on)):
        yield "received_on", problem
    # A day to come would give every deadline of the request days that nobody was promised.
    if submission.received_on and submission.received_on > submission.organisation.today(at):
        yield "received_on", _("The day of receipt lies in the future. Enter the real day.")
    question = submission.age_question(at)
    if question and (question.final or not submission.age_confirmed):
        doors = ", ".join(str(each.here("title")) for each in question.doors)
        yield "born_on", f"{question.sentence} {doors}".strip()
    # Refused and not dropped: no form of ours asks it, and where a law forbids to require a reason
    # (for confidential communications HIPAA does, 45 CFR 164.522(b)(2)(iii)) none shall be on file.
    if set(right.never) & {code for code, given in submission.particulars.items() if filled(given)}:
        yield "particulars", _("The policy says that this is not asked. Leave it out.")


def missing_particulars(submission: Submission) -> list[str]:
    """What the clause, or a law that is called upon, says a request must contain and this one does
    not; to be followed up."""
    given = {
        code
        for code, values in submission.particulars.items()
        if code in PARTICULARS and PARTICULARS[code].said(dict(values))
    }
    # Nobody says that they write: the channel does.
    given.discard("written")
    if submission.channel in WRITTEN_CHANNELS:
        given.add("written")
    must = [*submission.right.must]
    # 45 CFR 164.524(c)(3)(ii): signed, if need be on paper.
    passes_on = law_that_passes_on(submission.organisation, submission.right.kind)
    if passes_on is not None and "destination" in given and "signed" not in must:
        must.append("signed")
    return [code for code in must if code not in given]
