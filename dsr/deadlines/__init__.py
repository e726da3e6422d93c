"""Legal deadlines: periods, working calendars, pauses, extensions, dates that give their reasons.

Pure: no Django, no settings, no clock, no I/O. Values go in, values come out.
"""

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.compute import (
    Result,
    compute,
    earliest,
    first_to_end,
    governing,
    usual_readings,
    widest,
)
from dsr.deadlines.periods import DeadlineInputError, Moment, Period, legal_day
from dsr.deadlines.rules import Event, Extension, Facts, Pause, Reading, Restart, Rule
from dsr.deadlines.trace import Alternative, Formatter, Step, explain
from dsr.deadlines.windows import (
    Split,
    Window,
    agency_pause,
    is_free,
    is_older,
    keep_until,
    look_back,
    not_before,
    split_by_age,
    still_owed,
)

__all__ = [
    "Alternative",
    "DeadlineInputError",
    "Event",
    "Extension",
    "Facts",
    "Formatter",
    "Moment",
    "Pause",
    "Period",
    "Reading",
    "Restart",
    "Result",
    "Rule",
    "Split",
    "Step",
    "Window",
    "WorkingCalendar",
    "agency_pause",
    "compute",
    "earliest",
    "explain",
    "first_to_end",
    "governing",
    "is_free",
    "is_older",
    "keep_until",
    "legal_day",
    "look_back",
    "not_before",
    "split_by_age",
    "still_owed",
    "usual_readings",
    "widest",
]
