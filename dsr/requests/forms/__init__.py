"""The form of a right, shared by the doors: requesters fill it in, staff copy letters into it."""

from .fields import (
    DayInput,
    FileField,
    FilesField,
    day_field,
    email_field,
    phone_field,
    put_refusal,
    text_field,
)
from .request_form import RequestForm

__all__ = [
    "DayInput",
    "FileField",
    "FilesField",
    "RequestForm",
    "day_field",
    "email_field",
    "phone_field",
    "put_refusal",
    "text_field",
]
