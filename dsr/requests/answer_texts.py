"""What an answer begins with, for each outcome; whoever decides reads and changes it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dsr.requests.drafts import Draft, Told, draft, letter, starting_text
from dsr.requests.models import SubjectRequest
from dsr.requests.states import Outcome


def answers(subject_request: SubjectRequest) -> dict[str, str]:
    """A starting text for every outcome."""
    return {str(outcome): answer(subject_request, outcome) for outcome in Outcome}


def answer(subject_request: SubjectRequest, outcome: str) -> str:
    return draft(subject_request, TEXTS[Outcome(outcome)])


# In [brackets] stands what only a person can know: these are beginnings, and no answers.
@starting_text
def _granted(told: Told) -> str:
    return letter(
        told,
        _("We have done what you asked."),
        _("[Say what was done, and what is enclosed.]"),
    )


# What is refused in part needs its reason and remedies as well (GDPR Art. 12(4)).
@starting_text
def _partly(told: Told) -> str:
    return letter(
        told,
        _("We have done a part of what you asked: [say which part]."),
        _("We could not do the rest, because [say why, in plain words]."),
        _("If you disagree, you can write to us, or complain to the authority named below."),
    )


@starting_text
def _refused(told: Told) -> str:
    return letter(
        told,
        _("We cannot do what you asked, because [say why, in plain words]."),
        _("[Say what you can still do for the person.]"),
        _("If you disagree, you can write to us, or complain to the authority named below."),
    )


# Where one looked is all that makes “nothing” an answer, so the text asks for it.
@starting_text
def _nothing(told: Told) -> str:
    return letter(
        told,
        _("We searched [say where] and hold nothing about you that this request concerns."),
        _("If you think that we should, tell us when and where you were in contact with us."),
    )


TEXTS: dict[Outcome, Draft] = {
    Outcome.GRANTED: _granted,
    Outcome.PARTLY_GRANTED: _partly,
    Outcome.REFUSED: _refused,
    Outcome.NOTHING_HELD: _nothing,
}
