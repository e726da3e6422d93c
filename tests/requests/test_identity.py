"""The level reached is computed from evidence; the level required is data within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dsr.accounts.models import User
from dsr.audit.models import Entry
from dsr.policies.kinds import Level
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import (
    assignment,
    conversation,
    decision,
    ending,
    evidence,
    identity,
    review,
)
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.evidence_given import DetailGiven, EvidenceGiven
from dsr.requests.errors import BadInput, NotAllowed, NotNow, Unmet
from dsr.requests.history import timeline
from dsr.requests.identity_levels import reached_level, required_level, still_needed
from dsr.requests.models import IdentityRule, SubjectRequest
from dsr.requests.services.identity_rules import RuleGiven, end_rule, set_rule
from dsr.requests.states import Detail
from dsr.vault.models import KeyPurpose
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import Desk

PASSPORT = CheckedUpload("passport.png", b"\x89PNG canary", "image/png")
ENOUGH = ("patient_number", "phone", "visit_date")


def told(*details: str, matches: bool = True, record: str = "patient_file") -> list[DetailGiven]:
    """Details, of which a number and the day of a visit are one person's alone."""
    shared = ("phone", "postal_address", "family_name")
    return [
        DetailGiven(
            detail=each, compared_with=record, matches=matches, unique=each not in shared, row=row
        )
        for row, each in enumerate(details, start=1)
    ]


def record(desk: Desk, subject_request: SubjectRequest, **given: Any) -> Level:
    fresh = SubjectRequest.objects.get(pk=subject_request.pk)
    evidence.add_evidence(
        fresh.pk, EvidenceGiven(**given), actor=desk.handler, at=cast.MORNING, seen=fresh.version
    )
    return reached_level(subject_request.evidence.all())


def give(desk: Desk, subject_request: SubjectRequest, *kinds: str, confirmed: bool = True) -> Level:
    for kind in kinds:
        if kind in Detail.values:
            record(desk, subject_request, details=told(kind))
        else:
            record(
                desk,
                subject_request,
                kind=kind,
                confirmed=confirmed,
                compared_with="patient_file",
                note="Dr Canary",
                document=PASSPORT if kind == "id_document" else None,
            )
    return reached_level(subject_request.evidence.all())


@pytest.mark.parametrize(
    ("kinds", "level"),
    [
        pytest.param([], Level.NONE, id="nothing"),
        pytest.param(["family_name", "given_name", "birth_date"], Level.NONE, id="possible match"),
        pytest.param(["phone"], Level.LOCATE, id="one detail finds the record"),
        pytest.param(["phone", "visit_date"], Level.LOCATE, id="two details still only find it"),
        pytest.param(["visit_date"] * 3, Level.LOCATE, id="the same detail counts once"),
        pytest.param(
            ["phone", "visit_date", "birth_date"], Level.LOCATE, id="a birthday is no third detail"
        ),
        pytest.param(ENOUGH, Level.REASONABLE, id="three details"),
        pytest.param(["code_to_contact"], Level.NONE, id="code to a contact nobody knew before"),
        pytest.param(
            ["contact_on_record", "code_to_contact"], Level.REASONABLE, id="contact on record"
        ),
        pytest.param(["contact_on_record"], Level.NONE, id="knowing an address proves nothing"),
        pytest.param(["signed_declaration"], Level.NONE, id="a declaration alone"),
        pytest.param([*ENOUGH, "signed_declaration"], Level.HIGH, id="details and declaration"),
        pytest.param(["login_held"], Level.REASONABLE, id="log-in already held"),
        pytest.param(["no_reasonable_doubt"], Level.NONE, id="a reason that nobody else read"),
        pytest.param(["at_counter"], Level.HIGH, id="seen in person"),
        pytest.param(["id_document"], Level.HIGH, id="document"),
    ],
)
def test_evidence_reaches_a_level(desk: Desk, kinds: list[str], level: Level) -> None:
    assert give(desk, cast.ask(desk.right("img", "access")), *kinds) == level


def test_three_details_that_a_household_shares_find_the_record_and_no_more(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    shared = [replace(each, unique=False) for each in told(*ENOUGH)]
    assert record(desk, asked, details=shared) == Level.LOCATE


def test_the_same_detail_found_in_another_record_is_no_second_one(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    for source in ("patient_file", "billing", "appointments"):
        record(desk, asked, details=told("visit_date", "insurance_number", record=source))
    assert asked.evidence.count() == 6
    assert reached_level(asked.evidence.all()) == Level.LOCATE


def test_a_detail_that_differs_later_no_longer_counts(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    assert record(desk, asked, details=told(*ENOUGH)) == Level.REASONABLE
    assert record(desk, asked, details=told("phone", matches=False)) == Level.LOCATE


def test_several_details_are_one_deed_and_one_line_of_history(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    record(desk, asked, details=told("phone", "visit_date"))
    line = timeline(asked)[0]
    assert line.text == "Details matched: Telephone number, Date of a visit or order"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "detail_1"),
        ({"details": told("shoe_size")}, "detail_1"),
        ({"details": told("phone", "phone")}, "detail_2"),
        ({"details": told("phone", record="the letter itself")}, "compared_with_1"),
        ({"details": [replace(told("phone")[0], unique=None)]}, "unique_1"),
        ({"details": [replace(told("phone")[0], matches=None)]}, "matches_1"),
        ({"kind": "matched_data", "confirmed": True}, "kind"),
        ({"kind": "secret_question", "confirmed": True}, "kind"),
        ({"kind": "at_counter"}, "confirmed"),
        ({"kind": "vouched", "confirmed": True}, "note"),
        ({"kind": "no_reasonable_doubt", "confirmed": True}, "note"),
        ({"kind": "contact_on_record", "confirmed": True}, "compared_with"),
        ({"kind": "id_document", "confirmed": True}, "document"),
        ({"note": "What would it belong to?"}, "kind"),
    ],
)
def test_evidence_that_says_too_little_is_refused_where_it_stands(
    desk: Desk, given: dict[str, Any], field: str
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    with pytest.raises(BadInput) as refused:
        record(desk, asked, **given)
    assert list(refused.value.fields) == [field]
    assert not asked.evidence.exists()


def test_a_reason_counts_when_a_second_person_has_read_it(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    assert give(desk, asked, "no_reasonable_doubt") == Level.NONE
    row = asked.evidence.get()

    def agree(who: User) -> None:
        fresh = SubjectRequest.objects.get(pk=asked.pk)
        evidence.second_evidence(
            asked.pk, evidence_id=row.pk, actor=who, at=cast.MORNING, seen=fresh.version
        )

    with pytest.raises(BadInput, match="Another person has to read it"):
        agree(desk.handler)
    with pytest.raises(NotAllowed):
        agree(desk.clerk)
    agree(desk.outside)
    assert reached_level(asked.evidence.all()) == Level.REASONABLE
    with pytest.raises(BadInput, match="agreed with it already"):
        agree(desk.officer)


def needed(desk: Desk, subject_request: SubjectRequest, level: Level) -> str:
    return still_needed(subject_request.evidence.all(), level)


def test_what_is_missing_is_said_in_a_sentence(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    assert needed(desk, asked, Level.REASONABLE).startswith(
        "Still missing: 3 more matching details, at least one of them only this person’s (name"
    )
    give(desk, asked, "visit_date", "signed_declaration", "no_reasonable_doubt")
    assert needed(desk, asked, Level.HIGH).startswith(
        "A second person has to read the reason why there is no reasonable doubt. "
        "Still missing beside the signed declaration: 2 more matching details (name"
    )
    give(desk, asked, "phone", "patient_number")
    assert needed(desk, asked, Level.HIGH) == ""


def test_a_check_that_failed_later_outweighs_one_that_passed(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    give(desk, asked, "login_held")
    assert give(desk, asked, "login_held", confirmed=False) == Level.NONE


def test_struck_evidence_no_longer_counts(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    give(desk, asked, "at_counter")
    fresh = SubjectRequest.objects.get(pk=asked.pk)
    evidence.strike_evidence(
        fresh.pk,
        evidence_id=fresh.evidence.get().pk,
        actor=desk.handler,
        at=cast.MORNING,
        seen=fresh.version,
    )
    assert reached_level(asked.evidence.all()) == Level.NONE


def rule(
    desk: Desk, level: Level, why: str = "By the board, 12 May.", **given: Any
) -> IdentityRule:
    return set_rule(RuleGiven(level=level, why=why, **given), by=desk.officer, at=cast.MORNING)


def asked_level(desk: Desk, organisation: str, slug: str, channel: str = "form") -> int:
    return required_level(
        desk.right(organisation, slug), desk.organisation(organisation), channel
    ).level


@pytest.mark.parametrize(
    ("organisation", "slug"),
    [("imo", "eu-access"), ("imo", "eu-portability"), ("img", "access"), ("indigomed", "copy")],
)
def test_who_gets_a_copy_is_somebody_of_whom_one_is_very_sure(
    desk: Desk, organisation: str, slug: str
) -> None:
    assert asked_level(desk, organisation, slug) == Level.HIGH


def test_a_rule_may_ask_for_more_on_the_telephone(desk: Desk) -> None:
    rule(desk, Level.HIGH, channel="phone")
    assert asked_level(desk, "img", "erase") == Level.REASONABLE
    assert asked_level(desk, "img", "erase", "phone") == Level.HIGH


def test_an_organisation_asks_for_less_and_the_record_shows_who_and_why(desk: Desk) -> None:
    made = rule(desk, Level.REASONABLE, kind="access", organisation=desk.organisation("img"))
    asked = cast.ask(desk.right("img", "access"))
    assert (asked.required_level, asked.level_lowered_by) == (Level.REASONABLE, made)
    assert [line.text for line in timeline(asked) if "Less proof" in line.text] == [
        "Less proof is asked for, “reasonably sure”, by a rule that Officer Testing set on "
        "1 May 2026: By the board, 12 May."
    ]
    # Another rule that is about all rights, or about the telephone, does not lower it further.
    rule(desk, Level.LOCATE, organisation=desk.organisation("img"))
    assert asked_level(desk, "img", "access") == Level.REASONABLE
    rule(desk, Level.HIGH, channel="phone")
    assert asked_level(desk, "img", "access", "phone") == Level.HIGH
    end_rule(made, by=desk.officer, at=cast.MORNING)
    assert asked_level(desk, "img", "access") == Level.HIGH
    # The request that came before keeps its level, and whose rule it was.
    assert SubjectRequest.objects.get(pk=asked.pk).level_lowered_by == made
    codes = Entry.objects.filter(chain="site", code__startswith="identityrule")
    assert list(codes.order_by("seq").values_list("code", flat=True)) == [
        *["identityrule_set"] * 3,
        "identityrule_ended",
    ]


def test_a_rule_for_everybody_lowers_nothing(desk: Desk) -> None:
    rule(desk, Level.REASONABLE)
    assert asked_level(desk, "img", "access") == Level.HIGH


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"level": 2, "why": " "}, "why"),
        ({"level": 2, "kind": "access"}, "organisation"),
        ({"level": 1, "kind": "access"}, "level"),
        ({"level": 0, "kind": "erase"}, "level"),
        ({"level": 3, "kind": "paper_copy"}, "level"),
        ({"level": 3, "kind": "photo"}, "kind"),
        ({"level": 3, "channel": "pigeon"}, "channel"),
        ({"level": 3, "regime": "roman"}, "regime"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_field(
    desk: Desk, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        rule(desk, **given)
    assert list(refused.value.fields) == [field]


def test_no_rule_asks_more_for_an_opt_out_than_finding_the_record(desk: Desk) -> None:
    rule(desk, Level.HIGH, why="An eager administrator")
    for organisation, slug in [
        ("imo", "marketing-opt-out"),
        ("img", "withdraw-consent"),
        ("indigomed", "confidential-communications"),
        ("indigomed", "paper-copy"),
    ]:
        asked = cast.ask(desk.right(organisation, slug))
        assert asked.required_level <= Level.LOCATE, slug


@pytest.mark.parametrize(
    ("organisation", "slug"),
    [
        ("imo", "eu-access"),
        ("imo", "eu-portability"),
        ("imo", "eu-correct"),
        ("imo", "eu-delete"),
        ("img", "access"),
        ("img", "erase"),
        ("indigomed", "accounting"),
        ("indigomed", "amend"),
        ("indigomed", "copy"),
    ],
)
def test_access_portability_rectification_and_erasure_are_never_without_a_check(
    desk: Desk, organisation: str, slug: str
) -> None:
    asked = cast.ask(desk.right(organisation, slug))
    assert asked.required_level >= Level.LOCATE
    with pytest.raises(Unmet, match="does not reach the level"):
        assignment.start(asked.pk, actor=desk.handler, at=cast.MORNING, seen=asked.version)


def test_more_proof_is_not_asked_for_than_is_needed(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    proved = cast.prove(asked, desk.handler)
    with pytest.raises(Unmet, match="asking for more proof is not allowed"):
        identity.ask_identity(
            proved.pk,
            question="Your passport, please.",
            actor=desk.handler,
            at=cast.MORNING,
            seen=proved.version,
        )


def test_identity_cannot_be_accepted_by_a_tick(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    proving = identity.ask_identity(
        asked.pk, question="Who?", actor=desk.handler, at=cast.MORNING, seen=asked.version
    )
    with pytest.raises(Unmet):
        identity.accept_identity(
            proving.pk, actor=desk.handler, at=cast.MORNING, seen=proving.version
        )


@pytest.mark.parametrize(
    ("outcome", "ground"),
    [("granted", ""), ("nothing_held", ""), ("partly_granted", "rights_of_others")],
)
def test_nobody_unproved_learns_whether_they_are_known(
    desk: Desk, outcome: str, ground: str
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    proving = identity.ask_identity(
        asked.pk, question="Who?", actor=desk.handler, at=cast.MORNING, seen=asked.version
    )
    with pytest.raises(Unmet, match="Identity is not proved"):
        decision.propose(
            proving.pk,
            Proposal(outcome=outcome, answer="…", ground=ground),
            actor=desk.handler,
            at=cast.MORNING,
            seen=proving.version,
        )


@pytest.mark.parametrize("ways", [["ask_identity"], ["ask_identity", "lapse"]])
def test_what_is_sent_as_proof_is_sealed_under_the_key_of_identity_documents(
    desk: Desk, ways: list[str]
) -> None:
    asked = cast.ask(desk.right("imo", "eu-access"))
    proving = identity.ask_identity(
        asked.pk, question="Who is it?", actor=desk.handler, at=cast.MORNING, seen=asked.version
    )
    if "lapse" in ways:
        proposed = ending.propose_ending(
            proving.pk,
            ending="lapsed",
            ground="no_proof",
            text="Nothing came.",
            actor=desk.handler,
            at=cast.later(60),
        )
        review.approve(proposed.pk, actor=desk.officer, at=cast.later(60))
    conversation.reply(
        asked.pk, text="Here.", documents=[PASSPORT], actor=REQUESTER, at=cast.later(61), seen=None
    )
    assert asked.attachments.get().file.purpose == KeyPurpose.IDENTITY


def test_what_is_sent_in_answer_to_another_question_is_content(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "eu-access"))
    conversation.ask_requester(
        asked.pk, question="Which?", actor=desk.handler, at=cast.MORNING, seen=asked.version
    )
    conversation.reply(
        asked.pk, text="This.", documents=[PASSPORT], actor=REQUESTER, at=cast.later(1), seen=None
    )
    assert asked.attachments.get().file.purpose == KeyPurpose.CONTENT


def test_identity_that_is_not_proved_is_a_ground_to_refuse(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    proving = identity.ask_identity(
        asked.pk, question="Who?", actor=desk.handler, at=cast.MORNING, seen=asked.version
    )
    proposed = cast.propose(proving, desk.handler, outcome="refused", ground="identity_not_proved")
    assert proposed.status == "in_review"


def test_evidence_is_not_added_to_a_closed_request(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "update"))
    ended = ending.withdraw(asked.pk, actor=REQUESTER, at=cast.MORNING, seen=None)
    with pytest.raises(NotNow):
        cast.prove(ended, desk.handler)
