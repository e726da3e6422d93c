"""Letters that lie here: who may post them is reminded until they are posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.notifications.models import OutboxMessage
from dsr.notifications.models import Status as Outbox
from dsr.requests.mail_names import MAILS
from dsr.requests.models import Notice, SubjectRequest
from dsr.requests.states import Status

from .notices import announce_by, warn_of_extension
from .notify import responsible, tell_staff

RECHECK = "letter_waits"
# Working days after it was written: a first word soon, then again every week of work.
FIRST, EVERY = 2, 5


def sweep(*, at: datetime) -> int:
    """Owe every reminder that is due by now; returns how many letters were spoken of.

    The keys say which step of which letter: owed twice it is owed once.
    """
    waiting = OutboxMessage.objects.to_post().filter(owed_at__lt=at - timedelta(days=1))
    letters = list(waiting.exclude(reference="").only("pk", "key", "kind", "reference", "owed_at"))
    requests = _requests({each.reference for each in letters})
    notices = {
        each.key: each
        for each in Notice.objects.waiting()
        .filter(key__in=[each.key for each in letters])
        .select_related("extension__deadline")
    }
    return sum(
        _remind(each, requests[each.reference], notices.get(each.key), at)
        for each in letters
        if each.reference in requests
    )


def _requests(references: Iterable[str]) -> dict[str, SubjectRequest]:
    found = SubjectRequest.objects.filter(reference__in=references)
    # Of one that is frozen nothing goes out, so nobody is asked to post.
    found = found.exclude(status=Status.FROZEN)
    related = found.select_related("organisation__calendar", "right", "assignee", "safe")
    return {each.reference: each for each in related}


def _remind(
    letter: OutboxMessage, subject_request: SubjectRequest, notice: Notice | None, at: datetime
) -> bool:
    organisation = subject_request.organisation
    today = organisation.today(at)
    post_by = post_by_of(notice, subject_request)
    if notice and notice.extension and post_by and today > post_by:
        warn_of_extension(notice.extension, subject_request, at=at)
    step = _step(subject_request, organisation.today(letter.owed_at), today, post_by)
    if not step:
        return False
    tell_staff(
        subject_request,
        "letter_waits",
        who_posts(subject_request),
        at=at,
        key=f"letter_waits:{letter.pk}:{step}",
        recheck=RECHECK,
        recheck_args={"letter": letter.pk},
        what=MAILS.get(letter.kind, letter.kind),
        written_on=organisation.today(letter.owed_at),
        post_by=post_by,
    )
    return True


def _step(subject_request: SubjectRequest, written: date, today: date, by: date | None) -> str:
    """Which reminder is due: by working days, and on the day before and of a limit."""
    if by and today in (by - timedelta(days=1), by):
        return today.isoformat()
    calendar = subject_request.organisation.calendar.as_engine()
    if today < calendar.add_working_days(written, FIRST):
        return ""
    step, day = 1, calendar.add_working_days(written, FIRST + EVERY)
    while day <= today:
        step, day = step + 1, calendar.add_working_days(day, EVERY)
    return str(step)


def post_by_of(notice: Notice | None, subject_request: SubjectRequest) -> date | None:
    """By when a letter has to be posted to have its effect."""
    if notice is None or notice.extension is None:
        return None
    return announce_by(notice.extension, subject_request)


def who_posts(subject_request: SubjectRequest) -> list[User]:
    """Who has the request, and who may post."""
    able = User.objects.with_permission(
        Permission.RECORD, subject_request.organisation, department=subject_request.department_id
    )
    people = [*responsible(subject_request)]
    if not {user.pk for user in able} & {user.pk for user in people}:
        people += able
    return list({user.pk: user for user in people}.values())


def still_waits(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before the reminder is sent."""
    return OutboxMessage.objects.filter(pk=args["letter"], status=Outbox.OWED).exists()
