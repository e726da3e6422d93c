from .access import (
    LimitCounter,
    LostLink,
    MailThrottle,
    PrivateSession,
    StatusLink,
    WaitingForDigest,
)
from .deadlines import Deadline, Extension, Order, Pause, Receipt, ReminderOwed
from .elements import AnswerElement
from .enclosures import Enclosure, EnclosureOpened
from .fees import FeeOffer, FreeAnswer
from .findings import Finding
from .held_contact import (
    ContactChange,
    Dispute,
    DisputeDeadline,
    DisputeReminderOwed,
    HeldContact,
    NotMeLink,
)
from .holds import Hold, Stop
from .kept_ready import KeptReady
from .notices import Notice
from .opinions import HealthProfessional, Opinion, OpinionCode, OpinionItem
from .people import Evidence, IdentityDocument, IdentityRule, Person
from .release import ContactProof, Reading, ReadingCode
from .staffing import StaffingGap
from .subject_request import SubjectRequest
from .writing import Attachment, Decision, Note, RequestMessage

__all__ = [
    "AnswerElement",
    "Attachment",
    "ContactChange",
    "ContactProof",
    "Deadline",
    "Decision",
    "Dispute",
    "DisputeDeadline",
    "DisputeReminderOwed",
    "Enclosure",
    "EnclosureOpened",
    "Evidence",
    "Extension",
    "FeeOffer",
    "Finding",
    "FreeAnswer",
    "HealthProfessional",
    "HeldContact",
    "Hold",
    "IdentityDocument",
    "IdentityRule",
    "KeptReady",
    "LimitCounter",
    "LostLink",
    "MailThrottle",
    "NotMeLink",
    "Note",
    "Notice",
    "Opinion",
    "OpinionCode",
    "OpinionItem",
    "Order",
    "Pause",
    "Person",
    "PrivateSession",
    "Reading",
    "ReadingCode",
    "Receipt",
    "ReminderOwed",
    "RequestMessage",
    "StaffingGap",
    "StatusLink",
    "Stop",
    "SubjectRequest",
    "WaitingForDigest",
]
