"""Pages by key, on the history: what is added while they are turned moves no row."""

from __future__ import annotations

import pytest
from django.db.models import F

from dsr.audit.models import Entry
from dsr.audit.paging import Order, Page, counts, page_of
from dsr.audit.services import append
from tests.cast import MORNING

UP = Order({"place_code": F("code"), "place_id": F("id")})
DOWN = Order({"place_code": F("code"), "place_id": F("id")}, descending=True)


def told(*codes: str) -> None:
    for code in codes:
        append("tried", code, at=MORNING, actor_id=None, by="system")


def turned(order: Order = UP, **asked: str) -> Page:
    return page_of(Entry.objects.filter(chain="tried"), order, 2, asked)


def codes(page: Page) -> str:
    return "".join(each.code for each in page.rows)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(UP, ["ab", "cd", "e"], id="up"),
        pytest.param(DOWN, ["ed", "cb", "a"], id="down"),
    ],
)
def test_pages_follow_each_other_to_the_end_and_back(order: Order, expected: list[str]) -> None:
    told(*"cabed")
    pages = [turned(order)]
    while pages[-1].next:
        pages.append(turned(order, after=pages[-1].next))
    assert [codes(each) for each in pages] == expected
    back = [pages[-1]]
    while back[-1].previous:
        back.append(turned(order, before=back[-1].previous))
    assert [codes(each) for each in back] == expected[::-1]


@pytest.mark.django_db
def test_a_row_that_comes_between_two_pages_moves_none_of_them() -> None:
    told(*"bcde")
    first = turned()
    told("a")
    assert codes(turned(after=first.next)) == "de"
    assert codes(turned()) == "ab"


@pytest.mark.django_db
def test_rows_alike_in_all_but_their_id_are_each_on_one_page() -> None:
    told(*"aaaaa")
    first = turned()
    second = turned(after=first.next)
    third = turned(after=second.next)
    shown = [each.seq for page in (first, second, third) for each in page.rows]
    assert shown == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_the_last_page_is_reached_at_once() -> None:
    told(*"abcde")
    last = turned(before="end")
    assert (codes(last), last.next) == ("de", "")
    assert codes(turned(before=last.previous)) == "bc"
    # Less than a page before it: the first one, whole.
    assert codes(turned(before=turned(before=last.previous).previous)) == "ab"


@pytest.mark.django_db
def test_what_fits_on_one_page_leads_nowhere() -> None:
    told(*"ab")
    assert turned().is_alone
    assert codes(turned(before="end")) == "ab"


@pytest.mark.django_db
def test_sets_are_counted_together_up_to_a_bound(django_assert_num_queries) -> None:
    told(*"abcde")
    every = Entry.objects.filter(chain="tried")
    with django_assert_num_queries(1):
        found = counts([every, every.filter(code="a"), every.none(), every.order_by("seq")], 3)
    assert found == [4, 1, 0, 4]
