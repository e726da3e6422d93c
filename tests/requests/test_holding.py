"""A part of an answer waits for a ground of a law; the rest is given in time, it by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.requests import letters
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import answer, facts, holding, review
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.deeds.doing import Doing
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.messages import write_message
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.vault.files import open_file
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import Desk
from tests.post_office import mail_goes_out

RECEIVED = "2026-03-02"
PROOF = CheckedUpload("statement.pdf", b"%PDF-1.7", "application/pdf")


@pytest.fixture
def covered(desk: Desk) -> Desk:
    indigomed = desk.organisation("indigomed")
    indigomed.country, indigomed.flags = "US", ["hipaa_covered_entity"]
    indigomed.regimes = ["hipaa"]
    indigomed.save()
    return desk


def accounting(desk: Desk) -> SubjectRequest:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on(RECEIVED), country="US")
    return cast.begin(asked, desk.handler, at=cast.on(RECEIVED))


def again(asked: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=asked.pk)


def hold(desk: Desk, asked: SubjectRequest, on: str = "2026-03-03", **given: Any) -> SubjectRequest:
    said = {
        "ground": "hipaa:agency_oral",
        "part": "The three lines to the canary office.",
        "stated_on": date(2026, 3, 3),
        "until_on": date(2026, 4, 2),
    } | given
    seen = again(asked).version
    return holding.hold_part(asked.pk, actor=desk.handler, at=cast.on(on), seen=seen, **said)


def answered(desk: Desk, asked: SubjectRequest, on: str, text: str = "") -> SubjectRequest:
    fresh = again(asked)
    proposed = cast.propose(
        fresh, desk.handler, at=cast.on(on), **({"answer": text} if text else {})
    )
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=cast.on(on), seen=proposed.version
    )
    sent = answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on(on), seen=approved.version
    )
    mail_goes_out(cast.on(on))
    return again(sent)


def clocks(asked: SubjectRequest) -> dict[str, tuple[str, date | None]]:
    return {each.code: (each.status, each.due_on) for each in asked.deadlines.all()}


def test_an_agency_hold_leaves_the_rest_due_and_its_lines_leave_on_the_day_after(
    covered: Desk,
) -> None:
    """Acceptance case 1; 45 CFR 164.528(a)(2)(ii): 30 days from 3 March are until 2 April."""
    asked = accounting(covered)
    hold(covered, asked)
    assert clocks(asked)["hipaa:respond"] == ("running", date(2026, 5, 1))
    assert clocks(asked)["hold-1"] == ("running", date(2026, 4, 3))
    first = answered(covered, asked, "2026-03-20")
    assert first.answered_on == date(2026, 3, 20)
    assert clocks(asked)["hipaa:respond"][0] == "met"
    with pytest.raises(Unmet, match="stays open until it has been given"):
        answer.close(first.pk, actor=covered.handler, at=cast.on("2026-03-21"), seen=first.version)
    with pytest.raises(Unmet, match="held back until April 2, 2026"):
        holding.take_up_held(
            first.pk, actor=covered.handler, at=cast.on("2026-04-02"), seen=first.version
        )
    taken = holding.take_up_held(
        first.pk, actor=covered.handler, at=cast.on("2026-04-03"), seen=first.version
    )
    assert (taken.status, taken.due_on) == ("in_progress", date(2026, 4, 3))
    second = answered(covered, taken, "2026-04-03", "The lines that were missing.")
    assert second.answered_on == date(2026, 3, 20), "the first answer keeps its day"
    assert clocks(asked)["hold-1"][0] == "met"
    sent = asked.messages.filter(kind=RequestMessage.Kind.ANSWER)
    assert [each.happened_on for each in sent] == [date(2026, 3, 20), date(2026, 4, 3)]
    closed = answer.close(
        second.pk, actor=covered.handler, at=cast.on("2026-04-04"), seen=second.version
    )
    assert closed.status == "closed"


def letter_of(asked: SubjectRequest, desk: Desk) -> bytes:
    """The letter of one and the same answer, as it would be made now."""
    subject_request = again(asked)
    doing = Doing(
        subject_request, DEEDS["send_answer"], desk.handler, cast.on("2026-03-20"), "decided"
    )
    message = write_message(doing, RequestMessage.Kind.ANSWER, "All the disclosures are enclosed.")
    made = open_file(letters.seal_letter(doing, message)).read()
    message.delete()
    return made


def test_the_first_letter_of_a_silent_hold_is_that_of_a_case_without_these_lines(
    covered: Desk,
) -> None:
    asked = accounting(covered)
    before = letter_of(asked, covered)
    hold(covered, asked)
    assert letter_of(asked, covered) == before


def test_a_hold_that_is_not_silent_is_told_in_the_letter(covered: Desk) -> None:
    asked = cast.ask(covered.right("indigomed", "copy"), at=cast.on(RECEIVED), country="US")
    before = letter_of(asked, covered)
    hold(covered, asked, ground="hipaa:research", until_on=date(2026, 9, 30), document=PROOF)
    assert letter_of(asked, covered) != before


def test_the_requester_reads_nothing_of_a_silent_hold(covered: Desk) -> None:
    from dsr.portal import status_page
    from dsr.requests import history, holds

    asked = accounting(covered)
    before = [line.text for line in history.told(again(asked))]
    hold(covered, asked)
    assert [line.text for line in history.told(again(asked))] == before
    assert holds.told(again(asked)) == []
    shown = status_page.dates(again(asked), date(2026, 3, 20))
    assert all(each.deadline.code != "hold-1" for each in [*shown["dates"], *shown["other_dates"]])


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"until_on": date(2026, 4, 3)}, "until_on", "until April 2, 2026 at the latest"),
        ({"until_on": date(2026, 3, 3)}, "until_on", "ends after it began"),
        ({"ground": "hipaa:holidays"}, "ground", "No law of this request knows this ground"),
        ({"ground": "gdpr:third_person"}, "ground", "No law of this request knows this ground"),
        ({"part": " "}, "part", "Say which part"),
        ({"stated_on": date(2026, 3, 4)}, "stated_on", "in the future"),
    ],
)
def test_a_hold_without_end_ground_or_part_is_refused_and_nothing_is_kept(
    covered: Desk, given: dict[str, Any], field: str, sentence: str
) -> None:
    asked = accounting(covered)
    with pytest.raises(BadInput) as refused:
        hold(covered, asked, **given)
    assert sentence in str(refused.value.fields[field])
    assert not asked.holds.exists()
    assert not asked.deadlines.filter(purpose="supplement").exists()


def test_a_written_statement_goes_on_where_the_oral_one_ends(covered: Desk) -> None:
    """45 CFR 164.528(a)(2)(ii)(C): unless a written statement is submitted during that time."""
    asked = accounting(covered)
    hold(covered, asked)
    hold(
        covered,
        asked,
        on="2026-03-25",
        ground="hipaa:agency_written",
        stated_on=date(2026, 3, 25),
        until_on=date(2026, 9, 30),
        document=PROOF,
        continues=asked.holds.get().pk,
    )
    assert clocks(asked)["hold-1"][0] == "cancelled"
    assert clocks(asked)["hold-2"] == ("running", date(2026, 10, 1))


def test_what_fell_away_earlier_is_owed_on_the_day_after(covered: Desk) -> None:
    asked = accounting(covered)
    held = hold(covered, asked)
    first = answered(covered, held, "2026-03-10")
    holding.end_hold(
        first.pk,
        hold=first.holds.get().pk,
        on=date(2026, 3, 12),
        actor=covered.handler,
        at=cast.on("2026-03-13"),
        seen=first.version,
    )
    assert clocks(asked)["hold-1"] == ("running", date(2026, 3, 13))


def test_no_fact_and_no_receipt_moves_the_day_of_a_hold(covered: Desk) -> None:
    asked = accounting(covered)
    hold(covered, asked)
    facts.state_facts(
        asked.pk,
        country="US",
        record_age="",
        actor=covered.handler,
        at=cast.on("2026-03-05"),
        seen=again(asked).version,
    )
    assert clocks(asked)["hold-1"] == ("running", date(2026, 4, 3))


def test_people_are_reminded_of_what_is_held_back_though_the_rest_is_answered(
    covered: Desk,
) -> None:
    asked = accounting(covered)
    hold(covered, asked)
    answered(covered, asked, "2026-03-20")
    reminders.sweep(at=cast.on("2026-04-03"))
    assert OutboxMessage.objects.filter(kind="reminder", reference=asked.reference).exists()


def test_nothing_leaves_before_the_french_48_hours(desk: Desk) -> None:
    """Code de la santé publique L1111-7: at the earliest 48 hours after the request."""
    indigomed = desk.organisation("indigomed")
    indigomed.flags = ["health_professional"]
    indigomed.save()
    asked = cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-03-02", 9), country="FR")
    begun = cast.begin(asked, desk.handler, at=cast.on("2026-03-02", 10))
    proposed = cast.propose(begun, desk.handler, at=cast.on("2026-03-02", 11))
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=cast.on("2026-03-03"), seen=proposed.version
    )
    with pytest.raises(Unmet, match="Nothing may be given before 4 March 2026"):
        answer.send_answer(
            approved.pk, actor=desk.handler, at=cast.on("2026-03-04", 8), seen=approved.version
        )
    sent = answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on("2026-03-04", 10), seen=approved.version
    )
    assert sent.status == "decided"


@pytest.mark.parametrize("ground", ["hipaa:research", "hipaa:agency_written"])
def test_what_rests_on_a_document_cannot_be_chosen_without_it(covered: Desk, ground: str) -> None:
    """Acceptance case 15; 45 CFR 164.524(a)(2)(iii): the consent in which the person agreed."""
    slug = "copy" if ground.endswith("research") else "accounting"
    asked = cast.ask(covered.right("indigomed", slug), at=cast.on(RECEIVED), country="US")
    with pytest.raises(BadInput) as refused:
        hold(covered, asked, ground=ground, until_on=date(2026, 9, 30))
    assert list(refused.value.fields) == ["document"]
