"""Mails, letters, histories and reasons tell days as the organisation's country writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.requests import history
from dsr.requests.deadlines import reminders
from dsr.requests.deadlines.explain import explain
from dsr.requests.models import SubjectRequest
from dsr.requests.services import digests
from tests import cast
from tests.cast import MORNING, Desk

# In the order of the other half of the world.
MONTH_FIRST = re.compile(r"\b[A-Z][a-z]+\.? \d{1,2}, 20\d\d")
DAY_FIRST = re.compile(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d")


def body(kind: str, asked: SubjectRequest) -> str:
    mail = OutboxMessage.objects.filter(kind=kind, reference=asked.reference).latest("pk")
    return str(mail.unseal("body"))


@pytest.mark.parametrize(
    ("slug", "language", "received", "due"),
    [
        ("img", "en", "Received: 1 May 2026", "1 June 2026"),
        ("img", "fr", "1er mai 2026", "1er juin 2026"),
        ("imo", "en", "Received: May 1, 2026", "June 1, 2026"),
    ],
)
def test_what_is_mailed(desk: Desk, slug: str, language: str, received: str, due: str) -> None:
    right = desk.right(slug, {"img": "access", "imo": "eu-access"}[slug])
    asked = cast.ask(right, country="FR", language=language)
    said = body("acknowledgement", asked)
    # A letter or mail has both: the day of receipt and the day of the answer.
    assert received.removeprefix("Received: ") in said
    assert due in said
    to_staff = body("new_request", asked)
    assert {"img": "Received: 1 May 2026", "imo": "Received: May 1, 2026"}[slug] in to_staff
    wrong = {"img": MONTH_FIRST, "imo": DAY_FIRST}[slug]
    for mail in OutboxMessage.objects.filter(reference=asked.reference):
        assert wrong.findall(str(mail.unseal("body"))) == []


def test_reasons_and_history(desk: Desk) -> None:
    european = cast.ask(desk.right("img", "access"), country="FR")
    american = cast.ask(desk.right("imo", "eu-access"), country="FR")
    for asked, wrong, right in (
        (european, MONTH_FIRST, DAY_FIRST),
        (american, DAY_FIRST, MONTH_FIRST),
    ):
        reasons = " ".join(sentence for each in asked.deadlines.all() for sentence in explain(each))
        lines = " ".join(line.text for line in history.timeline(asked))
        assert wrong.findall(reasons + lines) == []
        assert right.findall(reasons)
        assert right.findall(lines)


def test_a_digest_tells_of_each_organisation_in_its_own_way(desk: Desk) -> None:
    cast.ask(desk.right("img", "access"))
    cast.ask(desk.right("img", "access"), at=MORNING + timedelta(minutes=1))
    cast.ask(desk.right("imo", "eu-access"), at=MORNING + timedelta(minutes=2), country="FR")
    digests.sweep(at=MORNING + timedelta(hours=1))
    said = str(OutboxMessage.objects.get(kind="digest").unseal("body"))
    assert "to Innovative Medicines Group, received on 1 May 2026." in said
    assert "received on May 1, 2026." in said


def test_reminders_of_several_organisations_in_one_sweep(desk: Desk) -> None:
    european = cast.ask(desk.right("img", "access"))
    american = cast.ask(desk.right("imo", "eu-access"), country="FR")
    reminders.sweep(at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert "1 June 2026" in body("reminder", european)
    assert "June 1, 2026" in body("reminder", american)
