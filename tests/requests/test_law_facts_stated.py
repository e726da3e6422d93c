"""Facts that a law names: stated by a named person, and only what the law names stops its clock."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.requests.deadlines.explain import explain
from dsr.requests.deeds import conversation, facts
from dsr.requests.errors import BadInput
from dsr.requests.history import timeline
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk


def ask(desk: Desk, asked: SubjectRequest, *stated: str, on: str = "2026-03-04") -> SubjectRequest:
    return conversation.ask_requester(
        asked.pk,
        question="Which period?",
        facts=stated,
        actor=desk.handler,
        at=cast.on(on, 16),
        seen=asked.version,
    )


def reply(desk: Desk, asked: SubjectRequest, on: str) -> None:
    conversation.reply(
        asked.pk, text="2025.", actor=desk.clerk, at=cast.on(on, 16), seen=asked.version
    )


def clock(asked: SubjectRequest, regime: str) -> tuple[str, date | None]:
    found = asked.deadlines.get(code=f"{regime}:respond")
    return found.status, found.due_on


def german(desk: Desk) -> SubjectRequest:
    return cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02", 16), country="DE")


def british(desk: Desk, right: str = "eu-access") -> SubjectRequest:
    return cast.ask(desk.right("imo", right), at=cast.on("2026-03-02", 16), country="GB")


def test_any_question_may_be_asked_and_stops_no_clock(desk: Desk) -> None:
    asked = german(desk)
    waiting = ask(desk, asked)
    assert waiting.status == "waiting"
    assert clock(asked, "gdpr") == ("running", date(2026, 4, 2))


def test_a_question_about_a_large_quantity_stops_the_clock_of_the_union(desk: Desk) -> None:
    """Recital 63; EDPB Guidelines 01/2022 v2.1, para. 159."""
    asked = german(desk)
    waiting = ask(desk, asked, "gdpr:large_quantity")
    assert clock(asked, "gdpr") == ("paused", None)
    reply(desk, waiting, "2026-03-10")
    # Six days after the 4th, until and with the 10th, are added to 2 April.
    assert clock(asked, "gdpr") == ("running", date(2026, 4, 8))


def test_asked_after_more_than_a_week_it_stops_nothing(desk: Desk) -> None:
    asked = german(desk)
    ask(desk, asked, "gdpr:large_quantity", on="2026-03-10")
    assert clock(asked, "gdpr") == ("running", date(2026, 4, 2))


@pytest.mark.parametrize(
    ("stated", "status"),
    [((), "running"), (("uk-gdpr:reasonably_required",), "paused")],
)
def test_a_british_clock_stops_only_for_what_is_reasonably_required(
    desk: Desk, stated: tuple[str, ...], status: str
) -> None:
    """UK GDPR Art. 12A(5)."""
    asked = british(desk)
    ask(desk, asked, *stated)
    assert clock(asked, "uk-gdpr")[0] == status


def test_what_one_law_names_stops_no_clock_of_another(desk: Desk) -> None:
    asked = british(desk)
    with pytest.raises(BadInput) as refused:
        ask(desk, asked, "gdpr:large_quantity")
    assert "names the fact “gdpr:large_quantity”" in str(refused.value.fields["facts"])
    assert clock(asked, "uk-gdpr")[0] == "running"


def test_a_fact_that_no_law_knows_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    asked = german(desk)
    with pytest.raises(BadInput):
        ask(desk, asked, "gdpr:long_holidays")
    assert SubjectRequest.objects.get(pk=asked.pk).status == asked.status
    assert not asked.messages.filter(kind="question").exists()


def test_what_changes_nothing_for_this_right_is_not_stated(desk: Desk) -> None:
    erase = cast.ask(desk.right("imo", "eu-delete"), at=cast.on("2026-03-02", 16), country="DE")
    with pytest.raises(BadInput):
        ask(desk, erase, "gdpr:large_quantity")


def test_who_stated_it_and_what_stands_in_the_history(desk: Desk) -> None:
    asked = german(desk)
    ask(desk, asked, "gdpr:large_quantity")
    pause = asked.pauses.get()
    assert (pause.by, pause.stated) == (desk.handler, ["gdpr:large_quantity"])
    line = next(each for each in timeline(asked) if "asked something" in each.text)
    assert "GDPR: We process a large quantity of information about the person" in line.text
    assert line.by == "Handler Testing"


def test_beside_the_date_stands_the_one_without_the_pause(desk: Desk) -> None:
    asked = german(desk)
    waiting = ask(desk, asked, "gdpr:large_quantity")
    reply(desk, waiting, "2026-03-10")
    sentences = explain(asked.deadlines.get(code="gdpr:respond"))
    assert sentences[-1] == (
        "Without the pause it would be April 2, 2026. If the authority does not accept this pause, "
        "that day counts."
    )


def french(desk: Desk) -> SubjectRequest:
    indigomed = desk.organisation("indigomed")
    indigomed.flags = ["health_professional"]
    indigomed.save()
    return cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-03-02"), country="FR")


def state(desk: Desk, asked: SubjectRequest, age: str, *stated: str) -> None:
    fresh = SubjectRequest.objects.get(pk=asked.pk)
    facts.state_facts(
        asked.pk,
        country="FR",
        record_age=age,
        facts=stated,
        actor=desk.handler,
        at=cast.on("2026-03-03"),
        seen=fresh.version,
    )


def french_days(asked: SubjectRequest) -> dict[str, date | None]:
    return {
        each.code: each.due_on
        for each in asked.deadlines.live().filter(regime="fr-health", purpose="respond")
    }


def test_the_psychiatric_commission_makes_it_two_months_whatever_the_age(desk: Desk) -> None:
    """Code de la santé publique, L1111-7 para. 2."""
    asked = french(desk)
    assert french_days(asked) == {"fr-health:respond:younger": date(2026, 3, 10)}
    state(desk, asked, "younger", "fr-health:commission_seized")
    assert french_days(asked) == {"fr-health:respond:commission_seized": date(2026, 5, 2)}
    state(desk, asked, "both", "fr-health:commission_seized")
    assert french_days(asked) == {"fr-health:respond:commission_seized": date(2026, 5, 2)}
    state(desk, asked, "younger")
    assert french_days(asked) == {"fr-health:respond:younger": date(2026, 3, 10)}


def test_no_doubt_about_identity_stops_the_french_clock(desk: Desk) -> None:
    """R1111-1: the period runs from receipt."""
    asked = french(desk)
    clocks = asked.deadlines.get(code="fr-health:respond:younger")
    assert clocks.pauses_admitted == {}
