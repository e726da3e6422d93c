"""The clinician who must decide: a link, a code in another mailbox, one signature, no account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dsr.notifications.models import OutboxMessage
from dsr.requests import grounds, opinions
from dsr.requests.deeds import answer, review
from dsr.requests.deeds import opinions as deeds
from dsr.requests.errors import BadInput, RequestError, Unmet
from dsr.requests.history import timeline
from dsr.requests.models import HealthProfessional, Opinion, SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.post_office import mail_goes_out

ON = "2026-05-04"


@pytest.fixture
def covered(desk: Desk) -> Desk:
    indigomed = desk.organisation("indigomed")
    indigomed.country, indigomed.flags = "US", ["hipaa_covered_entity"]
    indigomed.regimes, indigomed.phone = ["hipaa"], "+1 312 555 0100"
    indigomed.contact_title = "Privacy Officer"
    indigomed.save()
    return desk


def asked(desk: Desk) -> SubjectRequest:
    made = cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-05-01"), country="US")
    return cast.begin(made, desk.handler, at=cast.on("2026-05-02"))


def again(it: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=it.pk)


def ask(desk: Desk, it: SubjectRequest, **instead: Any) -> Opinion:
    given: dict[str, Any] = {
        "professional": cast.professional(it.organisation).pk,
        "grounds": ["endangers_life"],
        "question": "Would the canary passage endanger her?",
        "items": "Ward note of 3 March, second paragraph.",
    } | instead
    deeds.ask_professional(
        it.pk, actor=desk.handler, at=cast.on(ON), seen=again(it).version, **given
    )
    return Opinion.objects.latest("pk")


def token() -> str:
    mail = OutboxMessage.objects.filter(kind="opinion_asked").latest("pk")
    found = re.search(r"/o/([\w-]+)/", str(mail.unseal("body")))
    assert found
    return found[1]


def code() -> str:
    mail = OutboxMessage.objects.filter(kind="opinion_code").latest("pk")
    found = re.search(r"^(\d{4} \d{4})$", str(mail.unseal("body")), re.MULTILINE)
    assert found
    return found[1]


def opened(opinion: Opinion, on: str = ON) -> Opinion:
    opinions.send_code(opinion, at=cast.on(on))
    opinion.refresh_from_db()
    assert opinions.enter(opinion, code(), at=cast.on(on)) == ""
    opinion.refresh_from_db()
    return opinion


def sign(opinion: Opinion, chosen: str = "endangers_life", on: str = ON) -> None:
    opinions.sign(
        opinion, chosen=chosen, reason="Acute danger.", signature="Ada Stern", at=cast.on(on)
    )


def refused(desk: Desk, it: SubjectRequest) -> SubjectRequest:
    return cast.propose(
        again(it), desk.handler, at=cast.on(ON), outcome="refused", ground="endangers_life"
    )


def test_what_she_signs_lets_the_ground_be_given_and_nothing_else_does(covered: Desk) -> None:
    """45 CFR 164.524(a)(3)(i): a licensed health care professional has determined it."""
    it = asked(covered)
    opinion = ask(covered, it)
    with pytest.raises(BadInput):
        refused(covered, it)
    found = opinions.find(token(), at=cast.on(ON))
    assert found == opinion
    sign(opened(opinion))
    assert opinions.supports(it, "endangers_life")
    assert not opinions.supports(it, "harms_another")
    assert refused(covered, it).status == "in_review"


def test_none_of_them_supports_nothing(covered: Desk) -> None:
    it = asked(covered)
    sign(opened(ask(covered, it)), chosen="none")
    with pytest.raises(BadInput):
        refused(covered, it)


def test_link_and_code_go_to_two_mailboxes_and_carry_nothing_of_the_case(covered: Desk) -> None:
    it = asked(covered)
    opinion = ask(covered, it)
    opinions.send_code(opinion, at=cast.on(ON))
    link = OutboxMessage.objects.get(kind="opinion_asked")
    said = OutboxMessage.objects.get(kind="opinion_code")
    assert link.unseal("to_address") == "dr.stern@clinic.example"
    assert said.unseal("to_address") == "ada.stern@home.example"
    for mail in (link, said):
        whole = f"{mail.unseal('subject')} {mail.unseal('body')}"
        assert "canary" not in whole
        assert "Ward note" not in whole
        assert "Quill" not in whole
    assert "/o/" not in str(said.unseal("body"))
    history = " ".join(line.text for line in timeline(it))
    assert "canary" not in history


def test_one_mailbox_for_both_is_refused(covered: Desk) -> None:
    indigomed = covered.organisation("indigomed")
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.professional(indigomed, code_email="dr.stern@clinic.example")
    same = HealthProfessional(
        organisation=indigomed, name="A", licence="B", email="a@b.ch", code_email="a@b.ch"
    )
    with pytest.raises(ValidationError, match="two different mailboxes"):
        same.full_clean()


def test_five_wrong_codes_close_it_and_a_new_one_opens(covered: Desk) -> None:
    opinion = ask(covered, asked(covered))
    opinions.send_code(opinion, at=cast.on(ON))
    opinion.refresh_from_db()
    wrong = "0000 0000" if code() != "0000 0000" else "1111 1111"
    said = [opinions.enter(opinion, wrong, at=cast.on(ON)) for _try in range(6)]
    assert said[0] == "This code is not right. You can try 4 more times."
    assert said[4].startswith("This code was wrong five times")
    assert said[5] == "No code is valid now. Ask for a new one."
    assert opinions.enter(opinion, code(), at=cast.on(ON)) == said[5]
    opened(opinion)


def test_a_code_is_good_for_half_an_hour_and_once(covered: Desk) -> None:
    opinion = ask(covered, asked(covered))
    opinions.send_code(opinion, at=cast.on(ON))
    opinion.refresh_from_db()
    late = cast.on(ON) + timedelta(minutes=31)
    assert opinions.enter(opinion, code(), at=late) != ""
    opened(opinion)
    assert opinions.enter(opinion, code(), at=cast.on(ON)) != ""


def test_a_link_ends_after_fourteen_days_and_with_the_question(covered: Desk) -> None:
    it = asked(covered)
    opinion = ask(covered, it)
    link = token()
    assert opinions.find(link, at=cast.on("2026-05-17")) == opinion
    assert opinions.find(link, at=cast.on("2026-05-19")) is None
    deeds.withdraw_question(
        it.pk,
        opinion=opinion.pk,
        actor=covered.handler,
        at=cast.on(ON),
        seen=again(it).version,
    )
    assert opinions.find(link, at=cast.on(ON)) is None


def test_it_is_signed_once_and_only_after_it_was_opened(covered: Desk) -> None:
    opinion = ask(covered, asked(covered))
    with pytest.raises(RequestError):
        sign(opinion)
    sign(opened(opinion))
    with pytest.raises(RequestError, match="meanwhile"):
        sign(opinion, chosen="none")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"chosen": "harms_another"}, "chosen"),
        ({"reason": " "}, "reason"),
        ({"signature": ""}, "signature"),
    ],
)
def test_a_signature_that_lacks_something_is_refused(
    covered: Desk, given: dict[str, str], field: str
) -> None:
    opinion = opened(ask(covered, asked(covered)))
    said = {"chosen": "none", "reason": "No danger.", "signature": "Ada Stern"} | given
    with pytest.raises(BadInput) as wrong:
        opinions.sign(opinion, at=cast.on(ON), **said)
    assert field in wrong.value.fields
    opinion.refresh_from_db()
    assert opinion.signed_at is None


@pytest.mark.parametrize("how", ["another organisation", "may judge no more"])
def test_only_who_is_recorded_here_and_may_judge_is_asked(covered: Desk, how: str) -> None:
    it = asked(covered)
    cast.professional(it.organisation)
    if how == "another organisation":
        other = cast.professional(covered.organisation("img"))
    else:
        other = cast.professional(it.organisation, name="Dr. Old", is_active=False)
    with pytest.raises(BadInput) as wrong:
        ask(covered, it, professional=other.pk)
    assert "professional" in wrong.value.fields


def test_who_may_judge_no_more_supports_nothing(covered: Desk) -> None:
    it = asked(covered)
    sign(opened(ask(covered, it)))
    HealthProfessional.objects.update(is_active=False)
    assert not opinions.supports(it, "endangers_life")
    assert opinions.find(token(), at=cast.on(ON)) is None


def denied(desk: Desk) -> SubjectRequest:
    it = asked(desk)
    sign(opened(ask(desk, it)))
    proposed = refused(desk, it)
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=cast.on(ON), seen=proposed.version
    )
    sent = answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on(ON), seen=approved.version
    )
    mail_goes_out(cast.on(ON))
    return again(sent)


def ask_review(desk: Desk, it: SubjectRequest, who: HealthProfessional) -> Opinion:
    deeds.ask_review(
        it.pk,
        professional=who.pk,
        question="Does it stand?",
        items="Ward note of 3 March.",
        actor=desk.handler,
        at=cast.on("2026-05-20"),
        seen=again(it).version,
    )
    return Opinion.objects.latest("pk")


def another(it: SubjectRequest, **instead: Any) -> HealthProfessional:
    given = {
        "name": "Dr. Ben Fern",
        "email": "fern@other.example",
        "code_email": "ben@fern.example",
    }
    return cast.professional(it.organisation, **(given | instead))


def test_a_reviewer_who_opened_an_item_of_the_case_before_is_refused(covered: Desk) -> None:
    """Acceptance case 3; 45 CFR 164.524(a)(4)."""
    it = denied(covered)
    with pytest.raises(BadInput) as wrong:
        ask_review(covered, it, cast.professional(it.organisation))
    assert "opened an item of this case before" in str(wrong.value.fields["professional"])


def test_a_reviewer_who_decided_is_refused(covered: Desk) -> None:
    it = denied(covered)
    decided = another(it, code_email=covered.second_officer.email)
    with pytest.raises(BadInput) as wrong:
        ask_review(covered, it, decided)
    assert "had a part" in str(wrong.value.fields["professional"])


def test_a_review_has_a_clock_of_its_own_and_the_refusal_follows_it(covered: Desk) -> None:
    it = denied(covered)
    found = ask_review(covered, it, another(it))
    clock = it.deadlines.get(code="review-1")
    assert (clock.status, clock.due_on) == ("running", None)
    assert opinions.choices_of(found) == ["upheld", "overturned"]
    sign(opened(found, on="2026-05-21"), chosen="overturned", on="2026-05-21")
    clock.refresh_from_db()
    assert clock.status == "met"
    assert any("overturned the refusal" in line.text for line in timeline(it))


def test_what_cannot_be_reviewed_is_given_to_no_review(covered: Desk) -> None:
    it = asked(covered)
    proposed = cast.propose(
        again(it), covered.handler, at=cast.on(ON), outcome="refused", ground="psychotherapy_notes"
    )
    approved = review.approve(
        proposed.pk, actor=covered.second_officer, at=cast.on(ON), seen=proposed.version
    )
    assert not grounds.is_reviewable(approved, "psychotherapy_notes")
    with pytest.raises(Unmet, match="Nothing was refused here that can be reviewed"):
        ask_review(covered, approved, another(it))
