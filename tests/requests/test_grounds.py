"""Grounds of refusal: what has force against the laws that bind, and who may invoke it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from dsr.requests import elements, grounds, remedies
from dsr.requests.deeds import facts
from dsr.requests.errors import BadInput
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk


def asked(desk: Desk, organisation: str, slug: str, country: str) -> SubjectRequest:
    made = cast.ask(desk.right(organisation, slug), at=cast.on("2026-05-01"), country=country)
    return cast.begin(made, desk.handler, at=cast.on("2026-05-01"))


def state(it: SubjectRequest, desk: Desk, *stated: str) -> None:
    facts.state_facts(
        it.pk,
        country=it.country,
        record_age="",
        facts=stated,
        actor=desk.handler,
        at=cast.on("2026-05-02"),
        seen=it.version,
    )


def offered(subject_request: SubjectRequest) -> list[str]:
    return [code for code, _label in grounds.grounds_for(subject_request)]


@pytest.fixture
def covered(desk: Desk) -> Desk:
    """A covered entity in the United States, to which nothing else applies."""
    indigomed = desk.organisation("indigomed")
    indigomed.country, indigomed.flags = "US", ["hipaa_covered_entity"]
    indigomed.regimes, indigomed.phone = ["hipaa"], "+1 312 555 0100"
    indigomed.contact_title = "Privacy Officer"
    indigomed.save()
    return desk


def test_an_exception_of_the_policy_has_no_force_against_a_law_that_does_not_carry_it(
    desk: Desk,
) -> None:
    """INDIGOMED's “not completed”, “harm” and “research” against a person in the Union."""
    it = asked(desk, "indigomed", "copy", "FR")
    assert [each for each in offered(it) if each.startswith("exception:")] == []
    found = {each.text: each.laws for each in grounds.without_force(it)}
    assert found["The record is not completed yet."] == ("GDPR",)
    assert len(found) == 4
    with pytest.raises(BadInput) as refused:
        cast.propose(it, desk.handler, outcome="refused", ground="exception:not-completed")
    assert "ground" in refused.value.fields


def test_what_a_law_carries_may_be_given(desk: Desk) -> None:
    """GDPR Art. 17(3)(b) carries the retention of IMG's policy."""
    it = asked(desk, "img", "erase", "PT")
    assert "exception:retention" in offered(it)
    assert "exception:certain-cases" not in offered(it)
    assert "legal_obligation" in offered(it)


def test_where_no_law_binds_the_policy_s_own_exceptions_stand(desk: Desk) -> None:
    it = asked(desk, "indigomed", "confidential-communications", "FR")
    assert "exception:not-reasonable" in offered(it)
    assert grounds.without_force(it) == []


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("gdpr-access", ["manifestly_unfounded", "excessive", "rights_of_others"]),
        ("gdpr-rectify", ["manifestly_unfounded", "excessive", "accurate_and_complete"]),
        (
            "gdpr-object",
            [
                "manifestly_unfounded",
                "excessive",
                "legal_claims",
                "compelling_grounds",
                "other_basis",
            ],
        ),
        (
            "gdpr-automated-decision",
            ["manifestly_unfounded", "excessive", "not_automated", "allowed_by_law"],
        ),
    ],
)
def test_a_right_of_the_law_itself_names_each_of_its_grounds_once(
    desk: Desk, slug: str, expected: list[str]
) -> None:
    """The right's own exceptions say the same as the grounds of the law."""
    it = asked(desk, "indigomed", slug, "FR")
    assert offered(it) == [*expected, "identity_not_proved", "authority_not_proved"]


def test_two_laws_have_to_carry_it_both(desk: Desk) -> None:
    indigomed = desk.organisation("indigomed")
    indigomed.flags = ["health_professional"]
    indigomed.save()
    it = asked(desk, "indigomed", "copy", "FR")
    # The health code knows third persons, and no excessive request.
    assert offered(it) == ["rights_of_others", "identity_not_proved", "authority_not_proved"]
    with override("en"):
        assert remedies.why(it, "rights_of_others") == (
            "That part of the copy would harm the rights and freedoms of others (GDPR Art. 15(4)). "
            "It was gathered from, or is about, somebody who has no part in the care "
            "(Code de la santé publique, L1111-7 para. 1)."
        )


def test_what_keeps_back_a_part_refuses_no_whole(desk: Desk) -> None:
    """GDPR recital 63: not a refusal to provide all information."""
    it = asked(desk, "img", "access", "PT")
    with pytest.raises(BadInput) as refused:
        cast.propose(it, desk.handler, outcome="refused", ground="rights_of_others")
    assert "give the rest" in str(refused.value.fields["ground"])


def test_a_denial_of_access_by_a_person_who_is_not_a_licensed_professional_is_refused(
    covered: Desk,
) -> None:
    """Acceptance case 3; 45 CFR 164.524(a)(3)."""
    it = asked(covered, "indigomed", "copy", "US")
    assert grounds.owner_of(it, "endangers_life") == "health_professional"
    for actor in (covered.handler, covered.officer):
        with pytest.raises(BadInput) as refused:
            cast.propose(
                SubjectRequest.objects.get(pk=it.pk),
                actor,
                outcome="refused",
                ground="endangers_life",
            )
        assert "licensed health professional" in str(refused.value.fields["ground"])


def test_a_ground_of_the_privacy_officer_is_not_the_handler_s(desk: Desk) -> None:
    it = asked(desk, "img", "object", "PT")
    with pytest.raises(BadInput) as refused:
        cast.propose(it, desk.handler, outcome="refused", ground="compelling_grounds")
    assert "Only a privacy officer" in str(refused.value.fields["ground"])
    fresh = SubjectRequest.objects.get(pk=it.pk)
    proposed = cast.propose(fresh, desk.officer, outcome="refused", ground="compelling_grounds")
    assert proposed.status in ("in_review", "decided")


def test_research_does_not_refuse_but_holds(covered: Desk) -> None:
    """45 CFR 164.524(a)(2)(iii): suspended for as long as the research is in progress."""
    it = asked(covered, "indigomed", "copy", "US")
    assert "exception:research" not in offered(it)
    assert "research_in_progress" not in offered(it)
    assert "exception:legal-proceeding" not in offered(it) or "legal_proceeding" in offered(it)


def test_only_what_can_be_reviewed_says_how(covered: Desk) -> None:
    """45 CFR 164.524(a)(3), (a)(4), (d)(2)(ii)."""
    it = asked(covered, "indigomed", "copy", "US")
    assert grounds.is_reviewable(it, "endangers_life")
    assert not grounds.is_reviewable(it, "psychotherapy_notes")
    kinds = [each.kind for each in remedies.ways(it, "endangers_life")]
    assert "review" in kinds
    assert "review" not in [each.kind for each in remedies.ways(it, "psychotherapy_notes")]


def test_who_is_not_proved_is_a_ground_under_every_law(desk: Desk) -> None:
    for slug, country in (("access", "PT"), ("erase", "GB")):
        assert "identity_not_proved" in offered(asked(desk, "img", slug, country))


def test_what_was_paid_in_full_may_not_be_refused_to_the_person(covered: Desk) -> None:
    """Acceptance case 6; 45 CFR 164.522(a)(1)(vi)."""
    it = asked(covered, "indigomed", "restrict-operations", "US")
    refusal = {"outcome": "refused", "ground": "conditions_not_met"}
    state(it, covered, "hipaa:paid_in_full")
    with pytest.raises(BadInput) as wrong:
        cast.propose(SubjectRequest.objects.get(pk=it.pk), covered.handler, **refusal)
    assert "45 CFR 164.522(a)(1)(vi)" in str(wrong.value.fields["outcome"])
    cast.propose(SubjectRequest.objects.get(pk=it.pk), covered.handler)


def test_an_accounting_asked_by_somebody_in_the_union_is_all_recipients_in_a_month(
    desk: Desk,
) -> None:
    """Acceptance case 11; GDPR Art. 15(1)(c), C-154/21: by name, treatment included."""
    it = asked(desk, "indigomed", "accounting", "FR")
    law = it.deadlines.get(code="gdpr:respond")
    assert law.due_on == date(2026, 6, 1)
    texts = [each.text for each in grounds.without_force(it)]
    assert any("treatment, payment" in each for each in texts)
    assert [each for each in offered(it) if each.startswith("exception:")] == []
    it.elements.filter(code="gdpr:recipients").delete()
    [gap] = elements.gaps(SubjectRequest.objects.get(pk=it.pk), "granted", "")
    assert gap.element.article == "GDPR Art. 15(1)(c)"


def test_an_appeal_can_be_turned_down_by_two_people_who_say_why_and_where_to_go(
    desk: Desk,
) -> None:
    """RCW 19.373.040(1)(h); without a ground no appeal could ever be refused."""
    it = asked(desk, "imo", "washington-appeal", "US-WA")
    assert offered(it)[:3] == ["manifestly_unfounded", "excessive", "decision_stands"]
    assert grounds.owner_of(it, "decision_stands") == "two_people"
    labels = [each.terms.label for each in elements.demanded(it, "refused")]
    assert labels == ["Why", "How to submit a complaint to the Attorney General"]
    proposed = cast.propose(it, desk.handler, outcome="refused", ground="decision_stands")
    assert proposed.status == "in_review"
    assert elements.gaps(proposed, "refused", "decision_stands") == []
    proposed.elements.filter(code="us-wa-mhmda:attorney_general").delete()
    [gap] = elements.gaps(proposed, "refused", "decision_stands")
    assert gap.element.article == "RCW 19.373.040, appeal"


def test_washington_carries_an_excessive_request_and_what_is_outside_of_the_act(
    desk: Desk,
) -> None:
    """RCW 19.373.040(1)(f) and 19.373.100."""
    it = asked(desk, "imo", "washington-delete", "US-WA")
    assert offered(it)[:3] == ["manifestly_unfounded", "excessive", "outside_the_act"]
    assert grounds.owner_of(it, "outside_the_act") == "privacy_officer"


def test_california_s_appeal_has_a_ground_from_the_day_on_which_it_starts(desk: Desk) -> None:
    """Cal. Code Regs. tit. 11, 7221(b)(1), 7200(b)."""
    made = cast.ask(
        desk.right("imo", "ccpa-appeal-decision"), at=cast.on("2027-01-04"), country="US-CA"
    )
    assert offered(made)[0] == "decision_stands"
    assert grounds.owner_of(made, "decision_stands") == "two_people"
    opt_out = cast.ask(
        desk.right("imo", "ccpa-automated-opt-out"), at=cast.on("2027-01-04"), country="US-CA"
    )
    assert offered(opt_out)[0] == "human_appeal"


def test_an_amendment_that_another_entity_reports_is_made_and_has_no_number_of_days(
    covered: Desk,
) -> None:
    """45 CFR 164.526(e): no request of the person, so no 60 days and no “no”."""
    it = asked(covered, "indigomed", "amend", "US")
    assert it.deadlines.get(code="hipaa:respond").due_on == date(2026, 6, 30)
    state(it, covered, "hipaa:reported_by_entity")
    assert it.deadlines.get(code="hipaa:respond").status == "cancelled"
    assert it.deadlines.get(code="hipaa:respond:reported_by_entity").due_on is None
    with pytest.raises(BadInput) as wrong:
        cast.propose(
            SubjectRequest.objects.get(pk=it.pk),
            covered.handler,
            outcome="refused",
            ground="accurate_and_complete",
        )
    assert "45 CFR 164.526(e)" in str(wrong.value.fields["outcome"])
