"""Rights that a text grants to people of some ages only: how old somebody is, and what is said."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dsr.policies.kinds import need_of
from dsr.policies.models import Right


def age_on(born: date, today: date) -> int:
    """Full years; who was born on 29 February has a birthday on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def wrong_age(right: Right, years: int) -> SafeString:
    """The sentence at the date of birth, with the doors that are open at this age."""
    organisation = right.reading.version.policy.organisation
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse("portal:ask", args=[organisation.slug, each.slug]), each.here("title"))
            for each in right.reading.rights.all()
            if each.pk != right.pk
            and not each.law
            and each.kind in need_of(right.kind)
            and each.is_for_age(years)
        ),
    )
    said = _(
        "“%(right)s” is for other ages: somebody born on this day is %(years)d years old. Correct "
        "the day, or ask here:"
    ) % {"right": right.here("title"), "years": years}
    return format_html("{} {}", said, links)
