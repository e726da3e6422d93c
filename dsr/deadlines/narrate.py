from __future__ import annotations
from dsr.deadlines.trace import Step
def narrate(rule, facts, calendar, found): return ()
