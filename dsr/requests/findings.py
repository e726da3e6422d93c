"""What the laws of a request ask for when something is found out, in words."""

from __future__ import annotations

from django.utils.translation import get_language

from dsr.policies.regimes import FindingTerms, Regime, all_regimes
from dsr.requests.laws import in_words, laws_binding, named
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import Duty


def offered(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """What can be found out that begins a duty under a law of this request, in words."""
    return [
        (code := f"{law.slug}:{name}", words(code))
        for law in laws_binding(subject_request)
        for name, terms in law.findings.items()
        if terms.concerns(subject_request.kind)
    ]


def terms_of(code: str) -> tuple[Regime, FindingTerms]:
    """The law and its terms behind a finding that was offered."""
    slug, _sep, name = code.partition(":")
    law = all_regimes()[slug]
    return law, law.findings[name]


def words(code: str) -> str:
    """The finding in the reader's language."""
    return in_words(code, "findings")


def todo(code: str) -> str:
    """What is asked for then, in the reader's language; empty where no law ships it any more."""
    found = named(code, "findings")
    return found[0].todo_after(found[1], get_language() or "en") if found else ""


def title_of(deadline: Deadline) -> str:
    """What a deadline is for; after a finding what its law asks for then."""
    said = ""
    if deadline.purpose == Duty.FOLLOW_UP:
        # Its code ends with the number of the finding: ``gdpr:misdirected:2``.
        said = todo(deadline.code.rpartition(":")[0])
    return said or str(Duty(deadline.purpose).label)
