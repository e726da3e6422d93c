"""The Celery app. Its messages only ring a bell; what is owed stands in the database."""

from __future__ import annotations

import os
from typing import Any

import django
from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("dsr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def try_the_keys(**kwargs: Any) -> None:
    """A worker with the wrong keys ends here, with one line, before it takes a task."""
    django.setup()
    from config.startup import refuse_to_serve_wrongly

    refuse_to_serve_wrongly()


@signals.beat_init.connect
def sweep_at_once(**kwargs: Any) -> None:
    """What became due while nothing ran does not wait for the schedule's first minute."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])
