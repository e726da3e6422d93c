"""Starting texts in the requester's language. People read and change them before sending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from dsr.requests.deeds.inputs import Opening
from dsr.requests.models import SubjectRequest
from dsr.requests.people import writes_to
from dsr.requests.states import ACTS_FOR_ANOTHER, Outcome

Draft = Callable[[dict[str, Any]], str]


def draft(subject_request: SubjectRequest, kind: str) -> str:
    """The starting text of a kind, in the language of the request."""
    with translation.override(subject_request.language):
        return DRAFTS[kind](_words(subject_request)).strip()


def begin(kind: str) -> Callable[[Opening], str]:
    """A field of a deed that begins with the starting text of a kind."""
    return lambda opening: draft(opening.subject_request, kind)


def answers(subject_request: SubjectRequest) -> dict[str, str]:
    """A starting text for every outcome."""
    return {str(outcome): draft(subject_request, str(outcome)) for outcome in Outcome}


def _words(subject_request: SubjectRequest) -> dict[str, Any]:
    language = subject_request.language
    return {
        "name": writes_to(subject_request).reveal("name"),
        "right": subject_request.right.in_language("title", language),
        "day": formats.date_format(subject_request.received_on),
        "organisation": subject_request.organisation.name,
        "for_another": subject_request.role in ACTS_FOR_ANOTHER,
    }


def _letter(words: dict[str, Any], *paragraphs: str) -> str:
    hello = _("Dear %(name)s,") % words
    opening = _("We received your request “%(right)s” on %(day)s.") % words
    close = _("With kind regards")
    return "\n\n".join([hello, opening, *[each % words for each in paragraphs], close])


def _granted(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("We have done what you asked."),
        _("[Say what was done, and what is enclosed.]"),
    )


def _partly(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("We have done a part of what you asked: [say which part]."),
        _("We could not do the rest, because [say why, in plain words]."),
        _("If you disagree, you can write to us, or complain to the authority named below."),
    )


def _refused(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("We cannot do what you asked, because [say why, in plain words]."),
        _("[Say what you can still do for the person.]"),
        _("If you disagree, you can write to us, or complain to the authority named below."),
    )


def _nothing(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("We searched [say where] and hold nothing about you that this request concerns."),
        _("If you think that we should, tell us when and where you were in contact with us."),
    )


def _identity(words: dict[str, Any]) -> str:
    paragraphs = [
        _("Before we go on we have to be sure that nobody else receives what is yours."),
        _(
            "Please tell us three of these, so that we can compare them with what we hold:\n"
            "- your date of birth\n- the address you had when you were last in contact with us\n"
            "- the month of your last visit or order"
        ),
        _(
            "You can also come to our reception or telephone us. You need not send an identity "
            "document; if you prefer to, black out everything but your name and date of birth."
        ),
    ]
    if words["for_another"]:
        paragraphs.append(_("Please also show that you may act for the person."))
    return _letter(words, *paragraphs)


def _lapse(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("We asked you for more on [day] and have not heard from you, so we cannot go on."),
        _("We therefore end this request. When you reply, we take it up again where it stopped."),
        _("If you disagree, you can write to us, or complain to the authority."),
    )


def _out_of_scope(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("This right does not reach what you ask, because [say why, in plain words]."),
        _("What you can do instead: [name another right, another office or a contact]."),
    )


def _forward(words: dict[str, Any]) -> str:
    return _letter(
        words,
        _("We are not who can answer it, so we passed it on to [name] on [day]."),
        _("You can reach them here: [address, e-mail, telephone]."),
    )


DRAFTS: dict[str, Draft] = {
    Outcome.GRANTED: _granted,
    Outcome.PARTLY_GRANTED: _partly,
    Outcome.REFUSED: _refused,
    Outcome.NOTHING_HELD: _nothing,
    "ask_identity": _identity,
    "lapse": _lapse,
    "declare_out_of_scope": _out_of_scope,
    "forward": _forward,
}
