"""Asking: what is asked for, what never is, what is kept, and that once is once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Right
from dsr.requests.deeds import correction
from dsr.requests.errors import BadInput, NotAllowed
from dsr.requests.models import SubjectRequest, WaitingForDigest
from dsr.requests.queries import by_person, possible_duplicates, visible_to
from dsr.requests.reference import ALPHABET, clean_reference, new_reference
from dsr.vault.models import BlindToken
from dsr.vault.services import check_erasure
from tests import cast
from tests.cast import MORNING, Desk, PersonGiven

KEY = UUID("0b5c6a52-4b0f-4d5c-9c3e-000000000001")


def test_every_right_of_every_policy_can_be_asked_for_and_gets_a_clock(desk: Desk) -> None:
    rights = list(Right.objects.all())
    assert len(rights) > 36
    for right in rights:
        asked = cast.ask(right, role=right.who_may_ask[0], country="FR")
        assert asked.deadlines.exists(), right.slug
        assert asked.due_on is not None, right.slug


def test_the_same_form_sent_twice_is_one_request_with_one_reference(desk: Desk) -> None:
    right = desk.right("img", "access")
    first = cast.ask(right, submission_key=KEY)
    second = cast.ask(right, submission_key=KEY)
    assert first.reference == second.reference
    assert SubjectRequest.objects.count() == 1
    assert OutboxMessage.objects.filter(kind="acknowledgement").count() == 1
    assert OutboxMessage.objects.filter(kind="new_request").count() == 3
    assert not WaitingForDigest.objects.exists()


def test_what_the_clause_demands_and_is_missing_is_noted_and_does_not_block(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    assert sorted(asked.missing) == ["dated", "signed", "time_period"]


def test_a_call_is_not_in_writing(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), actor=desk.clerk, channel="phone")
    assert "written" in asked.missing


def test_a_reason_is_never_taken_where_the_policy_says_it_is_not_asked(desk: Desk) -> None:
    right = desk.right("indigomed", "confidential-communications")
    assert right.never == ["reason"]
    with pytest.raises(BadInput):
        cast.ask(right, particulars={"reason": {"reason": "my husband reads my mail"}})


def test_without_any_way_to_answer_nothing_can_be_sent(desk: Desk) -> None:
    with pytest.raises(BadInput) as refused:
        cast.ask(desk.right("img", "access"), who=PersonGiven("Nobody Reachable"))
    assert "at least one way to answer" in refused.value.fields["email"]


@pytest.mark.parametrize("email", ["zoe@exam\u200bple.org", "zoe@[127.0.0.1]", '"zoe"@example.org'])
def test_an_address_that_mail_cannot_be_sent_to_is_refused_whatever_the_door(
    desk: Desk, email: str
) -> None:
    with pytest.raises(BadInput) as refused:
        cast.ask(desk.right("img", "access"), who=PersonGiven("Zoé", email=email))
    assert list(refused.value.fields) == ["email"]
    assert not SubjectRequest.objects.exists()


def test_the_address_that_is_kept_mailed_and_found_is_one(desk: Desk) -> None:
    """`fass-probe.example` belongs to a stranger, who would have had the private link."""
    who = PersonGiven("Nora", email="nora@faß-probe.example\u200f")
    asked = cast.ask(desk.right("img", "access"), who=who)
    [person] = asked.people.all()
    mail = OutboxMessage.objects.select_related("safe").get(kind="acknowledgement")
    assert (person.reveal("email"), mail.unseal("to_address")) == (
        "nora@xn--fa-probe-rya.example",
        "nora@xn--fa-probe-rya.example",
    )
    assert list(by_person(desk.clerk, "nora@faß-probe.example")) == [asked]
    assert list(by_person(desk.clerk, "nora@fass-probe.example")) == []


def test_blanks_are_no_way_to_answer(desk: Desk) -> None:
    with pytest.raises(BadInput):
        cast.ask(desk.right("img", "access"), who=PersonGiven("Zoé", email=" ", phone="\t"))


def test_a_contact_is_corrected_to_an_address_in_its_one_form_or_not_at_all(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    given: dict[str, Any] = {"phone": "", "postal_address": "", "actor": desk.clerk, "at": MORNING}
    with pytest.raises(BadInput) as refused:
        correction.edit_contact(asked.pk, email="zoe@exam\u200fple.org", seen=None, **given)
    assert "Type the address instead of pasting it." in str(refused.value.fields["email"])
    correction.edit_contact(asked.pk, email=" zoe@faß.example", seen=asked.version, **given)
    assert list(by_person(desk.clerk, "zoe@xn--fa-hia.example")) == [asked]
    assert list(by_person(desk.clerk, "zoe.canary@example.org")) == []


def test_only_who_may_ask_may_ask(desk: Desk) -> None:
    with pytest.raises(BadInput) as refused:
        cast.ask(desk.right("indigomed", "accounting"), role="third_party")
    assert list(refused.value.fields) == ["role"]


def test_an_auditor_records_nothing(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        cast.ask(desk.right("img", "access"), actor=desk.auditor)
    assert not SubjectRequest.objects.exists()


def test_receipt_mail_holds_nothing_that_was_typed(desk: Desk) -> None:
    cast.ask(desk.right("img", "access"), particulars={"details": {"details": "canary-4711"}})
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    assert mail.unseal("to_address") == "zoe.canary@example.org"
    text = f"{mail.unseal('subject')} {mail.unseal('body')}"
    for canary in ("Zoé", "Quill", "canary-4711", "Serin"):
        assert canary not in text
    assert "/s/" in text


def test_the_team_hears_of_a_new_request_without_a_name(desk: Desk) -> None:
    cast.ask(desk.right("img", "access"))
    mails = OutboxMessage.objects.filter(kind="new_request")
    assert {mail.unseal("to_address") for mail in mails} == {
        "handler@example.org",
        "officer@example.org",
        "second.officer@example.org",
    }
    assert all("Zoé" not in str(mail.unseal("body")) for mail in mails)


def test_who_gives_only_a_postal_address_gets_a_letter(desk: Desk) -> None:
    who = PersonGiven("Paul Papier", postal_address="Paul Papier\n1 rue de la Poste")
    cast.ask(desk.right("img", "access"), who=who)
    assert OutboxMessage.objects.get(kind="acknowledgement").medium == "letter"


@pytest.mark.parametrize(
    "address", ["1 rue de la Poste\nParis", "Paul Papier\n1 rue de la Poste\nParis"]
)
def test_a_letter_names_whom_it_goes_to_and_names_them_once(desk: Desk, address: str) -> None:
    cast.ask(desk.right("img", "access"), who=PersonGiven("Paul Papier", postal_address=address))
    letter = OutboxMessage.objects.get(kind="acknowledgement")
    assert letter.unseal("to_address") == "Paul Papier\n1 rue de la Poste\nParis"


@pytest.mark.parametrize(
    ("organisation", "slug", "received_on", "sentence"),
    [
        pytest.param(
            "indigomed",
            "accounting",
            None,
            "By law you must have an answer by 1 June 2026. The policy promises it by 21 May 2026.",
            id="the policy names a period",
        ),
        pytest.param(
            "indigomed",
            "copy",
            None,
            "By law you must have an answer by 1 June 2026. The organisation aims to answer by "
            "31 May 2026.",
            id="the policy names none",
        ),
        pytest.param(
            "indigomed",
            "accounting",
            date(2026, 3, 2),
            "By law you had to have an answer by 2 April 2026, and it has not been sent yet. "
            "The policy promised it by 22 March 2026.",
            id="a letter that lay about",
        ),
    ],
)
def test_the_receipt_says_honestly_by_when_an_answer_comes(
    desk: Desk, organisation: str, slug: str, received_on: date | None, sentence: str
) -> None:
    right = desk.right(organisation, slug)
    if received_on:
        cast.ask(right, actor=desk.clerk, channel="post", received_on=received_on, at=MORNING)
    else:
        cast.ask(right, at=MORNING)
    assert sentence in str(OutboxMessage.objects.get(kind="acknowledgement").unseal("body"))


def test_what_was_typed_is_nowhere_in_clear(desk: Desk) -> None:
    asked = cast.ask(
        desk.right("indigomed", "amend"),
        particulars={"records": {"records": "canary-record"}, "reason": {"reason": "canary-why"}},
    )
    words = ["canary-record", "canary-why", "zoe.canary", "Canary-Quill", "rue du Serin"]
    assert check_erasure(asked.safe, words).found == []


def test_a_person_is_found_by_exact_address_and_by_the_words_of_the_name(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    assert list(by_person(desk.clerk, "zoe.canary@example.org")) == [asked]
    assert list(by_person(desk.clerk, "canary-quill zoé")) == [asked]
    assert not by_person(desk.clerk, "zoe.canary@example.com").exists()
    assert BlindToken.objects.filter(safe=asked.safe).exists()


# Of the three organisations one is in France, one in Portugal and one in the United States.
@pytest.mark.parametrize(
    ("organisation", "slug", "given", "asked"),
    [
        pytest.param(
            "indigomed",
            "accounting",
            "06 12 34 56 78",
            "+33 6 12 34 56 78",
            id="France, from abroad",
        ),
        pytest.param(
            "indigomed", "accounting", "0033 612345678", "06.12.34.56.78", id="France, at home"
        ),
        pytest.param("img", "access", "912 345 678", "+351 912 345 678", id="Portugal"),
        pytest.param("imo", "delete", "+1 312 555 0123", "(312) 555-0123", id="United States"),
    ],
)
def test_a_number_is_found_in_its_national_and_its_international_form(
    desk: Desk, organisation: str, slug: str, given: str, asked: str
) -> None:
    right = desk.right(organisation, slug)
    made = cast.ask(right, who=PersonGiven("Zoé Canary", phone=given))
    assert list(by_person(desk.clerk, asked)) == [made]
    again = cast.ask(right, who=PersonGiven("Zoé Canary", phone=asked))
    assert list(possible_duplicates(again, desk.clerk)) == [made]


def test_a_national_number_is_read_only_in_the_countries_one_works_for(desk: Desk) -> None:
    made = cast.ask(
        desk.right("img", "access"), who=PersonGiven("Zoé Canary", phone="+33 6 12 34 56 78")
    )
    assert list(by_person(desk.clerk, "06 12 34 56 78")) == [made]
    desk.clerk.memberships.filter(organisation__slug="indigomed").delete()
    assert not by_person(desk.clerk, "06 12 34 56 78").exists()
    assert list(by_person(desk.clerk, "+33612345678")) == [made]


def test_a_corrected_number_is_found_and_the_one_before_is_not(desk: Desk) -> None:
    made = cast.ask(desk.right("img", "access"), who=PersonGiven("Zoé Canary", phone="912 345 678"))
    correction.edit_contact(
        made.pk,
        email="",
        phone="+351 913 345 678",
        postal_address="",
        actor=desk.clerk,
        at=MORNING,
        seen=made.version,
    )
    assert list(by_person(desk.clerk, "913 345 678")) == [made]
    assert not by_person(desk.clerk, "+351 912 345 678").exists()


def test_the_same_address_asking_the_same_right_again_is_hinted_at(desk: Desk) -> None:
    first = cast.ask(desk.right("img", "access"))
    second = cast.ask(desk.right("img", "access"))
    cast.ask(desk.right("img", "rectify"))
    assert list(possible_duplicates(second, desk.clerk)) == [first]


def test_a_member_of_another_organisation_sees_nothing(desk: Desk) -> None:
    cast.ask(desk.right("img", "access"))
    desk.clerk.memberships.exclude(organisation__slug="imo").delete()
    assert not visible_to(desk.clerk).exists()


def test_the_history_of_a_request_holds_no_personal_data(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), particulars={"details": {"details": "canary"}})
    said = " ".join(str(vars(line)) for line in cast.history(asked))
    assert "canary" not in said.lower()


def test_references_are_short_random_and_without_look_alikes() -> None:
    drawn = {new_reference() for _ in range(500)}
    assert len(drawn) == 500
    assert not set("01ILOU") & set(ALPHABET)
    assert all(len(each) == 9 and each[4] == "-" for each in drawn)


def test_a_reference_is_understood_however_it_is_typed() -> None:
    assert clean_reference(" k7qx 3mpd ") == "K7QX-3MPD"


def test_a_contact_that_two_people_share_still_finds_the_request_when_one_gets_another(
    desk: Desk,
) -> None:
    child = PersonGiven("Ana Canary-Quill", email="zoe.canary@example.org")
    asked = cast.ask(desk.right("img", "access"), who=child, requester=cast.ZOE, role="parent")
    correction.edit_contact(
        asked.pk, email="zoe.new@example.org", actor=desk.clerk, at=cast.MORNING
    )
    assert [each.pk for each in by_person(desk.clerk, "zoe.canary@example.org")] == [asked.pk]
