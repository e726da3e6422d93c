"""What other rooms may ask of this one."""

from dsr.notifications.bell import knock, ring
from dsr.notifications.delivery import deliver, mark_missed
from dsr.notifications.handling import (
    WrongStateError,
    record_bounce,
    record_posting,
    retry,
    write_off,
)
from dsr.notifications.heartbeats import Problem, beat, expect, health, stale
from dsr.notifications.owing import Reader, owe, owe_each, owe_together
from dsr.notifications.rechecks import register_recheck

__all__ = [
    "Problem",
    "Reader",
    "WrongStateError",
    "beat",
    "deliver",
    "expect",
    "health",
    "knock",
    "mark_missed",
    "owe",
    "owe_each",
    "owe_together",
    "record_bounce",
    "record_posting",
    "register_recheck",
    "retry",
    "ring",
    "stale",
    "write_off",
]
