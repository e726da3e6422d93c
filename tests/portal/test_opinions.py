"""A health professional before her page: a link opens nothing, a code opens it, she signs once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.requests import opinions
from dsr.requests.deeds import opinions as deeds
from dsr.requests.models import HealthProfessional, Opinion, OpinionCode, SubjectRequest
from dsr.requests.services import links
from tests import cast
from tests.cast import MORNING, ROSA, Desk, code_in_mail, question_in_mail
from tests.dashboard.conftest import Seat, as_read
from tests.portal.conftest import Visitor
from tests.requests.test_opinions import HARM, account, refer, refused
from tests.requests.trying import TRY

QUESTION = "Kanarie-question: could reading this endanger her life?"
PASSAGE = "Kanarie-passage: 3 March, she spoke of ending it."
REASON = "Kanarie-reason: I have known her for years."
SIGNED = {
    "choice": HARM,
    "reason": REASON,
    "name": "Dr Ines Licensed",
    "licensed": "on",
}


@dataclass
class Asked:
    """Her browser, the link that came by mail, and the request."""

    client: Client
    link: str
    it: SubjectRequest
    time: Any

    @property
    def opinion(self) -> Opinion:
        return Opinion.objects.get(subject_request=self.it)

    def page(self, status: int = 200) -> str:
        answer = self.client.get(self.link)
        assert answer.status_code == status, answer.status_code
        return as_read(unescape(answer.content.decode()))

    def post(self, what: str, status: int = 200, **typed: Any) -> str:
        answer = self.client.post(f"{self.link}{what}/", typed)
        assert answer.status_code == status, answer.status_code
        return as_read(unescape(answer.content.decode()))

    def code(self) -> str:
        self.post("code", 302)
        return code_in_mail("opinion_code")

    def enter(self) -> None:
        self.post("open", 302, code=self.code())


@pytest.fixture
def asked(desk: Desk, visitor: Visitor) -> Asked:
    it = TRY["enclose"](cast.asked_under_hipaa(desk), desk)
    deeds.ask_professional(
        it.pk,
        professional=cast.professional(desk).pk,
        question=QUESTION,
        items=[it.enclosures.get().file_id],
        text=PASSAGE,
        grounds=[HARM, "harms_another"],
        actor=desk.handler,
        at=MORNING,
        seen=None,
    )
    return Asked(visitor.client, question_in_mail(), it, visitor.time)


def test_from_the_link_to_the_signature(asked: Asked) -> None:
    entrance = asked.page()
    assert "Send me a code" in entrance
    assert "Kanarie" not in entrance
    code = asked.code()
    mail = OutboxMessage.objects.get(kind="opinion_code")
    assert mail.unseal("to_address") == "ines.home@example.net"
    assert mail.unseal("subject") == "A code for you"
    assert "/o/" not in mail.unseal("body")
    asked.post("open", 302, code=code)
    page = asked.page()
    for words in (QUESTION, PASSAGE, "record.csv"):
        assert words in page
    assert "likely to endanger the life or physical safety of the person" in page
    assert "It speaks of another person" in page
    assert "psychotherapy" not in page
    assert (
        "I decide this myself, as a licensed health professional (physician, 10001234567, Paris)."
    ) in page
    assert "Open each file first, then sign." in asked.post("sign", **SIGNED)
    item = asked.opinion.items.get()
    file = asked.client.post(f"{asked.link}items/{item.pk}/")
    assert b"".join(file.streaming_content) == b"day,what\n2025-03-03,visit\n"
    assert file.headers["Content-Disposition"] == 'attachment; filename="record.csv"'
    asked.post("sign", 302, **SIGNED)
    assert opinions.supports(asked.it, HARM)
    assert "This link was used" in asked.page()
    codes = [each.code for each in cast.history(asked.it)]
    assert codes[-5:] == [
        "ask_professional",
        "opinion_code",
        "opinion_opened",
        "opinion_item_read",
        "give_opinion",
    ]


def test_looking_opens_nothing_and_a_wrong_link_is_the_same_404(asked: Asked) -> None:
    asked.page()
    assert asked.opinion.opened_at is None
    assert not OpinionCode.objects.exists()
    wrong = f"/o/{'x' * 43}/"
    for url in (wrong, f"{wrong}code/", f"{wrong}open/", f"{wrong}sign/", f"{wrong}items/1/"):
        send = asked.client.get if url == wrong else asked.client.post
        assert send(url).status_code == 404
    for _each in range(30):
        asked.client.get(wrong)
    # Right or wrong, from there no link answers now.
    asked.page(404)


def test_without_the_code_nothing_is_seen_taken_or_signed(asked: Asked) -> None:
    item = asked.opinion.items.get()
    for page in (asked.post("sign", 403, **SIGNED), asked.post(f"items/{item.pk}", 403)):
        assert "Send me a code" in page
        assert "Kanarie-question" not in page
    assert asked.opinion.signed_at is None
    assert asked.opinion.items.get().opened_at is None


def test_a_wrong_code_says_how_often_it_can_be_tried_and_dies_at_the_fifth(asked: Asked) -> None:
    code = asked.code()
    wrong = "0000 0000" if code != "0000 0000" else "0000 0001"
    assert "You can try 4 more times." in asked.post("open", code=wrong)
    for _each in range(3):
        asked.post("open", code=wrong)
    assert "This code was wrong five times" in asked.post("open", code=wrong)
    assert "No code is valid now." in asked.post("open", code=code)
    assert cast.history(asked.it)[-1].code == "wrong_opinion_code"
    assert asked.opinion.opened_at is None
    assert "Type the code of eight digits." in asked.post("open", code="")


def test_only_the_newest_code_works_for_half_an_hour_once_and_in_its_browser(
    asked: Asked,
) -> None:
    first, second = asked.code(), asked.code()
    if first != second:
        assert "This code is not right." in asked.post("open", code=first)
    other = Asked(Client(), asked.link, asked.it, asked.time)
    other.page()
    assert "No code is valid now." in other.post("open", code=second)
    asked.time.shift(timedelta(minutes=30))
    assert "No code is valid now." in asked.post("open", code=second)
    third = asked.code()
    asked.post("open", 302, code=third)
    assert "No code is valid now." in other.post("open", code=third)
    assert "Kanarie-question" not in other.page()


def test_codes_are_limited_to_five_an_hour(asked: Asked) -> None:
    for _each in range(6):
        asked.post("code", 302)
    assert OpinionCode.objects.count() == 5
    assert "Please try again in" in asked.page()


def test_the_page_closes_after_half_an_hour_and_a_new_code_closes_the_other_browser(
    asked: Asked,
) -> None:
    asked.enter()
    assert "Kanarie-question" in asked.page()
    other = Asked(Client(), asked.link, asked.it, asked.time)
    other.page()
    other.enter()
    assert "Kanarie-question" in other.page()
    assert "Kanarie-question" not in asked.page()
    asked.time.shift(timedelta(minutes=31))
    assert "Kanarie-question" not in other.page()


def test_the_link_is_used_once(asked: Asked) -> None:
    asked.enter()
    asked.client.post(f"{asked.link}items/{asked.opinion.items.get().pk}/")
    asked.post("sign", 302, **SIGNED)
    for what in ("sign", "open", "code", f"items/{asked.opinion.items.get().pk}"):
        answer = asked.client.post(f"{asked.link}{what}/", SIGNED | {"choice": "none"}, follow=True)
        page = unescape(answer.content.decode())
        assert "This link was used" in page
        assert "Kanarie" not in page
    assert asked.opinion.verdict == "supports"
    assert [each.code for each in cast.history(asked.it)].count("give_opinion") == 1


def test_after_fourteen_days_it_has_expired(asked: Asked) -> None:
    asked.time.shift(timedelta(days=14))
    page = asked.page(410)
    assert "This link has expired" in page
    assert "Kanarie" not in page
    assert "This link has expired" in asked.post("open", 410, code="1234 5678")


@pytest.mark.parametrize("how", ["withdrawn", "not asked any more", "the request ended"])
def test_what_was_withdrawn_opens_nothing_also_where_it_was_open(
    asked: Asked, desk: Desk, how: str
) -> None:
    asked.enter()
    if how == "withdrawn":
        TRY["withdraw_question"](SubjectRequest.objects.get(pk=asked.it.pk), desk)
    elif how == "not asked any more":
        HealthProfessional.objects.update(is_active=False)
    else:
        TRY["withdraw"](asked.it, desk)
    page = asked.page(410)
    assert "This question was withdrawn" in page
    assert "Kanarie" not in page
    assert "This question was withdrawn" in asked.post("sign", 410, **SIGNED)
    assert asked.opinion.signed_at is None


def test_while_it_is_stopped_the_page_says_so(asked: Asked, desk: Desk) -> None:
    asked.enter()
    frozen = TRY["freeze"](SubjectRequest.objects.get(pk=asked.it.pk), desk)
    page = asked.page()
    assert "This question is stopped" in page
    assert "Kanarie" not in page
    TRY["unfreeze"](frozen, desk)
    assert "Kanarie-question" in asked.page()


def test_what_is_refused_comes_back_with_what_was_typed(asked: Asked) -> None:
    asked.enter()
    page = asked.post("sign", **(SIGNED | {"choice": "", "name": "Someone", "licensed": ""}))
    assert REASON in page
    assert 'value="Someone"' in page
    assert "Tick “I decide this myself" in page
    asked.client.post(f"{asked.link}items/{asked.opinion.items.get().pk}/")
    wrong = asked.post("sign", **(SIGNED | {"name": "Someone"}))
    assert "Type your name as it is recorded: Dr Ines Licensed." in wrong
    french = asked.client.post(f"{asked.link}sign/", SIGNED | {"language": "fr"})
    assert french.headers["Content-Language"] == "fr"
    assert REASON in unescape(french.content.decode())
    assert asked.opinion.signed_at is None


def test_a_post_without_its_token_does_nothing_and_loses_nothing(asked: Asked) -> None:
    asked.enter()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = asked.client.cookies
    asked.client = strict
    page = asked.post("sign", 403, **SIGNED)
    assert "This page was open for too long" in page
    assert REASON in page
    for what in ("code", "open", f"items/{asked.opinion.items.get().pk}"):
        assert "This page was open for too long" in asked.post(what, 403)
    assert asked.opinion.signed_at is None
    assert OpinionCode.objects.count() == 1


def test_a_file_of_another_question_is_not_found_here(asked: Asked, desk: Desk) -> None:
    asked.enter()
    other = TRY["enclose"](cast.asked_under_hipaa(desk), desk)
    deeds.ask_professional(
        other.pk,
        professional=asked.opinion.professional_id,
        question="?",
        items=[other.enclosures.get().file_id],
        grounds=[HARM],
        actor=desk.handler,
        at=MORNING,
        seen=None,
    )
    item = other.opinions.get().items.get()
    assert asked.client.post(f"{asked.link}items/{item.pk}/").status_code == 404
    assert other.opinions.get().items.get().opened_at is None


def test_a_code_told_by_telephone_stands_on_the_page_for_who_may_tell_it(
    desk: Desk, visitor: Visitor
) -> None:
    cast.professional(desk, code_email="", phone="+33 1 23 45 67 89")
    it = TRY["ask_professional"](cast.asked_under_hipaa(desk), desk)
    asked = Asked(visitor.client, question_in_mail(), it, visitor.time)
    assert "reads the code out" in asked.page()
    asked.post("code", 302)
    assert "The code is told to you by telephone." in asked.page()
    assert not OpinionCode.objects.exists()
    opinion = it.opinions.get()
    seat = Seat(desk.handler)
    assert seat.do(it, f"opinions/{opinion.pk}/code").status_code == 302
    assert not OutboxMessage.objects.filter(kind="opinion_code").exists()
    code = OpinionCode.objects.get().unseal("code")
    said = f"Call +33 1 23 45 67 89 and read out: {code[:4]} {code[4:]}."
    address = f"/staff/requests/{it.reference}/"
    assert said in as_read(seat.open(address))
    assert code[:4] + " " + code[4:] not in as_read(Seat(desk.auditor).open(address))
    asked.post("open", 302, code=code)
    assert "Could reading this endanger her life?" in asked.page()
    assert said not in as_read(seat.open(address))


def test_the_desk_sees_how_it_stands_and_what_was_signed(asked: Asked, desk: Desk) -> None:
    address = f"/staff/requests/{asked.it.reference}/"
    page = as_read(Seat(desk.handler).open(address))
    assert "Waits for her" in page
    assert QUESTION in page
    asked.enter()
    asked.client.post(f"{asked.link}items/{asked.opinion.items.get().pk}/")
    asked.post("sign", 302, **SIGNED)
    page = as_read(Seat(desk.handler).open(address))
    for words in (
        *("The ground applies", "likely to endanger the life or physical safety", REASON),
        *("Dr Ines Licensed, physician, 10001234567, Paris", "files opened: 1 of 1"),
        "The health professional signed: The ground applies",
    ):
        assert words in page


def test_the_desk_asks_on_a_page_and_another_house_is_not_offered(
    desk: Desk, visitor: Visitor
) -> None:
    it, ines = TRY["enclose"](cast.asked_under_hipaa(desk), desk), cast.professional(desk)
    cast.professional(desk, "imo", **ROSA)
    seat = Seat(desk.handler)
    page = seat.open(f"/staff/requests/{it.reference}/ask-professional/")
    assert "Dr Ines Licensed" in page
    assert "Dr Rosa Reviewing" not in page
    file = it.enclosures.get().file_id
    typed = {"professional": ines.pk, "question": QUESTION, "items": [file], "grounds": [HARM]}
    assert seat.do(it, "ask-professional", **typed).status_code == 302
    assert it.opinions.get().items.get().number == file
    withdrawn = seat.do(it, f"opinions/{it.opinions.get().pk}/withdraw")
    assert withdrawn.status_code == 302
    assert it.opinions.get().withdrawn_at == MORNING
    foreign = cast.asked_under_hipaa(desk)
    seat.open(f"/staff/requests/{foreign.reference}/opinions/{it.opinions.get().pk}/code/", 404)


def test_a_reviewer_who_took_part_meanwhile_sees_nothing(desk: Desk, visitor: Visitor) -> None:
    it, who = refused(desk), account(desk)
    refer(it, desk, cast.professional(desk, **ROSA), question=QUESTION)
    asked = Asked(visitor.client, question_in_mail(), it, visitor.time)
    code = asked.code()
    TRY["note"](it, Desk({**desk.people, "handler": who}))
    page = asked.post("open", code=code)
    assert "She worked on this request or decided it." in page
    assert "Kanarie" not in page
    assert it.opinions.last().opened_at is None


def test_a_review_ends_on_her_page_and_the_person_reads_it(desk: Desk, visitor: Visitor) -> None:
    it = refused(desk)
    refer(it, desk, cast.professional(desk, **ROSA), question=QUESTION)
    asked = Asked(visitor.client, question_in_mail(), it, visitor.time)
    asked.enter()
    page = asked.page()
    assert "Does this refusal stand?" in page
    assert "It was refused on this ground: A licensed health professional has judged" in (
        page.replace("<strong>", "")
    )
    asked.post("sign", 302, **(SIGNED | {"choice": "overturned", "name": "Dr Rosa Reviewing"}))
    assert SubjectRequest.objects.get(pk=it.pk).status == "in_progress"
    hers = Client()
    hers.post(f"/s/{links.issue(it, at=MORNING)}/")
    read = as_read(unescape(hers.get(f"/status/{it.reference}/").content.decode()))
    assert "reviewed it and found that it does not stand." in read
    assert "The refusal was referred to a reviewer who took no part in it." in read
    assert "Kanarie" not in read


def test_her_words_are_sealed_and_stand_in_no_mail_log_address_or_line(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked.enter()
    asked.client.post(f"{asked.link}items/{asked.opinion.items.get().pk}/")
    asked.post("sign", **(SIGNED | {"choice": "Kanarie-choice"}))
    asked.post("sign", 302, **SIGNED)
    opinion = asked.opinion
    for column in ("question", "shown_text", "reason", "signature", "grounds"):
        assert b"anarie" not in bytes(getattr(opinion, column))
        assert b"Ines" not in bytes(getattr(opinion, column))
    for mail in OutboxMessage.objects.all():
        said = f"{mail.subject} {mail.unseal('subject')} {mail.unseal('body')}"
        assert "Kanarie" not in said, mail.kind
        # Where a mail goes to the professional, it names nobody of the case.
        if mail.kind in ("opinion_link", "opinion_code"):
            assert "Canary" not in said
            assert asked.it.reference not in said
    lines = str(list(Entry.objects.values("code", "facts")))
    for word in ("Kanarie", "Ines", "10001234567", "example"):
        assert word not in lines
        assert word not in caplog.text
