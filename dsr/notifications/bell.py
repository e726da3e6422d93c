"""The doorbell: tells a worker that something is owed. The sweep finds it anyway."""

import logging
import time

from celery import current_app
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TASK = "dsr.notifications.tasks.deliver"
# After a failure the bell stays silent this long, so that a broker that is away costs one short
# wait and not one in every request.
SILENCE_SECONDS = 30.0


class _Silence:
    until = 0.0


def ring() -> None:
    """Rings after the commit, once per transaction. Never raises."""
    waiting = connections[DEFAULT_DB_ALIAS].run_on_commit
    if not any(entry[1] is _after_commit for entry in waiting):
        transaction.on_commit(_after_commit, robust=True)


def _after_commit() -> None:
    knock()


def knock() -> bool:
    """Whether a worker was told. A broker that is away is reported once and left alone a while."""
    if time.monotonic() < _Silence.until:
        return False
    try:
        current_app.send_task(TASK, ignore_result=True, retry=False, expires=300)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        _Silence.until = time.monotonic() + SILENCE_SECONDS
        log.warning("The doorbell is out of order (%s): the sweep delivers.", type(error).__name__)
        return False
    return True
