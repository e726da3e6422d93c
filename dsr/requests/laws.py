"""Which laws stand behind a request, and which would stand behind a right that somebody asks for.

Two questions: a law *binds* the organisation for somebody at a place, whatever is asked; it stands
*behind* a request where it demands something of this kind of request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language

from dsr.policies.law_words import law_in_words
from dsr.policies.models import Right
from dsr.policies.regimes import Duty, Regime, all_regimes
from dsr.policies.services import duties_for, laws_that_apply, place_claimed
from dsr.requests.models import SubjectRequest
from dsr.requests.whole import asked_once


def home_of(subject_request: SubjectRequest) -> str:
    """The place whose laws protect the requester ("FR", "US-CA", "EEA"); "" where nothing says it.

    Who left the country open has said by the choice of the right whose law they rely on.
    """
    return subject_request.country or place_claimed(subject_request.right)


def laws_binding(subject_request: SubjectRequest) -> list[Regime]:
    """The laws that bind the organisation for this requester, whatever is asked."""
    return laws_that_apply(
        subject_request.organisation, home_of(subject_request), subject_request.received_on
    )


def duties_of(subject_request: SubjectRequest) -> list[tuple[Regime, Duty]]:
    """What laws demand of this request, each duty with its law."""
    return duties_for(
        subject_request.organisation,
        subject_request.kind,
        home_of(subject_request),
        subject_request.received_on,
        subject_request.law_facts,
    )


def laws_behind(subject_request: SubjectRequest) -> list[Regime]:
    """The laws that demand something of this request, each once."""

    def ask() -> list[Regime]:
        return list({law.slug: law for law, _duty in duties_of(subject_request)}.values())

    # A page asks it of every ground of every law, some fifty times.
    return asked_once(subject_request, "laws behind", ask)


def duties_if_asked(
    right: Right,
    place: str,
    on: date,
    *,
    kind: str = "",
    facts: Mapping[str, object] | None = None,
) -> list[tuple[Regime, Duty]]:
    """What laws would demand, were this right asked for from a place ("" for what the right itself
    claims) on a day; ``kind``: were this asked for instead of it."""
    organisation = right.reading.version.policy.organisation
    home = place or place_claimed(right)
    return duties_for(organisation, kind or right.kind, home, on, facts or {})


def named(code: str, part: str) -> tuple[Regime, str] | None:
    """The law and the name behind a code such as ``gdpr:misdirected``, where the law's ``part``
    (``facts``, ``holds``, ``findings``) still has it."""
    slug, _sep, name = code.partition(":")
    law = all_regimes().get(slug)
    return (law, name) if law is not None and name in getattr(law, part) else None


def in_words(code: str, part: str) -> str:
    """What a code says in the reader's language, with its law; the code itself where no law ships
    it any more."""
    found = named(code, part)
    if found is None:
        return code
    law, name = found
    return f"{law_in_words(law.name)}: {law.label_of(part, name, get_language() or 'en')}"
