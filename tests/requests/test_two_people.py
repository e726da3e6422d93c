"""Two people for releasing health data and for erasure; refusals by two where there are two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dsr.accounts.invitations import invite
from dsr.accounts.models import Membership
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.requests.deeds import correction, decision, evidence, review
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.declaration import DEEDS, unmet
from dsr.requests.errors import NotAllowed, NotNow, Stale, Unmet
from dsr.requests.history import timeline
from dsr.requests.models import Evidence, SubjectRequest
from tests import cast
from tests.cast import Desk

REFUSAL = Proposal(outcome="refused", answer="We cannot.", ground="excessive")
GRANT = Proposal(outcome="granted", answer="Done.", given_as="text")


def approve(subject_request: SubjectRequest, by: cast.User) -> SubjectRequest:
    return review.approve(
        subject_request.pk, actor=by, at=cast.MORNING, seen=subject_request.version
    )


def in_review(desk: Desk, by: str = "handler") -> SubjectRequest:
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.handler)
    return cast.propose(begun, desk.people[by])


def test_who_proposed_does_not_approve(desk: Desk) -> None:
    with pytest.raises(Unmet, match="Another person has to approve"):
        approve(in_review(desk, by="officer"), desk.officer)


def test_who_verified_identity_does_not_approve(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.officer)
    with pytest.raises(Unmet, match="evidence of identity"):
        approve(cast.propose(begun, desk.handler), desk.officer)


def test_who_proposed_may_have_verified(desk: Desk) -> None:
    assert approve(in_review(desk), desk.officer).status == "decided"


def test_who_last_edited_the_delivery_contact_does_not_approve(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.handler)
    edited = correction.edit_contact(
        begun.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.officer,
        at=cast.MORNING,
        seen=begun.version,
    )
    with pytest.raises(Unmet, match="last edited the contact"):
        approve(cast.propose(edited, desk.handler), desk.officer)


def test_a_handler_may_not_approve_at_all(desk: Desk) -> None:
    other = cast.person(cast.Role.HANDLER, "other.handler@example.org")
    with pytest.raises(NotAllowed):
        approve(in_review(desk), other)


def test_an_outside_second_person_approves(desk: Desk) -> None:
    assert approve(in_review(desk), desk.outside).status == "decided"


def test_an_administrator_without_a_role_has_no_say(desk: Desk) -> None:
    ada = cast.User.objects.create_superuser("ada@example.org", "Ada Admin", "correct horse")
    with pytest.raises(NotAllowed):
        approve(in_review(desk), ada)


def test_erasure_needs_two_people(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("img", "erase")), desk.handler)
    with pytest.raises(Unmet, match="second person"):
        decision.decide_alone(
            begun.pk, cast.alone(GRANT), actor=desk.officer, at=cast.MORNING, seen=begun.version
        )


@pytest.mark.parametrize(
    ("organisation", "slug"),
    [
        ("indigomed", "paper-copy"),
        ("indigomed", "confidential-communications"),
        ("imo", "marketing-opt-out"),
        ("img", "withdraw-consent"),
    ],
)
def test_one_person_suffices_where_nothing_is_released(
    desk: Desk, organisation: str, slug: str
) -> None:
    begun = cast.begin(cast.ask(desk.right(organisation, slug)), desk.handler)
    decided = decision.decide_alone(
        begun.pk, cast.alone(GRANT), actor=desk.handler, at=cast.MORNING, seen=begun.version
    )
    assert decided.status == "decided"
    assert decided.decisions.get().sole is False


def test_a_refusal_needs_two_where_there_are_two_even_for_a_paper_copy(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("indigomed", "paper-copy")), desk.handler)
    with pytest.raises(Unmet, match="last three working days"):
        decision.decide_alone(
            begun.pk, cast.alone(REFUSAL), actor=desk.officer, at=cast.MORNING, seen=begun.version
        )


PARTLY = Proposal(outcome="partly_granted", answer="In part.", ground="excessive")


def test_what_is_refused_in_part_needs_two_where_a_refusal_does(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("imo", "object-to-change")), desk.handler)
    with pytest.raises(Unmet, match="last three working days"):
        decision.decide_alone(
            begun.pk, cast.alone(PARTLY), actor=desk.handler, at=cast.MORNING, seen=begun.version
        )


def test_what_releases_health_data_in_part_is_never_decided_alone_however_late(
    desk: Desk,
) -> None:
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.handler)
    given = replace(PARTLY, given_as="text")
    with pytest.raises(Unmet, match="A second person has to approve this decision"):
        decision.decide_alone(
            begun.pk,
            cast.alone(given, "Everybody else is ill"),
            actor=desk.officer,
            at=cast.on("2026-05-18"),
            seen=begun.version,
        )


def test_where_nobody_else_is_a_partial_answer_is_decided_as_a_refusal_is(desk: Desk) -> None:
    Membership.objects.exclude(user=desk.officer).delete()
    begun = cast.begin(cast.ask(desk.right("imo", "object-to-change")), desk.officer)
    decided = decision.decide_alone(
        begun.pk, cast.alone(PARTLY), actor=desk.officer, at=cast.MORNING, seen=begun.version
    )
    assert (decided.status, decided.outcome) == ("decided", "partly_granted")


def test_a_sole_refusal_in_the_last_three_working_days_is_announced_to_all_approvers(
    desk: Desk,
) -> None:
    # Due on Thursday 21 May; the third working day before it is Monday 18 May.
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.handler)
    with pytest.raises(Unmet):
        decision.decide_alone(
            begun.pk,
            cast.alone(REFUSAL, "Everybody else is ill"),
            actor=desk.officer,
            at=cast.on("2026-05-15"),
            seen=begun.version,
        )
    decided = decision.decide_alone(
        begun.pk,
        cast.alone(REFUSAL, "Everybody else is ill"),
        actor=desk.officer,
        at=cast.on("2026-05-18"),
        seen=begun.version,
    )
    assert decided.decisions.get().sole is True
    told = set(
        OutboxMessage.objects.filter(kind="sole_refusal").values_list(
            "recipient_user_id", flat=True
        )
    )
    assert told == {desk.second_officer.pk, desk.outside.pk}


def test_an_organisation_of_one_declares_sole_decisions_and_every_record_shows_it(
    desk: Desk,
) -> None:
    Membership.objects.exclude(user=desk.officer).delete()
    Organisation.objects.filter(slug="indigomed").update(sole_decisions=True)
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.officer)
    decided = decision.decide_alone(
        begun.pk, cast.alone(GRANT), actor=desk.officer, at=cast.MORNING, seen=begun.version
    )
    assert decided.decisions.get().sole is True


def test_evidence_that_changes_after_the_proposal_makes_it_void(desk: Desk) -> None:
    proposed = in_review(desk)
    row = Evidence.objects.get(subject_request=proposed)
    struck = evidence.strike_evidence(
        proposed.pk, evidence_id=row.pk, actor=desk.handler, at=cast.MORNING, seen=proposed.version
    )
    with pytest.raises(Unmet, match="no longer holds"):
        approve(struck, desk.officer)


def test_a_page_left_open_does_not_act_even_when_the_state_is_the_same_again(desk: Desk) -> None:
    proposed = in_review(desk)
    returned = review.return_to_work(
        proposed.pk,
        reason="A file is missing",
        actor=desk.officer,
        at=cast.MORNING,
        seen=proposed.version,
    )
    cast.propose(returned, desk.handler)
    with pytest.raises(Stale):
        approve(proposed, desk.officer)


def test_who_may_not_return_a_proposal_is_told_who_may_and_it_is_recorded(desk: Desk) -> None:
    proposed = in_review(desk, by="officer")
    with pytest.raises(NotAllowed, match="Only a second person or whoever proposed it can return"):
        review.return_to_work(
            proposed.pk,
            reason="A file is missing",
            actor=desk.handler,
            at=cast.MORNING,
            seen=proposed.version,
        )
    denied = Entry.objects.filter(code__endswith="denied")
    assert [each.facts["deed"] for each in denied] == ["return_to_work"]


def test_of_two_approvals_the_second_finds_it_decided(desk: Desk) -> None:
    proposed = in_review(desk)
    decided = approve(proposed, desk.officer)
    with pytest.raises(NotNow):
        approve(decided, desk.second_officer)


def test_the_page_says_why_this_person_cannot_approve(desk: Desk) -> None:
    proposed = in_review(desk, by="officer")
    sentence = unmet(proposed, review.approve, desk.officer)
    assert "Another person has to approve" in sentence
    assert unmet(proposed, review.approve, desk.second_officer) == ""


def test_a_second_account_of_ones_own_approves_nothing_unseen(desk: Desk) -> None:
    proposed = in_review(desk, by="officer")
    sock = invite(
        "sock@example.org",
        "Sock",
        proposed.organisation,
        "officer",
        by=desk.officer,
        at=cast.MORNING,
    )
    with pytest.raises(NotAllowed):
        approve(proposed, sock)


def test_the_record_shows_that_the_proposer_named_the_second_person(desk: Desk) -> None:
    proposed = in_review(desk, by="officer")
    own = desk.outside.memberships.filter(organisation=proposed.organisation)
    own.update(given_by=desk.officer)
    decided = approve(proposed, desk.outside)
    assert decided.decisions.get().named_by_proposer is True
    said = [line.text for line in timeline(decided)]
    assert "Decision approved by somebody whom the proposer named: Granted" in said


def test_declared_sole_decisions_do_not_go_past_a_second_person(desk: Desk) -> None:
    Organisation.objects.filter(slug="indigomed").update(sole_decisions=True)
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting")), desk.handler)
    with pytest.raises(Unmet, match="A second person has to approve"):
        decision.decide_alone(begun.pk, cast.alone(GRANT), actor=desk.officer, at=cast.MORNING)


def test_where_nobody_else_may_approve_it_is_said_and_who_will_soon_is_asked(desk: Desk) -> None:
    def said(asked: SubjectRequest) -> str:
        return str(DEEDS["propose"].done_for(SubjectRequest.objects.get(pk=asked.pk)))

    asked = "The decision is proposed. A second person has been asked to look at it."
    others = Membership.objects.filter(organisation__slug="indigomed").exclude(user=desk.handler)
    others.exclude(user=desk.officer).update(approves_from=None)
    others.filter(user=desk.officer).update(approves_from=cast.MORNING + timedelta(days=1))
    assert said(in_review(desk)) == asked
    told = OutboxMessage.objects.filter(kind="review_wanted")
    assert [each.recipient_user_id for each in told] == [desk.officer.pk]
    others.update(approves_from=None)
    assert said(in_review(desk)) == (
        "The decision is proposed. Nobody else may approve here, so nobody was asked: tell an "
        "administrator to name a second person."
    )
    assert told.count() == 1
