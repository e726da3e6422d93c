"""Doors for Celery: the clock is read here, and one service is called."""

from celery import shared_task
from django.utils import timezone

from dsr.notifications import services


@shared_task(name="dsr.notifications.tasks.deliver", ignore_result=True)
def deliver() -> None:
    services.deliver(timezone.now())


@shared_task(name="dsr.notifications.tasks.heartbeat", ignore_result=True)
def heartbeat() -> None:
    services.beat("worker", timezone.now())
