"""What the staff pages say in plain words: days left, states, evidence, periods, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from dsr.policies.kinds import Level
from dsr.policies.models import Right
from dsr.requests.authority import authority_needed
from dsr.requests.identity_levels import reached_level, still_needed
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import ACTS_FOR_ANOTHER, DeadlineStatus, Duty, Status
from dsr.requests.words import SOON, Badge, days_badge, short

# States that have ended are missing on purpose: nothing about them asks for attention.
STATUS_KINDS = {
    Status.RECEIVED: "info",
    Status.PROVING_IDENTITY: "info",
    Status.IN_PROGRESS: "info",
    Status.WAITING: "warn",
    Status.IN_REVIEW: "warn",
    Status.DECIDED: "good",
    Status.FROZEN: "bad",
}


# What a message of the outbox is about, by its kind.
MAILS: dict[str, str | Promise] = {
    "acknowledgement": gettext_lazy("Confirmation of receipt"),
    "question": gettext_lazy("A question waits for the requester"),
    "identity_request": gettext_lazy("Proof of identity is asked for"),
    "answer_ready": gettext_lazy("The answer is there"),
    "answer_letter": gettext_lazy("The answer"),
    "extended": gettext_lazy("More time is taken"),
    "lapsed": gettext_lazy("The request has lapsed"),
    "withdrawn": gettext_lazy("The request is withdrawn"),
    "out_of_scope": gettext_lazy("The request is out of scope"),
    "forwarded": gettext_lazy("The request is forwarded"),
    "fee": gettext_lazy("A fee is announced"),
    "reopened": gettext_lazy("The request is open again"),
    "fresh_link": gettext_lazy("A new private link"),
    "reading_code": gettext_lazy("A code for reading the answer"),
    "answer_was_read": gettext_lazy("The answer was opened"),
    "new_request": gettext_lazy("To staff: a new request"),
    "reminder": gettext_lazy("To staff: a reminder"),
    "assigned": gettext_lazy("To staff: assigned"),
    "review_wanted": gettext_lazy("To staff: a second person is wanted"),
    "reply_arrived": gettext_lazy("To staff: a reply arrived"),
    "withdrawn_staff": gettext_lazy("To staff: withdrawn"),
    "sole_refusal": gettext_lazy("To staff: a refusal by one person"),
    "identity_documents": gettext_lazy("To staff: identity documents are about to be destroyed"),
    "contact_held": gettext_lazy("To the contact on record: somebody asked"),
    "contact_changed": gettext_lazy("To the old contact: it was changed"),
    "not_me": gettext_lazy("To staff: this was not me"),
    "not_me_reminder": gettext_lazy("To staff: an objection waits"),
    "digest": gettext_lazy("Confirmation of receipt of several requests"),
    "invitation": gettext_lazy("Invitation"),
    "approver_named": gettext_lazy("To staff: somebody is to approve"),
    "approver_removed": gettext_lazy("To staff: somebody no longer approves"),
    "approver_objected": gettext_lazy("To staff: an objection to a new approver"),
    "password_reset": gettext_lazy("A new password"),
    "security_notice": gettext_lazy("Notice about an account"),
    "second_factor_reset": gettext_lazy("The second factor was reset"),
    "account_closed": gettext_lazy("The account was closed"),
}


def mail(kind: str) -> str:
    """What a message is called, by its kind."""
    return str(MAILS.get(kind, kind.replace("_", " ")))


def status_badge(subject_request: SubjectRequest) -> Badge:
    status = Status(subject_request.status)
    return Badge(STATUS_KINDS.get(status, "plain"), str(status.label))


def due_badge(subject_request: SubjectRequest, today: date) -> Badge:
    """Where the governing date stands on this day."""
    days = subject_request.days_left(today)
    # Decided, nobody counts the days until the decision: the answer has to go out by then.
    if days is not None and days >= 0 and subject_request.status == Status.DECIDED:
        return Badge("soon" if days <= SOON else "ok", _to_send(days))
    if days is not None:
        return days_badge(days)
    # Days are counted while an answer is awaited; afterwards it is said what became of it.
    if subject_request.answered_on:
        return Badge("met", _("Answered on %(day)s") % {"day": short(subject_request.answered_on)})
    if subject_request.is_open:
        return Badge("paused", _("No date while it is paused"))
    return Badge("ok", _("Ended"))


def _to_send(days: int) -> str:
    if days == 0:
        return _("Decided: to be sent today")
    return ngettext(
        "Decided: to be sent within %(n)d day", "Decided: to be sent within %(n)d days", days
    ) % {"n": days}


def deadline_badge(deadline: Deadline, today: date) -> Badge:
    """Where one deadline stands on this day."""
    days = deadline.days_left(today)
    # Announcing an extension is no duty: past its day nothing is late, it is only not possible.
    if days is not None and deadline.purpose == Duty.EXTENSION_NOTICE:
        return Badge("ok", _("Possible until then") if days >= 0 else _("No longer possible"))
    if days is not None:
        return days_badge(days)
    ended = {"day": short(deadline.ended_on)} if deadline.ended_on else {"day": ""}
    texts = {
        DeadlineStatus.PAUSED: Badge("paused", _("Paused")),
        DeadlineStatus.MET: Badge("met", _("Met on %(day)s") % ended),
        DeadlineStatus.MISSED: Badge("missed", _("Missed: done on %(day)s") % ended),
        DeadlineStatus.CANCELLED: Badge("ok", _("Cancelled")),
    }
    return texts.get(DeadlineStatus(deadline.status), Badge("ok", _("No date")))


def language(code: str) -> str:
    """The name of a language in the reader's own."""
    try:
        return str(get_language_info(code)["name_translated"])
    # An organisation may answer in a language that Django has no name for.
    except KeyError:
        return code


def url(view: str, *args: object) -> str:
    return reverse(view, args=args)


@dataclass(frozen=True, slots=True)
class IdentityProgress:
    """How sure the evidence makes us, beside what the right requires."""

    required: Level
    reached: Level
    missing: str
    acts_for_another: bool
    authority_missing: str

    @property
    def enough(self) -> bool:
        return self.reached >= self.required

    @property
    def steps(self) -> list[tuple[str, bool, bool]]:
        """Every level: its words, whether it is reached, whether it is the one required."""
        return [
            (str(level.label), level <= self.reached, level == self.required)
            for level in (Level.LOCATE, Level.REASONABLE, Level.HIGH)
        ]


def identity_progress(subject_request: SubjectRequest, today: date) -> IdentityProgress:
    required = Level(subject_request.required_level)
    evidence = subject_request.evidence.all()
    return IdentityProgress(
        required,
        # From the evidence each time: no tick box says who somebody is (promise A2).
        reached_level(evidence),
        still_needed(evidence, required),
        subject_request.role in ACTS_FOR_ANOTHER,
        authority_needed(subject_request, today),
    )


def source(right: Right) -> str:
    """Where a right stands: the policy and its version, or the article of a law."""
    if right.law:
        return f"{right.law}, {right.law_article}"
    version = right.reading.version
    return f"{version.policy.title} ({version.label})"
