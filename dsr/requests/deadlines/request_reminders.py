"""Who is reminded of a request's own deadlines, and what the mail says."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from django.utils.functional import lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.models import Organisation, Right
from dsr.requests.findings import title_of
from dsr.requests.models import Deadline, Decision, ReminderOwed
from dsr.requests.models.deadlines import TO_ANSWER_BY
from dsr.requests.services.notify import (
    assignee_there,
    common_context,
    responsible,
    staff_page,
)
from dsr.requests.states import OPEN, REFUSING, Duty, SetBy, Status

from .clocks import is_refusing
from .reminder_kinds import ReminderKind


def _sql(codes: Iterable[str]) -> str:
    """Codes of ours as a list in SQL."""
    return "(" + ", ".join(sorted(f"'{code!s}'" for code in codes)) + ")"


class RequestReminders(ReminderKind[Deadline]):
    """The deadlines of requests. One duty, one reminder: that of the date that governs."""

    code = "reminder"
    mail = "reminder"
    deadlines = Deadline
    owed = ReminderOwed
    joins = "JOIN requests_subjectrequest AS request ON request.id = deadline.subject_request_id"
    organisation = "request.organisation_id"
    # What followed from a finding is owed whatever became of the request.
    is_open = (
        f"(request.status = ANY('{{{','.join(sorted(OPEN))}}}')"
        f" OR deadline.purpose = '{Duty.FOLLOW_UP.value}')"
    )
    # Of a day that is also the governing one people hear once, and of the limit for telling of a
    # refusal only where there is one.
    heard = f"""
        deadline.governing
        OR deadline.purpose NOT IN {_sql([*TO_ANSWER_BY, Duty.REFUSE])}
        OR (deadline.purpose = '{Duty.OPT_OUT.value}'
            AND deadline.due_on IS DISTINCT FROM request.due_on)
        OR (deadline.purpose = '{Duty.REFUSE.value}'
            AND deadline.due_on IS DISTINCT FROM request.due_on
            AND EXISTS (SELECT 1 FROM requests_decision AS decision
                        WHERE decision.subject_request_id = request.id
                          AND decision.status <> '{Decision.Status.RETURNED.value}'
                          AND decision.outcome IN {_sql(REFUSING)}))
    """  # noqa: S608 -- every part of it is written in code
    follows = ("deadline__subject_request",)
    together = "deadline__subject_request"
    leaves_out = ("deadline__trace", "deadline__rule", "deadline__pauses_admitted")

    def prepare(self, deadlines: Iterable[Deadline]) -> None:
        """Many requests have the same organisation, right and assignee: each is read once."""
        requests = [each.subject_request for each in deadlines]
        organisations = Organisation.objects.in_bulk({each.organisation_id for each in requests})
        rights = Right.objects.in_bulk({each.right_id for each in requests})
        people = User.objects.in_bulk({each.assignee_id for each in requests} - {None})
        for each in requests:
            each.organisation = organisations[each.organisation_id]
            each.right = rights[each.right_id]
            each.assignee = people.get(each.assignee_id)

    def organisation_of(self, deadline: Deadline) -> Organisation:
        return deadline.subject_request.organisation

    def thing(self, deadline: Deadline) -> int:
        return deadline.subject_request_id

    def still_to_do(self, deadline: Deadline) -> bool:
        asked = deadline.subject_request
        if _is_follow_up(deadline):
            return True
        return asked.awaits_answer or (deadline.purpose == Duty.SUPPLEMENT and asked.is_open)

    def holds(self, deadline: Deadline, step: str, due_on: str) -> bool:
        """As for any deadline; a refusal that was taken back has nobody to be told."""
        if not super().holds(deadline, step, due_on):
            return False
        return deadline.purpose != Duty.REFUSE or is_refusing(deadline.subject_request)

    def readers(self, deadline: Deadline, *, late: bool) -> list[User]:
        """The responsible person, or the team; what is late also goes to who oversees."""
        asked = deadline.subject_request
        people = {user.pk: user for user in responsible(asked)}
        if late:
            overseers = User.objects.with_permission(
                Permission.OVERSEE, asked.organisation, department=asked.department_id
            )
            people |= {user.pk: user for user in overseers}
        return list(people.values())

    def same_readers(self, deadline: Deadline) -> Hashable:
        asked = deadline.subject_request
        return (asked.organisation_id, asked.department_id, asked.assignee_id)

    def reference(self, deadline: Deadline) -> str:
        return deadline.subject_request.reference

    def context(self, deadline: Deadline) -> dict[str, Any]:
        asked = deadline.subject_request
        return {
            **common_context(asked),
            "page": staff_page(asked),
            # Labels and not words yet: each reader has them in a language of their own.
            "purpose": lazy(title_of, str)(deadline),
            "set_by": SetBy(deadline.set_by).label,
            "is_aim": deadline.is_aim,
            "follows_up": _is_follow_up(deadline),
            # A day is not enough where hours are counted.
            "until": deadline.due_at if _by_the_hour(deadline) else None,
            "unassigned": assignee_there(asked) is None,
        }

    def remembers(self, deadline: Deadline) -> dict[str, Any]:
        return {"frozen": deadline.subject_request.status == Status.FROZEN}

    def may_be_sent(self, deadline: Deadline, remembered: Mapping[str, Any]) -> bool:
        # What followed from a finding waits for nothing.
        if _is_follow_up(deadline):
            return True
        # It asks for work that must not be done now. Reminders owed since the freezing know of it.
        frozen = deadline.subject_request.status == Status.FROZEN
        return not frozen or bool(remembered.get("frozen"))


def _is_follow_up(deadline: Deadline) -> bool:
    return bool(deadline.purpose == Duty.FOLLOW_UP)


def _by_the_hour(deadline: Deadline) -> bool:
    # In this order: rules are not read with the many that are none.
    return _is_follow_up(deadline) and deadline.rule["unit"] == "hour"
