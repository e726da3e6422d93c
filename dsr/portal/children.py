"""Every right that a parent may use for a child, in one place: who may ask, and at which ages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from dsr.policies.kinds import Asker, Audience
from dsr.policies.models import Organisation, Right


@dataclass(frozen=True, slots=True)
class ChildsRight:
    """A door for parents: where it is, for which ages, and who may go through."""

    right: Right
    title: str
    ask_url: str
    who: str


@dataclass(frozen=True, slots=True)
class ForChildren:
    """Doors that are made for children first, then those that are open to everybody."""

    own: list[ChildsRight]
    others: list[ChildsRight]


def for_children(rights: Sequence[Right], organisation: Organisation) -> ForChildren | None:
    """None where no right lets a parent ask."""
    open_to_parents = [each for each in rights if Asker.PARENT in each.who_may_ask]
    if not open_to_parents:
        return None
    own = [each for each in open_to_parents if each.ages or each.audience_code == Audience.MINORS]
    return ForChildren(
        [_shown(each, organisation) for each in own],
        [_shown(each, organisation) for each in open_to_parents if each not in own],
    )


def _shown(right: Right, organisation: Organisation) -> ChildsRight:
    return ChildsRight(
        right=right,
        title=str(right.here("title")),
        ask_url=reverse("portal:ask", args=[organisation.slug, right.slug]),
        who=_("%(ages)s: %(who)s.")
        % {"ages": _ages(right), "who": get_text_list(list(_who(right)), _("or"))},
    )


def _ages(right: Right) -> str:
    said = {"from": right.age_from, "to": right.age_to}
    if right.age_from is not None and right.age_to is not None:
        return _("For children from %(from)d to %(to)d years") % said
    if right.age_to is not None:
        return _("For children up to %(to)d years") % said
    if right.age_from is not None:
        return _("For children from %(from)d years on") % said
    return _("For children of any age")


def _who(right: Right) -> Iterator[str]:
    yield _("a parent")
    if Asker.GUARDIAN in right.who_may_ask:
        yield _("a guardian")
    if {Asker.SUBJECT, Asker.MINOR} & set(right.who_may_ask):
        yield _("the child")
