"""The pages of the staff in a real browser: no finding of axe, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page, expect

from config.trial.second_factor import enrol_for_trial
from dsr.accounts.models import User
from dsr.accounts.services import has_second_factor
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.browser.axe import assert_accessible, click_through
from tests.cast import ZOE, Desk, open_desk
from tests.laws import laws_of

laws = contextmanager(laws_of)

BY_POST = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")


@dataclass
class Walk:
    """A member of staff walking through the pages; each page seen is checked."""

    page: Page
    desk: Desk
    address: str

    def sit_down(self, user: User) -> None:
        """In the seat of this person, who has shown password and second factor."""
        if not has_second_factor(user):
            enrol_for_trial(user)
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        name = settings.SESSION_COOKIE_NAME
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.address}]
        )

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        assert_accessible(self.page)

    def to(self, subject_request: SubjectRequest, address: str = "") -> None:
        self.go(f"/staff/requests/{subject_request.reference}/{address}")

    def press(self, name: str) -> None:
        click_through(self.page.get_by_role("button", name=name, exact=True).first)

    def follow(self, name: str) -> None:
        click_through(self.page.get_by_role("link", name=name, exact=True).first)


@pytest.fixture
def walk(page: Page, live_server: Any, transactional_db: None) -> Iterator[Walk]:
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # Chromium calls the honest status of a form that was overtaken an error.
        if message.type in ("error", "warning") and "409 (Conflict)" not in message.text:
            complaints.append(message.text)

    page.on("console", listen)
    yield Walk(page, open_desk(timezone.now()), live_server.url)
    assert complaints == []


def test_from_the_queue_to_the_approval(walk: Walk) -> None:
    at = timezone.now()
    asked = cast.ask(walk.desk.right("img", "access"), at=at, country="FR")
    walk.sit_down(walk.desk.handler)
    walk.go("/staff/")
    walk.follow("Access")
    walk.page.get_by_text("Why this date", exact=False).first.click()
    assert_accessible(walk.page)
    walk.follow("Record evidence")
    walk.press("Record evidence")
    expect(walk.page.get_by_role("alert")).to_be_focused()

    walk.page.get_by_label("Kind of evidence").select_option("at_counter")
    walk.page.locator("[name=confirmed]").select_option("yes")
    assert_accessible(walk.page)
    walk.press("Record evidence")
    expect(walk.page.get_by_text("Enough for this right")).to_be_visible()
    walk.follow("Start work")
    walk.press("Start work")
    walk.follow("Propose a decision")
    walk.page.get_by_label("Nothing held").check()
    answer = walk.page.get_by_label("Answer to the requester")
    assert "hold nothing about you" in answer.input_value()
    walk.page.get_by_label("Granted", exact=True).check()
    assert "We have done what you asked." in answer.input_value()
    answer.fill("My own words.")
    walk.page.get_by_label("Nothing held").check()
    expect(answer).to_have_value("My own words.")
    walk.press("Propose to a second person")

    walk.sit_down(walk.desk.second_officer)
    walk.to(asked)
    walk.follow("Approve")
    expect(walk.page.get_by_text("My own words.")).to_be_visible()
    walk.press("Approve")
    walk.sit_down(walk.desk.handler)
    walk.to(asked)
    walk.follow("Prove the contact")
    walk.page.get_by_label("What speaks for the contact").select_option("on_record")
    walk.page.get_by_label("Where it was found, and who looked").fill("Patient file of 2023")
    walk.press("Prove the contact")
    walk.follow("Send the answer")
    walk.press("Send the answer")
    walk.press("Add the note")
    expect(walk.page.get_by_role("link", name="Write the note.")).to_be_visible()


def test_entering_a_letter(walk: Walk) -> None:
    walk.sit_down(walk.desk.clerk)
    walk.go("/staff/new/")
    walk.follow("Accounting of disclosures")
    walk.press("Enter the request")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.page.get_by_label("Letter", exact=True).check()
    today = walk.desk.organisation("indigomed").today(timezone.now()).isoformat()
    walk.page.get_by_label("Day on which it arrived").fill(today)
    walk.page.get_by_label("The person concerned").check()
    walk.page.get_by_label("Full name of who asks").fill("Zoé Canary-Quill")
    walk.page.get_by_label("Postal address").fill("7 rue du Serin, 69000 Lyon")
    walk.press("Enter the request")
    expect(walk.page.get_by_text("The clause asks for more than was given:")).to_be_visible()
    walk.go("/staff/letters/")
    walk.page.get_by_role("link", name="Record the posting").click()
    walk.press("Record the posting")
    walk.go("/staff/letters/")
    expect(walk.page.get_by_text("No letter waits")).to_be_visible()


def test_who_was_slower_reads_what_happened(walk: Walk) -> None:
    at = timezone.now()
    begun = cast.begin(
        cast.ask(walk.desk.right("img", "access"), at=at, who=ZOE), walk.desk.officer, at=at
    )
    walk.sit_down(walk.desk.handler)
    walk.to(begun, "ask/")
    walk.page.get_by_label("Your question").fill("Which month?")
    cast.prove(begun, walk.desk.officer, at=timezone.now())
    walk.page.get_by_role("button", name="Ask the requester").click()
    expect(walk.page.get_by_role("alert")).to_be_focused()
    expect(walk.page.get_by_label("Your question")).to_have_value("Which month?")
    assert_accessible(walk.page)


def test_a_fee_is_announced_answered_and_paid(walk: Walk) -> None:
    at = timezone.now()
    asked = cast.ask(walk.desk.right("img", "access"), at=at, country="FR")
    cast.begin(asked, walk.desk.handler, at=at)
    walk.sit_down(walk.desk.handler)
    walk.to(asked, "fee/")
    walk.press("Announce a fee")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.page.get_by_text("More rows").click()
    assert_accessible(walk.page)
    walk.page.locator("[name=ground][value=excessive]").check()
    walk.page.locator("[name=part_1]").select_option("preparing")
    walk.page.locator("[name=amount_1]").fill("10.00")
    walk.page.get_by_label("What the requester is told").fill("You asked every week.")
    walk.press("Announce a fee")
    expect(walk.page.get_by_text("The fee is announced.")).to_be_visible()
    walk.to(asked, "fee/answer/")
    walk.press("Record the answer to the fee")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.page.get_by_label("Yes, at this price").check()
    walk.press("Record the answer to the fee")
    walk.to(asked, "fee/settled/")
    walk.page.get_by_label("The fee was paid").check()
    walk.press("Record that the fee was paid or waived")
    expect(walk.page.get_by_text("It is recorded.")).to_be_visible()


def test_a_professional_is_asked_and_told_her_code(walk: Walk) -> None:
    at = timezone.now()
    cast.under_hipaa(walk.desk)
    asked = cast.ask(walk.desk.right("img", "access"), at=at, country="US")
    cast.begin(asked, walk.desk.handler, at=at)
    cast.professional(walk.desk, code_email="", phone="+33 1 23 45 67 89")
    walk.sit_down(walk.desk.handler)
    walk.to(asked)
    walk.follow("Ask a health professional")
    walk.press("Ask a health professional")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.page.get_by_label("Whom do you ask?").select_option(index=1)
    walk.page.locator("[name=question]").fill("Could reading this endanger her life?")
    walk.page.locator("[name=text]").fill("3 March: she spoke of ending it.")
    walk.page.locator("[name=grounds]").first.check()
    walk.press("Ask a health professional")
    click_through(walk.page.get_by_role("link", name="Tell her a code"))
    walk.press("Make a code")
    expect(walk.page.get_by_text("Read it out to her.")).to_be_visible()
    click_through(walk.page.get_by_role("link", name="Withdraw it"))
    walk.press("Withdraw it")
    expect(walk.page.get_by_text("The question is withdrawn.")).to_be_visible()


def test_a_law_that_is_read_otherwise_is_shown_and_accepted(walk: Walk, tmp_path: Path) -> None:
    asked = cast.ask(walk.desk.right("imo", "eu-access"), at=timezone.now(), country="GB")
    with laws(tmp_path) as known:
        known.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 2\n"))
        walk.sit_down(walk.desk.officer)
        walk.go("/staff/health/")
        walk.follow("Look at coming law")
        walk.page.locator("summary").first.click()
        assert_accessible(walk.page)
        walk.page.locator("main a", has_text="UK GDPR").first.click()
        assert_accessible(walk.page)
        expect(walk.page.get_by_text(asked.reference).first).to_be_visible()
        walk.press("Accept this for 1 request")
        expect(walk.page.get_by_text("Accepted: 1 request follows the law")).to_be_visible()
        walk.go("/staff/coming/imo/uk-gdpr/")
        expect(walk.page.get_by_text("There is nothing to accept")).to_be_visible()


def test_search_team_health_and_the_mailbox(walk: Walk) -> None:
    asked = cast.ask(walk.desk.right("img", "access"), at=timezone.now())
    walk.sit_down(walk.desk.officer)
    walk.go("/staff/")
    walk.page.get_by_role("textbox", name="Find a request").fill("zoe.canary@example.org")
    walk.press("Find")
    expect(walk.page.get_by_text(asked.reference, exact=True)).to_be_visible()
    assert "canary" not in walk.page.url
    walk.go("/staff/team/")
    walk.follow("Invite somebody")
    walk.press("Send the invitation")
    walk.go("/staff/health/")
    walk.go("/trial/mailbox/")
    walk.page.locator("summary").first.click()
    assert_accessible(walk.page)
    walk.sit_down(walk.desk.auditor)
    walk.to(asked)
