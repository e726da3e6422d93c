"""What Celery runs: ids in, the clock read, one service called."""

from celery import shared_task
from django.utils import timezone

from dsr.audit.services import add_marks
from dsr.notifications.services import beat
from dsr.requests.deadlines import recomputing, reminders
from dsr.requests.services import (
    digests,
    free_answers,
    identity_documents,
    letter_reminders,
    lost_links,
    notices,
    rate_limits,
    staffing,
)
from dsr.requests.services.sweeping import each_by_itself


@shared_task(ignore_result=True)
def sweep_reminders() -> None:
    at = timezone.now()
    reminders.sweep(at=at)
    # Last: a sweep that failed has not run, and the health page has to say so.
    beat("reminders", at)


@shared_task(ignore_result=True)
def sweep_notices() -> None:
    at = timezone.now()
    each_by_itself(lambda room: room.sweep(at=at), (notices, letter_reminders))
    beat("notices", at)


@shared_task(ignore_result=True)
def sweep_stale_dates() -> None:
    at = timezone.now()
    recomputing.sweep_stale(at=at)
    beat("dates", at)


@shared_task(ignore_result=True)
def sweep_intake() -> None:
    at = timezone.now()
    rooms = (digests, lost_links, rate_limits, staffing, free_answers)
    each_by_itself(lambda room: room.sweep(at=at), rooms)
    beat("intake", at)


@shared_task(ignore_result=True)
def sweep_identity_documents() -> None:
    at = timezone.now()
    identity_documents.sweep(at=at)
    beat("identity_documents", at)


@shared_task(ignore_result=True)
def add_checkpoint() -> None:
    at = timezone.now()
    add_marks(at)
    beat("checkpoints", at)
