"""Each deed once, with good input, by somebody who may do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines import law_facts
from dsr.requests.deeds import (
    answer,
    assignment,
    conversation,
    correction,
    decision,
    enclosures,
    ending,
    facts,
    fee,
    findings,
    held_contact,
    holding,
    identity,
    kept_ready,
    opinions,
    opinions_signed,
    receipt,
    release,
    review,
    stopping,
    writing,
)
from dsr.requests.deeds import elements as elements_deed
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.declaration import Deed
from dsr.requests.models import SubjectRequest
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import MORNING, Desk

Try = Callable[[SubjectRequest, Desk], SubjectRequest]

GRANT = Proposal(outcome="granted", answer="Here is what you asked for.", given_as="text")


def propose_ending(
    r: SubjectRequest, d: Desk, how: str = "", ground: str = "", text: str = "It ends here."
) -> SubjectRequest:
    """By the handler; as lapsed where something was asked, else as out of scope."""
    how = how or ("lapsed" if r.status in ("waiting", "proving_identity") else "out_of_scope")
    ground = ground or ("no_reply" if how == "lapsed" else "another_organisation")
    return ending.propose_ending(
        r.pk, ending=how, ground=ground, text=text, actor=d.handler, at=MORNING, seen=r.version
    )


def end_alone(deed: Deed[Any], r: SubjectRequest, d: Desk, **given: str) -> SubjectRequest:
    """By one officer on the last day, when nobody else is there."""
    last = cast.on(r.due_on.isoformat()) if r.due_on else MORNING
    given["sole_reason"] = "Everybody else is ill."
    return deed(r.pk, actor=d.officer, at=last, seen=r.version, **given)


def recorded(r: SubjectRequest, d: Desk, **instead: Any) -> int:
    """A health professional of the organisation, by the number of her row."""
    slug = r.organisation.slug
    there = r.organisation.health_professionals.filter(**instead).first()
    return (there or cast.professional(d, slug, **instead)).pk


def ask_professional(r: SubjectRequest, d: Desk) -> SubjectRequest:
    return opinions.ask_professional(
        r.pk,
        professional=recorded(r, d),
        question="Could reading this endanger her life?",
        text="3 March: she spoke of ending it.",
        grounds=["endangers_life"],
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    )


def sign(
    r: SubjectRequest, d: Desk, choice: str = "endangers_life", at: datetime = MORNING
) -> SubjectRequest:
    """What was asked last is signed; nothing where nothing was asked."""
    asked = r.opinions.last()
    return opinions_signed.give_opinion(
        r.pk,
        opinion_id=asked.pk if asked else 0,
        choice=choice,
        reason="I know her.",
        name=asked.professional.name if asked else "",
        licensed=True,
        actor=None,
        at=at,
    )


TRY: dict[str, Try] = {
    "start": lambda r, d: assignment.start(r.pk, actor=d.handler, at=MORNING, seen=r.version),
    "ask_identity": lambda r, d: identity.ask_identity(
        r.pk, question="Who are you?", actor=d.handler, at=MORNING, seen=r.version
    ),
    "add_evidence": lambda r, d: cast.prove(r, d.handler),
    "accept_identity": lambda r, d: identity.accept_identity(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "ask_requester": lambda r, d: conversation.ask_requester(
        r.pk,
        question="Which record?",
        facts=[code for code, _label in law_facts.offered(r, "clarification")],
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "reply": lambda r, d: conversation.reply(
        r.pk, text="The one of May.", actor=REQUESTER, at=MORNING, seen=None
    ),
    "enclose": lambda r, d: enclosures.enclose(
        r.pk, files=[cast.COPY], actor=d.handler, at=MORNING, seen=r.version
    ),
    "write_elements": lambda r, d: elements_deed.write_elements(
        r.pk,
        texts={"gdpr:purposes": "Treatment and billing."},
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "propose": lambda r, d: decision.propose(
        r.pk, GRANT, actor=d.handler, at=MORNING, seen=r.version
    ),
    "decide_alone": lambda r, d: decision.decide_alone(
        r.pk, cast.alone(GRANT), actor=d.handler, at=MORNING, seen=r.version
    ),
    "approve": lambda r, d: review.approve(
        r.pk, actor=d.second_officer, at=MORNING, seen=r.version
    ),
    "return_to_work": lambda r, d: review.return_to_work(
        r.pk, reason="One file is missing.", actor=d.second_officer, at=MORNING, seen=r.version
    ),
    "send_answer": lambda r, d: answer.send_answer(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "hold_part": lambda r, d: holding.hold_part(
        r.pk,
        ground="gdpr:third_person",
        part="The letter of a neighbour.",
        stated_on=date(2026, 5, 1),
        until_on=date(2026, 5, 8),
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "end_hold": lambda r, d: holding.end_hold(
        r.pk,
        hold=next((each.pk for each in r.holds.all()), 0),
        on=date(2026, 5, 1),
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "take_up_held": lambda r, d: holding.take_up_held(
        r.pk, actor=d.handler, at=cast.on("2026-05-09"), seen=r.version
    ),
    "record_stop": lambda r, d: stopping.record_stop(
        r.pk,
        system="Newsletter",
        on=date(2026, 5, 1),
        last=True,
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "record_finding": lambda r, d: findings.record_finding(
        r.pk,
        code="gdpr:misdirected",
        what="The letter went next door.",
        on=date(2026, 5, 1),
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "follow_up_finding": lambda r, d: findings.follow_up_finding(
        r.pk,
        finding=getattr(r.findings.first(), "pk", 0),
        ended="done",
        why="The authority was told.",
        on=date(2026, 5, 1),
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "close": lambda r, d: answer.close(r.pk, actor=d.handler, at=MORNING, seen=r.version),
    "withdraw": lambda r, d: ending.withdraw(r.pk, actor=REQUESTER, at=MORNING, seen=None),
    "propose_ending": propose_ending,
    "lapse": lambda r, d: end_alone(
        ending.lapse, r, d, ground="no_reply", text="We heard nothing."
    ),
    "freeze": lambda r, d: ending.freeze(
        r.pk, reason="Not me, says the contact.", actor=d.officer, at=MORNING, seen=r.version
    ),
    "unfreeze": lambda r, d: ending.unfreeze(
        r.pk, reason="It was them.", actor=d.officer, at=MORNING, seen=r.version
    ),
    "declare_out_of_scope": lambda r, d: end_alone(
        ending.declare_out_of_scope, r, d, ground="not_covered", text="Not ours."
    ),
    "forward": lambda r, d: end_alone(
        ending.forward, r, d, ground="another_office", text="To the billing department."
    ),
    "reopen": lambda r, d: ending.reopen(
        r.pk, reason="New facts.", actor=d.officer, at=MORNING, seen=r.version
    ),
    "assign": lambda r, d: assignment.assign(
        r.pk, to=d.handler, actor=d.handler, at=MORNING, seen=r.version
    ),
    "clear_check": lambda r, d: assignment.clear_check(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "mark_read": lambda r, d: assignment.mark_read(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "note": lambda r, d: assignment.note(r.pk, text="Seen.", actor=d.handler, at=MORNING),
    "edit_contact": lambda r, d: correction.edit_contact(
        r.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=d.clerk,
        at=MORNING,
        seen=r.version,
    ),
    "change_writing": lambda r, d: writing.change_writing(
        r.pk, way="none", reason="She called.", actor=d.clerk, at=MORNING, seen=r.version
    ),
    "complete": lambda r, d: correction.complete(
        r.pk,
        particulars={"details": {"details": "More."}},
        actor=d.clerk,
        at=MORNING,
        seen=r.version,
    ),
    "record_receipt": lambda r, d: receipt.record_receipt(
        r.pk,
        received_on=MORNING.date(),
        channel="post",
        actor=d.clerk,
        at=MORNING,
        seen=r.version,
    ),
    "correct_receipt": lambda r, d: receipt.correct_receipt(
        r.pk,
        received_on=MORNING.date(),
        reason="Date stamp.",
        actor=d.officer,
        at=MORNING,
        seen=r.version,
    ),
    "ask_fee": lambda r, d: fee.ask_fee(
        r.pk,
        ground="excessive",
        lines=[fee.FeeLine("preparing", Decimal("10.00"))],
        text="You asked every week.",
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "answer_fee": lambda r, d: fee.answer_fee(
        r.pk, answer="yes", actor=REQUESTER, at=MORNING, seen=None
    ),
    "settle_fee": lambda r, d: fee.settle_fee(
        r.pk, on=r.received_on, how="paid", actor=d.clerk, at=MORNING, seen=r.version
    ),
    "state_facts": lambda r, d: facts.state_facts(
        r.pk, country="FR", record_age="older", actor=d.handler, at=MORNING, seen=r.version
    ),
    "prove_contact": lambda r, d: release.prove_contact(
        r.pk,
        kind="on_record",
        source="patient file of 2023",
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "record_held_contact": lambda r, d: held_contact.record_held_contact(
        r.pk,
        email="zoe.before@example.org",
        source="patient file of 2023",
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "record_contact_change": lambda r, d: held_contact.record_contact_change(
        r.pk,
        email="zoe.after@example.org",
        old_email="zoe.before@example.org",
        source="patient file of 2023",
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "not_me": lambda r, d: held_contact.not_me(
        r.pk, reason="She called.", actor=d.clerk, at=MORNING, seen=r.version
    ),
    "settle_objection": lambda r, d: held_contact.settle_objection(
        r.pk, reason="It was her.", actor=d.officer, at=MORNING, seen=r.version
    ),
    "declare_stolen": lambda r, d: release.declare_stolen(
        r.pk, reason="She called.", actor=d.clerk, at=MORNING, seen=r.version
    ),
    "close_links": lambda r, d: release.close_links(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "give_code": lambda r, d: release.give_code(
        r.pk, way="counter", actor=d.handler, at=MORNING, seen=r.version
    ),
    "keep_ready": lambda r, d: kept_ready.keep_ready(
        r.pk,
        attempts="1 May 2026: by mail, came back.",
        other_ways="The patient file has no other address.",
        why="Nobody knows where the person lives.",
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "agree_keep_ready": lambda r, d: kept_ready.agree_keep_ready(
        r.pk, actor=d.second_officer, at=MORNING, seen=r.version
    ),
    "deliver_after_all": lambda r, d: kept_ready.deliver_after_all(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "record_collected": lambda r, d: kept_ready.record_collected(
        r.pk,
        collected_on=MORNING.date(),
        proof=CheckedUpload("receipt.pdf", b"%PDF-1.7", "application/pdf"),
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "renew_release": lambda r, d: release.renew_release(
        r.pk, actor=d.handler, at=MORNING, seen=r.version
    ),
    "ask_professional": ask_professional,
    "ask_review": lambda r, d: opinions.ask_review(
        r.pk,
        professional=recorded(r, d, **cast.ROSA),
        question="Does the refusal stand?",
        text="3 March: she spoke of ending it.",
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "withdraw_question": lambda r, d: opinions.withdraw_question(
        r.pk,
        opinion_id=asked.pk if (asked := r.opinions.last()) else 0,
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "give_opinion": sign,
}
