"""Legal deadlines: periods, working calendars, pauses, extensions, dates that give their reasons.

Pure: no Django, no settings, no clock, no I/O. Values go in, values come out.
"""

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.combining import earliest, governing, widest
from dsr.deadlines.compute import Result, compute
from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.events import Event, Extension, Facts, Pause, Restart
from dsr.deadlines.explain import Formatter, explain
from dsr.deadlines.moments import Moment, legal_day
from dsr.deadlines.periods import Period
from dsr.deadlines.readings import usual_readings
from dsr.deadlines.replay import replay
from dsr.deadlines.rules import Reading, Rule
from dsr.deadlines.trace import Alternative, Step
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
    "governing",
    "is_free",
    "is_older",
    "keep_until",
    "legal_day",
    "look_back",
    "not_before",
    "replay",
    "split_by_age",
    "still_owed",
    "usual_readings",
    "widest",
]
