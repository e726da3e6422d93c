"""Where one need has several doors the better one is offered first, and the difference is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.policies.models import Organisation
from dsr.policies.services import rights_offered
from dsr.portal.doors import Door, other_doors
from tests.cast import Desk
from tests.portal.conftest import Visitor

BETTER = "There is a better door to the same."


def card(page: str, slug: str) -> str:
    begun = page[page.index(f'id="right-{slug}"') :]
    return begun[: begun.index("</article>")]


@pytest.mark.parametrize("slug", ["copy", "inspect"])
def test_the_free_door_of_the_law_comes_before_the_one_that_may_cost(
    visitor: Visitor, slug: str
) -> None:
    page = visitor.open("/indigomed/")
    assert page.index('href="/indigomed/gdpr-access/"') < page.index(f'href="/indigomed/{slug}/"')
    title = {"copy": "Copy of your health records", "inspect": "Inspection of your health records"}
    said = f"It is free; “{title[slug]}” may cost. It needs no signature."
    for shown in (card(page, slug), visitor.open(f"/indigomed/{slug}/")):
        assert BETTER in shown
        assert said in shown
        assert 'href="/indigomed/gdpr-access/"' in shown


def test_the_better_door_speaks_of_no_other(visitor: Visitor) -> None:
    assert "door to the same" not in visitor.open("/indigomed/gdpr-access/")
    assert "door to the same" not in visitor.open("/imo/")


def doors(organisation: str, slug: str, **changed: Any) -> list[Door]:
    """The other doors beside a right that says something else than it does; no row is changed."""
    found = Organisation.objects.get(slug=organisation)
    offered = rights_offered(found, date(2026, 5, 1))
    right = next(each for each in offered if each.slug == slug)
    for name, value in changed.items():
        setattr(right, name, value)
    return other_doors(right, offered, found)


def test_which_door_is_better_follows_from_what_the_rights_say(desk: Desk) -> None:
    assert [each.right.slug for each in doors("indigomed", "copy")] == ["gdpr-access"]
    assert doors("indigomed", "copy", cost="free") == []


def test_what_is_dearer_and_quicker_is_another_door_and_no_better_one(desk: Desk) -> None:
    Organisation.objects.filter(slug="indigomed").update(regimes=[])
    [door] = doors("indigomed", "copy", period_amount=8, period_unit="day")
    assert not door.better
    assert door.differences[0] == "It is free; “Copy of your health records” may cost."
    assert door.differences[-1] == "No period is named for it; here it is 8 days."


def test_who_has_to_live_somewhere_for_it_is_told_so(desk: Desk) -> None:
    door, further = doors("imo", "delete", cost="may_cost")
    assert further.ask_url == "/imo/washington-delete/"
    assert door.condition == "Residents of California"
    assert door.differences == ["It is free; “Deletion” may cost."]
    assert door.ask_url == "/imo/ccpa-delete/"
