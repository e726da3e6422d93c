from .access import LimitCounter, MailThrottle, StatusLink, WaitingForDigest
from .deadlines import Deadline, Extension, Order, Pause, Receipt, ReminderOwed
from .people import Evidence, IdentityRule, Person
from .subject_request import SubjectRequest
from .writing import Attachment, Decision, Note, RequestMessage

__all__ = [
    "Attachment",
    "Deadline",
    "Decision",
    "Evidence",
    "Extension",
    "IdentityRule",
    "LimitCounter",
    "MailThrottle",
    "Note",
    "Order",
    "Pause",
    "Person",
    "Receipt",
    "ReminderOwed",
    "RequestMessage",
    "StatusLink",
    "SubjectRequest",
    "WaitingForDigest",
]
