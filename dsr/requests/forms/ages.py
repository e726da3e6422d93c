"""The sentence at a date of birth, with links to the doors that are open at this age."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dsr.policies.models import Right
from dsr.requests.submission.ages import AgeQuestion


def with_doors(question: AgeQuestion, right: Right, address: str) -> SafeString | str:
    """``address`` is the name of the page of a right at the door where it is read."""
    if not question.doors:
        return question.sentence
    organisation = right.reading.version.policy.organisation
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse(address, args=[organisation.slug, each.slug]), each.here("title"))
            for each in question.doors
        ),
    )
    return format_html("{} {}", question.sentence, links)
