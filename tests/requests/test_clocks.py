"""Which limits are told to whom, and when: what governs, the rest folded; a day is told once."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.dashboard import words
from dsr.dashboard.clocks_shown import clocks_of
from dsr.notifications.models import OutboxMessage
from dsr.portal import status_page
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import answer, deadline, review
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import Duty
from tests import cast
from tests.cast import Desk


def again(asked: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=asked.pk)


def in_portugal(desk: Desk) -> SubjectRequest:
    """Received on 30 January 2026: the law's month ends on 2 March, the aim on the 1st."""
    return cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")


def for_staff(
    asked: SubjectRequest, today: str
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    found = clocks_of(again(asked), cast.on(today))
    return (
        [(each.title, each.badge.text) for each in found.shown],
        [(each.title, each.badge.text) for each in found.folded],
    )


def test_staff_see_the_day_that_governs_and_find_the_rest_folded(desk: Desk) -> None:
    assert for_staff(in_portugal(desk), "2026-02-20") == (
        [("Answer", "Due in 10 days")],
        [
            ("Answer", "Aim: in 9 days"),
            ("Tell of a refusal", "Only if it is refused, in whole or in part"),
            ("Announce an extension", "Possible until then"),
        ],
    )


def test_nobody_is_late_with_telling_of_a_refusal_that_nobody_proposes(desk: Desk) -> None:
    shown, folded = for_staff(in_portugal(desk), "2026-03-05")
    assert shown == [("Answer", "3 days overdue")]
    assert ("Tell of a refusal", "Only if it is refused, in whole or in part") in folded
    # More time can no longer be announced, so nobody is told until when it could be.
    assert "Announce an extension" not in [title for title, _badge in folded]


def extended(desk: Desk) -> SubjectRequest:
    asked = in_portugal(desk)
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    given = ExtensionGiven(law.pk, 2, "complexity_and_number", "Twelve systems are searched.")
    deadline.extend(
        asked.pk, given, actor=desk.handler, at=cast.on("2026-02-20"), seen=asked.version
    )
    return again(asked)


def test_a_refusal_that_is_proposed_has_its_own_limit_which_no_extension_moves(desk: Desk) -> None:
    asked = cast.begin(extended(desk), desk.handler, at=cast.on("2026-02-21"))
    cast.propose(
        asked,
        desk.handler,
        outcome="refused",
        ground="manifestly_unfounded",
        at=cast.on("2026-02-25"),
    )
    assert for_staff(asked, "2026-02-26")[0] == [
        ("Answer", "Due in 63 days"),
        ("Tell of a refusal", "Due in 4 days"),
    ]


def owed_on(day: str) -> set[tuple[str, str]]:
    """What is owed to anybody on a day: the deadline's purpose and the step."""
    reminders.sweep(at=cast.on(day, 9))
    rows = OutboxMessage.objects.filter(kind="reminder")
    keys = [row.key.split(":")[1:3] for row in rows]
    return {(Deadline.objects.get(pk=pk).purpose, step) for pk, step in keys}


def test_nobody_is_reminded_of_a_refusal_that_nobody_proposes(desk: Desk) -> None:
    in_portugal(desk)
    assert {purpose for purpose, _step in owed_on("2026-03-03")} == {Duty.RESPOND}


def test_people_are_reminded_of_a_proposed_refusal_whose_day_is_nearer(desk: Desk) -> None:
    asked = cast.begin(extended(desk), desk.handler, at=cast.on("2026-02-21"))
    proposed = cast.propose(
        asked,
        desk.handler,
        outcome="refused",
        ground="manifestly_unfounded",
        at=cast.on("2026-02-25"),
    )
    assert {purpose for purpose, _step in owed_on("2026-02-27")} == {Duty.REFUSE}
    review.return_to_work(
        proposed.pk,
        reason="There is a way.",
        actor=desk.officer,
        at=cast.on("2026-02-28"),
        seen=proposed.version,
    )
    OutboxMessage.objects.all().delete()
    assert owed_on("2026-03-01") == set()


def test_clocks_that_end_on_one_day_are_told_once(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-02-09"), country="FR")
    policy = asked.deadlines.get(code="policy")
    asked.deadlines.filter(code="gdpr:respond").update(
        due_on=policy.due_on, would_be_on=policy.would_be_on
    )
    [clock] = clocks_of(again(asked), cast.on("2026-02-20")).shown
    assert clock.title == "Answer"
    assert clock.set_by == "The same day by law (GDPR) and by the policy"
    assert len(clock.why) == 2
    shown = status_page.dates(again(asked), date(2026, 2, 20))
    assert [each.who for each in shown["dates"]] == ["The same day by law (GDPR) and by the policy"]
    assert shown["other_dates"] == []


def test_a_requester_sees_the_day_of_the_law_and_finds_the_aim_folded(desk: Desk) -> None:
    shown = status_page.dates(in_portugal(desk), date(2026, 2, 20))
    assert [(each.deadline.due_on, each.who) for each in shown["dates"]] == [
        (date(2026, 3, 2), "Set by law: GDPR")
    ]
    assert [(each.deadline.due_on, each.who) for each in shown["other_dates"]] == [
        (date(2026, 3, 1), "What the organisation aims at; the policy names no date")
    ]


def test_a_partial_refusal_is_told_in_the_first_month_though_the_answer_was_extended(
    desk: Desk,
) -> None:
    asked = cast.begin(extended(desk), desk.handler, at=cast.on("2026-02-21"))
    proposed = cast.propose(
        asked,
        desk.handler,
        outcome="partly_granted",
        ground="rights_of_others",
        at=cast.on("2026-03-05"),
    )
    assert for_staff(asked, "2026-03-05")[0] == [
        ("Answer", "Due in 56 days"),
        ("Tell of a refusal", "3 days overdue"),
    ]
    decided = review.approve(
        proposed.pk, actor=desk.officer, at=cast.on("2026-03-05"), seen=proposed.version
    )
    answer.send_answer(
        decided.pk, actor=desk.officer, at=cast.on("2026-03-05"), seen=decided.version
    )
    ended = {each.purpose: each.status for each in asked.deadlines.filter(regime="gdpr")}
    assert ended == {"respond": "met", "refuse": "missed", "extension_notice": "met"}


@pytest.mark.parametrize(
    ("today", "said"),
    [
        # The wait ends within the day, so the day itself still belongs to it.
        ("2026-05-03", "Nothing may be given before then"),
        ("2026-05-04", "Possible since then"),
        ("2026-06-30", "Possible since then"),
    ],
)
def test_nobody_is_late_with_a_day_before_which_nothing_may_be_given(today: str, said: str) -> None:
    wait = Deadline(purpose=Duty.NOT_BEFORE, set_by="law", due_on=date(2026, 5, 3))
    badge = words.deadline_badge(wait, date.fromisoformat(today), cast.on(today))
    assert (badge.kind, badge.text) == ("ok", said)
    assert not wait.is_overdue(date.fromisoformat(today))
