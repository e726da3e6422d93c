"""What the staff pages say in plain words: days left, states, evidence, periods, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from dsr.policies.kinds import Level
from dsr.policies.law_words import article_in_words
from dsr.policies.models import Right
from dsr.requests.authority import authority_needed
from dsr.requests.identity_levels import reached_level, still_needed
from dsr.requests.mail_names import MAILS as MAILS
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
        return days_badge(days, aim=subject_request.due_is_aim)
    # Days are counted while an answer is awaited; afterwards it is said what became of it.
    if subject_request.answered_on:
        return Badge("met", _("Answered on %(day)s") % {"day": short(subject_request.answered_on)})
    since = subject_request.kept_ready_on
    if since and not subject_request.is_open:
        return Badge("paused", _("Could not be delivered"))
    if since:
        return Badge("paused", _("Kept ready since %(day)s") % {"day": short(since)})
    if subject_request.is_open:
        return Badge("paused", _("No date while it is paused"))
    return Badge("ok", _("Ended"))


def _to_send(days: int) -> str:
    if days == 0:
        return _("Decided: to be sent today")
    return ngettext(
        "Decided: to be sent within %(n)d day", "Decided: to be sent within %(n)d days", days
    ) % {"n": days}


def deadline_badge(
    deadline: Deadline, today: date, at: datetime, *, refusing: bool = False
) -> Badge:
    """Where one deadline stands at this moment; ``refusing`` where a refusal is in view."""
    days = deadline.days_left(today)
    if days is not None:
        # Of one in hours the day may go on when its time is over.
        if days >= 0 and deadline.purpose == Duty.FOLLOW_UP and _is_over(deadline, at):
            return Badge("over", _("The time is over"))
        quiet = _without_duty(deadline, days, refusing)
        return Badge("ok", quiet) if quiet else days_badge(days, aim=deadline.is_aim)
    ended = {"day": short(deadline.ended_on)} if deadline.ended_on else {"day": ""}
    if deadline.undelivered:
        return _undelivered(deadline)
    texts = {
        DeadlineStatus.PAUSED: Badge("paused", _("Paused")),
        DeadlineStatus.MET: Badge("met", _("Met on %(day)s") % ended),
        DeadlineStatus.MISSED: Badge("met", _("Done on %(day)s, after the aim") % ended)
        if deadline.is_aim
        else Badge("missed", _("Missed: done on %(day)s") % ended),
        DeadlineStatus.CANCELLED: Badge("ok", _("Cancelled")),
    }
    return texts.get(DeadlineStatus(deadline.status), Badge("ok", _("No date")))


def _is_over(deadline: Deadline, at: datetime) -> bool:
    return deadline.due_at is not None and deadline.due_at < at


def _undelivered(deadline: Deadline) -> Badge:
    if deadline.status == DeadlineStatus.MISSED:
        return Badge("missed", _("Missed: not delivered by then"))
    return Badge("paused", _("Ready, could not be delivered"))


def _without_duty(deadline: Deadline, days: int, refusing: bool) -> str:
    """What is said of a day that nobody can be late with."""
    if deadline.purpose == Duty.EXTENSION_NOTICE:
        return _("Possible until then") if days >= 0 else _("No longer possible")
    if deadline.purpose == Duty.NOT_BEFORE:
        return _("Nothing may be given before then") if days >= 0 else _("Possible since then")
    if deadline.purpose == Duty.REFUSE and not refusing:
        return _("Only if it is refused, in whole or in part")
    return ""


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
        return article_in_words(right.law, right.law_article)
    version = right.reading.version
    return f"{version.policy.title} ({version.label})"
