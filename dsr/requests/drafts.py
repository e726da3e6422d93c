"""Starting texts of letters and messages, in the requester's language.

Each stands beside the deed that begins with it; here is what they share. People read and change
them before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from dsr.requests.deeds.inputs import Begin
from dsr.requests.models import SubjectRequest
from dsr.requests.people import writes_to
from dsr.requests.states import ACTS_FOR_ANOTHER

# What a text may name of the request, and the paragraphs that it makes of that.
Told = dict[str, Any]
Draft = Callable[[Told], str]


def draft(subject_request: SubjectRequest, write: Draft) -> str:
    """A starting text in the language of the request."""
    # The requester's and not the reader's: who answers may have the pages in another language.
    with translation.override(subject_request.language):
        return write(_told(subject_request)).strip()


def begin(write: Draft) -> Begin:
    """For a field of a deed that begins with this starting text."""
    return lambda opening: draft(opening.subject_request, write)


def letter(told: Told, *paragraphs: str) -> str:
    """Greeting, what was received and when, the paragraphs, and a close."""
    hello = _("Dear %(name)s,") % told
    opening = _("We received your request “%(right)s” on %(day)s.") % told
    close = _("With kind regards")
    # A name is filled in as a value: a per cent sign in it is never read as a pattern.
    return "\n\n".join([hello, opening, *[each % told for each in paragraphs], close])


def _told(subject_request: SubjectRequest) -> Told:
    language = subject_request.language
    return {
        "name": writes_to(subject_request).reveal("name", altered=""),
        "right": subject_request.right.in_language("title", language),
        "day": formats.date_format(subject_request.received_on),
        "organisation": subject_request.organisation.name,
        "for_another": subject_request.role in ACTS_FOR_ANOTHER,
    }
