"""Starting texts of letters and messages, in the requester's language.

Each stands beside the deed that begins with it; here is what they share. People read and change
them before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.requests.deeds.inputs import Begin
from dsr.requests.models import SubjectRequest
from dsr.requests.people import writes_to
from dsr.requests.states import ACTS_FOR_ANOTHER

# What a text may name of the request, and the paragraphs that it makes of that.
Told = dict[str, Any]
Draft = Callable[[Told], str]
# All of them, so that a gap of any is known when it comes back in what somebody sends.
_DRAFTS: list[Draft] = []
# What only a person can know stands in brackets, as in "[say why]".
_BRACKETS = re.compile(r"\[([^\[\]]+)\]")


def starting_text(write: Draft) -> Draft:
    """Declare a text that people begin with."""
    _DRAFTS.append(write)
    return write


def gaps(text: str) -> list[str]:
    """The brackets of ours that still stand in a text, also where only their end was changed.

    Brackets that people write themselves are theirs.
    """
    found = [each for each in _BRACKETS.finditer(text) if _beginning(each[1]) in _our_gaps()]
    return list(dict.fromkeys(each[0] for each in found))


@cache
def _our_gaps() -> frozenset[str]:
    nobody = {"name": "", "right": "", "day": "", "organisation": "", "for_another": True}
    found: set[str] = set()
    # In every language: whoever answers may have begun in another than the one the page has now.
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for write in _DRAFTS:
                found.update(_beginning(each) for each in _BRACKETS.findall(write(nobody)))
    return frozenset(found)


def _beginning(gap: str) -> str:
    return " ".join(gap.casefold().split()[:2])


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
        "day": day_words(subject_request.received_on),
        "organisation": subject_request.organisation.name,
        "for_another": subject_request.role in ACTS_FOR_ANOTHER,
    }
