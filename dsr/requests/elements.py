"""The elements that laws demand in an answer, and the gaps for which a letter is not sent.

A row of a law says what it is, when it is obligatory, where it comes from and what is asked of it.
What is typed is kept for this answer; everything else is put into each letter by the program, and
is looked for there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.policies.law_words import law_in_words
from dsr.policies.particulars import filled
from dsr.policies.regimes import ElementTerms, Regime
from dsr.requests import fees, grounds, remedies
from dsr.requests.laws import laws_behind
from dsr.requests.models import AnswerElement, SubjectRequest
from dsr.requests.states import Outcome

# No period: nobody can work a day out from it (GDPR Art. 15(1)(d)).
NO_PERIOD = re.compile(
    r"as long as (is |it is |we )?(necessary|need|required|permitted)"
    r"|aussi longtemps que|(le )?temps nécessaire|durée nécessaire|tant que (cela est )?nécessaire",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Element:
    """One row of a law, for one request."""

    law: Regime
    name: str
    terms: ElementTerms

    @property
    def code(self) -> str:
        return f"{self.law.slug}:{self.name}"

    @property
    def label(self) -> str:
        return self.law.label_of("elements", self.name, get_language() or "en")

    @property
    def help(self) -> str:
        return self.law.help_for(self.name, get_language() or "en")

    @property
    def article(self) -> str:
        return law_in_words(self.terms.source.title)


@dataclass(frozen=True, slots=True)
class Gap:
    """An element that is missing, with its article and what to do."""

    element: Element
    sentence: str

    def __str__(self) -> str:
        return f"{self.element.label} ({self.element.article}): {self.sentence}"


@dataclass(frozen=True, slots=True)
class Written:
    """An element as the letter has it. ``text`` is empty of what stands elsewhere in it."""

    label: str
    text: str = ""


def demanded(subject_request: SubjectRequest, outcome: str = "") -> list[Element]:
    """The rows of every law behind the request for an outcome; for all of them where none is
    named. What two laws demand alike stands once for each."""
    return [
        Element(law, name, terms)
        for law in laws_behind(subject_request)
        for name, terms in law.elements.items()
        if terms.concerns(subject_request.kind, outcome) and _is_said(terms, subject_request)
    ]


def _is_said(terms: ElementTerms, subject_request: SubjectRequest) -> bool:
    """What is answered only where the request says it: a copy that goes to somebody else."""
    if not terms.only_said:
        return True
    # What was altered is told where it is shown; here it counts as not said.
    return filled(subject_request.values(altered={}).get(terms.only_said))


def typed(subject_request: SubjectRequest, outcome: str = "") -> list[Element]:
    """Those that a person writes for this answer."""
    return [each for each in demanded(subject_request, outcome) if each.terms.comes_from == "typed"]


def kept(subject_request: SubjectRequest) -> dict[str, AnswerElement]:
    """What was written, by code."""
    rows = {each.code: each for each in subject_request.elements.all()}
    for each in rows.values():
        each.safe = subject_request.safe
    return rows


def unwritten(subject_request: SubjectRequest) -> list[Element]:
    """What would have to be written before something could be granted."""
    written = {each.code for each in subject_request.elements.all()}
    return [each for each in typed(subject_request, Outcome.GRANTED) if each.code not in written]


def gaps(subject_request: SubjectRequest, outcome: str, ground: str) -> list[Gap]:
    """What the letter of an answer lacks; empty where it can be sent.

    (The answer's own text and a recorded ground are asked for when it is proposed.)
    """
    written = kept(subject_request)
    ways = {each.kind: each for each in remedies.ways(subject_request, ground)}
    found = []
    for each in demanded(subject_request, outcome):
        if each.terms.only_reviewable and not grounds.is_reviewable(subject_request, ground):
            continue
        if sentence := _missing(each, written, ways, ground):
            found.append(Gap(each, sentence))
    return found


def _missing(
    element: Element,
    written: Mapping[str, AnswerElement],
    ways: Mapping[str, remedies.Way],
    ground: str,
) -> str:
    source = element.terms.comes_from
    if source == "typed":
        row = written.get(element.code)
        # Altered or erased: refused here as everywhere, and not taken for a gap.
        text = str(row.unseal("text") or "").strip() if row else ""
        if row is None or not text:
            return _("Write it, or say why it does not apply.")
        return unfit(element, text, not_applicable=row.not_applicable)
    # What it costs the program writes from the fee that was agreed to, and else that it is free.
    if source in ("answer", "fee"):
        return ""
    if source == "ground":
        return "" if ground else _("Record the ground.")
    if source == "contact":
        us = ways.get("us")
        if us is not None and us.has_contact:
            return ""
        return _(
            "Enter name or title and telephone number of the contact at the organisation "
            "(administration, organisations)."
        )
    if source in ways:
        return ""
    return _(
        "No letter names it yet. An administrator enters it with the organisation or its laws."
    )


def unfit(element: Element, text: str, *, not_applicable: bool) -> str:
    """What is wrong with a text that was written for it; empty where it will do."""
    if element.terms.check == "period" and not not_applicable and NO_PERIOD.search(text):
        return _(
            "“As long as necessary” is no period. Name a day, or a rule from which the person can "
            "work it out (%(article)s)."
        ) % {"article": element.article}
    return ""


def in_letter(subject_request: SubjectRequest, outcome: str) -> list[Written]:
    """What was written, under its headings, for an outcome, in the reader's language."""
    rows = kept(subject_request)
    found = []
    for each in demanded(subject_request, outcome):
        if each.terms.comes_from == "fee":
            found.append(Written(each.label, fees.said(subject_request)))
        elif (row := rows.get(each.code)) is not None and (text := _text(row).strip()):
            found.append(Written(each.label, text))
    return list(dict.fromkeys(found))


def _text(row: AnswerElement) -> str:
    """Its words; empty once their key is destroyed, or where somebody altered them."""
    return str(row.reveal("text", "", altered=""))


def contents(subject_request: SubjectRequest, outcome: str, ground: str) -> list[str]:
    """The table of contents of an answer: what laws demand of it, each once."""
    labels = [
        each.label
        for each in demanded(subject_request, outcome)
        if not each.terms.only_reviewable or grounds.is_reviewable(subject_request, ground)
    ]
    return list(dict.fromkeys(labels))
