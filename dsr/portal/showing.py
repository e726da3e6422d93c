"""Rights made ready for a page: in the reader's language, with their clauses and periods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.policies.models import InformationItem, Organisation, Right

from . import words
from .policy_text import paragraphs


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


def show_right(right: Right, organisation: Organisation) -> RightShown:
    language = get_language() or "en"
    version = right.reading.version
    return RightShown(
        right=right,
        title=right.in_language("title", language),
        summary=right.in_language("summary", language),
        audience=right.in_language("audience", language),
        period=words.period(right, organisation),
        look_back=words.look_back(right),
        fee=right.in_language("fee", language),
        ask_url=reverse("portal:ask", args=[organisation.slug, right.slug]),
        source=source_of(right),
        policy_url=policy_url(right) if right.clauses else "",
        language=version.policy.language,
        channels=[
            {"way": words.CHANNELS[each["kind"]], "address": each["address"]}
            for each in right.channels
            if each["kind"] != "form"
        ],
    )


def source_of(right: Right) -> str:
    """Where the words come from: the policy and its day, or the article of a law."""
    if right.law:
        return f"{right.law}, {right.law_article}"
    version = right.reading.version
    return _("%(policy)s (%(version)s)") % {
        "policy": version.policy.title,
        "version": version.label,
    }


def policy_url(right: Right) -> str:
    version = right.reading.version
    slugs = [version.policy.organisation.slug, version.policy.slug, version.label]
    return f"{reverse('portal:policy', args=slugs)}?right={right.slug}#clause"


def groups(rights: Iterable[Right], organisation: Organisation) -> list[Group]:
    """Rights under headings: the policy's own by audience first, then each law's."""
    found: dict[str, Group] = {}
    for right in sorted(rights, key=lambda right: (bool(right.law), right.position)):
        title = _title(right)
        anchor = f"law-{right.law.lower()}" if right.law else right.audience_code
        group = found.setdefault(title, Group(title, anchor.replace(" ", "-").replace("_", "-")))
        group.rights.append(show_right(right, organisation))
    return list(found.values())


def _title(right: Right) -> str:
    if right.law:
        return _("What the law adds: %(law)s") % {"law": right.law}
    return str(words.AUDIENCES[right.audience_code])


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
