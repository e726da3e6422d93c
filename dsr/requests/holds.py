"""What lets a part of an answer wait, by the laws of a request, and what is told of it."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.policies.regimes import HoldTerms, Regime, all_regimes
from dsr.requests.laws import in_words, laws_binding
from dsr.requests.models import Hold, SubjectRequest


def offered(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """The grounds for holding back a part that the laws of this request know, in words."""
    return [
        (code := f"{law.slug}:{name}", words(code))
        for law in laws_binding(subject_request)
        for name, terms in law.holds.items()
        if subject_request.kind in terms.kinds
    ]


def terms_of(ground: str) -> tuple[Regime, HoldTerms]:
    """The law and its terms behind a ground that was offered."""
    slug, _sep, name = ground.partition(":")
    law = all_regimes()[slug]
    return law, law.holds[name]


def words(ground: str) -> str:
    """The ground in the reader's language."""
    return in_words(ground, "holds")


def latest_end(ground: str, stated_on: date) -> date | None:
    """The last day of the longest hold: 30 days from the statement, 3 March to 2 April."""
    _law, terms = terms_of(ground)
    return stated_on + timedelta(days=terms.most_days) if terms.most_days else None


def standing(subject_request: SubjectRequest) -> list[Hold]:
    """What is held back and has not been taken up; one that another continues is that other."""
    return [
        each
        for each in subject_request.holds.all()
        if each.taken_up_at is None and each.continued_by_id is None
    ]


def is_over(hold: Hold, today: date) -> bool:
    """Its last day is past: the part is owed."""
    return (hold.ended_on or hold.until_on) < today


def told(subject_request: SubjectRequest) -> list[str]:
    """What the person is told of parts that come later; of a silent one nothing at all."""
    return [
        _("A part is given later, by itself: %(why)s. It is held back until %(day)s.")
        % {"why": words(each.ground), "day": day_words(each.until_on)}
        for each in standing(subject_request)
        if not each.silent
    ]
