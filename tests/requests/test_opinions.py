"""Licensed professionals decide what only they may; reviewers took no part; what they find binds.

Sources: 45 CFR 164.524(a)(3), (a)(4), (d)(4).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dsr.accounts.models import User
from dsr.accounts.roles import Role
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.requests import enclosures, opinions
from dsr.requests.actors import REQUESTER
from dsr.requests.chain import write_line
from dsr.requests.deeds import answer, assignment, ending, opinions_signed
from dsr.requests.deeds import opinions as deeds
from dsr.requests.deeds.enclosures import enclose, remove_enclosure
from dsr.requests.errors import BadInput, NotAllowed, NotNow, Unmet
from dsr.requests.models import HealthProfessional, Opinion, SubjectRequest
from dsr.requests.services import opinions as asking
from dsr.requests.states import LinkState
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, ROSA, Desk
from tests.dashboard.conftest import Seat
from tests.requests.reaching import reach
from tests.requests.trying import TRY, ask_professional, sign

HARM = "endangers_life"


def ask(it: SubjectRequest, desk: Desk, who: HealthProfessional, **instead: Any) -> Opinion:
    given: dict[str, Any] = {
        "professional": who.pk,
        "question": "Could reading this endanger her life?",
        "text": "3 March: she spoke of ending it.",
        "grounds": [HARM],
    } | instead
    deeds.ask_professional(it.pk, actor=desk.handler, at=MORNING, seen=None, **given)
    return it.opinions.latest("pk")


def refer(it: SubjectRequest, desk: Desk, who: HealthProfessional, **instead: Any) -> Opinion:
    given: dict[str, Any] = {
        "professional": who.pk,
        "question": "Does the refusal stand?",
        "text": "3 March: she spoke of ending it.",
    } | instead
    by = given.pop("by", desk.handler)
    at = given.pop("at", MORNING)
    deeds.ask_review(it.pk, actor=by, at=at, seen=None, **given)
    return it.opinions.latest("pk")


def refused(desk: Desk, state: str = "closed") -> SubjectRequest:
    """Refused on a ground that a professional found to apply, and sent."""
    it = sign(ask_professional(cast.asked_under_hipaa(desk), desk), desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    it = TRY["send_answer"](TRY["approve"](it, desk), desk)
    return it if state == "decided" else TRY["close"](it, desk)


# Asking and signing.


def test_what_she_signs_supports_that_ground_of_that_request_and_no_other(desk: Desk) -> None:
    it = cast.asked_under_hipaa(desk)
    ines = cast.professional(desk)
    ask(it, desk, ines, grounds=[HARM, "harms_another"])
    assert not opinions.supports(it, HARM)
    sign(it, desk)
    assert opinions.supports(it, HARM)
    assert not opinions.supports(it, "harms_another")
    assert not opinions.supports(cast.ask(desk.right("img", "access")), HARM)
    signed = it.opinions.get()
    assert (signed.verdict, signed.ground, signed.signed_at) == ("supports", HARM, MORNING)
    assert signed.unseal("reason") == "I know her."
    assert signed.unseal("signature") == {
        "name": "Dr Ines Licensed",
        "licence": "physician, 10001234567, Paris",
        "statement": (
            "I decide this myself, as a licensed health professional "
            "(physician, 10001234567, Paris)."
        ),
    }


def test_her_ground_is_given_only_where_she_signed_for_it(desk: Desk) -> None:
    """45 CFR 164.524(a)(3)(i): a licensed health care professional has determined it."""
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    with pytest.raises(BadInput):
        cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    signed = sign(it, desk)
    proposed = cast.propose(signed, desk.handler, outcome="refused", ground=HARM)
    assert proposed.status == "in_review"


def test_where_no_law_gives_her_a_ground_nobody_is_asked(desk: Desk) -> None:
    with pytest.raises(Unmet, match="No ground that counts here needs a health professional"):
        ask_professional(reach(desk, "in_progress"), desk)


def test_none_of_them_supports_nothing_and_the_newest_opinion_speaks(desk: Desk) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    sign(it, desk)
    ask(it, desk, it.opinions.get().professional)
    sign(it, desk, "none", at=cast.later(1))
    assert not opinions.supports(it, HARM)
    assert [each.verdict for each in it.opinions.all()] == ["supports", "none"]


def test_an_opinion_about_another_ground_takes_nothing_back(desk: Desk) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    sign(it, desk)
    ask(it, desk, it.opinions.get().professional, grounds=["harms_another"])
    sign(it, desk, "none", at=cast.later(1))
    assert opinions.supports(it, HARM)


def test_the_history_has_codes_and_no_words(desk: Desk) -> None:
    it = sign(ask_professional(cast.asked_under_hipaa(desk), desk), desk)
    asked, signed = cast.history(it)[-2:]
    opinion = it.opinions.get()
    assert (asked.code, asked.facts) == (
        "ask_professional",
        {"opinion": opinion.pk, "professional": opinion.professional_id, "grounds": [HARM]},
    )
    assert (signed.code, signed.by, signed.facts) == (
        "give_opinion",
        "system",
        {
            "opinion": opinion.pk,
            "professional": opinion.professional_id,
            "verdict": "supports",
            "ground": HARM,
        },
    )
    assert it.unread_since == MORNING
    assert OutboxMessage.objects.filter(kind="opinion_given").count() == 1


def test_the_link_is_good_for_fourteen_days_and_its_mail_says_nothing_of_the_case(
    desk: Desk,
) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    mail = OutboxMessage.objects.get(kind="opinion_link")
    assert mail.unseal("to_address") == "ines@example.org"
    assert mail.unseal("subject") == "A question for you"
    body = mail.unseal("body")
    for word in (it.reference, "Canary", "endanger", "3 March", "access", str(it.right)):
        assert word not in body
    opinion = it.opinions.get()
    assert opinion.expires_at == datetime(2026, 5, 15, 7, 12, tzinfo=UTC)
    assert mail.useful_until == opinion.expires_at
    just_before = opinion.expires_at - timedelta(seconds=1)
    assert asking.state(opinion, just_before) == LinkState.OPEN
    assert asking.state(opinion, opinion.expires_at) == LinkState.EXPIRED
    with pytest.raises(Unmet, match="time of this link is over"):
        sign(it, desk, at=opinion.expires_at)


def test_she_signs_once(desk: Desk) -> None:
    it = sign(ask_professional(cast.asked_under_hipaa(desk), desk), desk)
    with pytest.raises(Unmet, match="This link was used"):
        sign(it, desk, "none")
    assert opinions.supports(it, HARM)


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        ({"question": "  "}, "Write the question."),
        ({"text": " "}, "Choose what she has to see"),
        ({"grounds": []}, "Choose at least one ground"),
        ({"grounds": [HARM, "no_such_ground"]}, "Choose at least one ground"),
        ({"items": [2**31]}, "One of these files is no longer there"),
    ],
)
def test_a_question_that_is_not_whole_is_refused_and_leaves_nothing(
    desk: Desk, instead: dict[str, Any], sentence: str
) -> None:
    it, ines = cast.asked_under_hipaa(desk), cast.professional(desk)
    before = len(cast.history(it))
    with pytest.raises(BadInput, match=sentence):
        ask(it, desk, ines, **instead)
    assert not Opinion.objects.exists()
    assert not OutboxMessage.objects.filter(kind="opinion_link").exists()
    assert len(cast.history(it)) == before


@pytest.mark.parametrize(
    ("slug", "instead"),
    [
        pytest.param("imo", {}, id="of another organisation"),
        pytest.param("img", {"is_active": False}, id="not to be asked any more"),
        pytest.param("img", {"licence": "  "}, id="without a licence"),
    ],
)
def test_only_a_licensed_professional_of_the_organisation_is_asked(
    desk: Desk, slug: str, instead: dict[str, Any]
) -> None:
    it = cast.asked_under_hipaa(desk)
    cast.professional(desk)
    other = cast.professional(desk, slug, **{**ROSA, **instead})
    with pytest.raises(BadInput, match="Choose a licensed health professional of this org"):
        ask(it, desk, other)


def test_where_nobody_is_recorded_a_sentence_says_who_records_one(desk: Desk) -> None:
    it = cast.asked_under_hipaa(desk)
    with pytest.raises(Unmet, match="An administrator records one"):
        deeds.ask_professional(
            it.pk,
            professional=1,
            question="?",
            grounds=[HARM],
            actor=desk.handler,
            at=MORNING,
            seen=None,
        )


def test_one_question_at_a_time_to_one_person(desk: Desk) -> None:
    it, ines = cast.asked_under_hipaa(desk), cast.professional(desk)
    ask(it, desk, ines)
    with pytest.raises(BadInput, match="A question waits already"):
        ask(it, desk, ines)
    ask(it, desk, cast.professional(desk, **ROSA))
    assert it.opinions.count() == 2


def test_a_licence_that_ended_signs_nothing_and_what_was_signed_before_stands(desk: Desk) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    HealthProfessional.objects.update(is_active=False)
    with pytest.raises(Unmet, match="no longer open"):
        sign(it, desk)
    HealthProfessional.objects.update(is_active=True)
    sign(it, desk)
    HealthProfessional.objects.update(is_active=False)
    assert opinions.supports(it, HARM)


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        ({"choice": "harms_another"}, "Choose one of the answers"),
        ({"choice": "upheld"}, "Choose one of the answers"),
        ({"choice": ""}, "Choose one of the answers"),
        ({"reason": " \n"}, "Give your reason"),
        ({"name": "Dr Someone Else"}, "Type your name as it is recorded: Dr Ines Licensed"),
        ({"licensed": False}, "Only a licensed health professional"),
    ],
)
def test_what_is_not_signed_whole_is_not_signed(
    desk: Desk, instead: dict[str, Any], sentence: str
) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    given = {"choice": HARM, "reason": "Yes.", "name": "dr  inés LICENSED", "licensed": True}
    opinion = it.opinions.get()
    with pytest.raises(BadInput, match=sentence):
        opinions_signed.give_opinion(
            it.pk, opinion_id=opinion.pk, actor=None, at=MORNING, **(given | instead)
        )
    assert not opinions.supports(it, HARM)
    # However she writes it, it is her name.
    opinions_signed.give_opinion(it.pk, opinion_id=opinion.pk, actor=None, at=MORNING, **given)
    assert opinions.supports(it, HARM)


@pytest.mark.parametrize("who", ["handler", "officer", "outside"])
def test_nobody_of_the_staff_signs_for_her(desk: Desk, who: str) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    signed = {"choice": HARM, "reason": "Yes.", "name": "Dr Ines Licensed", "licensed": True}
    for actor in (desk.people[who], REQUESTER):
        with pytest.raises(NotAllowed):
            opinions_signed.give_opinion(
                it.pk, opinion_id=it.opinions.get().pk, actor=actor, at=MORNING, **signed
            )
    assert not opinions.supports(it, HARM)


def test_the_question_of_another_request_is_not_signed_here(desk: Desk) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    other = cast.asked_under_hipaa(desk)
    with pytest.raises(BadInput, match="does not belong to the request"):
        opinions_signed.give_opinion(
            other.pk, opinion_id=it.opinions.get().pk, choice=HARM, actor=None, at=MORNING
        )


def test_she_signs_when_she_has_opened_each_file(desk: Desk) -> None:
    it, ines = TRY["enclose"](cast.asked_under_hipaa(desk), desk), cast.professional(desk)
    file = it.enclosures.get().file_id
    opinion = ask(it, desk, ines, text="", items=[file, file])
    item = opinion.items.get()
    with pytest.raises(Unmet, match="Open each file first"):
        sign(it, desk)
    assert asking.take_item(opinion, item.pk, at=MORNING)
    assert cast.history(it)[-1].facts == {"opinion": opinion.pk, "file": file}
    sign(it, desk)
    assert opinions.supports(it, HARM)


def test_a_file_that_was_taken_away_is_decided_about_by_nobody(desk: Desk) -> None:
    it, ines = TRY["enclose"](cast.asked_under_hipaa(desk), desk), cast.professional(desk)
    row = it.enclosures.get()
    opinion = ask(it, desk, ines, items=[row.file_id])
    asking.take_item(opinion, opinion.items.get().pk, at=MORNING)
    remove_enclosure(it.pk, enclosure_id=row.pk, actor=desk.handler, at=MORNING, seen=None)
    with pytest.raises(Unmet, match="A file was taken away meanwhile"):
        sign(it, desk)
    assert asking.take_item(opinion, opinion.items.get().pk, at=MORNING) is None


def test_identity_documents_are_shown_to_no_professional(desk: Desk) -> None:
    it = TRY["enclose"](cast.asked_under_hipaa(desk), desk)
    proof = it.enclosures.get().file
    assert set(asking.showable(it)) == {proof.pk}
    it.identity_documents.create(file=proof, added_at=MORNING)
    assert asking.showable(it) == {}


def test_what_was_withdrawn_is_signed_by_nobody_and_what_was_signed_is_not_withdrawn(
    desk: Desk,
) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    TRY["withdraw_question"](it, desk)
    with pytest.raises(Unmet, match="The question was withdrawn"):
        sign(it, desk)
    assert not asking.link_still_leads({"opinion": it.opinions.get().pk}, MORNING)
    with pytest.raises(Unmet, match="withdrawn already"):
        TRY["withdraw_question"](it, desk)
    ask_professional(it, desk)
    sign(it, desk)
    with pytest.raises(Unmet, match="She has signed already"):
        TRY["withdraw_question"](it, desk)


def test_while_the_request_is_stopped_nothing_is_signed(desk: Desk) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    frozen = TRY["freeze"](SubjectRequest.objects.get(pk=it.pk), desk)
    assert asking.state(Opinion.objects.get(), MORNING) == LinkState.STOPPED
    with pytest.raises(NotNow):
        sign(it, desk)
    TRY["unfreeze"](frozen, desk)
    sign(it, desk)


def test_a_question_ends_with_the_request(desk: Desk) -> None:
    it = ask_professional(cast.asked_under_hipaa(desk), desk)
    ending.withdraw(it.pk, actor=REQUESTER, at=MORNING, seen=None)
    assert asking.state(Opinion.objects.get(), MORNING) == LinkState.WITHDRAWN
    with pytest.raises(NotNow):
        sign(it, desk)


def test_a_row_that_is_signed_by_halves_cannot_be_kept(desk: Desk) -> None:
    ask_professional(cast.asked_under_hipaa(desk), desk)
    for wrong in (
        {"signed_at": MORNING},
        {"verdict": "supports", "ground": HARM},
        {"ground": HARM},
        {"kind": "review"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Opinion.objects.update(**wrong)


# Whom an administrator records.


@pytest.mark.parametrize(
    ("instead", "field"),
    [
        pytest.param({"code_email": ""}, "code_email", id="no second contact"),
        pytest.param({"code_email": "INES@example.org"}, "code_email", id="the same mailbox"),
        pytest.param({"licence": ""}, "licence", id="no licence"),
        pytest.param({"phone": "call me"}, "phone", id="no number"),
    ],
)
def test_a_professional_has_a_licence_and_two_contacts(
    desk: Desk, instead: dict[str, Any], field: str
) -> None:
    given = {
        "name": "Dr Ines Licensed",
        "licence": "physician, 10001234567, Paris",
        "email": "ines@example.org",
        "code_email": "ines.home@example.net",
    }
    row = HealthProfessional(organisation=desk.organisation("img"), **(given | instead))
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert set(refusal.value.message_dict) == {field}


def test_an_administrator_records_her_and_each_change_is_a_line_without_her_name(
    desk: Desk,
) -> None:
    ada = Seat(User.objects.create_superuser("ada@example.org", "Ada Testing", "correct horse"))
    page = "/admin/requests/healthprofessional/"
    typed = {**ROSA, "organisation": desk.organisation("img").pk, "language": "fr"}
    same = typed | {"code_email": "rosa@example.org"}
    refusal = ada.client.post(f"{page}add/", same).content.decode()
    assert "The code must not go where the link goes." in refusal
    assert not HealthProfessional.objects.exists()
    ada.client.post(f"{page}add/", typed | {"is_active": "on"})
    row = HealthProfessional.objects.get()
    ada.client.post(f"{page}{row.pk}/change/", typed | {"email": "new@example.org"})
    row.refresh_from_db()
    assert (row.email, row.is_active) == ("new@example.org", False)
    added, changed = Entry.objects.filter(code__startswith="healthprofessional").order_by("seq")
    assert added.facts == {"healthprofessional": row.pk, "is_active": True, "account": None}
    assert changed.facts == {
        "healthprofessional": row.pk,
        "fields": ["email", "is_active"],
        "is_active": False,
        "is_active.before": True,
    }
    assert ada.client.post(f"{page}{row.pk}/delete/", {"post": "yes"}).status_code == 403


# Review of a refusal, 45 CFR 164.524(a)(4).


@pytest.mark.parametrize("state", ["decided", "closed"])
def test_a_refusal_that_is_upheld_stands_and_the_person_is_told(desk: Desk, state: str) -> None:
    it = refused(desk, state)
    refer(it, desk, cast.professional(desk, **ROSA))
    after = sign(it, desk, "upheld")
    assert (after.status, after.outcome) == (state, "refused")
    assert opinions.supports(it, HARM)
    told = it.messages.latest("pk")
    assert told.kind == "notice"
    assert "reviewed it and found that it stands" in told.unseal("body")
    assert OutboxMessage.objects.filter(kind="review_told").count() == 1
    with pytest.raises(Unmet, match="was reviewed already"):
        refer(it, desk, cast.professional(desk, **(ROSA | {"licence": "3", "email": "c@d.ex"})))


@pytest.mark.parametrize("state", ["decided", "closed"])
def test_a_refusal_that_is_overturned_is_taken_up_again_and_the_ground_is_gone(
    desk: Desk, state: str
) -> None:
    it = refused(desk, state)
    refer(it, desk, cast.professional(desk, **ROSA))
    after = sign(it, desk, "overturned")
    assert (after.status, after.outcome, after.ground) == ("in_progress", "", "")
    assert after.decisions.get().status == "returned"
    assert "it does not stand" in it.messages.latest("pk").unseal("body")
    moved = [each for each in cast.history(it) if each.code == "give_opinion"][-1]
    assert (moved.from_state, moved.to_state) == (state, "in_progress")
    assert not opinions.supports(it, HARM)
    with pytest.raises(BadInput):
        cast.propose(after, desk.handler, outcome="refused", ground=HARM)
    # Nor does another opinion on the same ground bring it back.
    ask(it, desk, it.opinions.first().professional)
    sign(it, desk, at=cast.later(1))
    assert not opinions.supports(it, HARM)
    assert opinions.overturned(it, HARM)


def test_a_review_has_a_clock_of_its_own(desk: Desk) -> None:
    """164.524(d)(4): in a reasonable time, which names no day."""
    it, rosa = refused(desk), cast.professional(desk, **ROSA)
    refer(it, desk, rosa)
    clock = it.deadlines.get(code="review-1")
    assert (clock.status, clock.due_on, clock.purpose) == ("running", None, "review")
    TRY["withdraw_question"](SubjectRequest.objects.get(pk=it.pk), desk)
    clock.refresh_from_db()
    assert clock.status == "cancelled"
    refer(it, desk, rosa)
    sign(it, desk, "overturned")
    assert it.deadlines.get(code="review-2").status == "met"


def test_the_person_is_told_in_their_language(desk: Desk) -> None:
    it = refused(desk)
    SubjectRequest.objects.filter(pk=it.pk).update(language="fr")
    refer(it, desk, cast.professional(desk, **ROSA))
    sign(it, desk, "upheld")
    assert "a conclu qu’il est maintenu" in it.messages.latest("pk").unseal("body")


def test_who_is_written_to_on_paper_reads_the_result_in_a_letter(desk: Desk) -> None:
    who = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")
    it = cast.asked_under_hipaa(desk, who=who)
    it = sign(ask_professional(it, desk), desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    it = TRY["send_answer"](TRY["approve"](it, desk), desk)
    rosa = cast.professional(desk, **ROSA)
    with pytest.raises(Unmet, match="has not gone out yet"):
        refer(it, desk, rosa)
    answer.record_posting(
        it.pk, posted_on=MORNING.date(), actor=desk.handler, at=MORNING, seen=None
    )
    refer(it, desk, rosa)
    sign(it, desk, "upheld")
    letter = OutboxMessage.objects.get(kind="review_told")
    assert letter.medium == "letter"
    assert "reviewed it and found that it stands" in letter.unseal("body")


def test_only_a_refusal_that_a_professional_found_is_reviewed(desk: Desk) -> None:
    rosa = cast.professional(desk, **ROSA)
    it = cast.asked_under_hipaa(desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground="psychotherapy_notes")
    it = TRY["send_answer"](TRY["approve"](it, desk), desk)
    with pytest.raises(Unmet, match="Nothing was refused here that can be reviewed"):
        refer(it, desk, rosa)
    granted = TRY["send_answer"](reach(desk, "decided"), desk)
    with pytest.raises(Unmet, match="Nothing was refused here that can be reviewed"):
        refer(granted, desk, rosa)


def test_a_refusal_is_reviewed_when_it_has_gone_out(desk: Desk) -> None:
    it = sign(ask_professional(cast.asked_under_hipaa(desk), desk), desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    it = TRY["approve"](it, desk)
    with pytest.raises(Unmet, match="has not gone out yet"):
        refer(it, desk, cast.professional(desk, **ROSA))


def test_who_decided_does_not_review(desk: Desk) -> None:
    it = refused(desk)
    with pytest.raises(BadInput, match="She decided about this case"):
        refer(it, desk, it.opinions.get().professional)


@pytest.mark.parametrize(
    "same",
    [
        pytest.param({"licence": "PHYSICIAN, 10001234567, paris"}, id="by her licence"),
        pytest.param({"email": "Ines@example.org"}, id="by the mailbox of the link"),
        pytest.param({"code_email": "ines@example.org"}, id="by the mailbox of the code"),
    ],
)
def test_who_is_recorded_twice_is_one_person(desk: Desk, same: dict[str, str]) -> None:
    it = refused(desk)
    with pytest.raises(BadInput, match="She decided about this case"):
        refer(it, desk, cast.professional(desk, **(ROSA | same)))


def test_who_opened_the_question_before_does_not_review(desk: Desk) -> None:
    it = cast.asked_under_hipaa(desk)
    rosa = cast.professional(desk, **ROSA)
    opinion = ask(it, desk, rosa)
    Opinion.objects.filter(pk=opinion.pk).update(opened_at=MORNING)
    assert opinions.opened_by(it, rosa)
    TRY["withdraw_question"](it, desk)
    ask(it, desk, cast.professional(desk))
    it = sign(it, desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    it = TRY["send_answer"](TRY["approve"](it, desk), desk)
    with pytest.raises(BadInput, match="or opened its question, before"):
        refer(it, desk, rosa)


def test_who_was_only_asked_and_opened_nothing_may_review(desk: Desk) -> None:
    it, rosa = cast.asked_under_hipaa(desk), cast.professional(desk, **ROSA)
    ask(it, desk, rosa)
    TRY["withdraw_question"](it, desk)
    ask(it, desk, cast.professional(desk))
    it = sign(it, desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    it = TRY["send_answer"](TRY["approve"](it, desk), desk)
    assert not opinions.opened_by(it, rosa)
    assert refer(it, desk, rosa).kind == "review"


def account(desk: Desk, email: str = "rosa@example.org") -> Any:
    return cast.person(Role.HANDLER, email)


@pytest.mark.parametrize("by_address", [True, False])
def test_a_reviewer_who_opened_a_file_at_the_desk_is_refused(desk: Desk, by_address: bool) -> None:
    """Acceptance case 3 of the fulfilment rules: opened an item of the case before."""
    who = account(desk, "rosa@example.org" if by_address else "other.rosa@example.com")
    it = cast.asked_under_hipaa(desk)
    it = enclose(it.pk, files=[cast.COPY], actor=desk.handler, at=MORNING, seen=None)
    row = it.enclosures.get()
    enclosures.opened(it, row.file_id or 0, by=who, at=MORNING)
    it = remove_enclosure(it.pk, enclosure_id=row.pk, actor=desk.handler, at=MORNING, seen=None)
    it = sign(ask_professional(it, desk), desk)
    it = cast.propose(it, desk.handler, outcome="refused", ground=HARM)
    it = TRY["send_answer"](TRY["approve"](it, desk), desk)
    rosa = cast.professional(desk, **ROSA, account=None if by_address else who)
    assert opinions.opened_by(it, rosa)
    with pytest.raises(BadInput, match="opened a file of this case at the desk"):
        refer(it, desk, rosa)


def test_a_reviewer_who_downloaded_what_came_is_refused(desk: Desk) -> None:
    it, who = refused(desk), account(desk)
    write_line(it, "file_read", actor=who, at=MORNING, facts={"file": 1})
    rosa = cast.professional(desk, **ROSA)
    assert opinions.opened_by(it, rosa)
    with pytest.raises(BadInput, match="opened a file of this case at the desk"):
        refer(it, desk, rosa)


def test_a_reviewer_who_proposed_approved_or_worked_on_it_is_refused(desk: Desk) -> None:
    it = refused(desk)
    for number, who in enumerate((desk.handler, desk.second_officer)):
        rosa = cast.professional(
            desk, **(ROSA | {"licence": f"L{number}", "email": f"r{number}@example.org"}),
            account=who,
        )  # fmt: skip
        with pytest.raises(BadInput, match="worked on this request or decided it"):
            refer(it, desk, rosa, by=desk.officer)


def test_a_reviewer_who_was_given_the_request_or_wrote_a_note_is_refused(desk: Desk) -> None:
    it, who = refused(desk), account(desk)
    rosa = cast.professional(desk, **ROSA)
    # Her name stood in no line but one of a list: that is no part in it.
    write_line(it, "name_listed", actor=who, at=MORNING, facts={})
    assert opinions.involvement(it, rosa) == ""
    assignment.note(it.pk, text="Seen.", actor=who, at=MORNING)
    with pytest.raises(BadInput, match="worked on this request"):
        refer(it, desk, rosa)


def test_nobody_refers_a_refusal_to_herself(desk: Desk) -> None:
    it, who = refused(desk), account(desk)
    with pytest.raises(BadInput, match="cannot refer the refusal to yourself"):
        refer(it, desk, cast.professional(desk, **ROSA), by=who)


def test_who_takes_part_after_she_was_asked_signs_no_review(desk: Desk) -> None:
    it, who = refused(desk), account(desk)
    refer(it, desk, cast.professional(desk, **ROSA))
    assignment.note(it.pk, text="Let me look.", actor=who, at=MORNING)
    with pytest.raises(Unmet, match="worked on this request"):
        sign(it, desk, "upheld")


def test_a_review_that_ran_out_may_be_done_by_the_same_reviewer(desk: Desk) -> None:
    it, rosa = refused(desk), cast.professional(desk, **ROSA)
    first = refer(it, desk, rosa)
    Opinion.objects.filter(pk=first.pk).update(opened_at=MORNING)
    with pytest.raises(BadInput, match="A question waits already"):
        refer(it, desk, rosa)
    later = cast.later(15)
    refer(it, desk, rosa, at=later)
    sign(it, desk, "upheld", at=later)
    assert it.opinions.last().verdict == "upheld"


def test_a_review_is_void_once_the_request_is_taken_up_again(desk: Desk) -> None:
    it = refused(desk)
    review = refer(it, desk, cast.professional(desk, **ROSA))
    ending.reopen(it.pk, reason="She wrote.", actor=desk.officer, at=MORNING, seen=None)
    fresh = Opinion.objects.get(pk=review.pk)
    assert asking.state(fresh, MORNING) == LinkState.WITHDRAWN
    with pytest.raises(Unmet, match="no longer open"):
        sign(it, desk, "upheld")
