"""The page of a health professional: what it shows before the code, after it, and after signing."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import opinions as deeds
from dsr.requests.models import Opinion, SubjectRequest
from tests import cast
from tests.cast import Desk


@pytest.fixture
def link(desk: Desk) -> str:
    made = cast.ask(desk.right("img", "access"), at=timezone.now(), country="GB")
    img = desk.organisation("img")
    img.regimes = ["uk-gdpr"]
    img.save()
    it = cast.begin(SubjectRequest.objects.get(pk=made.pk), desk.handler, at=timezone.now())
    deeds.ask_professional(
        it.pk,
        professional=cast.professional(img).pk,
        grounds=["serious_harm"],
        question="Would the canary passage harm her?",
        items="Ward note of 3 March.",
        actor=desk.handler,
        at=timezone.now(),
        seen=it.version,
    )
    mail = OutboxMessage.objects.get(kind="opinion_asked")
    found = re.search(r"/o/[\w-]+/", str(mail.unseal("body")))
    assert found
    return found[0]


def code() -> str:
    mail = OutboxMessage.objects.filter(kind="opinion_code").latest("pk")
    found = re.search(r"^(\d{4} \d{4})$", str(mail.unseal("body")), re.MULTILINE)
    assert found
    return found[1]


def test_she_opens_it_with_the_code_judges_and_signs_once(link: str) -> None:
    browser = Client()
    before = browser.get(link).content.decode()
    assert "canary" not in before
    browser.post(link, {"send": "1"})
    page = browser.post(link, {"code": code()}, follow=True).content.decode()
    assert "Would the canary passage harm her?" in page
    assert "Ward note of 3 March." in page
    assert "serious harm to the physical or mental health" in page
    lacking = browser.post(link, {"chosen": "serious_harm", "reason": "It would.", "signature": ""})
    assert "Type your name: with it you sign." in lacking.content.decode()
    assert "It would." in lacking.content.decode(), "nothing typed is lost"
    done = browser.post(
        link,
        {"chosen": "serious_harm", "reason": "It would.", "signature": "Ada Stern"},
        follow=True,
    ).content.decode()
    assert "It is signed." in done
    assert "canary" not in done
    assert Opinion.objects.get().chosen == "serious_harm"
    again = browser.post(link, {"chosen": "none", "reason": "No.", "signature": "Ada Stern"})
    assert "It is signed." in again.content.decode()
    assert Opinion.objects.get().chosen == "serious_harm"


def test_the_link_alone_opens_nothing_in_another_browser(link: str) -> None:
    browser = Client()
    browser.post(link, {"send": "1"})
    browser.post(link, {"code": code()})
    other = Client()
    assert "canary" not in other.get(link).content.decode()
    signed = other.post(link, {"chosen": "none", "reason": "No.", "signature": "Ada Stern"})
    assert signed.status_code == 422
    assert Opinion.objects.get().signed_at is None


def test_a_wrong_code_says_how_often_it_can_be_tried(link: str) -> None:
    browser = Client()
    browser.post(link, {"send": "1"})
    wrong = "0000 0000" if code() != "0000 0000" else "1111 1111"
    page = browser.post(link, {"code": wrong}).content.decode()
    assert "You can try 4 more times." in page


def test_a_link_that_never_was_is_the_same_404(db: None) -> None:
    assert Client().get("/o/never-was-a-link/").status_code == 404
