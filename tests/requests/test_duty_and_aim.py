"""A duty is late or in time; an aim is an aim: it goes along with the duty, and nobody is late with
it. What was asked keeps its days however often the request is reopened. Days are literals."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.dashboard import words
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines.explain import explain
from dsr.requests.deeds import answer, conversation, deadline, ending, review
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk


def days(asked: SubjectRequest, code: str) -> tuple[date | None, str]:
    found = asked.deadlines.get(code=code)
    return found.due_on, found.status


def again(asked: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=asked.pk)


def in_portugal(desk: Desk) -> SubjectRequest:
    """Received on 30 January 2026: the law's month ends on 2 March, the aim on the 1st."""
    return cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")


def test_the_day_of_the_law_governs_though_the_aim_is_nearer(desk: Desk) -> None:
    asked = in_portugal(desk)
    assert days(asked, "target") == (date(2026, 3, 1), "running")
    assert (asked.due_on, asked.due_is_aim) == (date(2026, 3, 2), False)
    assert asked.deadlines.get(governing=True).regime == "gdpr"


def test_passing_the_aim_is_not_being_late(desk: Desk) -> None:
    asked = in_portugal(desk)
    on_the_last_day = date(2026, 3, 2)
    assert not SubjectRequest.objects.overdue(on_the_last_day).exists()
    assert SubjectRequest.objects.overdue(date(2026, 3, 3)).get() == asked
    aim = asked.deadlines.get(code="target")
    assert words.deadline_badge(aim, on_the_last_day, aim.computed_at) == words.Badge(
        "soon", "Aim passed 1 day ago"
    )
    assert not aim.is_overdue(on_the_last_day)


def test_where_nothing_binds_the_aim_is_shown_and_nobody_is_overdue(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "object-to-change"), at=cast.on("2026-05-01"))
    assert (asked.due_on, asked.due_is_aim) == (date(2026, 5, 31), True)
    assert words.due_badge(asked, date(2026, 5, 29)).text == "Aim: in 2 days"
    assert words.due_badge(asked, date(2026, 6, 6)).text == "Aim passed 6 days ago"
    assert not asked.is_overdue(date(2026, 6, 6))
    assert not SubjectRequest.objects.overdue(date(2026, 6, 6)).exists()


def test_the_aim_goes_along_when_the_duty_is_extended(desk: Desk) -> None:
    asked = in_portugal(desk)
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    deadline.extend(
        asked.pk,
        ExtensionGiven(law.pk, 2, "complexity_and_number", "Twelve systems have to be searched."),
        actor=desk.handler,
        at=cast.on("2026-02-20"),
        seen=asked.version,
    )
    asked = again(asked)
    # From 2 March to 30 April are 59 days; so many after 1 March.
    assert asked.due_on == date(2026, 4, 30)
    assert days(asked, "target") == (date(2026, 4, 29), "running")
    assert explain(asked.deadlines.get(code="target"))[-1] == (
        "The duty that it serves was moved by 59 days, and the aim moves along to 29 April 2026."
    )
    assert not SubjectRequest.objects.overdue(date(2026, 4, 30)).exists()


def test_the_aim_stands_still_with_its_duty_and_moves_as_far(desk: Desk) -> None:
    asked = in_portugal(desk)
    asked = conversation.ask_requester(
        asked.pk,
        question="Which years?",
        facts=["gdpr:large_quantity"],
        actor=desk.handler,
        at=cast.on("2026-02-02"),
        seen=asked.version,
    )
    assert days(again(asked), "target") == (None, "paused")
    assert again(asked).due_on is None
    conversation.reply(
        asked.pk, text="All of them.", actor=REQUESTER, at=cast.on("2026-02-12"), seen=None
    )
    asked = again(asked)
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    aim = asked.deadlines.get(code="target")
    assert law.due_on is not None
    assert aim.due_on is not None
    assert (law.due_on - date(2026, 3, 2)) == (aim.due_on - date(2026, 3, 1))
    assert aim.moved_along > 0
    assert asked.due_on == law.due_on


def answered_and_reopened(
    desk: Desk, asked: SubjectRequest, answered: str, reopened: str
) -> SubjectRequest:
    if asked.status != "in_progress":
        asked = cast.begin(asked, desk.handler, at=cast.on(answered))
    proposed = cast.propose(asked, desk.handler, at=cast.on(answered))
    decided = review.approve(
        proposed.pk, actor=desk.officer, at=cast.on(answered), seen=proposed.version
    )
    sent = answer.send_answer(
        decided.pk, actor=desk.officer, at=cast.on(answered), seen=decided.version
    )
    sent = again(sent)
    return ending.reopen(
        answer.close(sent.pk, actor=desk.officer, at=cast.on(answered, 9), seen=sent.version).pk,
        reason="It was the wrong file.",
        actor=desk.officer,
        at=cast.on(reopened),
        seen=None,
    )


def test_reopened_after_a_wrong_answer_the_promised_day_still_governs(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-01"))
    asked = answered_and_reopened(desk, asked, "2026-05-03", "2026-05-04")
    assert asked.due_on == date(2026, 5, 21)
    assert days(asked, "policy") == (date(2026, 5, 21), "running")
    assert days(asked, "reopened") == (date(2026, 6, 3), "running")
    assert not SubjectRequest.objects.overdue(date(2026, 5, 21)).exists()
    assert SubjectRequest.objects.overdue(date(2026, 5, 22)).exists()
    # That it had been met once stays in the history.
    codes = [each.code for each in cast.history(asked)]
    assert codes.index("deadline_met") < codes.index("deadline_revived")


@pytest.mark.parametrize(
    ("organisation", "slug", "country", "received", "law", "promised"),
    [
        # One month; 15 February 2026 is a Sunday. The policy promises sixty days.
        ("indigomed", "amend", "FR", "2026-01-15", date(2026, 2, 16), date(2026, 3, 16)),
        # Received on 30 January, the month ends on 2 March; the policy promises nothing.
        ("img", "access", "PT", "2026-01-30", date(2026, 3, 2), None),
    ],
)
def test_reopened_the_month_of_the_law_still_governs(
    desk: Desk,
    organisation: str,
    slug: str,
    country: str,
    received: str,
    law: date,
    promised: date | None,
) -> None:
    asked = cast.ask(desk.right(organisation, slug), at=cast.on(received), country=country)
    asked = answered_and_reopened(desk, asked, "2026-02-05", "2026-02-09")
    assert asked.due_on == law
    assert asked.deadlines.get(regime="gdpr", purpose="respond").status == "running"
    if promised:
        assert days(asked, "policy") == (promised, "running")
    # Reopened when the day has passed it is late, and says so.
    assert asked.is_overdue(date(2026, 3, 3))


def test_reopened_long_after_it_is_late_and_not_given_a_fresh_month(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-01"))
    asked = answered_and_reopened(desk, asked, "2026-05-03", "2026-07-01")
    assert asked.due_on == date(2026, 5, 21)
    assert asked.is_overdue(date(2026, 7, 1))


def test_answered_again_it_is_judged_by_the_first_days(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-01"))
    asked = answered_and_reopened(desk, asked, "2026-05-03", "2026-05-04")
    asked = answered_and_reopened(desk, asked, "2026-05-28", "2026-06-01")
    assert asked.due_on == date(2026, 5, 21)
    assert "deadline_missed" in [each.code for each in cast.history(asked)]
