"""Every page of requesters in a real browser: no finding of axe, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from dsr.requests.deeds import answer, conversation, enclosures, fee, opinions, review
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from dsr.requests.states import Status
from tests import cast
from tests.browser.axe import assert_accessible, click_through
from tests.cast import Desk, open_desk

LONG_ENOUGH = 2_100  # milliseconds; a form sent faster than by hand is asked again


@dataclass
class Walk:
    """A person walking through the pages; each page seen is checked."""

    page: Page
    desk: Desk
    address: str

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        assert_accessible(self.page)

    def press(self, name: str) -> None:
        click_through(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        click_through(self.page.get_by_role("link", name=name, exact=True).first)

    def fill(self, **typed: str) -> None:
        for label, value in typed.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)


@pytest.fixture
def walk(page: Page, live_server: Any, transactional_db: None) -> Iterator[Walk]:
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", listen)
    yield Walk(page, open_desk(timezone.now()), live_server.url)
    assert complaints == []


def test_asking_and_following(walk: Walk) -> None:
    walk.go("/")
    walk.follow("INDIGOMED")
    walk.follow("Accounting of disclosures")
    right = walk.page.locator("#right-accounting")
    expect(right).to_be_in_viewport()
    right.get_by_role("link", name="Accounting of disclosures", exact=True).click()
    walk.page.wait_for_timeout(LONG_ENOUGH)
    walk.press("Send the request")
    expect(walk.page).to_have_title(re.compile("^Error:"))
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.page.get_by_role("link", name="Enter your full name.").click()
    expect(walk.page.get_by_label("Your full name")).to_be_focused()

    walk.page.get_by_label("The data is about me").check()
    walk.fill(Your_full_name="Zoé Canary-Quill")
    walk.page.get_by_label("E-mail address").fill("zoe.canary@example.org")
    walk.press("Send the request")
    walk.press("Send now without it; we will ask you for it")
    sent = SubjectRequest.objects.get()
    expect(walk.page.get_by_text(sent.reference)).to_be_visible()

    walk.follow("Go to your private page")
    walk.page.get_by_text("Why this date").first.click()
    assert_accessible(walk.page)
    walk.follow("Add it")
    walk.fill(From="2024-05-01", To="2026-04-30")
    walk.press("Add it")
    walk.fill(Your_message="Only the last two years, please.")
    walk.press("Send the message")
    expect(walk.page.get_by_text("Your message was sent.")).to_be_visible()
    walk.follow("Withdraw this request")
    walk.press("Yes, withdraw it")
    walk.press("End the session")


def test_a_question_an_answer_and_the_text_behind_them(walk: Walk) -> None:
    at = timezone.now()
    handler, officer = walk.desk.handler, walk.desk.officer
    begun = cast.begin(cast.ask(walk.desk.right("img", "access"), at=at), handler, at=at)
    asked = conversation.ask_requester(
        begun.pk, question="Which account?", actor=handler, at=at, seen=begun.version
    )
    sent: list[Request] = []
    walk.page.on("request", lambda each: sent.append(each))  # noqa: PLW0108 (Playwright marks it)
    private = link_to(asked)
    walk.go(private)
    walk.press("Open my page")
    referers = {each.all_headers().get("referer") for each in sent}
    assert referers == {None, f"{walk.address}/"}
    assert walk.page.url == f"{walk.address}/status/{asked.reference}/"
    walk.fill(Your_message="The one under this address.")
    walk.press("Send the message")

    answered = SubjectRequest.objects.get()
    assert answered.status == Status.IN_PROGRESS
    proposed = cast.propose(answered, handler, at=at)
    approved = review.approve(proposed.pk, actor=officer, at=at, seen=proposed.version)
    answer.send_answer(approved.pk, actor=handler, at=at, seen=approved.version)
    walk.go("/status/")
    expect(walk.page.get_by_role("heading", name="The answer")).to_be_hidden()
    walk.press("Send me a code by e-mail")
    walk.fill(Code="0000 0000")
    walk.press("Open the answer")
    expect(walk.page.get_by_text("You can try 4 more times.").first).to_be_visible()
    walk.fill(Code=cast.code_in_mail())
    walk.press("Open the answer")
    expect(walk.page.get_by_role("heading", name="The answer")).to_be_visible()
    walk.press("Make a new private link")
    walk.go("/status/")
    walk.page.get_by_text("In the words of the policy").click()
    walk.follow("Read it in the policy")
    walk.go("/img/")
    walk.go("/imo/")


def test_a_professional_opens_a_question_with_a_code_and_signs(walk: Walk) -> None:
    at, handler = timezone.now(), walk.desk.handler
    cast.under_hipaa(walk.desk)
    asked = cast.ask(walk.desk.right("img", "access"), at=at, country="US")
    begun = cast.begin(asked, handler, at=at)
    enclosures.enclose(begun.pk, files=[cast.COPY], actor=handler, at=at, seen=begun.version)
    opinions.ask_professional(
        begun.pk,
        professional=cast.professional(walk.desk).pk,
        question="Could reading this endanger her life?",
        items=[begun.enclosures.get().file_id],
        text="3 March: she spoke of ending it.",
        grounds=["endangers_life", "harms_another"],
        actor=handler,
        at=at,
        seen=None,
    )
    link = cast.question_in_mail()
    walk.go(link)
    walk.press("Send me a code")
    walk.fill(Code="0000 0000")
    walk.press("Open the question")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.fill(Code=cast.code_in_mail("opinion_code"))
    walk.press("Open the question")
    expect(walk.page.get_by_role("heading", name="Does a ground apply?")).to_be_visible()
    walk.press("Sign")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    with walk.page.expect_download() as record:
        walk.page.get_by_role("button", name="Download record.csv").click()
    assert record.value.suggested_filename == "record.csv"
    walk.go(link)
    expect(walk.page.get_by_text("Opened by you", exact=True)).to_be_visible()
    walk.page.get_by_label("None of the grounds applies").check()
    walk.fill(Your_reason="I know her.")
    walk.page.get_by_label("Your name, as your signature").fill("Dr Ines Licensed")
    walk.page.get_by_label("I decide this myself").check()
    walk.press("Sign")
    expect(walk.page.get_by_role("heading", name="This link was used")).to_be_visible()


def test_a_fee_is_answered_with_the_wish_for_less(walk: Walk) -> None:
    at, handler = timezone.now(), walk.desk.handler
    asked = cast.ask(walk.desk.right("img", "access"), at=at, country="FR")
    begun = cast.begin(asked, handler, at=at)
    priced = fee.ask_fee(
        begun.pk,
        ground="excessive",
        lines=[fee.FeeLine("preparing", Decimal("10.00"))],
        text="You asked every week.",
        actor=handler,
        at=at,
        seen=begun.version,
    )
    walk.go(link_to(priced))
    walk.press("Open my page")
    expect(walk.page.get_by_role("heading", name="What this is to cost")).to_be_visible()
    walk.follow("Ask for less")
    walk.press("Ask for this instead")
    expect(walk.page.get_by_role("alert")).to_be_focused()
    walk.page.locator("[name=text]").fill("The last year alone.")
    walk.press("Ask for this instead")
    expect(walk.page.get_by_text("Nothing is charged for now.")).to_be_visible()
    walk.go(f"/status/{priced.reference}/fee/")
    expect(walk.page.get_by_text("No fee waits for an answer.")).to_be_visible()


def test_the_clause_stands_beside_the_plain_words_and_opens_under_them_on_a_phone(
    walk: Walk,
) -> None:
    clause = walk.page.get_by_text("INDIGOMED will respond to users within 20 days.")
    words = walk.page.locator("#right-accounting").get_by_text("In the words of the policy")
    walk.go("/indigomed/")
    expect(clause).to_be_visible()
    expect(words).to_be_hidden()
    walk.page.set_viewport_size({"width": 390, "height": 844})
    expect(clause).to_be_hidden()
    words.click()
    expect(clause).to_be_visible()
    assert_accessible(walk.page)


def link_to(subject_request: SubjectRequest) -> str:
    return f"/s/{links.issue(subject_request, at=timezone.now())}/"


def test_the_name_of_another_person_is_asked_of_who_acts_for_another(walk: Walk) -> None:
    walk.go("/indigomed/accounting/")
    other = walk.page.get_by_label("Full name of the person the data is about")
    expect(other).to_be_hidden()
    walk.page.get_by_label("I am a parent of the child the data is about").check()
    expect(other).to_be_visible()


def test_everything_works_without_scripts(walk: Walk, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{walk.address}/img/access/")
    page.wait_for_timeout(LONG_ENOUGH)
    page.get_by_label("Your full name").fill("Zoé Canary-Quill")
    page.get_by_label("E-mail address").fill("zoe.canary@example.org")
    if page.get_by_label("The data is about me").count():
        page.get_by_label("The data is about me").check()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Your request was received").first).to_be_visible()
    page.get_by_role("link", name="Go to your private page").click()
    expect(page.get_by_role("heading", name="What happened so far")).to_be_visible()
    context.close()


def test_a_file_that_is_too_large_is_named_when_it_is_chosen_and_nothing_typed_is_lost(
    walk: Walk,
) -> None:
    walk.go("/img/access/")
    walk.page.get_by_label("Your full name").fill("Zoé Canary-Quill")
    large = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" * 2_700_000}
    walk.page.locator("#id_documents").set_input_files(large)  # type: ignore[arg-type]
    said = "Send at most five files of 10 MB each. Too large or too many: scan.pdf"
    expect(walk.page.get_by_text(said)).to_be_visible()
    walk.page.get_by_role("button", name="Send the request").click()
    expect(walk.page.get_by_label("Your full name")).to_have_value("Zoé Canary-Quill")
    expect(walk.page.locator("#id_documents")).to_be_focused()
    walk.page.locator("#id_documents").set_input_files([])
    expect(walk.page.get_by_text(said)).to_be_hidden()
