"""What requesters and staff do to an answer, in tests of who may read it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from dsr.requests import enclosures
from dsr.requests.deeds import correction, review
from dsr.requests.deeds.answer import send_answer
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from tests import cast
from tests.cast import Desk

SECRET = "Blood group canary."


def answered(sent: SubjectRequest, desk: Desk, **given: Any) -> SubjectRequest:
    begun = cast.begin(sent, desk.handler, at=timezone.now())
    proposed = cast.propose(begun, desk.handler, at=timezone.now(), answer=SECRET, **given)
    for each in proposed.enclosures.all():
        enclosures.opened(proposed, each.file_id or 0, by=desk.second_officer, at=timezone.now())
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=timezone.now(), seen=proposed.version
    )
    return send_answer(approved.pk, actor=desk.handler, at=timezone.now(), seen=approved.version)


def by_link(sent: SubjectRequest) -> Client:
    browser = Client()
    browser.post(f"/s/{links.issue(sent, at=timezone.now())}/")
    return browser


def code_for(browser: Client, sent: SubjectRequest) -> str:
    browser.post(f"/status/{sent.reference}/code/")
    return cast.code_in_mail()


def enter(browser: Client, sent: SubjectRequest, code: str) -> Any:
    return browser.post(f"/status/{sent.reference}/open/", {"code": code})


def page(browser: Client, sent: SubjectRequest) -> str:
    return browser.get(f"/status/{sent.reference}/").content.decode()


def change_contact(sent: SubjectRequest, desk: Desk) -> SubjectRequest:
    return correction.edit_contact(
        sent.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.clerk,
        at=timezone.now(),
    )
