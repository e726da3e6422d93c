"""What Celery runs: ids in, the clock read, one service called."""

from celery import shared_task
from django.utils import timezone

from .services import reminding


@shared_task(ignore_result=True)
def sweep_reminders() -> None:
    reminding.sweep(at=timezone.now())
