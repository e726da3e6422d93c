"""Sending the mail that is owed: claim, hand over, settle; give back on failure; sweep the rest.

A mail is settled only after the server took it. A worker that is killed in between leaves a claim
that runs out, and the mail goes out once more under the same Message-ID; nothing is ever lost.
"""

import logging
import os
import socket
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, QuerySet

from dsr.notifications import heartbeats
from dsr.notifications.bell import ring
from dsr.notifications.models import OutboxMessage, Status, Trouble
from dsr.notifications.owing import is_known, still_holds, tell_followers
from dsr.notifications.smtp import (
    RefusalError,
    ServerAwayError,
    SmtpConnection,
    email_of,
    longest_hand_over,
)
from dsr.vault.errors import KeyDestroyed, Tampered

log = logging.getLogger(__name__)

# Small: of a worker that dies, this many mails wait for the lease.
BATCH = 50
# How long the rest of a batch waits for a worker that died.
LEASE = timedelta(seconds=60)
# A worker that finds no end goes home after this, well before the task's time limit.
SHIFT_SECONDS = 50.0
# The pauses between attempts, in minutes: two days in all, and the longer it has waited the longer
# it waits. Short at first, for servers that turn away what they see for the first time.
PAUSES = (1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 960, 960)
ATTEMPTS = len(PAUSES) + 1
SERVER_PAUSE = timedelta(minutes=1)


def deliver(at: datetime, limit: int = 5000, worker: str = "") -> dict[str, int]:
    """One sweep: sends what is due, at most `limit` mails; how many met which end.

    Any number of sweeps may run at the same time.
    """
    shift = _Shift(at, worker or f"{socket.gethostname()}:{os.getpid()}")
    shift.count("missed", mark_missed(at))
    reclaim(at)
    while shift.goes_on(limit):
        shift.batch(min(BATCH, limit - shift.claimed))
    tell_followers(shift.ended, at)
    # Only now: a sweep that broke off has not shown that mail goes out.
    heartbeats.beat("delivery", at)
    return dict(shift.counts)


def mark_missed(at: datetime) -> int:
    """What is not of use any more is not sent late: it becomes visible as missed."""
    return _free(
        OutboxMessage.objects.outdated(at), status=Status.MISSED, last_error=Trouble.TOO_LATE
    )


def reclaim(at: datetime) -> int:
    """Frees what a dead worker holds; what has killed every worker is given up."""
    abandoned = OutboxMessage.objects.mails().filter(status=Status.CLAIMED, lease_until__lte=at)
    # Not “tried for two days”: no attempt came to its end.
    hopeless = abandoned.filter(attempts__gte=ATTEMPTS)
    given_up = _free(hopeless, status=Status.FAILED, last_error=Trouble.DEFECT)
    return given_up + _free(abandoned, status=Status.OWED, next_try_at=at)


def _free(rows: QuerySet[OutboxMessage], **values: object) -> int:
    """Takes rows out of dead hands. Skipping what others have locked leaves no deadlock."""
    with transaction.atomic():
        ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        held = OutboxMessage.objects.filter(pk__in=ids)
        return held.update(claimed_by="", lease_until=None, **values) if ids else 0


def backoff(attempts: int) -> timedelta | None:
    """The pause after so many attempts; none when two days of trying are over."""
    return timedelta(minutes=PAUSES[attempts - 1]) if attempts < ATTEMPTS else None


class _Shift:
    """One worker at work. Claims carry its own sign, so that nobody settles another's."""

    def __init__(self, at: datetime, worker: str) -> None:
        self.sign = f"{worker[:80]}/{uuid4().hex[:12]}"
        self.counts: Counter[str] = Counter()
        self.claimed = 0
        self.ended: list[str] = []
        self._at = at
        self._began = time.monotonic()
        self._last_batch = -1

    def now(self) -> datetime:
        """The instant read at the door plus the whole seconds worked since."""
        return self._at + timedelta(seconds=int(time.monotonic() - self._began))

    def count(self, what: str, number: int = 1) -> None:
        if number:
            self.counts[what] += number

    def goes_on(self, limit: int) -> bool:
        # An empty batch: the rest is not due yet, or in the hands of others.
        if self._last_batch == 0 or self.claimed >= limit:
            return False
        return time.monotonic() - self._began < SHIFT_SECONDS

    def batch(self, size: int) -> None:
        """Claims, sends and settles up to `size` mails over one connection."""
        with ExitStack() as afterwards:
            # Whatever happens, nothing stays claimed by somebody who is not working on it.
            afterwards.callback(self._give_back)
            ids = self._claim(size)
            if self._last_batch == -1 and len(ids) == size:
                ring()  # There is more than one can carry: call a colleague.
            self._last_batch, self.claimed = len(ids), self.claimed + len(ids)
            smtp = afterwards.enter_context(SmtpConnection())
            try:
                for message_id in ids:
                    self.count(self._see_to(message_id, smtp))
            except ServerAwayError as error:
                self._pause(error.trouble)

    def _claim(self, size: int) -> list[int]:
        waiting = OutboxMessage.objects.mails().filter(
            status=Status.OWED, next_try_at__lte=self.now()
        )
        with transaction.atomic():
            # Other sweeps pass over these rows at once. The lock ends with the commit; the claim
            # stands until its lease ends, so no lock is held while a server is talked to.
            rows = waiting.select_for_update(skip_locked=True).order_by("next_try_at", "pk")
            ids = list(rows.values_list("pk", flat=True)[:size])
            OutboxMessage.objects.filter(pk__in=ids).update(
                status=Status.CLAIMED, claimed_by=self.sign, lease_until=self.now() + LEASE
            )
        return ids

    def _see_to(self, message_id: int, smtp: SmtpConnection) -> str:
        # Before the mail is taken: a server that is away costs it no attempt.
        smtp.open()
        message = self._take(message_id)
        if message is None:
            return "lost"
        try:
            return self._hand_over(message, smtp)
        except SoftTimeLimitExceeded:
            # It is about the sweep, and not about the mail that it happened to meet.
            self._try_later(message, Trouble.CONNECTION_LOST)
            raise
        # Whatever it is, it concerns this mail, and the others go. It is not hidden: the log has
        # its place in the code, health counts it, and without a cure the mail becomes a task.
        except Exception:
            log.exception("Message %s met a defect.", message.pk)
            smtp.close()
            return self._try_later(message, Trouble.DEFECT)

    def _take(self, message_id: int) -> OutboxMessage | None:
        """Takes one claimed mail into the hand, if it is still ours and still to be sent."""
        mine = OutboxMessage.objects.filter(
            pk=message_id, status=Status.CLAIMED, claimed_by=self.sign
        )
        # As long as handing over may take: nobody takes it over while the server still answers.
        until = self.now() + longest_hand_over()
        # Counted before it is sent: a mail that kills its worker is given up in the end.
        taken = mine.update(attempts=F("attempts") + 1, lease_until=until)
        return mine.select_related("safe").first() if taken else None

    def _hand_over(self, message: OutboxMessage, smtp: SmtpConnection) -> str:
        now = self.now()
        if message.useful_until is not None and message.useful_until <= now:
            return self._end(message, Status.MISSED, Trouble.TOO_LATE)
        # A newer version of the program, running beside this one, may know it.
        if not is_known(message.recheck):
            return self._try_later(message, Trouble.UNKNOWN_RECHECK)
        if not still_holds(message.recheck, message.recheck_args, now):
            return self._end(message, Status.CANCELLED, Trouble.NOT_NEEDED)
        return self._send(message, smtp)

    def _send(self, message: OutboxMessage, smtp: SmtpConnection) -> str:
        try:
            smtp.hand_over(email_of(message))
        except KeyDestroyed:
            return self._end(message, Status.CANCELLED, Trouble.ERASED)
        except Tampered:
            return self._end(message, Status.FAILED, Trouble.UNREADABLE)
        except RefusalError as refusal:
            return self._refused(message, refusal, smtp)
        return self._sent(message)

    def _refused(self, message: OutboxMessage, refusal: RefusalError, smtp: SmtpConnection) -> str:
        if refusal.for_good:
            outcome = self._end(message, Status.FAILED, refusal.trouble)
        else:
            outcome = self._try_later(message, refusal.trouble)
        # After a refusal the connection may be half dead; the next mail gets a fresh one.
        smtp.close()
        return outcome

    def _sent(self, message: OutboxMessage) -> str:
        """That it was sent is a fact, whoever holds the claim now or took it back meanwhile."""
        OutboxMessage.objects.filter(pk=message.pk).exclude(status=Status.SENT).update(
            status=Status.SENT,
            sent_at=self.now(),
            last_error=Trouble.NONE,
            claimed_by="",
            lease_until=None,
        )
        self.ended.append(message.key)
        return "sent"

    def _end(self, message: OutboxMessage, status: Status, trouble: Trouble) -> str:
        self._settle(message, status=status, last_error=trouble)
        self.ended.append(message.key)
        if status == Status.FAILED:
            # By its number: no address and no name reaches a log.
            log.warning("Message %s failed: %s.", message.pk, trouble.value)
        return str(status.value)

    def _try_later(self, message: OutboxMessage, trouble: Trouble) -> str:
        pause = backoff(message.attempts)
        if pause is None:
            return self._end(message, Status.FAILED, Trouble.GIVEN_UP)
        log.info("Message %s waits %s: %s.", message.pk, pause, trouble.value)
        self._settle(
            message, status=Status.OWED, last_error=trouble, next_try_at=self.now() + pause
        )
        return "later"

    def _settle(self, message: OutboxMessage, **values: object) -> None:
        # Only under our own sign: who lost the claim meanwhile undoes nothing of another.
        OutboxMessage.objects.filter(pk=message.pk, claimed_by=self.sign).exclude(
            status__in=(Status.SENT, Status.CANCELLED)
        ).update(claimed_by="", lease_until=None, **values)

    def _pause(self, trouble: Trouble) -> None:
        """The server is away: no mail is to blame, and the next sweep knocks again."""
        log.warning("No mail can be sent: %s.", trouble.value)
        self.count("returned", self._unclaim(last_error=trouble, pause=SERVER_PAUSE))
        self._last_batch = 0

    def _give_back(self) -> None:
        self._unclaim()

    def _unclaim(self, last_error: Trouble = Trouble.NONE, pause: timedelta = timedelta(0)) -> int:
        return OutboxMessage.objects.filter(status=Status.CLAIMED, claimed_by=self.sign).update(
            status=Status.OWED,
            last_error=last_error,
            next_try_at=self.now() + pause,
            claimed_by="",
            lease_until=None,
        )
