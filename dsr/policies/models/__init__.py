from dsr.policies.models.calendars import CalendarDay, WorkingCalendar
from dsr.policies.models.edition import Edition
from dsr.policies.models.organisations import Department, Organisation
from dsr.policies.models.policies import Policy, PolicyVersion, Reading
from dsr.policies.models.rights import InformationItem, Right

__all__ = [
    "CalendarDay",
    "Department",
    "Edition",
    "InformationItem",
    "Organisation",
    "Policy",
    "PolicyVersion",
    "Reading",
    "Right",
    "WorkingCalendar",
]
