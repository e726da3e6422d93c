"""More time, and days that a court or authority sets. Nobody types a due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.deadlines.extending import ExtensionVerdict
from dsr.requests.deadlines import lifecycle, reminder_days, solving
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.messages import write_message
from dsr.requests.models import Deadline, Extension, Order, RequestMessage, SubjectRequest
from dsr.requests.services.changing import Doing, changing, write_line
from dsr.requests.services.notify import tell_requester
from dsr.requests.states import Duty, SetBy
from dsr.vault.uploads import CheckedUpload


@dataclass(frozen=True, slots=True)
class ExtensionGiven:
    """More time for one deadline. ``explanation`` is told to the requester.

    ``notified_on`` is given only for a notice that already went out by another way, on that day.
    """

    deadline_id: int
    amount: int
    reason: str
    explanation: str
    notified_on: date | None = None
    proof: CheckedUpload | None = None


def extend(
    request_id: int, given: ExtensionGiven, *, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Take more time and tell the requester today, or record a notice that was given before.

    Today's notice is refused after the notice limit, with the day on which it would have been
    possible. A notice of an earlier day that came too late is recorded as having no effect.
    """
    with changing(request_id, "extend", actor=actor, at=at, seen=seen) as doing:
        deadline = _extendable(doing, given)
        notified_on = given.notified_on or doing.today
        verdict = _verdict(deadline, given, notified_on)
        if not verdict.admitted and given.notified_on is None:
            raise Unmet(_too_late(verdict))
        extension = _keep(doing, deadline, given, notified_on, actor, verdict.admitted)
        doing.facts |= {
            "deadline": deadline.pk,
            "extension": extension.pk,
            "notified_on": notified_on.isoformat(),
            "effect": verdict.outcome,
        }
        if verdict.admitted:
            lifecycle.settle_purpose(
                doing.subject_request, Duty.EXTENSION_NOTICE, notified_on, actor=actor, at=at
            )
            lifecycle.recompute(doing.subject_request, actor=actor, at=at, cause="extended")
        if given.notified_on is None:
            write_message(doing, RequestMessage.Kind.NOTICE, given.explanation)
            doing.afterwards.append(
                lambda: tell_requester(doing.subject_request, "extended", at=at)
            )
    return doing.subject_request


def _extendable(doing: Doing, given: ExtensionGiven) -> Deadline:
    deadline = (
        doing.subject_request.deadlines.live()
        .select_related("calendar")
        .filter(pk=given.deadline_id)
        .first()
    )
    if deadline is None or deadline.extension_rule is None:
        raise Unmet(_("The rule of this deadline does not allow more time."))
    deadline.subject_request = doing.subject_request
    allowed, problems = deadline.extension_rule, {}
    if not 1 <= given.amount <= allowed["amount"]:
        problems["amount"] = _("At most %(most)s more can be taken.") % {"most": allowed["amount"]}
    if given.reason not in allowed["reasons"]:
        problems["reason"] = _("The rule does not admit this reason.")
    if not given.explanation.strip():
        problems["explanation"] = _("Tell the requester why more time is needed.")
    if given.notified_on and not (
        doing.subject_request.received_on <= given.notified_on <= doing.today
    ):
        problems["notified_on"] = _("Enter a day from the receipt until today.")
    if given.notified_on and given.proof is None:
        problems["proof"] = _("Add the notice that was sent, as proof of its day.")
    if problems:
        raise BadInput(problems)
    return deadline


def _verdict(deadline: Deadline, given: ExtensionGiven, notified_on: date) -> ExtensionVerdict:
    rule = deadline.extension_rule or {}
    event = solving.extension_event(given.amount, rule["unit"], given.reason, notified_on)
    verdicts = solving.solve(deadline, extra=(event,)).extensions
    return next(each for each in verdicts if each.extension == event)


def _too_late(verdict: ExtensionVerdict) -> str:
    if verdict.notice_by is None or verdict.outcome != "late":
        return _("The rule does not allow another extension of this deadline.")
    return _(
        "It is too late for this: the requester had to be told by %(day)s. The date stands."
    ) % {"day": date_format(verdict.notice_by, "DATE_FORMAT")}


def _keep(
    doing: Doing,
    deadline: Deadline,
    given: ExtensionGiven,
    notified_on: date,
    actor: User,
    admitted: bool,
) -> Extension:
    extension = Extension(
        safe=doing.subject_request.safe,
        deadline=deadline,
        amount=given.amount,
        unit=(deadline.extension_rule or {})["unit"],
        reason=given.reason,
        notified_on=notified_on,
        admitted=admitted,
        by=actor,
        recorded_at=doing.at,
    )
    if given.proof:
        extension.proof = keep_proof(doing.subject_request, given.proof, at=doing.at)
    extension.seal(explanation=given.explanation.strip())
    extension.save()
    return extension


@dataclass(frozen=True, slots=True)
class OrderGiven:
    """An order of a court or authority, with its document."""

    due_on: date
    ordered_on: date
    authority: str
    document: CheckedUpload


def record_order(
    request_id: int, given: OrderGiven, *, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Add a clock with the day that was ordered. It changes no other clock."""
    with changing(request_id, "record_order", actor=actor, at=at, seen=seen) as doing:
        _check_order(given, doing)
        deadline = _ordered_deadline(doing, given)
        document = keep_proof(doing.subject_request, given.document, at=at)
        order = Order(
            safe=doing.subject_request.safe,
            deadline=deadline,
            document=document,
            ordered_on=given.ordered_on,
            by=actor,
            recorded_at=at,
        )
        order.seal(authority=given.authority.strip())
        order.save()
        doing.facts |= {"deadline": deadline.pk, "due_on": given.due_on.isoformat()}
        lifecycle.govern(doing.subject_request)
    return doing.subject_request


def _check_order(given: OrderGiven, doing: Doing) -> None:
    problems = {}
    if not given.authority.strip():
        problems["authority"] = _("Say which court or authority ordered it.")
    if given.ordered_on > doing.today:
        problems["ordered_on"] = _("This day lies in the future. Enter the day of the order.")
    if given.due_on < given.ordered_on:
        problems["due_on"] = _("This day lies before the order. Enter the day it sets.")
    if problems:
        raise BadInput(problems)


def _ordered_deadline(doing: Doing, given: OrderGiven) -> Deadline:
    subject_request = doing.subject_request
    calendar = subject_request.organisation.calendar
    number = subject_request.deadlines.filter(set_by=SetBy.ORDER).count() + 1
    deadline = Deadline(
        subject_request=subject_request,
        purpose=Duty.RESPOND,
        set_by=SetBy.ORDER,
        code=f"order-{number}",
        source=_("Order of a court or authority; its document is attached"),
        rule={"unit": "none"},
        calendar=calendar,
        calendar_version=calendar.version,
        started_on=given.ordered_on,
        due_on=given.due_on,
        would_be_on=given.due_on,
        trace=[],
        computed_at=doing.at,
    )
    deadline.remind_on = reminder_days.first_day(deadline, doing.today)
    deadline.save()
    facts = lifecycle.begun(deadline)
    write_line(subject_request, "deadline_began", actor=doing.actor, at=doing.at, facts=facts)
    return deadline
