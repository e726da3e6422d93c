"""The level reached is computed from evidence; the level required is data within bounds."""

from __future__ import annotations

import pytest

from dsr.policies.kinds import Level
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import assignment, conversation, decision, ending, identity, review
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.identity import EvidenceGiven
from dsr.requests.errors import BadInput, NotNow, Unmet
from dsr.requests.identity_levels import reached_level, required_level
from dsr.requests.models import IdentityRule, SubjectRequest
from dsr.vault.models import KeyPurpose
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import Desk


def give(desk: Desk, subject_request: SubjectRequest, *kinds: str, confirmed: bool = True) -> Level:
    for kind in kinds:
        fresh = SubjectRequest.objects.get(pk=subject_request.pk)
        identity.add_evidence(
            fresh.pk,
            EvidenceGiven(kind=kind, confirmed=confirmed, compared_with="what was compared"),
            actor=desk.handler,
            at=cast.MORNING,
            seen=fresh.version,
        )
    return reached_level(subject_request.evidence.all())


@pytest.mark.parametrize(
    ("kinds", "level"),
    [
        pytest.param([], Level.NONE, id="nothing"),
        pytest.param(["matched_data"], Level.LOCATE, id="one detail finds the record"),
        pytest.param(["matched_data"] * 2, Level.LOCATE, id="two details still only find it"),
        pytest.param(["matched_data"] * 3, Level.REASONABLE, id="three details"),
        pytest.param(["code_to_contact"], Level.NONE, id="code to a contact nobody knew before"),
        pytest.param(
            ["contact_on_record", "code_to_contact"], Level.REASONABLE, id="contact on record"
        ),
        pytest.param(["contact_on_record"], Level.NONE, id="knowing an address proves nothing"),
        pytest.param(["signed_declaration"], Level.NONE, id="a declaration alone"),
        pytest.param(
            ["matched_data"] * 3 + ["signed_declaration"], Level.HIGH, id="details and declaration"
        ),
        pytest.param(["login_held"], Level.REASONABLE, id="log-in already held"),
        pytest.param(["at_counter"], Level.HIGH, id="seen in person"),
        pytest.param(["id_document"], Level.HIGH, id="document"),
    ],
)
def test_evidence_reaches_a_level(desk: Desk, kinds: list[str], level: Level) -> None:
    assert give(desk, cast.ask(desk.right("img", "access")), *kinds) == level


def test_a_check_that_failed_later_outweighs_one_that_passed(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    give(desk, asked, "login_held")
    assert give(desk, asked, "login_held", confirmed=False) == Level.NONE


def test_struck_evidence_no_longer_counts(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    give(desk, asked, "at_counter")
    fresh = SubjectRequest.objects.get(pk=asked.pk)
    identity.strike_evidence(
        fresh.pk,
        evidence_id=fresh.evidence.get().pk,
        actor=desk.handler,
        at=cast.MORNING,
        seen=fresh.version,
    )
    assert reached_level(asked.evidence.all()) == Level.NONE


def test_there_is_no_kind_of_evidence_for_secret_questions(desk: Desk) -> None:
    with pytest.raises(BadInput):
        give(desk, cast.ask(desk.right("img", "access")), "secret_question")


def test_a_rule_may_ask_for_more_on_the_telephone(desk: Desk) -> None:
    right = desk.right("img", "access")
    img = desk.organisation("img")
    IdentityRule.objects.create(channel="phone", level=Level.HIGH, why="No writing to compare")
    assert required_level(right, img, "form") == Level.REASONABLE
    assert required_level(right, img, "phone") == Level.HIGH


def test_no_rule_asks_more_for_an_opt_out_than_finding_the_record(desk: Desk) -> None:
    IdentityRule.objects.create(level=Level.HIGH, why="An eager administrator")
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
    [("granted", ""), ("nothing_held", ""), ("refused", "legal_obligation")],
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


PASSPORT = CheckedUpload("passport.png", b"\x89PNG canary", "image/png")


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


def test_a_guardian_proves_authority_apart_from_identity(desk: Desk) -> None:
    asked = cast.ask(
        desk.right("indigomed", "copy"),
        role="guardian",
        requester=cast.PersonGiven("Gus Guardian", email="gus@example.org"),
    )
    begun = cast.begin(asked, desk.handler)
    begun = cast.prove_contact(begun, desk.handler)
    with pytest.raises(Unmet, match="authority to act"):
        cast.propose(begun, desk.handler)
    proved = identity.add_evidence(
        begun.pk,
        EvidenceGiven(
            kind="id_document",
            confirmed=True,
            compared_with="court's appointment",
            about="authority",
        ),
        actor=desk.handler,
        at=cast.MORNING,
        seen=begun.version,
    )
    assert cast.propose(proved, desk.handler).status == "in_review"


def test_evidence_is_not_added_to_a_closed_request(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "update"))
    ended = ending.withdraw(asked.pk, actor=REQUESTER, at=cast.MORNING, seen=None)
    with pytest.raises(NotNow):
        cast.prove(ended, desk.handler)
