"""What may be charged for a request, by every law behind it and the policy; what was free before.

The narrowest of the laws counts. A policy can charge only what each of them lets be charged, or
where none binds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_currency, get_territory_currencies
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dsr.policies.law_words import law_in_words
from dsr.policies.regimes import PARTS, FeeTerms, Regime
from dsr.requests import grounds
from dsr.requests.models import FreeCopy, Person, SubjectRequest
from dsr.requests.states import FeeGround
from dsr.vault.blind_index import keyed_hash

PART_WORDS: dict[str, str | Promise] = {
    "labour": gettext_lazy("Labour of copying"),
    "supplies": gettext_lazy("Paper, data carrier"),
    "postage": gettext_lazy("Postage"),
    "summary": gettext_lazy("Summary that was agreed to"),
    "administration": gettext_lazy("Administration"),
    "search": gettext_lazy("Search and retrieval"),
}
OCCASION_OF = {
    FeeGround.POLICY: "always",
    FeeGround.UNFOUNDED: "unfounded_or_excessive",
    FeeGround.EXCESSIVE: "unfounded_or_excessive",
    FeeGround.FURTHER_COPY: "further_copy",
    FeeGround.WITHIN_TWELVE_MONTHS: "within_twelve_months",
}
# A year and a day back is no longer within twelve months.
TWELVE_MONTHS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The parts that may be charged, in their order; and for what may not, the law's sentence."""

    parts: tuple[str, ...]
    because: tuple[str, ...]


def allowed(subject_request: SubjectRequest, ground: str, on: date) -> Allowed:
    """What may be charged on a ground, on a day."""
    laws = grounds.laws_behind(subject_request)
    if not laws:
        # Nobody but the policy says anything, and only what it says can be asked.
        priced = ground == FeeGround.POLICY and bool(subject_request.right.fee)
        return Allowed(tuple(PARTS) if priced else (), ())
    parts, because = set(PARTS), []
    for law in laws:
        terms = _terms(law, subject_request, ground, on)
        here = set(terms.parts) if terms else set()
        if not here:
            because.append(_sentence(law, subject_request, terms))
        elif set(PARTS) - here:
            because.append(_said(law, terms))
        parts &= here
    order = tuple(each for each in PARTS if each in parts)
    return Allowed(order, tuple(dict.fromkeys(each for each in because if each)))


def _terms(law: Regime, subject_request: SubjectRequest, ground: str, on: date) -> FeeTerms | None:
    occasion = OCCASION_OF.get(FeeGround(ground), "always")
    for each in law.fees.values():
        if each.concerns(subject_request.kind, occasion) and _is_so(occasion, subject_request, on):
            return each
    return None


def _is_so(occasion: str, subject_request: SubjectRequest, on: date) -> bool:
    if occasion == "further_copy":
        return was_free(subject_request) is not None
    if occasion == "within_twelve_months":
        last = was_free(subject_request)
        return last is not None and on - last <= TWELVE_MONTHS
    return True


def _sentence(law: Regime, subject_request: SubjectRequest, terms: FeeTerms | None) -> str:
    """Why nothing may be charged: by the terms themselves, else by what the law says in general."""
    if terms is not None:
        return _said(law, terms)
    for each in law.fees.values():
        if each.concerns(subject_request.kind, "always"):
            return _said(law, each)
    return _("%(law)s knows no fee for this.") % {"law": law_in_words(law.name)}


def _said(law: Regime, terms: FeeTerms | None) -> str:
    if terms is None:
        return ""
    name = next(name for name, each in law.fees.items() if each is terms)
    words = law.label_of("fees", name, get_language() or "en")
    return f"{words} ({law_in_words(terms.source.title)})."


def why_free(subject_request: SubjectRequest, on: date) -> list[str]:
    """Where no law lets anything be charged without more: the sentences that say why."""
    found = allowed(subject_request, FeeGround.POLICY, on)
    return list(found.because) if not found.parts else []


def person_hash(subject_request: SubjectRequest) -> str:
    """Who a request is about, where it may not stand itself: by name and contact; empty where the
    name is erased or altered, so that nobody is remembered or found by it.

    Whatever the order, the accents and the capitals of the name. Thousands share a name, and to
    charge the wrong one is worse than to charge nobody: so the contact has to be the same as well.
    """
    subject = subject_request.people.get(part=Person.Part.SUBJECT)
    subject.safe = subject_request.safe
    email = subject.reveal("email", "", altered="")
    contact = str(email or subject.reveal("postal_address", "", altered="") or "")
    name = _folded(str(subject.reveal("name", "", altered="")))
    return keyed_hash("free copy", " ".join([*name, contact])) if name else ""


def _folded(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name)
    plain = "".join(each for each in apart if each.isalnum() or each.isspace())
    return sorted(plain.casefold().split())


def scope_of(subject_request: SubjectRequest) -> str:
    """What counts as the same: a record looked at or copied is one, an accounting another."""
    return "accounting" if subject_request.kind == "accounting" else "record"


GIVES_A_COPY = frozenset({"access", "inspect", "copy", "accounting"})


def remember(subject_request: SubjectRequest, on: date) -> None:
    """Something was given free; kept beside no request, so that it outlives this one's keys."""
    if subject_request.kind not in GIVES_A_COPY:
        return
    if subject_request.fees.filter(waived=False).exists():
        return
    person = person_hash(subject_request)
    if not person:
        return
    FreeCopy.objects.create(
        organisation=subject_request.organisation,
        person=person,
        scope=scope_of(subject_request),
        given_on=on,
    )


def was_free(subject_request: SubjectRequest) -> date | None:
    """The last day on which this person got the same free; None where never."""
    rows = FreeCopy.objects.filter(
        organisation=subject_request.organisation,
        person=person_hash(subject_request),
        scope=scope_of(subject_request),
    )
    last = rows.order_by("given_on").last()
    return last.given_on if last else None


def currency(subject_request: SubjectRequest) -> str:
    """That of the organisation's country."""
    return str(get_territory_currencies(subject_request.organisation.country)[0])


def in_words(subject_request: SubjectRequest, lines: Mapping[str, int]) -> list[str]:
    """The parts and their sum as lines, in the reader's language. ``lines``: cents by part."""
    unit, language = currency(subject_request), (get_language() or "en")[:2]

    def money(cents: int) -> str:
        return str(format_currency(Decimal(cents) / 100, unit, locale=language))

    rows = [f"{PART_WORDS[each]}: {money(lines[each])}" for each in PARTS if lines.get(each)]
    return [*rows, _("Together: %(sum)s") % {"sum": money(sum(lines.values()))}]
