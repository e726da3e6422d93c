"""The contact on record hears of a request, and can say: this was not me."""

from __future__ import annotations

import re
from datetime import date

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import answer, ending, evidence, held_contact, release, review
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.deeds.held_contact import Held
from dsr.requests.errors import BadInput, NotNow, RequestError, Unmet
from dsr.requests.models import ContactChange, DisputeDeadline, NotMeLink, SubjectRequest
from dsr.requests.services import held_contacts, links, lost_links, reading
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach
from tests.requests.trying import TRY

HELD = Held(email="zoe.before@example.org", source="patient file of 2023")


def enter(it: SubjectRequest, desk: Desk, given: Held = HELD) -> SubjectRequest:
    return held_contact.record_held_contact(it.pk, given, actor=desk.handler, at=MORNING)


def objecting(it: SubjectRequest, desk: Desk) -> int:
    """The link that went to the contact on record."""
    SubjectRequest.objects.filter(pk=it.pk).update(may_use_contact_held=True)
    enter(it, desk)
    return NotMeLink.objects.latest("pk").pk


def not_me(it: SubjectRequest, link: int) -> SubjectRequest:
    return held_contact.not_me(it.pk, link_id=link, actor=None, at=MORNING)


def mails(kind: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind=kind))


@pytest.mark.parametrize(
    ("right", "said_yes", "told"),
    [
        (("img", "access"), True, 1),
        (("img", "erase"), True, 1),
        (("img", "access"), False, 0),
        # Whoever asks for one has somebody to hide it from.
        (("indigomed", "confidential-communications"), True, 0),
    ],
)
def test_it_is_told_of_access_and_erasure_where_the_form_was_answered_yes(
    desk: Desk, right: tuple[str, str], said_yes: bool, told: int
) -> None:
    it = cast.ask(desk.right(*right), may_use_contact_held=said_yes)
    enter(it, desk)
    held = it.held_contacts.get()
    assert held.unseal("address") == "zoe.before@example.org"
    assert (held.told_at is not None) is bool(told)
    assert len(mails("contact_held")) == told


def test_the_mail_holds_a_link_of_256_bits_of_which_only_the_hash_is_kept(desk: Desk) -> None:
    objecting(reach(desk, "received"), desk)
    [mail] = mails("contact_held")
    assert mail.unseal("to_address") == "zoe.before@example.org"
    found = re.search(r"/s/not-me/([\w-]{43})/", str(mail.unseal("body")))
    assert found
    assert held_contacts.find(found[1], at=MORNING) == NotMeLink.objects.get()
    assert found[1] not in str(NotMeLink.objects.values())
    # One purpose: it opens no private page, and ends by itself.
    assert links.find(found[1], at=MORNING) is None
    assert held_contacts.find(found[1], at=cast.later(180)) is None


def test_an_objection_freezes_at_once_and_ends_links_sessions_and_codes(desk: Desk) -> None:
    it = reach(desk, "decided")
    link = objecting(it, desk)
    token = links.issue(it, at=MORNING)
    due = it.deadlines.get(governing=True).due_on
    frozen = not_me(it, link)
    assert (frozen.status, frozen.frozen_from) == ("frozen", "decided")
    assert links.find(token, at=MORNING) is None
    with pytest.raises(NotNow):
        answer.send_answer(it.pk, actor=desk.handler, at=MORNING)
    clock = it.deadlines.get(governing=True)
    assert (clock.status, clock.due_on) == ("running", due)
    assert not it.pauses.exists()
    # Afterwards it has to be decided anew.
    back = TRY["unfreeze"](frozen, desk)
    assert back.status == "decided"
    with pytest.raises(Unmet, match="no longer holds"):
        answer.send_answer(it.pk, actor=desk.handler, at=MORNING)


def test_staff_have_two_working_days_and_are_reminded(desk: Desk) -> None:
    # Friday 1 May 2026 is a holiday in France: Monday and Tuesday follow.
    it = reach(desk, "in_progress")
    frozen = not_me(it, objecting(it, desk))
    assert DisputeDeadline.objects.get().due_on == date(2026, 5, 5)
    told = {row.recipient_user_id for row in mails("not_me")}
    assert told >= {desk.handler.pk, desk.officer.pk, desk.second_officer.pk}
    reminders.sweep(at=cast.on("2026-05-05", 9))
    assert mails("not_me_reminder")
    TRY["unfreeze"](frozen, desk)
    deadline = DisputeDeadline.objects.get()
    assert (deadline.status, deadline.dispute.settled_by) == ("met", desk.officer)
    deliver(cast.on("2026-05-05", 10))
    # Of what is settled nobody is reminded; steps of days that nobody swept were missed before.
    assert {row.status for row in mails("not_me_reminder")} == {"cancelled", "missed"}


def test_what_was_released_is_read_no_more_until_it_is_settled(desk: Desk) -> None:
    it = reach(desk, "decided")
    link = objecting(it, desk)
    it = SubjectRequest.objects.get(pk=it.pk)
    closed = TRY["close"](TRY["send_answer"](it, desk), desk)
    session = links.open_for_sender(closed, at=MORNING)
    made = reading.ask_code(session, at=MORNING)
    stopped = not_me(closed, link)
    assert stopped.status == "closed"
    made.refresh_from_db()
    assert made.expires_at <= MORNING
    fresh = links.open_for_sender(stopped, at=MORNING)
    with pytest.raises(RequestError, match="stopped for a check"):
        reading.ask_code(fresh, at=MORNING)
    for deed in ("give_code", "renew_release"):
        with pytest.raises(Unmet, match="said that this was not them"):
            TRY[deed](stopped, desk)
    lost_links.ask(email="zoe.canary@example.org", reference=it.reference, at=MORNING)
    assert lost_links.sweep(at=MORNING) == 0
    TRY["settle_objection"](stopped, desk)
    assert reading.ask_code(fresh, at=MORNING)


def test_a_letter_that_waits_to_be_posted_is_taken_back(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), wants_paper=True)
    proposed = cast.propose(cast.begin(asked, desk.handler), desk.handler)
    it = TRY["send_answer"](TRY["approve"](proposed, desk), desk)
    TRY["not_me"](it, desk)
    assert OutboxMessage.objects.get(kind="answer_letter").status == "cancelled"


def test_it_counts_once_and_staff_may_record_it_with_a_reason(desk: Desk) -> None:
    it = reach(desk, "received")
    link = objecting(it, desk)
    with pytest.raises(BadInput, match="Say how you heard"):
        held_contact.not_me(it.pk, actor=desk.clerk, at=MORNING)
    TRY["not_me"](SubjectRequest.objects.get(pk=it.pk), desk)
    with pytest.raises(Unmet, match="open already"):
        not_me(it, link)
    assert it.disputes.count() == 1


def test_a_contact_of_a_rectification_proves_nothing_for_thirty_days(desk: Desk) -> None:
    changed = cast.begin(cast.ask(desk.right("imo", "update")), desk.handler)
    held_contact.record_contact_change(
        changed.pk,
        # As Zoé gives it later, however it is written.
        email="Zoe.Canary@example.org",
        old_email="zoe.before@example.org",
        source="customer file",
        actor=desk.handler,
        at=MORNING,
    )
    [mail] = mails("contact_changed")
    assert mail.unseal("to_address") == "zoe.before@example.org"
    assert "/s/not-me/" in str(mail.unseal("body"))
    assert ContactChange.objects.get().changed_on == date(2026, 5, 1)
    it = cast.ask(desk.right("imo", "eu-access"))
    proof = release.Proof(kind="on_record", source="customer file")
    for row in ("contact_on_record", "code_to_contact"):
        shown = EvidenceGiven(kind=row, confirmed=True, compared_with="patient_file")
        with pytest.raises(Unmet, match="May 31, 2026 it proves nobody"):
            evidence.add_evidence(it.pk, shown, actor=desk.handler, at=cast.later(29))
    with pytest.raises(Unmet, match="May 31, 2026 it proves nobody"):
        release.prove_contact(it.pk, proof, actor=desk.handler, at=cast.later(29))
    with pytest.raises(Unmet, match="by a rectification on May 1, 2026"):
        enter(it, desk, Held(email="zoe.canary@example.org", source="customer file"))
    # Evidence of another kind is another matter, and so is another organisation.
    in_person = release.Proof(kind="in_person", source="passport seen")
    release.prove_contact(it.pk, in_person, actor=desk.handler, at=MORNING)
    elsewhere = cast.ask(desk.right("img", "access"))
    release.prove_contact(elsewhere.pk, proof, actor=desk.handler, at=MORNING)
    later = cast.ask(desk.right("imo", "eu-access"))
    release.prove_contact(later.pk, proof, actor=desk.handler, at=cast.later(30))


def test_only_a_rectification_changes_a_contact_in_the_records(desk: Desk) -> None:
    it = cast.begin(cast.ask(desk.right("indigomed", "confidential-communications")), desk.handler)
    with pytest.raises(Unmet, match="changes no contact"):
        TRY["record_contact_change"](it, desk)
    assert not mails("contact_changed")


def test_one_address_is_entered_and_no_half_of_two(desk: Desk) -> None:
    it = reach(desk, "received")
    for given in (Held(source="file"), Held(email="a@b.example", postal_address="x", source="y")):
        with pytest.raises(BadInput, match="Enter one of the two"):
            enter(it, desk, given)
    with pytest.raises(BadInput, match="Say where"):
        enter(it, desk, Held(email="a@b.example", source=" "))


def test_freezing_by_hand_and_an_objection_are_settled_together(desk: Desk) -> None:
    it = reach(desk, "received")
    link = objecting(it, desk)
    frozen = ending.freeze(it.pk, reason="Odd.", actor=desk.officer, at=MORNING)
    assert not_me(frozen, link).status == "frozen"
    assert TRY["unfreeze"](SubjectRequest.objects.get(pk=it.pk), desk).status == "received"
    assert not it.disputes.filter(settled_at=None).exists()


@pytest.mark.parametrize("proved", [True, False])
def test_a_proved_contact_that_is_corrected_hears_of_it(desk: Desk, proved: bool) -> None:
    it = reach(desk, "received")
    if proved:
        it = cast.prove_contact(it, desk.handler)
    TRY["edit_contact"](it, desk)
    told = [mail.unseal("to_address") for mail in mails("contact_changed")]
    assert told == (["zoe.canary@example.org"] if proved else [])


def test_who_leaves_an_address_for_confidence_is_not_betrayed_there(desk: Desk) -> None:
    it = cast.ask(desk.right("indigomed", "confidential-communications"), may_write="email")
    proof = release.Proof(kind="in_person", source="seen at the desk")
    it = release.prove_contact(it.pk, proof, actor=desk.handler, at=MORNING)
    TRY["edit_contact"](it, desk)
    assert not mails("contact_changed")


def test_who_entered_the_contact_on_record_does_not_approve(desk: Desk) -> None:
    it = reach(desk, "in_review")
    held_contact.record_held_contact(it.pk, HELD, actor=desk.officer, at=MORNING)
    with pytest.raises(Unmet, match="You entered the contact on record"):
        review.approve(it.pk, actor=desk.officer, at=MORNING)
