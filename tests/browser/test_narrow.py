"""No page scrolls sideways at 320 pixels, whatever was typed.  (WCAG 2.2, 1.4.10)"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, Response

from dsr.accounts.models import User
from dsr.policies.models import Organisation, PolicyVersion
from dsr.policies.services import rights_offered
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import Desk, open_desk
from tests.dashboard.conftest import Seat

LONG = "Donaudampfschifffahrtsgesellschaft" * 4
TOO_WIDE = """() => {
    const width = document.documentElement.scrollWidth;
    if (width <= 320) return [];
    const right = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getBoundingClientRect().right;
    };
    const wide = [...document.querySelectorAll("body *")].filter((e) => right(e) > 320.5
        && !e.closest(".visually-hidden"));
    return [width, ...wide.slice(-1).map((e) => e.outerHTML.slice(0, 200))];
}"""
# A form that is posted as it is: by a script, since only the page that comes is looked at.
POST = """([address, typed]) => {
    const form = document.createElement("form");
    form.method = "post"; form.action = address;
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const sent = token ? {...typed, csrfmiddlewaretoken: token.value} : typed;
    for (const [name, value] of Object.entries(sent)) {
        const field = document.createElement("input");
        field.type = "hidden"; field.name = name; field.value = value;
        form.append(field);
    }
    document.body.append(form);
    form.submit();
}"""


class Phone:
    """A narrow browser; it remembers which pages are wider than itself."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address, self.wide = page, address, dict[str, Any]()
        page.set_viewport_size({"width": 320, "height": 700})

    def look(self, path: str) -> int:
        answer = self.page.goto(f"{self.address}{path}")
        return self._measure(path, answer)

    def post(self, path: str, **typed: str) -> int:
        with self.page.expect_navigation() as came:
            self.page.evaluate(POST, [path, typed])
        return self._measure(f"POST {path}", came.value)

    def _measure(self, what: str, answer: Response | None) -> int:
        # What is folded may be unfolded.
        self.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        if found := self.page.evaluate(TOO_WIDE):
            self.wide[what] = found
        return answer.status if answer else 0


@pytest.mark.django_db(transaction=True)
def test_no_page_of_requesters_scrolls_sideways_on_the_narrowest_screen(
    page: Page, live_server: Any
) -> None:
    at, phone = timezone.now(), Phone(page, live_server.url)
    desk = open_desk(at)
    for path in (
        "/",
        "/lost/",
        "/lost/sent/",
        "/ended/",
        "/find/",
        "/s/nowhere/",
        "/nowhere/at/all/",
    ):
        phone.look(path)
    for each in Organisation.objects.all():
        phone.look(f"/{each.slug}/")
        # One form of each source: the policy's own words, and those of each law.
        offered = {right.law: right for right in rights_offered(each, each.today(at))}
        for right in offered.values():
            phone.look(f"/{each.slug}/{right.slug}/")
    for version in PolicyVersion.objects.select_related("policy__organisation"):
        policy = version.policy
        phone.look(f"/{policy.organisation.slug}/policy/{policy.slug}/{version.label}/")
    phone.look("/indigomed/nothing/")
    phone.post("/indigomed/nothing/", name=LONG, details=LONG)
    phone.look("/indigomed/accounting/")
    assert phone.post("/indigomed/accounting/", name=LONG, email=LONG) == 200
    phone.post("/lost/", email=LONG)
    phone.post("/find/", reference=LONG, code=LONG)
    phone.post("/status/ZZZZ-2222/reply/", text=LONG)

    # A request with the longest words, from its confirmation to its end.
    sent = _ask(desk)
    phone.look(f"/s/{links.issue(sent, at=at)}/")
    with page.expect_navigation():
        page.get_by_role("button", name="Open my page").click()
    here = f"/status/{sent.reference}/"
    assert phone.look(here) == 200
    phone.post(f"{here}reply/", text=LONG)
    phone.post(f"{here}complete/", period_from=LONG, records=LONG)
    for part in ("sent/", "withdraw/", "complete/", "paper/"):
        phone.look(f"{here}{part}")
    phone.post(f"{here}new-link/", keep_others="yes")
    phone.look(here)
    other = _ask(desk)
    phone.look(f"/s/{links.issue(other, at=at)}/")
    with page.expect_navigation():
        page.get_by_role("button", name="Open my page").click()
    phone.look("/status/")
    assert phone.wide == {}


@pytest.mark.django_db(transaction=True)
def test_no_page_of_the_staff_scrolls_sideways_on_the_narrowest_screen(
    page: Page, live_server: Any
) -> None:
    at, phone = timezone.now(), Phone(page, live_server.url)
    desk = open_desk(at)
    page.context.add_cookies([_seat_of(desk.officer, live_server.url)])
    mine = PersonGiven(LONG, email=f"{LONG[:60]}@example.org")
    right = desk.right("img", "access")
    details = {"details": {"details": LONG}}
    waiting = cast.ask(right, at=at, country="FR", who=mine, particulars=details)
    begun = cast.begin(cast.ask(right, at=at, country="FR", who=mine), desk.handler, at=at)
    decided = cast.propose(begun, desk.handler, at=at, answer=LONG)
    for path in ("", "new/", "letters/", "team/", "health/", f"?q={LONG}", "nothing/at/all/"):
        phone.look(f"/staff/{path}")
    looked: set[str] = set()
    for each in (waiting, decided):
        here = f"/staff/requests/{each.reference}/"
        assert phone.look(here) == 200
        offered = re.findall(rf'href="({here}[^"#?]+)"', page.content())
        # Each kind of deed once; files and letters are no pages.
        new = {path.split("/")[4]: path for path in offered if path.split("/")[4] not in looked}
        looked |= set(new)
        assert {phone.look(path) for path in new.values()} <= {200}
    assert {"freeze", "approve"} <= looked
    assert phone.wide == {}


def _seat_of(user: User, address: str) -> Any:
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": Seat(user).client.cookies[name].value, "url": address}


def _ask(desk: Desk) -> SubjectRequest:
    return cast.ask(desk.right("indigomed", "accounting"), at=timezone.now())
