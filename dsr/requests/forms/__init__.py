"""The form of a right, shared by the doors: requesters fill it in, staff copy letters into it."""

from .days import HAPPENED, SET_BY_OTHERS, VALID, DayInput, day_field
from .fields import (
    FileField,
    FilesField,
    OutgoingFilesField,
    email_field,
    phone_field,
    put_refusal,
    text_field,
)
from .request_form import RequestForm

__all__ = [
    "HAPPENED",
    "SET_BY_OTHERS",
    "VALID",
    "DayInput",
    "FileField",
    "FilesField",
    "OutgoingFilesField",
    "RequestForm",
    "day_field",
    "email_field",
    "phone_field",
    "put_refusal",
    "text_field",
]
