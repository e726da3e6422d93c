"""Grounds of refusal: which have force against every law that binds a request, and who may invoke
them.

A policy cannot take away what a law gives. Where laws bind what is asked, only a ground that each
of them carries may be given, under a code that they share or as an exception of the policy that
rests on it. Where none does, the policy's own exceptions and the general grounds stand.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.accounts.roles import Permission
from dsr.policies.law_words import law_in_words
from dsr.policies.regimes import OWNERS, GroundTerms, Regime
from dsr.requests.laws import laws_behind, laws_binding
from dsr.requests.models import SubjectRequest
from dsr.requests.opinions import supports
from dsr.requests.states import Ground
from dsr.requests.whole import asked_once

EXCEPTION = "exception:"
# They speak of who asks and not of what is asked: no law gives anything to a stranger.
ALWAYS = (Ground.IDENTITY_NOT_PROVED, Ground.AUTHORITY_NOT_PROVED)


@dataclass(frozen=True, slots=True)
class Carried:
    """A ground as one law has it."""

    law: Regime
    code: str
    terms: GroundTerms

    @property
    def words(self) -> str:
        return self.law.label_of("grounds", self.code, _language())

    @property
    def source(self) -> str:
        return law_in_words(self.terms.source.title)


@dataclass(frozen=True, slots=True)
class WithoutForce:
    """An exception of the policy, and the laws that do not carry it."""

    text: str
    laws: tuple[str, ...]


def carried(subject_request: SubjectRequest, ground: str) -> list[Carried]:
    """The ground as each law behind the request has it; of a law that does not carry it nothing."""
    codes = [(law, _code_in(law, subject_request, ground)) for law in laws_behind(subject_request)]
    return [Carried(law, code, law.grounds[code]) for law, code in codes if code is not None]


def _code_in(law: Regime, subject_request: SubjectRequest, ground: str) -> str | None:
    """The code under which a law has this ground for this kind of request."""
    exception = ground.removeprefix(EXCEPTION)
    for code, terms in law.grounds.items():
        if not terms.concerns(subject_request.kind):
            continue
        if exception == ground and code == ground:
            return code
        # The law's own rights name its grounds as their exceptions, with dashes.
        named = exception.replace("-", "_") == code and subject_request.right.law == law.name
        if exception != ground and (named or exception in terms.carries):
            return code
    return None


def has_force(subject_request: SubjectRequest, ground: str) -> bool:
    """Whether every law behind the request carries it, and lets it refuse rather than wait."""
    if ground in ALWAYS:
        return True
    laws = laws_behind(subject_request)
    if not laws:
        return True
    own = subject_request.right.law if ground.startswith(EXCEPTION) else ""
    found = {each.law.slug: each for each in carried(subject_request, ground)}
    return all(
        law.name == own or (law.slug in found and not found[law.slug].terms.instead_hold)
        for law in laws
    )


def grounds_for(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """What a request may be refused for, in words with their articles; what has no force is not
    among them."""
    return asked_once(
        subject_request, ("grounds", _language()), lambda: _grounds_for(subject_request)
    )


def _grounds_for(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    exceptions = [
        (f"{EXCEPTION}{item['code']}", item["text"])
        for item in subject_request.right.exceptions_in(_language())
    ]
    laws = laws_behind(subject_request)
    if not laws:
        general = [(str(value), str(label)) for value, label in Ground.choices]
        return exceptions + general
    codes = {
        code: None
        for law in laws
        for code, terms in law.grounds.items()
        if terms.concerns(subject_request.kind)
    }
    by_law = [
        (code, _in_words(subject_request, code))
        for code in codes
        if has_force(subject_request, code)
    ]
    # One ground is offered once: under the law's name where the right repeats it.
    own = [
        (ground, text)
        for ground, text in exceptions
        if has_force(subject_request, ground)
        and not _is_repeated(subject_request, ground, {code for code, _words in by_law})
    ]
    return own + by_law + [(str(each), str(each.label)) for each in ALWAYS]


def _is_repeated(subject_request: SubjectRequest, ground: str, by_law: AbstractSet[str]) -> bool:
    """Whether one of the laws' grounds says the same: under its own name, or, where the right is
    that law's, because the exception rests on it."""
    exception = ground.removeprefix(EXCEPTION)
    if exception.replace("-", "_") in by_law:
        return True
    own = [law for law in laws_behind(subject_request) if law.name == subject_request.right.law]
    return any(
        code in by_law and exception in terms.carries
        for law in own
        for code, terms in law.grounds.items()
    )


def _in_words(subject_request: SubjectRequest, code: str) -> str:
    found = carried(subject_request, code)
    sources = "; ".join(dict.fromkeys(each.source for each in found))
    return f"{found[0].words} ({sources})"


def without_force(subject_request: SubjectRequest) -> list[WithoutForce]:
    """Exceptions of the policy that some law behind the request does not carry: not offered, and
    the page says why."""
    laws = laws_behind(subject_request)
    found = []
    for item in subject_request.right.exceptions_in(_language()):
        ground = f"{EXCEPTION}{item['code']}"
        if not laws or has_force(subject_request, ground):
            continue
        having = {
            each.law.slug
            for each in carried(subject_request, ground)
            if not each.terms.instead_hold
        }
        missing = tuple(law_in_words(law.name) for law in laws if law.slug not in having)
        found.append(WithoutForce(str(item["text"]), missing))
    return found


def owner_of(subject_request: SubjectRequest, ground: str) -> str:
    """Who may invoke it, by the strictest of the laws: one of `OWNERS`."""
    owners = [each.terms.owner for each in carried(subject_request, ground)]
    return max(owners, key=OWNERS.index, default=OWNERS[0])


def is_reviewable(subject_request: SubjectRequest, ground: str) -> bool:
    """Whether the person may have it looked at anew (45 CFR 164.524(a)(4))."""
    return any(each.terms.reviewable for each in carried(subject_request, ground))


def in_part_only(subject_request: SubjectRequest, ground: str) -> bool:
    """Whether it keeps back a part and never the whole (GDPR recital 63)."""
    return any(each.terms.in_part_only for each in carried(subject_request, ground))


def invoking_needs(
    subject_request: SubjectRequest, ground: str, held: AbstractSet[Permission]
) -> str:
    """What somebody with these permissions is missing to invoke it: a sentence, or empty."""
    owner = owner_of(subject_request, ground)
    if owner == "privacy_officer" and Permission.OVERSEE not in held:
        return _("Only a privacy officer may give this ground. Ask one to propose the decision.")
    if owner == "health_professional" and not supports(subject_request, ground):
        return _(
            "Only a licensed health professional may judge this. Ask one first; what she signs "
            "lets the ground be given."
        )
    return ""


def must_grant(subject_request: SubjectRequest) -> str:
    """The provision by which this may not be refused, since what it asks for is so; or empty."""
    for law in laws_binding(subject_request):
        for each in law.must_grant:
            if subject_request.kind in each.kinds and subject_request.law_facts.get(each.fact):
                return law_in_words(each.source.title)
    return ""


def why(subject_request: SubjectRequest, ground: str) -> str:
    """The ground in the reader's language as each law has it, with its article; "" where no law
    does."""
    said = [f"{each.words} ({each.source})." for each in carried(subject_request, ground)]
    return " ".join(dict.fromkeys(said))


def _language() -> str:
    return get_language() or "en"
