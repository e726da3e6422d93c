"""Rights made ready for a page: in the reader's language, with their clauses and periods.

The text of a policy is shown with its clauses marked, without a single character of it changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dsr.policies.law_words import article_in_words, law_in_words
from dsr.policies.models import InformationItem, Organisation, Right
from dsr.requests.deadlines.preview import country_decides, law_answers
from dsr.requests.words import length

from .doors import Door, other_doors, shortest_by_law

# By audience, because a policy gives some rights to some people only.
AUDIENCES: dict[str, str | Promise] = {
    "anyone": gettext_lazy("For everybody"),
    "users": gettext_lazy("For users of the services"),
    "eu_resident": gettext_lazy("For people in the European Union"),
    "uk_resident": gettext_lazy("For people in the United Kingdom"),
    "california_resident": gettext_lazy("For people in California"),
    "us_resident": gettext_lazy("For people in the United States"),
    "minors": gettext_lazy("For young people, their parents and guardians"),
}

CHANNELS: dict[str, str | Promise] = {
    "form": gettext_lazy("With the form on this site"),
    "post": gettext_lazy("By letter"),
    "email": gettext_lazy("By e-mail"),
    "phone": gettext_lazy("By telephone"),
    "web": gettext_lazy("On the organisation’s website"),
}

Span = tuple[int, int]


@dataclass(frozen=True)
class RightShown:
    """What a page says about one right."""

    right: Right
    title: str
    summary: str
    audience: str
    period: str
    look_back: str
    fee: str
    ask_url: str
    source: str
    policy_url: str
    language: str
    channels: list[dict[str, Any]]
    doors: list[Door] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where the page of rights shows this one."""
        return f"right-{self.right.slug}"

    @property
    def clauses(self) -> list[dict[str, str]]:
        spans = [(clause["start"], clause["end"]) for clause in self.right.clauses]
        return [{"text": each} for each in paragraphs(self.right.reading.version.text, spans)]


@dataclass
class Group:
    title: str
    anchor: str
    rights: list[RightShown] = field(default_factory=list)


def show_right(
    right: Right, organisation: Organisation, offered: Sequence[Right] = ()
) -> RightShown:
    """``offered`` are the rights beside it, where the page says which of them serves better."""
    language = get_language() or "en"
    version = right.reading.version
    return RightShown(
        right=right,
        title=right.in_language("title", language),
        summary=right.in_language("summary", language),
        audience=right.in_language("audience", language),
        period=period(right, organisation),
        look_back=look_back(right),
        fee=right.in_language("fee", language),
        ask_url=reverse("portal:ask", args=[organisation.slug, right.slug]),
        source=source_of(right),
        # What a law gives has no words of its own in the policy.
        policy_url=policy_url(right) if right.clauses else "",
        language=version.policy.language,
        channels=[
            {"way": CHANNELS[each["kind"]], "address": each["address"]}
            # The form is the page itself; what is listed are the other ways.
            for each in right.channels
            if each["kind"] != "form"
        ],
        doors=other_doors(right, offered, organisation),
    )


def source_of(right: Right) -> str:
    """Where the words come from: the policy and its day, or the article of a law."""
    if right.law:
        return article_in_words(right.law, right.law_article)
    version = right.reading.version
    return _("%(policy)s (%(version)s)") % {
        "policy": version.policy.title,
        "version": version.label,
    }


def policy_url(right: Right) -> str:
    # The address names the version: a later one must not move the words under a link.
    version = right.reading.version
    slugs = [version.policy.organisation.slug, version.policy.slug, version.label]
    return f"{reverse('portal:policy', args=slugs)}?right={right.slug}#clause"


def groups(
    rights: Sequence[Right], organisation: Organisation, *, doors: Sequence[Right]
) -> list[Group]:
    """Rights under headings: the policy's own by audience first, then each law's.

    ``doors``: those that may be named as another door to the same.
    """
    found: dict[str, Group] = {}
    # The policy's own first: what a law adds is shown beside them, never mixed in.
    for right in sorted(rights, key=lambda right: (bool(right.law), right.position)):
        title = _title(right)
        # An anchor is an address too, so it keeps to letters and hyphens.
        anchor = f"law-{right.law.lower()}" if right.law else right.audience_code
        group = found.setdefault(title, Group(title, anchor.replace(" ", "-").replace("_", "-")))
        group.rights.append(show_right(right, organisation, doors))
    return list(found.values())


def _title(right: Right) -> str:
    if right.law:
        return _("What the law adds: %(law)s") % {"law": law_in_words(right.law)}
    return str(AUDIENCES[right.audience_code])


@dataclass(frozen=True)
class InformationShown:
    item: InformationItem
    title: str
    text: str


def show_information(items: Iterable[InformationItem]) -> list[InformationShown]:
    language = get_language() or "en"
    return [
        InformationShown(
            item, item.in_language("title", language), item.in_language("text", language)
        )
        for item in items
    ]


def period(right: Right, organisation: Organisation) -> str:
    """By when an answer comes, said honestly: first what a law sets, then what is promised or only
    aimed at."""
    own = _of_its_own(right, organisation)
    # Without a law that could bind it there is nothing to look up.
    if not organisation.regimes:
        return own
    today = organisation.today(timezone.now())
    said = [*_by_law(right, today), own]
    if country_decides(right, today):
        said.append(_("Where you live, a law may set a day besides: the form asks you."))
    return " ".join(said)


def _by_law(right: Right, today: date) -> Iterator[str]:
    if by_law := shortest_by_law(right, today):
        said = {"period": length(*by_law)}
        # Stopping a use is done and not answered.
        if all(each.code == "opt_out" for each in law_answers(right, "", today)):
            yield _("By law it must be done within %(period)s.") % said
        else:
            yield _("By law you must have an answer within %(period)s.") % said


def _of_its_own(right: Right, organisation: Organisation) -> str:
    names = {"organisation": organisation.name}
    # No period in the text: saying "as soon as possible" would be a promise nobody made.
    if right.period_amount is None:
        aim = length(organisation.target_amount, organisation.target_unit)
        if right.law:
            return _("%(organisation)s aims to answer within %(aim)s.") % (names | {"aim": aim})
        return _("The policy names no period. %(organisation)s aims to answer within %(aim)s.") % (
            names | {"aim": aim}
        )
    if right.period_amount == 0:
        if right.law:
            # "Within 0 days" is no sentence.
            return (
                _("The law requires %(organisation)s to answer at once, on the same day.") % names
            )
        return _("%(organisation)s answers at once, on the same day.") % names
    given = {"period": length(right.period_amount, right.period_unit)}
    if right.law:
        return _("The law gives %(organisation)s %(period)s to answer.") % (names | given)
    return _("%(organisation)s answers within %(period)s.") % (names | given)


def look_back(right: Right) -> str:
    if right.look_back_amount is None:
        return ""
    reach = length(right.look_back_amount, right.look_back_unit)
    return _("It reaches back %(length)s before your request.") % {"length": reach}


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool
    first: bool = False


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Cut a text at the borders of the spans; overlapping spans become one mark."""
    cut: list[Piece] = []
    # By code points, as the catalogue counts them, so nothing of the text is changed.
    position = 0
    for start, end in merged(spans):
        cut.append(Piece(text[position:start], marked=False))
        # A link of a right leads to its first mark, by the id that this one gets.
        cut.append(Piece(text[start:end], marked=True, first=len(cut) == 1))
        position = end
    cut.append(Piece(text[position:], marked=False))
    return [piece for piece in cut if piece.text]


def paragraphs(text: str, spans: Iterable[Span]) -> list[str]:
    """The words of clauses; sentences that follow each other on one line are read as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        last = joined[-1][1] if joined else start
        between = text[last:start]
        # Only over blanks of a line: elsewhere words were left out, or a paragraph begins.
        goes_on = start < last or (between and not between.strip() and "\n" not in between)
        if joined and goes_on:
            joined[-1] = (joined[-1][0], max(end, last))
        else:
            joined.append((start, end))
    return [text[start:end] for start, end in joined]


def merged(spans: Iterable[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in sorted(spans):
        # Touching ones as well: two marks side by side would look like two clauses.
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
