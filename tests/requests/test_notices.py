"""What is owed to the requester counts from the day on which it is out, and no more when it comes
back. Here no mail is sent by itself. Dates are literals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.requests.deeds import (
    answer,
    authority,
    conversation,
    correction,
    deadline,
    ending,
    evidence,
    post,
    receipt,
    release,
    review,
)
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.history import timeline
from dsr.requests.models import SubjectRequest
from dsr.requests.queries import letters_to_post, undelivered
from dsr.requests.services import letter_reminders, notices
from dsr.requests.services.selfcheck import selfcheck
from dsr.requests.submission.given import PersonGiven
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import MORNING, Desk
from tests.post_office import mail_goes_out
from tests.requests.trying import TRY

pytestmark = pytest.mark.mail_waits

BY_POST = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")
PROOF = CheckedUpload("receipt.pdf", b"%PDF-1.7", "application/pdf")


def again(asked: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=asked.pk)


def message(asked: SubjectRequest, kind: str) -> OutboxMessage:
    return OutboxMessage.objects.filter(reference=asked.reference, kind=kind).latest("pk")


def bounce(asked: SubjectRequest, kind: str, desk: Desk, at: Any = MORNING) -> SubjectRequest:
    mail = message(asked, kind)
    return post.mail_bounced(asked.pk, message_id=mail.pk, actor=desk.clerk, at=at, seen=None)


def posted(asked: SubjectRequest, kind: str, day: str, desk: Desk) -> SubjectRequest:
    letter = message(asked, kind)
    return post.letter_posted(
        asked.pk,
        message_id=letter.pk,
        posted_on=date.fromisoformat(day),
        actor=desk.clerk,
        at=cast.on(day, 12),
        seen=None,
    )


def status(asked: SubjectRequest, purpose: str, **which: str) -> str:
    return str(asked.deadlines.get(purpose=purpose, **which).status)


def codes(asked: SubjectRequest) -> list[str]:
    return [line.code for line in cast.history(asked)]


def consistent() -> None:
    """Rows and history tell the same."""
    assert [each for each in selfcheck(at=MORNING) if each.code.startswith("request:")] == []


# The confirmation of receipt, which California wants within ten business days.


def in_california(desk: Desk, **given: Any) -> SubjectRequest:
    Organisation.objects.filter(slug="imo").update(regimes=["ccpa"])
    return cast.ask(desk.right("imo", "delete"), country="US-CA", **given)


def test_a_receipt_is_met_when_its_mail_was_sent_and_not_when_it_is_owed(desk: Desk) -> None:
    asked = in_california(desk)
    assert status(asked, "acknowledge") == "running"
    mail_goes_out(cast.on("2026-05-04"))
    met = asked.deadlines.get(purpose="acknowledge")
    assert (met.status, met.ended_on) == ("met", date(2026, 5, 4))


def test_a_receipt_that_came_back_is_not_met_until_one_arrives(desk: Desk) -> None:
    asked = in_california(desk)
    mail_goes_out(MORNING)
    bounce(asked, "acknowledgement", desk)
    assert status(asked, "acknowledge") == "running"
    # By letter: the deed does not say that it has been given.
    receipt.acknowledge(
        asked.pk, on=date(2026, 5, 6), actor=desk.clerk, at=cast.on("2026-05-06"), seen=None
    )
    met = asked.deadlines.get(purpose="acknowledge")
    assert (met.status, met.ended_on) == ("met", date(2026, 5, 6))
    consistent()


def test_what_did_arrive_is_not_unmet_by_a_second_one_that_comes_back(desk: Desk) -> None:
    asked = in_california(desk)
    mail_goes_out(MORNING)
    bounce(asked, "acknowledgement", desk)
    receipt.acknowledge(
        asked.pk, on=date(2026, 5, 1), actor=desk.clerk, at=cast.on("2026-05-04"), seen=None
    )
    mail = message(asked, "acknowledgement")
    post.bounce_taken_back(
        asked.pk, message_id=mail.pk, actor=desk.clerk, at=cast.on("2026-05-04"), seen=None
    )
    bounce(asked, "acknowledgement", desk, cast.on("2026-05-05"))
    met = asked.deadlines.get(purpose="acknowledge")
    assert (met.status, met.ended_on) == ("met", date(2026, 5, 1))


def test_when_the_first_comes_back_the_second_counts_on_its_own_day(desk: Desk) -> None:
    asked = in_california(desk)
    mail_goes_out(MORNING)
    notices.given(
        asked, notices.What.RECEIPT, date(2026, 5, 7), actor=desk.clerk, at=cast.on("2026-05-07")
    )
    assert asked.deadlines.get(purpose="acknowledge").ended_on == date(2026, 5, 1)
    bounce(asked, "acknowledgement", desk, cast.on("2026-05-08"))
    met = asked.deadlines.get(purpose="acknowledge")
    assert (met.status, met.ended_on) == ("met", date(2026, 5, 7))


def test_a_mail_that_failed_or_was_never_sent_meets_nothing(desk: Desk) -> None:
    asked = in_california(desk)
    OutboxMessage.objects.filter(kind="acknowledgement").update(status="failed")
    notices.sweep(at=MORNING)
    assert status(asked, "acknowledge") == "running"
    assert SubjectRequest.objects.filter(undelivered()).get() == asked


def test_a_receipt_by_letter_has_what_was_asked_and_counts_from_its_posting(desk: Desk) -> None:
    asked = in_california(desk, who=BY_POST, particulars={"details": {"details": "All of 2019."}})
    letter = message(asked, "acknowledgement")
    text = str(letter.unseal("body"))
    assert "All of 2019." in text
    assert "private page" not in text
    assert "http" not in text
    assert status(asked, "acknowledge") == "running"
    posted(asked, "acknowledgement", "2026-05-04", desk)
    assert asked.deadlines.get(purpose="acknowledge").ended_on == date(2026, 5, 4)
    assert any("A letter was posted on" in line.text for line in timeline(again(asked)))


# More time.


def extended(desk: Desk, **given: Any) -> SubjectRequest:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT", **given)
    mail_goes_out(cast.on("2026-01-30"))
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    deadline.extend(
        asked.pk,
        ExtensionGiven(law.pk, 2, "complexity_and_number", "Twelve systems have to be searched."),
        actor=desk.handler,
        at=cast.on("2026-02-20"),
        seen=asked.version,
    )
    return again(asked)


def law_of(asked: SubjectRequest) -> tuple[date | None, str]:
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    return law.due_on, status(asked, "extension_notice", regime="gdpr")


def test_an_extension_moves_the_date_when_its_mail_is_sent(desk: Desk) -> None:
    asked = extended(desk)
    assert law_of(asked) == (date(2026, 3, 2), "running")
    assert "30 April 2026" in str(message(asked, "extended").unseal("body"))
    mail_goes_out(cast.on("2026-02-20"))
    assert law_of(asked) == (date(2026, 4, 30), "met")
    bounce(asked, "extended", desk, cast.on("2026-02-23"))
    assert law_of(asked) == (date(2026, 3, 2), "running")
    mail = message(asked, "extended")
    post.bounce_taken_back(
        asked.pk, message_id=mail.pk, actor=desk.clerk, at=cast.on("2026-02-24"), seen=None
    )
    assert law_of(asked) == (date(2026, 4, 30), "met")
    consistent()


def test_an_extension_by_letter_moves_nothing_before_it_is_posted(desk: Desk) -> None:
    asked = extended(desk, who=BY_POST)
    done = str(deadline.extend.done_for(asked))
    assert "Post it by 2 March 2026; after that day it has no effect." in done
    text = str(message(asked, "extended").unseal("body"))
    assert "Twelve systems have to be searched." in text
    assert "private page" not in text
    notices.sweep(at=cast.on("2026-02-21"))
    assert law_of(asked) == (date(2026, 3, 2), "running")
    posted(asked, "extended", "2026-02-25", desk)
    assert law_of(asked) == (date(2026, 4, 30), "met")


def test_posted_after_the_limit_it_does_not_count_and_staff_are_told(desk: Desk) -> None:
    asked = extended(desk, who=BY_POST)
    posted(asked, "extended", "2026-03-04", desk)
    assert law_of(asked)[0] == date(2026, 3, 2)
    assert "extension_too_late" in codes(asked)
    assert OutboxMessage.objects.filter(kind="extension_too_late").exists()
    assert "has no effect" in str(post.letter_posted.done_for(again(asked)))


def test_a_letter_that_lies_here_past_the_limit_is_told_of_by_the_sweep(desk: Desk) -> None:
    extended(desk, who=BY_POST)
    letter_reminders.sweep(at=cast.on("2026-03-02"))
    assert not OutboxMessage.objects.filter(kind="extension_too_late").exists()
    letter_reminders.sweep(at=cast.on("2026-03-03"))
    assert OutboxMessage.objects.filter(kind="extension_too_late").exists()


# A question that stops a clock.


def test_a_question_by_letter_stops_the_clock_on_the_day_of_its_posting(desk: Desk) -> None:
    Organisation.objects.filter(slug="img").update(regimes=["uk-gdpr"])
    asked = cast.ask(desk.right("img", "access"), who=BY_POST, country="GB")
    begun = cast.begin(asked, desk.handler)
    conversation.ask_requester(
        begun.pk,
        question="Which clinic was it?",
        actor=desk.handler,
        at=MORNING,
        seen=begun.version,
    )
    assert "Which clinic was it?" in str(message(asked, "question").unseal("body"))
    pause = asked.pauses.get()
    assert pause.told_on is None
    assert not asked.deadlines.filter(status="paused").exists()
    posted(asked, "question", "2026-05-05", desk)
    pause.refresh_from_db()
    assert pause.told_on == date(2026, 5, 5)


# The answer.


def answered(desk: Desk, **given: Any) -> SubjectRequest:
    asked = cast.ask(desk.right("indigomed", "accounting"), **given)
    mail_goes_out(MORNING)
    proposed = cast.propose(cast.begin(asked, desk.handler), desk.handler)
    approved = TRY["approve"](proposed, desk)
    return answer.send_answer(approved.pk, actor=desk.handler, at=MORNING, seen=approved.version)


def test_an_answer_counts_when_its_mail_is_sent(desk: Desk) -> None:
    sent = answered(desk)
    assert (sent.answered_on, status(sent, "respond", code="policy")) == (None, "running")
    with pytest.raises(Unmet, match="has not gone out yet"):
        answer.close(sent.pk, actor=desk.handler, at=MORNING, seen=sent.version)
    mail_goes_out(cast.on("2026-05-04"))
    assert again(sent).answered_on == date(2026, 5, 4)
    assert status(sent, "respond", code="policy") == "met"


def test_an_answer_that_came_back_does_not_count_and_blocks_closing(desk: Desk) -> None:
    sent = answered(desk)
    mail_goes_out(MORNING)
    back = bounce(sent, "answer_ready", desk)
    assert (back.answered_on, status(sent, "respond", code="policy")) == (None, "running")
    assert SubjectRequest.objects.filter(undelivered()).get() == sent
    assert OutboxMessage.objects.filter(kind="not_delivered").exists()
    with pytest.raises(Unmet, match="The answer did not arrive"):
        answer.close(sent.pk, actor=desk.handler, at=MORNING, seen=back.version)
    consistent()


def test_a_bounce_recorded_by_mistake_is_taken_back(desk: Desk) -> None:
    sent = answered(desk)
    mail_goes_out(MORNING)
    bounce(sent, "answer_ready", desk, cast.on("2026-05-12"))
    mail = message(sent, "answer_ready")
    kept = post.bounce_taken_back(
        sent.pk, message_id=mail.pk, actor=desk.clerk, at=cast.on("2026-05-13"), seen=None
    )
    assert kept.answered_on == date(2026, 5, 1)
    assert asked_policy(sent) == ("met", date(2026, 5, 1))
    assert not SubjectRequest.objects.filter(undelivered()).exists()
    assert any("It had not come back after all" in line.text for line in timeline(kept)[:6])
    with pytest.raises(Unmet):
        post.bounce_taken_back(
            sent.pk, message_id=mail.pk, actor=desk.clerk, at=cast.on("2026-05-13"), seen=None
        )


def asked_policy(sent: SubjectRequest) -> tuple[str, date | None]:
    policy = sent.deadlines.get(code="policy")
    return str(policy.status), policy.ended_on


def test_a_closed_request_whose_answer_comes_back_is_shown_and_sent_again(desk: Desk) -> None:
    sent = answered(desk)
    mail_goes_out(MORNING)
    answer.close(sent.pk, actor=desk.handler, at=MORNING, seen=sent.version)
    back = bounce(sent, "answer_ready", desk, cast.on("2026-05-06"))
    assert back.status == "closed"
    assert SubjectRequest.objects.filter(undelivered()).get() == sent
    post.send_again(back.pk, actor=desk.handler, at=cast.on("2026-05-07"), seen=back.version)
    assert again(sent).answered_on is None
    mail_goes_out(cast.on("2026-05-07"))
    assert again(sent).answered_on == date(2026, 5, 7)
    assert asked_policy(sent) == ("met", date(2026, 5, 7))
    assert not SubjectRequest.objects.filter(undelivered()).exists()
    consistent()


def test_an_answer_that_came_back_is_given_by_hand_with_its_proof(desk: Desk) -> None:
    sent = answered(desk)
    mail_goes_out(MORNING)
    back = bounce(sent, "answer_ready", desk)
    with pytest.raises(BadInput):
        post.send_again(
            back.pk,
            given_on=date(2026, 5, 8),
            actor=desk.handler,
            at=cast.on("2026-05-08"),
            seen=back.version,
        )
    post.send_again(
        back.pk,
        given_on=date(2026, 5, 8),
        proof=PROOF,
        actor=desk.handler,
        at=cast.on("2026-05-08"),
        seen=back.version,
    )
    assert again(sent).answered_on == date(2026, 5, 8)


def test_who_proves_a_new_contact_does_not_send_the_answer_there_alone(desk: Desk) -> None:
    sent = answered(desk)
    mail_goes_out(MORNING)
    back = bounce(sent, "answer_ready", desk)
    edited = correction.edit_contact(
        back.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.clerk,
        at=MORNING,
        seen=back.version,
    )
    proved = release.prove_contact(
        edited.pk,
        kind="on_record",
        source="patient file of 2023",
        actor=desk.handler,
        at=cast.later(1),
        seen=edited.version,
    )
    with pytest.raises(Unmet, match="Another person has to send it again"):
        post.send_again(proved.pk, actor=desk.handler, at=cast.later(1), seen=proved.version)
    post.send_again(proved.pk, actor=desk.officer, at=cast.later(1), seen=proved.version)


def test_a_request_is_not_closed_while_a_letter_lies_here(desk: Desk) -> None:
    sent = answered(desk, who=BY_POST)
    assert SubjectRequest.objects.filter(letters_to_post()).get() == sent
    done = answer.record_posting(
        sent.pk, posted_on=date(2026, 5, 1), actor=desk.handler, at=MORNING, seen=sent.version
    )
    assert done.answered_on == date(2026, 5, 1)
    with pytest.raises(Unmet, match="“Confirmation of receipt”"):
        answer.close(done.pk, actor=desk.handler, at=MORNING, seen=done.version)
    posted(done, "acknowledgement", "2026-05-01", desk)
    closed = answer.close(done.pk, actor=desk.handler, at=MORNING, seen=done.version)
    assert closed.status == "closed"


def test_a_paper_answer_is_compared_with_its_basis_once_more_when_it_is_posted(desk: Desk) -> None:
    sent = answered(desk, who=BY_POST)
    struck = evidence.strike_evidence(
        sent.pk,
        evidence_id=sent.evidence.get().pk,
        actor=desk.handler,
        at=MORNING,
        seen=sent.version,
    )
    with pytest.raises(Unmet):
        answer.record_posting(
            struck.pk, posted_on=date(2026, 5, 1), actor=desk.handler, at=MORNING, seen=None
        )
    # The way out: back to work, and the letter is taken off the pile.
    review.return_to_work(
        struck.pk, reason="Its proof was struck.", actor=desk.handler, at=MORNING, seen=None
    )
    assert message(sent, "answer_letter").status == "cancelled"


def test_an_authority_that_ended_before_the_posting_is_seen(desk: Desk) -> None:
    asked = cast.ask(
        desk.right("indigomed", "copy"),
        role="guardian",
        requester=PersonGiven("Gus Guardian", postal_address="9 rue Neuve\n69000 Lyon"),
    )
    begun = cast.begin(asked, desk.handler)
    shown = authority.add_authority(
        begun.pk,
        authority.AuthorityGiven(
            kind="court_order",
            scope="health",
            confirmed=True,
            note="shown",
            expires_on=date(2026, 5, 5),
        ),
        actor=desk.handler,
        at=MORNING,
        seen=begun.version,
    )
    approved = TRY["approve"](cast.propose(shown, desk.handler), desk)
    sent = answer.send_answer(approved.pk, actor=desk.handler, at=MORNING, seen=approved.version)
    late = {"actor": desk.handler, "at": cast.on("2026-05-08"), "seen": sent.version}
    with pytest.raises(Unmet, match="authority"):
        answer.record_posting(sent.pk, posted_on=date(2026, 5, 7), **late)
    # Posted while it was valid, and recorded later: that is the day that counts.
    done = answer.record_posting(sent.pk, posted_on=date(2026, 5, 4), **late)
    assert done.answered_on == date(2026, 5, 4)


# Endings, and letters that lie here.


def test_an_ending_by_letter_ends_the_clocks_when_it_is_posted(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), who=BY_POST)
    ended = TRY["approve"](TRY["propose_ending"](asked, desk), desk)
    assert ended.status == "out_of_scope"
    assert ended.deadlines.live().exists()
    posted(ended, "ending_letter", "2026-05-05", desk)
    assert not ended.deadlines.live().exists()
    assert ended.deadlines.filter(status="cancelled").first().ended_on == date(2026, 5, 5)


def test_letters_are_chased_after_working_days_until_they_are_posted(desk: Desk) -> None:
    # Written on Friday 1 May 2026: two working days later is Tuesday the 5th.
    asked = cast.ask(desk.right("img", "access"), who=BY_POST)

    def reminders(day: str) -> int:
        letter_reminders.sweep(at=cast.on(day))
        letter_reminders.sweep(at=cast.on(day))
        return len(
            {each.key.split(":")[2] for each in OutboxMessage.objects.filter(kind="letter_waits")}
        )

    assert reminders("2026-05-04") == 0
    assert reminders("2026-05-05") == 1
    assert reminders("2026-05-11") == 1
    assert reminders("2026-05-13") == 2
    posted(asked, "acknowledgement", "2026-05-13", desk)
    waits = OutboxMessage.objects.filter(kind="letter_waits").first()
    assert waits is not None
    assert letter_reminders.still_waits(waits.recheck_args, MORNING) is False
    assert reminders("2026-05-22") == 2


def test_nothing_is_posted_for_a_frozen_request_and_the_letter_waits(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), who=BY_POST)
    ending.freeze(
        asked.pk, reason="Not me, says the contact.", actor=desk.officer, at=MORNING, seen=1
    )
    letter = message(asked, "acknowledgement")
    assert letter.status == "owed"
    with pytest.raises(Exception, match="Frozen"):
        posted(asked, "acknowledgement", "2026-05-01", desk)


def test_a_crash_between_sending_and_recording_loses_nothing(desk: Desk) -> None:
    sent = answered(desk)
    OutboxMessage.objects.mails().update(status="sent", sent_at=MORNING)
    assert again(sent).answered_on is None
    later = MORNING + timedelta(hours=30)
    assert notices.sweep(at=later) > 0
    # The day of the sending, and not of the sweep.
    assert again(sent).answered_on == date(2026, 5, 1)
    assert notices.sweep(at=later) == 0
