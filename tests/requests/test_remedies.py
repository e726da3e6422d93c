"""A refusal says why, and what is open to somebody who does not agree."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.utils import translation
from pydantic import ValidationError
from pypdf import PdfReader

from dsr.policies.authorities import Authority, all_authorities, responsible
from dsr.policies.regimes import PLACES
from dsr.requests import remedies
from dsr.requests.deeds import answer, decision, ending, review
from dsr.requests.deeds.decision import Proposal
from dsr.requests.letters import _decision
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.vault.services import open_file
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach


@pytest.mark.parametrize(
    ("laws", "home", "seat", "expected"),
    [
        ({"gdpr"}, "PT", "FR", ["PT", "FR"]),
        ({"gdpr"}, "FR", "FR", ["FR"]),
        ({"gdpr"}, "US", "FR", ["FR"]),
        ({"gdpr"}, "EEA", "US", ["EEA"]),
        ({"gdpr"}, "PT", "US", ["PT"]),
        ({"uk-gdpr"}, "GB", "US", ["GB"]),
        ({"uk-gdpr-2018"}, "GB", "US", ["GB"]),
        ({"ccpa"}, "US-CA", "US", ["US-CA", "US-CA"]),
        ({"hipaa"}, "US-OH", "US", ["US"]),
        (set(), "US-IL", "US", ["US"]),
        (set(), "", "US", ["US"]),
        (set(), "CH", "US", ["CH"]),
        (set(), "BR", "PT", ["PT"]),
    ],
)
def test_where_somebody_lives_comes_first_and_the_seat_after_it(
    laws: set[str], home: str, seat: str, expected: list[str]
) -> None:
    assert [each.place for each in responsible(laws, home, seat)] == expected


def test_every_state_of_the_union_and_its_neighbours_has_an_authority_that_can_be_reached() -> None:
    by_place = {each.place: each for each in all_authorities().authorities}
    assert PLACES["EEA"] | {"GB", "CH", "US", "US-CA"} <= by_place.keys()
    for each in by_place.values():
        assert each.url
        assert each.source
    assert all_authorities().checked_on == date(2026, 11, 26)


def test_a_telephone_number_that_nobody_looked_up_goes_to_no_patient() -> None:
    numbers = {each.place for each in all_authorities().authorities if each.phone}
    assert numbers == {"AT", "BE", "BG", "CY", "CZ", "HR"}
    typed = {"place": "FR", "law": "gdpr", "name": "CNIL", "url": "https://www.cnil.fr/"}
    with pytest.raises(ValidationError, match="a number that nobody looked up is left out"):
        Authority(**typed, source="From memory", checked="remembered", phone="+33 1 53 73 22 22")


def refused(desk: Desk) -> SubjectRequest:
    subject_request = cast.prove_contact(
        cast.begin(cast.ask(desk.right("img", "access"), country="PT"), desk.handler), desk.handler
    )
    given = Proposal(
        outcome="refused", ground="manifestly_unfounded", answer="We cannot give you this."
    )
    proposed = decision.propose(
        subject_request.pk, given, actor=desk.handler, at=MORNING, seen=subject_request.version
    )
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=MORNING, seen=proposed.version
    )
    return answer.send_answer(approved.pk, actor=desk.handler, at=MORNING, seen=approved.version)


def letter_of(subject_request: SubjectRequest) -> str:
    message = RequestMessage.objects.filter(
        subject_request=subject_request, letter__isnull=False
    ).latest("pk")
    pages = PdfReader(io.BytesIO(open_file(message.letter).read())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_letter_of_a_refusal_says_why_and_names_authority_and_court(desk: Desk) -> None:
    said = letter_of(refused(desk))
    assert "Why The request is manifestly unfounded (GDPR Art. 12(5))." in said
    assert "Comissão Nacional de Proteção de Dados (CNPD), Av. D. Carlos I, 134" in said
    assert "https://www.cnpd.pt/" in said
    assert "GDPR Art. 79" in said
    assert "names no authority" not in said


def _decided(subject_request: SubjectRequest, answer: RequestMessage) -> str:
    decision = _decision(subject_request, answer)
    assert decision
    return decision.ground


def test_each_of_two_answers_prints_its_own_ground(desk: Desk) -> None:
    first = refused(desk)
    earlier = RequestMessage.objects.filter(subject_request=first, letter__isnull=False).get()
    at = MORNING + timedelta(days=2)
    closed = answer.close(first.pk, actor=desk.handler, at=MORNING, seen=first.version)
    work = ending.reopen(
        closed.pk,
        reason="They object",
        actor=desk.officer,
        at=at,
        seen=closed.version,
    )
    given = Proposal(outcome="refused", ground="excessive", answer="We cannot give you this.")
    proposed = decision.propose(work.pk, given, actor=desk.handler, at=at, seen=work.version)
    approved = review.approve(proposed.pk, actor=desk.second_officer, at=at, seen=proposed.version)
    second = answer.send_answer(approved.pk, actor=desk.handler, at=at, seen=approved.version)
    body = letter_of(second)
    assert "Why The request is excessive, in particular because it repeats" in body
    # Also where the first one were set anew.
    assert _decided(second, earlier) == "manifestly_unfounded"


def test_an_ending_says_why_and_what_is_open(desk: Desk) -> None:
    ended = reach(desk, "out_of_scope")
    notice = ended.messages.get(kind="notice")
    body = str(notice.unseal("body"))
    assert "Why: Another organisation is responsible" in body
    assert "If you do not agree:\n- Write to us: " in body
    said = letter_of(ended)
    assert "Why Another organisation is responsible" in said


def test_an_exception_is_told_in_the_words_of_its_policy_and_the_readers_language(
    desk: Desk,
) -> None:
    subject_request = cast.ask(desk.right("imo", "eu-access"), country="DE")
    with translation.override("fr"):
        said = remedies.why(subject_request, "exception:exemption")
    assert said.startswith("Une exemption applicable")


def test_whoever_it_is_there_is_always_a_way(desk: Desk) -> None:
    for organisation, slug in (("imo", "delete"), ("img", "access"), ("indigomed", "accounting")):
        for country in ("", "US", "US-IL", "US-CA", "GB", "BR", "CH", "DE", "ZZ"):
            subject_request = cast.ask(desk.right(organisation, slug), country=country)
            ways = remedies.ways(subject_request)
            assert ways[0].title.startswith("Write to us")
            assert len(ways) > 1, (organisation, country)


def test_the_name_stands_once_above_the_address() -> None:
    assert remedies.address_lines("INDIGOMED SAS", "Indigomed SAS\n1 rue X\n\n75001 Paris") == [
        "1 rue X",
        "75001 Paris",
    ]
