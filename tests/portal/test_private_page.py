"""The private page: opened by a button, never by looking; it tells the truth and takes replies."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dsr.dashboard.words import due_badge
from dsr.portal.status_page import dates
from dsr.requests.deeds import assignment, conversation, identity, review
from dsr.requests.deeds.answer import send_answer
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.services import links
from dsr.requests.states import Ended
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import Visitor


def link_to(subject_request: SubjectRequest) -> str:
    return f"/s/{links.issue(subject_request, at=timezone.now())}/"


def opened(visitor: Visitor, subject_request: SubjectRequest) -> None:
    visitor.client.post(link_to(subject_request))


def test_looking_at_the_link_opens_nothing(visitor: Visitor) -> None:
    address = link_to(visitor.ask())
    scanner = Client()
    page = scanner.get(address)
    assert page.status_code == 200
    assert "Open my page" in page.content.decode()
    assert scanner.get(visitor.at()).status_code == 403


def test_the_button_opens_the_page_and_leaves_the_token_behind(visitor: Visitor) -> None:
    sent = visitor.ask()
    browser = Client()
    response = browser.post(link_to(sent))
    assert response.headers["Location"] == visitor.at()
    page = browser.get(visitor.at()).content.decode()
    assert sent.reference in page
    assert "/s/" not in page


def test_the_page_behind_the_link_says_nothing_of_the_request(visitor: Visitor) -> None:
    sent = visitor.ask()
    page = Client().get(link_to(sent)).content.decode()
    assert sent.reference not in page
    assert "Accounting" not in page


@pytest.mark.parametrize("token", ["wrong", "a" * 43, "ä", "x" * 500])
def test_a_wrong_token_is_not_found_whatever_is_tried(visitor: Visitor, token: str) -> None:
    assert visitor.client.get(f"/s/{token}/").status_code == 404
    assert visitor.client.post(f"/s/{token}/").status_code == 404


def test_a_link_dies_after_half_a_year(visitor: Visitor) -> None:
    address = link_to(visitor.ask())
    visitor.time.shift(timedelta(days=181))
    assert Client().get(address).status_code == 404


def test_revoking_the_links_closes_the_pages_opened_with_them(visitor: Visitor) -> None:
    sent = visitor.ask()
    assert sent.reference in visitor.status()
    links.end(sent, Ended.STAFF, at=timezone.now(), actor=None)
    assert visitor.client.get(visitor.at()).status_code == 403


def test_ending_the_session_closes_the_page(visitor: Visitor) -> None:
    visitor.ask()
    visitor.client.post("/status/end/")
    assert visitor.client.get(visitor.at()).status_code == 403
    assert visitor.client.get(visitor.at("sent/")).status_code == 403


def test_a_link_to_keep_is_shown_once_and_works(visitor: Visitor) -> None:
    sent = visitor.ask()
    page = visitor.client.post(visitor.at("new-link/")).content.decode()
    found = re.search(r"/s/[\w-]{43}/", page)
    assert found
    browser = Client()
    browser.post(found[0])
    assert sent.reference in browser.get(visitor.at()).content.decode()


def test_the_page_shows_the_date_and_why_it_is_that_day(visitor: Visitor) -> None:
    visitor.ask()
    page = visitor.status()
    assert "The policy promises it by 21 May 2026." in page
    assert "Promised by the policy" in page
    assert "Why this date" in page


def test_a_late_answer_is_called_late(visitor: Visitor) -> None:
    visitor.ask()
    visitor.time.shift(timedelta(days=22))
    browser = Client()
    browser.post(link_to(SubjectRequest.objects.get()))
    page = browser.get(visitor.at()).content.decode()
    assert "The policy promised it by 21 May 2026." in page
    assert "2 days overdue" in page


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (12, "ok", "Due in 8 days"),
        (13, "soon", "Due in 7 days"),
        (15, "soon", "Due in 5 days"),
        (19, "soon", "Due tomorrow"),
        (20, "soon", "Due today"),
        (21, "over", "1 day overdue"),
    ],
)
def test_a_date_is_as_near_for_the_requester_as_it_is_for_staff(
    visitor: Visitor, days: int, kind: str, words: str
) -> None:
    sent = visitor.ask()  # on 1 May, to be answered by 21 May
    today = date(2026, 5, 1) + timedelta(days=days)
    shown = next(e.badge for e in dates(sent, today)["dates"] if e.deadline.governing)
    assert (shown.kind, shown.text) == (kind, words)
    assert due_badge(sent, today) == shown


def test_where_the_policy_names_no_date_the_page_says_it_is_an_aim(
    visitor: Visitor, desk: Desk
) -> None:
    opened(visitor, cast.ask(desk.right("imo", "delete")))
    page = visitor.status()
    assert "The policy names no date. The organisation’s own aim is to answer by" in page


def test_a_question_is_answered_on_the_page(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    begun = cast.begin(sent, desk.handler)
    conversation.ask_requester(
        begun.pk,
        question="Which two days?",
        actor=desk.handler,
        at=timezone.now(),
        seen=begun.version,
    )
    page = visitor.status()
    assert "Waiting for your reply" in page
    assert "Which two days?" in page
    answer = visitor.client.post(visitor.at("reply/"), {"text": "The first and the last."})
    assert answer.headers["Location"] == visitor.at()
    page = visitor.status()
    assert "Your message has arrived" in page
    assert "The first and the last." in page
    assert RequestMessage.objects.filter(from_requester=True).count() == 1


def test_an_empty_message_comes_back_with_a_sentence(visitor: Visitor) -> None:
    visitor.ask()
    page = visitor.client.post(visitor.at("reply/"), {"text": "  "}).content.decode()
    assert "Write your message, or add a file." in page
    assert not RequestMessage.objects.exists()


def test_being_asked_who_one_is_stands_at_the_top(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    identity.ask_identity(
        sent.pk,
        question="Come to the counter, or send a copy with the number blacked out.",
        actor=desk.handler,
        at=timezone.now(),
        seen=sent.version,
    )
    page = visitor.status()
    assert "We need to know who is asking" in page
    assert "with the number blacked out" in page


def test_what_is_missing_can_be_added(visitor: Visitor) -> None:
    visitor.ask("/indigomed/accounting/", role="subject", name="Z", email="z@x.org", anyway="1")
    assert 'name="signature"' in visitor.open(visitor.at("complete/"))
    visitor.client.post(visitor.at("complete/"), {"signature": "Z", "dated_on": "2026-05-01"})
    assert SubjectRequest.objects.get().missing == ["time_period"]


def test_adding_nothing_says_so(visitor: Visitor) -> None:
    visitor.ask("/indigomed/accounting/", role="subject", name="Z", email="z@x.org", anyway="1")
    page = visitor.client.post(visitor.at("complete/"), {}).content.decode()
    assert "Nothing was filled in." in page


def test_withdrawing_asks_first_and_needs_no_reason(visitor: Visitor) -> None:
    sent = visitor.ask()
    page = visitor.open(visitor.at("withdraw/"))
    assert "You need not say why" in page
    assert SubjectRequest.objects.get(pk=sent.pk).status == "received"
    visitor.client.post(visitor.at("withdraw/"))
    assert SubjectRequest.objects.get(pk=sent.pk).status == "withdrawn"
    page = visitor.status()
    assert "This request was withdrawn on" in page
    assert "Withdraw this request" not in page


def test_withdrawing_twice_says_why_it_cannot_be(visitor: Visitor) -> None:
    visitor.ask()
    visitor.client.post(visitor.at("withdraw/"))
    visitor.client.post(visitor.at("withdraw/"))
    assert "is not possible while the request is" in visitor.status()


def answered(visitor: Visitor, desk: Desk) -> SubjectRequest:
    begun = cast.begin(visitor.ask(), desk.handler)
    proposed = cast.propose(begun, desk.handler, answer="Nobody was told.")
    approved = review.approve(
        proposed.pk, actor=desk.officer, at=timezone.now(), seen=proposed.version
    )
    return send_answer(approved.pk, actor=desk.handler, at=timezone.now(), seen=approved.version)


def test_the_answer_is_on_the_page_and_its_letter_is_a_file(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor, desk)
    visitor.read_answer()
    page = visitor.status()
    assert "Nobody was told." in page
    assert "Your request is granted." in page
    answer = sent.messages.get(kind="answer")
    letter = visitor.client.post(visitor.at(f"letter/{answer.pk}/"))
    assert letter.headers["Content-Type"] == "application/pdf"
    assert letter.headers["Content-Disposition"].startswith("attachment")
    assert letter.getvalue().startswith(b"%PDF-")


def test_nobody_reads_the_letter_of_another_request(visitor: Visitor, desk: Desk) -> None:
    answer = answered(visitor, desk).messages.get(kind="answer")
    sent = SubjectRequest.objects.latest("pk")
    stranger = Visitor(Client(), visitor.time)
    stranger.ask()
    there = f"/status/{sent.reference}/letter/{answer.pk}/"
    assert stranger.client.post(there).status_code == 403
    own = answered(stranger, desk)
    stranger.read_answer()
    there = f"/status/{own.reference}/letter/{answer.pk}/"
    assert stranger.client.post(there).status_code == 404


def test_the_outcome_is_not_told_before_the_answer_is_sent(visitor: Visitor, desk: Desk) -> None:
    begun = cast.begin(visitor.ask(), desk.handler)
    proposed = cast.propose(begun, desk.handler)
    review.approve(proposed.pk, actor=desk.officer, at=timezone.now(), seen=proposed.version)
    page = visitor.status()
    assert "Your request is granted." not in page
    assert "Here is what you asked for." not in page


def test_notes_and_names_of_staff_stay_behind_the_desk(visitor: Visitor, desk: Desk) -> None:
    begun = cast.begin(visitor.ask(), desk.handler)
    assignment.note(begun.pk, text="Smells of fraud", actor=desk.handler, at=timezone.now())
    page = visitor.status()
    assert "Smells of fraud" not in page
    assert desk.handler.name not in page


def test_looking_changes_nothing(visitor: Visitor) -> None:
    sent = visitor.ask()
    for page in ("", "sent/", "withdraw/", "complete/", "paper/"):
        visitor.open(visitor.at(page))
    assert SubjectRequest.objects.get(pk=sent.pk).version == sent.version


@pytest.mark.parametrize(
    "page", ["reply/", "new-link/", "close-others/", "code/", "open/", "letter/1/"]
)
def test_deeds_are_posted(visitor: Visitor, page: str) -> None:
    visitor.ask()
    assert visitor.client.get(visitor.at(page)).status_code == 405
    assert visitor.client.get("/status/end/").status_code == 405


def test_an_answer_that_is_late_leaves_nobody_without_a_way(visitor: Visitor) -> None:
    sent = visitor.ask()
    assert "If you do not agree" not in visitor.status()
    visitor.time.move_to("2026-07-01T10:00:00+00:00")
    # The session has ended meanwhile.
    visitor.client.post(f"/s/{links.issue(sent, at=timezone.now())}/")
    page = visitor.status()
    assert "If you do not agree" in page
    assert "Commission nationale de l’informatique et des libertés (CNIL)" in page
    assert "https://www.cnil.fr/fr/plaintes" in page
    assert "Go to court" in page
