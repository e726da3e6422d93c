from .access import (
    LimitCounter,
    LostLink,
    MailThrottle,
    PrivateSession,
    StatusLink,
    WaitingForDigest,
)
from .deadlines import Deadline, Extension, Order, Pause, Receipt, ReminderOwed
from .people import Evidence, IdentityDocument, IdentityRule, Person
from .release import ContactProof, Reading, ReadingCode
from .subject_request import SubjectRequest
from .writing import Attachment, Decision, Note, RequestMessage

__all__ = [
    "Attachment",
    "ContactProof",
    "Deadline",
    "Decision",
    "Evidence",
    "Extension",
    "IdentityDocument",
    "IdentityRule",
    "LimitCounter",
    "LostLink",
    "MailThrottle",
    "Note",
    "Order",
    "Pause",
    "Person",
    "PrivateSession",
    "Reading",
    "ReadingCode",
    "Receipt",
    "ReminderOwed",
    "RequestMessage",
    "StatusLink",
    "SubjectRequest",
    "WaitingForDigest",
]
