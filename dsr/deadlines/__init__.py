"""Legal deadlines: periods, working calendars, pauses, extensions, and dates that explain themselves.

Pure: no Django, no settings, no clock, no I/O. Values go in, values come out.
"""

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.combining import earliest, governing, widest
from dsr.deadlines.compute import Result, compute
from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.events import Event, Extension, Facts, Pause, Restart
from dsr.deadlines.moments import Moment, legal_day
from dsr.deadlines.periods import Period
from dsr.deadlines.rules import Reading, Rule
from dsr.deadlines.trace import Alternative, Step

__all__ = [
    "Alternative",
    "DeadlineInputError",
    "Event",
    "Extension",
    "Facts",
    "Moment",
    "Pause",
    "Period",
    "Reading",
    "Restart",
    "Result",
    "Rule",
    "Step",
    "WorkingCalendar",
    "compute",
    "earliest",
    "governing",
    "legal_day",
    "widest",
]
