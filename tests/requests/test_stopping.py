"""A use stops at once: measured from the receipt to the last system, never extended or paused."""

from __future__ import annotations

from datetime import date, time

import pytest

from dsr.requests.deadlines.explain import explain
from dsr.requests.deeds import answer, conversation, decision, stopping
from dsr.requests.deeds.deadline import extendable
from dsr.requests.deeds.decision import Proposal
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.history import told
from dsr.requests.models import Deadline, SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.post_office import mail_goes_out


def german(desk: Desk, right: str = "marketing-opt-out") -> SubjectRequest:
    asked = cast.ask(desk.right("imo", right), at=cast.on("2026-03-02", 16), country="DE")
    return cast.begin(asked, desk.handler, at=cast.on("2026-03-02", 17))


def clock(asked: SubjectRequest) -> Deadline:
    return asked.deadlines.get(code="gdpr:stop")


def test_an_objection_to_marketing_has_a_stop_at_once_beside_the_month_for_telling(
    desk: Desk,
) -> None:
    """GDPR Art. 21(3) and 12(3); acceptance case 10: no extension button, no pause."""
    asked = german(desk)
    rows = {each.code: each for each in asked.deadlines.filter(set_by="law")}
    assert rows["gdpr:stop"].due_on is None
    assert rows["gdpr:respond"].due_on == date(2026, 4, 2)
    assert extendable(asked) == []
    waiting = conversation.ask_requester(
        asked.pk,
        question="Which address?",
        actor=desk.handler,
        at=cast.on("2026-03-03"),
        seen=asked.version,
    )
    assert {each.status for each in waiting.deadlines.filter(set_by="law")} == {"running"}


def test_it_is_measured_from_the_receipt_to_the_last_system(desk: Desk) -> None:
    asked = german(desk)
    stopping.record_stop(
        asked.pk,
        stopping.StopGiven("Newsletter", date(2026, 3, 2), time(11, 0), last=False),
        actor=desk.handler,
        at=cast.on("2026-03-02", 20),
        seen=asked.version,
    )
    assert clock(asked).status == "running"
    again = SubjectRequest.objects.get(pk=asked.pk)
    stopping.record_stop(
        asked.pk,
        stopping.StopGiven("Agency", date(2026, 3, 3), time(14, 0), last=True),
        actor=desk.handler,
        at=cast.on("2026-03-03", 22),
        seen=again.version,
    )
    ended = clock(asked)
    assert (ended.status, ended.ended_on) == ("met", date(2026, 3, 3))
    # From 2 March, 10:00 in Chicago, to 3 March, 14:00.
    assert explain(ended)[-1] == "From the receipt to the last system that stopped: 28 hours."
    assert "The use of your data has stopped." in [line.text for line in told(again)]


def test_a_system_found_later_makes_it_later(desk: Desk) -> None:
    asked = german(desk)
    for on, day in [(date(2026, 3, 3), "2026-03-03"), (date(2026, 3, 9), "2026-03-10")]:
        stopping.record_stop(
            asked.pk,
            stopping.StopGiven("Agency", on, None, last=True),
            actor=desk.handler,
            at=cast.on(day, 22),
            seen=SubjectRequest.objects.get(pk=asked.pk).version,
        )
    assert clock(asked).ended_on == date(2026, 3, 9)
    assert explain(clock(asked))[-1].endswith("7 days.")


def test_a_request_does_not_close_before_the_use_has_stopped(desk: Desk) -> None:
    asked = german(desk)
    sent = answer.send_answer(
        decision.decide_alone(
            asked.pk,
            cast.alone(Proposal(outcome="granted", answer="You get no more of it.")),
            actor=desk.handler,
            at=cast.on("2026-03-03"),
            seen=asked.version,
        ).pk,
        actor=desk.handler,
        at=cast.on("2026-03-03"),
        seen=None,
    )
    mail_goes_out(cast.on("2026-03-03"))
    assert clock(asked).status == "running", "an answer stops nothing"
    with pytest.raises(Unmet, match="no last system is recorded"):
        answer.close(sent.pk, actor=desk.handler, at=cast.on("2026-03-04"), seen=None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (stopping.StopGiven(" ", date(2026, 3, 3)), "system"),
        (stopping.StopGiven("Agency", date(2026, 3, 1)), "on"),
        (stopping.StopGiven("Agency", date(2026, 3, 4)), "on"),
        (stopping.StopGiven("Agency", date(2026, 3, 3), time(23, 0)), "at"),
    ],
)
def test_a_stop_that_cannot_be_is_refused(
    desk: Desk, given: stopping.StopGiven, field: str
) -> None:
    asked = german(desk)
    with pytest.raises(BadInput) as refused:
        stopping.record_stop(
            asked.pk, given, actor=desk.handler, at=cast.on("2026-03-03", 16), seen=asked.version
        )
    assert field in refused.value.fields
    assert not asked.stops.exists()


def test_where_no_law_wants_it_nothing_is_recorded(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "update"), at=cast.on("2026-03-02", 16), country="US-IL")
    with pytest.raises(Unmet):
        stopping.record_stop(
            asked.pk,
            stopping.StopGiven("Agency", date(2026, 3, 3)),
            actor=desk.handler,
            at=cast.on("2026-03-03", 22),
            seen=asked.version,
        )
