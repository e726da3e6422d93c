"""Who is reminded that somebody on record said “this was not me”, until it is settled."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.models import Organisation
from dsr.requests.models import DisputeDeadline, DisputeReminderOwed
from dsr.requests.services.notify import common_context, responsible, staff_page

from .reminder_kinds import ReminderKind


class DisputeReminders(ReminderKind[DisputeDeadline]):
    """Two working days to settle an objection; the request's own clocks are another matter."""

    code = "dispute_reminder"
    mail = "not_me_reminder"
    deadlines = DisputeDeadline
    owed = DisputeReminderOwed
    joins = (
        "JOIN requests_dispute AS dispute ON dispute.id = deadline.dispute_id "
        "JOIN requests_subjectrequest AS request ON request.id = dispute.subject_request_id"
    )
    organisation = "request.organisation_id"
    is_open = "dispute.settled_at IS NULL"
    follows = ("deadline__dispute__subject_request",)

    def organisation_of(self, deadline: DisputeDeadline) -> Organisation:
        return deadline.dispute.subject_request.organisation

    def still_to_do(self, deadline: DisputeDeadline) -> bool:
        return deadline.dispute.settled_at is None

    def readers(self, deadline: DisputeDeadline, *, late: bool) -> list[User]:
        """Who has the request, and who may settle it, from the first day."""
        asked = deadline.dispute.subject_request
        overseers = User.objects.with_permission(
            Permission.OVERSEE, asked.organisation, department=asked.department_id
        )
        return list({user.pk: user for user in [*responsible(asked), *overseers]}.values())

    def same_readers(self, deadline: DisputeDeadline) -> Hashable:
        asked = deadline.dispute.subject_request
        return (asked.organisation_id, asked.department_id, asked.assignee_id)

    def reference(self, deadline: DisputeDeadline) -> str:
        return deadline.dispute.subject_request.reference

    def context(self, deadline: DisputeDeadline) -> dict[str, Any]:
        asked = deadline.dispute.subject_request
        return {**common_context(asked), "page": staff_page(asked)}
