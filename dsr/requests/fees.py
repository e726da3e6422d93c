"""What an answer may cost: no more than every law that binds the request lets it.

A policy alone can charge only where no law has a word on what is asked. What stands against a fee
is a sentence that names the article.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.policies.law_words import law_in_words
from dsr.policies.regimes import PARTS, Charge, FeeTerms, Regime
from dsr.requests.laws import laws_binding
from dsr.requests.models import FeeOffer, SubjectRequest
from dsr.requests.models.fees import STANDING
from dsr.requests.services import free_answers
from dsr.requests.states import FeeGround, FeePart, FeeStatus, Outcome

# To be paid, or paid: what was waived, withdrawn or asked for less cost nothing.
AGREED = (FeeStatus.ACCEPTED, FeeStatus.PAID)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LawOnFees:
    """What one law lets this request cost; without ``terms`` it allows nothing for its kind."""

    law: Regime
    name: str
    terms: FeeTerms | None

    @property
    def sentence(self) -> str:
        """What it allows, with its article, in the reader's language."""
        law = law_in_words(self.law.name)
        if self.terms is None:
            return _("%(law)s names no fee for what is asked, so none is charged.") % {"law": law}
        label = self.law.label_of("fees", self.name, get_language() or "en")
        return f"{label} ({self.article})"

    @property
    def article(self) -> str:
        return law_in_words(self.terms.source.title if self.terms else self.law.name)

    @property
    def charges(self) -> tuple[Charge, ...]:
        return self.terms.charges if self.terms else ()


class Fees:
    """What may be charged for one request, asked of all laws that bind it."""

    def __init__(self, subject_request: SubjectRequest) -> None:
        self.subject_request = subject_request
        laws = laws_binding(subject_request)
        # Asked once: every ground of every law wants to know it.
        self._firsts: dict[int, bool] = {}
        self.laws = [found for law in laws if (found := _word_of(law, subject_request.kind))]

    @cached_property
    def grounds(self) -> list[str]:
        """The grounds on which anything may be charged."""
        return [each for each in FeeGround.values if self.parts(each)]

    def parts(self, ground: str) -> frozenset[str]:
        """What may be charged on this ground: what all of the laws allow."""
        if not self.laws:
            named = ground == FeeGround.POLICY and self.subject_request.right.fee
            return frozenset(PARTS) if named else NOTHING
        if ground == FeeGround.POLICY:
            return NOTHING
        allowed = frozenset(PARTS)
        for each in self.laws:
            allowed &= self._allowed_by(each, ground)
        return allowed

    def against_ground(self, ground: str) -> str:
        """Why nothing can be charged on this ground; empty where something can."""
        if self.parts(ground):
            return ""
        if not self.laws:
            if ground == FeeGround.POLICY:
                return _("The policy names no fee for this right. Choose another ground.")
            return _("No law that we know binds this request, so only the policy can be a ground.")
        if ground == FeeGround.POLICY:
            return _("A policy can charge only where no law applies. %(laws)s") % {
                "laws": self.sentences
            }
        against = [each for each in self.laws if not self._allowed_by(each, ground)]
        said = " ".join(each.sentence for each in against or self.laws)
        if any(self._waits_for_a_first(each, ground) for each in against):
            first = _("No earlier free one to this person is on record here.")
            return f"{said} {first}"
        return said

    def against_part(self, ground: str, part: str) -> str:
        """Why this part cannot be charged on a ground that allows others; empty where it can."""
        if part in self.parts(ground):
            return ""
        word = FeePart(part).label
        for each in self.laws:
            if part not in self._allowed_by(each, ground):
                return _("“%(part)s” cannot be charged: %(article)s. %(sentence)s") % {
                    "part": word,
                    "article": each.article,
                    "sentence": each.sentence,
                }
        return _("“%(part)s” cannot be charged here.") % {"part": word}

    @property
    def sentences(self) -> str:
        """What each law says, one after the other."""
        return " ".join(each.sentence for each in self.laws)

    def _allowed_by(self, found: LawOnFees, ground: str) -> frozenset[str]:
        return NOTHING.union(
            *(
                charge.parts
                for charge in found.charges
                if charge.allowed_on(ground, after_a_free_one=self._after_a_free_one(charge))
            )
        )

    def _after_a_free_one(self, charge: Charge) -> bool:
        months = charge.first_free_months
        if months is None:
            return False
        if months not in self._firsts:
            self._firsts[months] = free_answers.is_first(self.subject_request, months)
        return not self._firsts[months]

    def _waits_for_a_first(self, found: LawOnFees, ground: str) -> bool:
        return any(
            charge.first_free_months and charge.allowed_on(ground, after_a_free_one=True)
            for charge in found.charges
        )


def _word_of(law: Regime, kind: str) -> LawOnFees | None:
    """What a law says of a fee; a law that has a duty and names no fee lets nothing be charged."""
    if named := law.fees_for(kind):
        return LawOnFees(law, *named)
    bound = any(kind in duty.kinds for duty in law.duties)
    return LawOnFees(law, "", None) if bound else None


def standing(subject_request: SubjectRequest) -> FeeOffer | None:
    """The fee that was announced and is neither paid nor given up."""
    # Not asked of the database: the page of a request has fetched them before.
    offers = [each for each in subject_request.fee_offers.all() if each.status in STANDING]
    for each in offers:
        each.safe = subject_request.safe
    return offers[0] if offers else None


def unanswered(subject_request: SubjectRequest) -> FeeOffer | None:
    """The fee on which the requester has said nothing: silence is no consent."""
    offer = standing(subject_request)
    return offer if offer is not None and offer.status == FeeStatus.OFFERED else None


def answer_needed(subject_request: SubjectRequest, outcome: str) -> str:
    """What costs is decided and sent after a yes, a payment or a waiver; a refusal costs nothing,
    and neither does an ending (no outcome)."""
    offer = standing(subject_request)
    if outcome in ("", Outcome.REFUSED) or offer is None:
        return ""
    if against := _no_longer_allowed(subject_request, offer):
        return against
    if offer.status != FeeStatus.OFFERED:
        return ""
    return _(
        "A fee is announced and the requester has not said yes; silence is no consent. Wait for "
        "the answer, or waive the fee."
    )


def _no_longer_allowed(subject_request: SubjectRequest, offer: FeeOffer) -> str:
    """Another place was stated since, and a law binds that lets less be charged."""
    found = Fees(subject_request)
    parts = [part for part, _amount in offer.reveal("lines", [], altered=[])]
    against = found.against_ground(offer.ground)
    for part in parts:
        against = against or found.against_part(offer.ground, part)
    if not against:
        return ""
    return _("The fee that was announced cannot be charged; waive it. %(why)s") % {"why": against}


def lines_of(offer: FeeOffer) -> list[tuple[str, str]]:
    """What is charged and how much, in words; nothing once the key is gone."""
    return [
        (str(FeePart(part).label), in_words(Decimal(amount), offer.currency))
        for part, amount in offer.reveal("lines", [], altered=[])
    ]


def total_of(offer: FeeOffer) -> str:
    amounts = [Decimal(amount) for _part, amount in offer.reveal("lines", [], altered=[])]
    return in_words(sum(amounts, Decimal(0)), offer.currency)


@dataclass(frozen=True)
class Shown:
    """A fee for a page: its parts and sum in words, and whether it still waits for an answer."""

    lines: list[tuple[str, str]]
    total: str
    state: str
    waits: bool


def shown(offer: FeeOffer) -> Shown:
    waits = offer.status == FeeStatus.OFFERED
    return Shown(lines_of(offer), total_of(offer), str(FeeStatus(offer.status).label), waits)


def in_words(amount: Decimal, currency: str) -> str:
    return f"{number_format(amount, 2)} {currency}"


def told(offer: FeeOffer, text: str) -> str:
    """What the requester reads: the text, each part, the sum, and what they can answer."""
    choice = _(
        "You can say yes, ask for less so that it costs less or nothing, or withdraw the request. "
        "Nothing is charged, and nothing that costs is sent, unless you say yes."
    )
    return "\n\n".join([text.strip(), "\n".join(_listed(offer)), choice])


def _listed(offer: FeeOffer) -> list[str]:
    """A line for each part, and the sum."""
    line = _("%(part)s: %(amount)s")
    parts = [line % {"part": part, "amount": amount} for part, amount in lines_of(offer)]
    return [*parts, _("Total: %(sum)s") % {"sum": total_of(offer)}]


def said(subject_request: SubjectRequest) -> str:
    """What an answer cost, with each part, or that it is free (EDPB 01/2022, para. 194)."""
    # Not asked of the database, as in `standing`.
    offers = [each for each in subject_request.fee_offers.all() if each.status in AGREED]
    if not offers:
        return _("This answer costs you nothing.")
    agreed = max(offers, key=lambda each: each.pk)
    agreed.safe = subject_request.safe
    return "\n".join([_("You said yes to this fee beforehand:"), *_listed(agreed)])


def end(subject_request: SubjectRequest, status: FeeStatus, on: date) -> None:
    """What stood is over: the request was withdrawn, or refused and costs nothing."""
    offers = subject_request.fee_offers.filter(status__in=STANDING)
    offers.update(status=status, settled_on=on)
