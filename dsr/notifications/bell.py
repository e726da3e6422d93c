"""The doorbell: wakes the delivery worker through Redis; the sweep finds what is owed anyway.

It is rung from a thread of its own, so that no page waits for the broker; whatever is rung for
while it knocks is one more knock.
"""

import atexit
import logging
import os
import time
from queue import SimpleQueue
from threading import Lock, Thread

from celery import current_app
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TASK = "dsr.notifications.tasks.deliver"
# How long the end of a process waits for a knock that is under way.
PATIENCE_SECONDS = 3.0
# After a failure the bell stays silent this long, so that a broker that is away costs one short
# wait and not one in every request.
SILENCE_SECONDS = 30.0


class _Silence:
    until = 0.0


def ring() -> None:
    """Rings after the commit, once per transaction. Never raises."""
    waiting = connections[DEFAULT_DB_ALIAS].run_on_commit
    if not any(entry[1] is _after_commit for entry in waiting):
        # The deed is done by now: a bell that breaks must not look like a deed that failed.
        transaction.on_commit(_after_commit, robust=True)


# A function of its own: Django reports a robust failure by its name, and a partial has none.
def _after_commit() -> None:
    wake()


def knock() -> bool:
    """Whether a worker was told. A broker that is away is reported once and left alone a while."""
    if time.monotonic() < _Silence.until:
        return False
    try:
        # No retry, since a sweep comes anyway; after minutes a knock says nothing new.
        current_app.send_task(TASK, ignore_result=True, retry=False, expires=300)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        _Silence.until = time.monotonic() + SILENCE_SECONDS
        log.warning("The doorbell is out of order (%s): the sweep delivers.", type(error).__name__)
        return False
    return True


class _Ringer:
    """The thread, begun with the first ring of a process."""

    def __init__(self) -> None:
        self.rings: SimpleQueue[bool] = SimpleQueue()
        self.lock = Lock()
        self.thread: Thread | None = None

    def wake(self) -> None:
        self.rings.put(True)
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                # It keeps no process alive; `finish` gives it its time at the end.
                self.thread = Thread(target=self._ring, name="doorbell", daemon=True)
                self.thread.start()

    def finish(self) -> None:
        if self.thread is not None:
            self.rings.put(False)
            self.thread.join(PATIENCE_SECONDS)

    def _ring(self) -> None:
        go_on = True
        while go_on:
            heard = {self.rings.get()}
            while not self.rings.empty():
                heard.add(self.rings.get())
            if True in heard:
                knock()
            go_on = False not in heard


_ringer = _Ringer()
wake = _ringer.wake
# A thread does not live on in the copy of a process.
os.register_at_fork(after_in_child=_ringer.__init__)  # type: ignore[misc]
atexit.register(_ringer.finish)
