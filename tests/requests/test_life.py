"""The life of one request, from the form to the closing, as staff and requester live it."""

from __future__ import annotations

from datetime import date

from dsr.requests.deeds import answer, review
from dsr.requests.models import Deadline
from tests import cast
from tests.cast import Desk


def test_an_accounting_is_asked_proved_approved_answered_and_closed(desk: Desk) -> None:
    asked = cast.ask(
        desk.right("indigomed", "accounting"),
        at=cast.on("2026-04-30"),
        particulars={
            "signed": {"signature": "Zoé Canary-Quill"},
            "dated": {"dated_on": "2026-04-29"},
            "time_period": {"period_from": "2024-05-01", "period_to": "2026-04-30"},
        },
    )
    assert asked.due_on == date(2026, 5, 20)
    begun = cast.begin(asked, desk.handler, at=cast.on("2026-05-04"))
    proposed = cast.propose(begun, desk.handler, at=cast.on("2026-05-05"))
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=cast.on("2026-05-06"), seen=proposed.version
    )
    sent = answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on("2026-05-07"), seen=approved.version
    )
    closed = answer.close(sent.pk, actor=desk.handler, at=cast.on("2026-05-07"), seen=sent.version)
    assert closed.status == "closed"
    assert closed.outcome == "granted"
    assert closed.answered_on == date(2026, 5, 7)
    assert Deadline.objects.get(code="policy").status == "met"
    assert [line.code for line in cast.history(closed)] == [
        "submit",
        # The policy's 20 days; the month, the refusal and the notice of the GDPR.
        *["deadline_began"] * 4,
        "add_evidence",
        "start",
        "prove_contact",
        "propose",
        "approve",
        "send_answer",
        # Answered in time by both; nothing was refused and no more time was taken.
        *["deadline_met"] * 2,
        *["deadline_cancelled"] * 2,
        "close",
    ]
