"""Every deed, with a request to which it can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.requests.deeds import (
    answer,
    authority,
    deadline,
    enclosures,
    evidence,
    opinions,
    order,
    post,
    receipt,
    release,
)
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.deeds.order import OrderGiven
from dsr.requests.models import SubjectRequest
from dsr.requests.services import notices
from dsr.requests.submission.given import PersonGiven
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach
from tests.requests.trying import TRY, Try

# Where each deed is tried: a state that lets it in. Any other deed is done to a fresh request.
STATE_OF = {
    "ask_requester": "in_progress",
    "reply": "waiting",
    "propose": "in_progress",
    "approve": "in_review",
    "return_to_work": "in_review",
    "send_answer": "decided",
    "withdraw": "in_progress",
    "propose_ending": "waiting",
    "lapse": "waiting",
    "freeze": "in_progress",
    "unfreeze": "frozen",
    "declare_out_of_scope": "in_progress",
    "forward": "in_progress",
    "reopen": "closed",
}


# What has to happen before some deeds.
PREPARED: dict[str, Callable[[Desk], SubjectRequest]] = {
    "start": lambda desk: cast.prove(reach(desk, "received"), desk.handler),
    "accept_identity": lambda desk: cast.prove(reach(desk, "proving_identity"), desk.handler),
    "decide_alone": lambda desk: cast.begin(
        cast.ask(desk.right("img", "withdraw-consent")), desk.handler
    ),
    "close": lambda desk: TRY["send_answer"](reach(desk, "decided"), desk),
    "give_code": lambda desk: TRY["send_answer"](reach(desk, "decided"), desk),
    "renew_release": lambda desk: TRY["send_answer"](reach(desk, "decided"), desk),
    "remove_enclosure": lambda desk: TRY["enclose"](reach(desk, "in_progress"), desk),
    "strike_evidence": lambda desk: cast.prove(reach(desk, "received"), desk.handler),
    "mark_read": lambda desk: TRY["reply"](reach(desk, "waiting"), desk),
    "add_authority": cast.ask_as_guardian,
    "contest_authority": cast.ask_as_guardian,
    "settle_contest": lambda desk: cast.contest(cast.ask_as_guardian(desk), desk.handler),
    "second_evidence": lambda desk: cast.prove(
        reach(desk, "received"), desk.handler, kind="no_reasonable_doubt"
    ),
    "strike_contact_proof": lambda desk: cast.prove_contact(reach(desk, "received"), desk.handler),
    "clear_check": lambda desk: cast.ask(desk.right("img", "access"), to_check=True),
    "record_contact_change": lambda desk: cast.begin(
        cast.ask(desk.right("imo", "update")), desk.handler
    ),
    "settle_objection": lambda desk: TRY["not_me"](reach(desk, "closed"), desk),
    "answer_fee": lambda desk: TRY["ask_fee"](reach(desk, "received"), desk),
    "end_hold": lambda desk: TRY["hold_part"](reach(desk, "in_progress"), desk),
    "take_up_held": lambda desk: TRY["send_answer"](
        TRY["hold_part"](reach(desk, "decided"), desk), desk
    ),
    "record_stop": lambda desk: cast.ask(desk.right("img", "withdraw-consent"), country="PT"),
    "record_finding": lambda desk: cast.ask(desk.right("img", "withdraw-consent"), country="PT"),
    "follow_up_finding": lambda desk: TRY["record_finding"](
        cast.ask(desk.right("img", "withdraw-consent"), country="PT"), desk
    ),
    "settle_fee": lambda desk: TRY["ask_fee"](reach(desk, "received"), desk),
    "ask_professional": lambda desk: with_a_professional(cast.asked_under_hipaa(desk), desk),
    "withdraw_question": lambda desk: TRY["ask_professional"](cast.asked_under_hipaa(desk), desk),
    "give_opinion": lambda desk: TRY["ask_professional"](cast.asked_under_hipaa(desk), desk),
}


def with_a_professional(it: SubjectRequest, desk: Desk) -> SubjectRequest:
    """Two are recorded: one to decide, one to review."""
    cast.professional(desk)
    cast.professional(desk, **cast.ROSA)
    return it


def asked_by_telephone(desk: Desk) -> SubjectRequest:
    """Her second contact is a telephone."""
    cast.professional(desk, code_email="", phone="+33 1 23 45 67 89")
    return TRY["ask_professional"](cast.asked_under_hipaa(desk), desk)


def refused_on_an_opinion(desk: Desk) -> SubjectRequest:
    """A health professional signed, a colleague approved, the refusal went out."""
    asked = with_a_professional(cast.asked_under_hipaa(desk), desk)
    asked = TRY["ask_professional"](asked, desk)
    signed = TRY["give_opinion"](asked, desk)
    proposed = cast.propose(signed, desk.handler, outcome="refused", ground="endangers_life")
    return TRY["send_answer"](TRY["approve"](proposed, desk), desk)


def under_law(desk: Desk, regime: str, country: str) -> SubjectRequest:
    """A request to which this law applies as well."""
    Organisation.objects.filter(slug="img").update(regimes=[regime])
    who = PersonGiven(name="Zoé Canary-Quill", phone="+33 4 00 00 00 00")
    return cast.ask(desk.right("img", "access"), who=who, country=country)


def answered_on_paper(desk: Desk) -> SubjectRequest:
    """A letter lies ready to be posted."""
    asked = cast.ask(desk.right("img", "access"), wants_paper=True)
    proposed = cast.propose(cast.begin(asked, desk.handler), desk.handler)
    return TRY["send_answer"](TRY["approve"](proposed, desk), desk)


def receipt_of(asked: SubjectRequest) -> int:
    """The message with the receipt, by its id."""
    mail = OutboxMessage.objects.get(reference=asked.reference, kind="acknowledgement")
    return int(mail.pk)


def came_back(desk: Desk) -> SubjectRequest:
    """The receipt was sent and came back."""
    asked = mailed(desk)
    return post.mail_bounced(
        asked.pk, message_id=receipt_of(asked), actor=desk.clerk, at=MORNING, seen=None
    )


def answer_came_back(desk: Desk) -> SubjectRequest:
    """The answer was sent and came back."""
    sent = TRY["send_answer"](reach(desk, "decided"), desk)
    mail = OutboxMessage.objects.get(reference=sent.reference, kind="answer_ready")
    OutboxMessage.objects.filter(pk=mail.pk).update(status="sent", sent_at=MORNING)
    notices.sweep(at=MORNING)
    return post.mail_bounced(sent.pk, message_id=mail.pk, actor=desk.clerk, at=MORNING, seen=None)


def kept_ready(desk: Desk) -> SubjectRequest:
    """It can be delivered to nobody, says a colleague as well."""
    return TRY["agree_keep_ready"](TRY["keep_ready"](answer_came_back(desk), desk), desk)


def mailed(desk: Desk) -> SubjectRequest:
    asked = reach(desk, "received")
    OutboxMessage.objects.filter(pk=receipt_of(asked)).update(status="sent", sent_at=MORNING)
    return asked


PREPARED |= {
    "ask_review": refused_on_an_opinion,
    "tell_opinion_code": asked_by_telephone,
    "letter_posted": lambda desk: cast.ask(
        desk.right("img", "access"),
        who=PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin"),
    ),
    "mail_bounced": mailed,
    "bounce_taken_back": came_back,
    "send_again": came_back,
    "keep_ready": answer_came_back,
    "agree_keep_ready": lambda desk: TRY["keep_ready"](answer_came_back(desk), desk),
    "deliver_after_all": kept_ready,
    "record_collected": kept_ready,
    "record_posting": answered_on_paper,
    "extend": lambda desk: under_law(desk, "gdpr", "PT"),
    "acknowledge": lambda desk: under_law(desk, "ccpa", "US-CA"),
}
ORDERED = CheckedUpload("order.pdf", b"%PDF-1.7", "application/pdf")
ORDER = OrderGiven(
    due_on=date(2026, 5, 8),
    ordered_on=date(2026, 5, 1),
    authority="CNIL",
    document=ORDERED,
)
DEEDS: dict[str, Try] = TRY | {
    "record_order": lambda r, d: order.record_order(
        r.pk, ORDER, actor=d.officer, at=MORNING, seen=r.version
    ),
    "remove_enclosure": lambda r, d: enclosures.remove_enclosure(
        r.pk,
        enclosure_id=r.enclosures.latest("pk").pk,
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "strike_evidence": lambda r, d: evidence.strike_evidence(
        r.pk,
        evidence_id=r.evidence.latest("pk").pk,
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "add_authority": lambda r, d: cast.prove_authority(r, d.handler, note="", document=ORDERED),
    "contest_authority": lambda r, d: cast.contest(r, d.clerk),
    "settle_contest": lambda r, d: authority.settle_contest(
        r.pk, reason="A court said so.", actor=d.officer, at=MORNING, seen=r.version
    ),
    "second_evidence": lambda r, d: evidence.second_evidence(
        r.pk,
        evidence_id=r.evidence.latest("pk").pk,
        actor=d.officer,
        at=MORNING,
        seen=r.version,
    ),
    "strike_contact_proof": lambda r, d: release.strike_contact_proof(
        r.pk,
        proof_id=r.contact_proofs.latest("pk").pk,
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
    "letter_posted": lambda r, d: post.letter_posted(
        r.pk,
        message_id=receipt_of(r),
        posted_on=MORNING.date(),
        actor=d.clerk,
        at=MORNING,
        seen=None,
    ),
    "mail_bounced": lambda r, d: post.mail_bounced(
        r.pk, message_id=receipt_of(r), actor=d.clerk, at=MORNING, seen=None
    ),
    "bounce_taken_back": lambda r, d: post.bounce_taken_back(
        r.pk, message_id=receipt_of(r), actor=d.clerk, at=MORNING, seen=None
    ),
    "tell_opinion_code": lambda r, d: opinions.tell_opinion_code(
        r.pk, opinion_id=r.opinions.latest("pk").pk, actor=d.handler, at=MORNING, seen=None
    ),
    "send_again": lambda r, d: post.send_again(r.pk, actor=d.handler, at=MORNING, seen=r.version),
    "record_posting": lambda r, d: answer.record_posting(
        r.pk, posted_on=MORNING.date(), actor=d.handler, at=MORNING, seen=r.version
    ),
    "acknowledge": lambda r, d: receipt.acknowledge(
        r.pk, on=r.received_on, actor=d.clerk, at=MORNING, seen=r.version
    ),
    "extend": lambda r, d: deadline.extend(
        r.pk,
        ExtensionGiven(
            r.deadlines.get(set_by="law", purpose="respond").pk,
            2,
            "complexity_and_number",
            "Twelve systems have to be searched.",
        ),
        actor=d.handler,
        at=MORNING,
        seen=r.version,
    ),
}


def prepared(desk: Desk, code: str) -> SubjectRequest:
    """A request to which this deed can be done."""
    if code in PREPARED:
        return PREPARED[code](desk)
    return reach(desk, STATE_OF.get(code, "received"))
