"""A story in which every personal field and file gets a word of its own, and much goes wrong.

The words are invented and occur nowhere else, so one that turns up in a log, a table or an address
line has leaked, and says from where.
"""

from __future__ import annotations

import re
import smtplib
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.policies.models import Right
from dsr.requests import elements, enclosures
from dsr.requests.deeds import (
    assignment,
    authority,
    conversation,
    correction,
    deadline,
    decision,
    ending,
    evidence,
    fee,
    findings,
    held_contact,
    holding,
    identity,
    opinions,
    receipt,
    release,
    review,
    stopping,
)
from dsr.requests.deeds.answer import close, send_answer
from dsr.requests.deeds.authority import AuthorityGiven
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.elements import Elements, write_elements
from dsr.requests.deeds.enclosures import enclose
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.deeds.kept_ready import Undeliverable, agree_keep_ready, keep_ready
from dsr.requests.deeds.order import OrderGiven, record_order
from dsr.requests.deeds.post import mail_bounced
from dsr.requests.forms import RequestForm
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from dsr.requests.submission import intake
from dsr.vault.outgoing import OutgoingFile
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import open_desk
from tests.dashboard.conftest import Seat

BORN_ON = "1937-02-19"
PHONE = "+33477889901"
# Written into pages that fail; they are nobody's data, but people mistype.
MISTYPED = "Kanarie-mistyped"


class Words(dict[str, str]):
    """A canary for each place, made when it is first asked for."""

    def __missing__(self, place: str) -> str:
        self[place] = f"Kanarie-{place.replace('_', '-')}"
        return self[place]

    def mail(self, place: str) -> str:
        """An address; in logs not even its first half may stand."""
        self[place] = f"kanarie.{place}@vogelhaus.example"
        return self[place]


class Watched(Client):
    """A browser that notes every address it is sent to, and every page that told of an error."""

    addresses: ClassVar[list[str]] = []
    error_pages: ClassVar[list[str]] = []

    def request(self, **environ: Any) -> Any:
        response = super().request(**environ)
        query = environ.get("QUERY_STRING", "")
        self.addresses += [environ["PATH_INFO"], str(query), response.headers.get("Location", "")]
        page = "" if response.status_code < 400 else response.content.decode()
        # A form that is shown again gives back to its sender what this very post has typed.
        if environ["REQUEST_METHOD"] != "POST" or '<form class="form' not in page:
            self.error_pages.append(page)
        return response


class TalkativeServer(BaseEmailBackend):
    """A mail server that repeats the address in its refusal, as real ones do."""

    def send_messages(self, email_messages: Any) -> int:
        address = email_messages[0].to[0]
        answer = f"5.1.1 <{address}>: no such user".encode()
        raise smtplib.SMTPRecipientsRefused({address: (550, answer)})


def pdf(word: str, name: str) -> SimpleUploadedFile:
    """A small document with the word in its content and another in its name."""
    writer, content = PdfWriter(), BytesIO()
    # Only what a page draws is kept of a file, and only this packing leaves words readable.
    drawn, said = StreamObject(), b"%% %s\n" % word.encode()
    drawn.set_data(bytes([len(said) - 1]) + said + b"\x80")
    drawn[NameObject("/Filter")] = NameObject("/RunLengthDecode")
    writer.add_blank_page(72, 72)[NameObject("/Contents")] = writer._add_object(drawn)
    writer.write(content)
    return SimpleUploadedFile(f"{name}.pdf", content.getvalue(), "application/pdf")


class Story:
    """Told once, through the same doors and services that everybody uses."""

    def __init__(self, clock: Any, monkeypatch: Any, settings: Any) -> None:
        Watched.addresses, Watched.error_pages = [], []
        self.clock, self.monkeypatch, self.settings = clock, monkeypatch, settings
        self.words, self.desk = Words(), open_desk()
        self.words |= {"born_on": BORN_ON, "phone": PHONE, "mistyped": MISTYPED}
        self.browser = Watched(raise_request_exception=False)
        self.request = self.ask("img", "rectify")
        self.work()
        self.decide()
        self.other_ends()
        self.look()
        self.go_wrong()

    @property
    def at(self) -> Any:
        return timezone.now()

    def fresh(self, subject_request: SubjectRequest) -> dict[str, Any]:
        return {"at": self.at, "seen": SubjectRequest.objects.get(pk=subject_request.pk).version}

    def upload(self, place: str) -> CheckedUpload:
        content = pdf(self.words[f"{place}_content"], "x").read()
        return CheckedUpload(self.words[f"{place}_name"], content, "application/pdf")

    # Asking -----------------------------------------------------------------------------------

    def ask(self, organisation: str, slug: str, **instead: Any) -> SubjectRequest:
        """Through the form, as a parent, with a word in everything that can be typed."""
        url = f"/{organisation}/{slug}/"
        page = self.browser.get(url).content.decode()
        token = re.search(r'name="form_token" value="([^"]+)"', page)
        assert token
        self.clock.shift(timedelta(minutes=1))
        typed = self.typed(self.desk.right(organisation, slug)) | instead
        response = self.browser.post(url, {"form_token": unescape(token[1]), **typed})
        assert response.status_code == 302, response.content.decode()
        return SubjectRequest.objects.latest("pk")

    def typed(self, right: Right) -> dict[str, Any]:
        given: dict[str, Any] = {
            name: self.value(name, field)
            for name, field in RequestForm(right).fields.items()
            if not isinstance(field, forms.BooleanField)
        }
        parent = "parent" if "parent" in right.who_may_ask else right.who_may_ask[0]
        file = pdf(self.words["file_content"], self.words["file_name"])
        return {k: v for k, v in given.items() if v} | {
            "role": parent,
            "born_on": BORN_ON,
            "phone": PHONE,
            "email": self.words.mail("email"),
            "documents": file,
            "anyway": "1",
        }

    def value(self, name: str, field: forms.Field) -> str:
        if isinstance(field, forms.DateField):
            return "2026-04-30"
        if isinstance(field, forms.ChoiceField | forms.FileField):
            return ""
        if isinstance(field, forms.EmailField):
            return self.words.mail(name)
        return PHONE if "phone" in name else self.words[name]

    # Working ----------------------------------------------------------------------------------

    def work(self) -> None:
        it, desk, words = self.request, self.desk, self.words
        identity.ask_identity(
            it.pk,
            question=words["proof_asked"],
            doubt=words["doubt"],
            actor=desk.handler,
            **self.fresh(it),
        )
        given = EvidenceGiven(
            kind="at_counter",
            confirmed=True,
            note=words["compared_identity"],
            document=self.upload("proof_identity"),
        )
        evidence.add_evidence(it.pk, given, actor=desk.handler, **self.fresh(it))
        entitled = AuthorityGiven(
            kind="birth_certificate",
            confirmed=True,
            expires_on=date(2030, 5, 1),
            note=words["compared_authority"],
            document=self.upload("proof_authority"),
        )
        authority.add_authority(it.pk, entitled, actor=desk.handler, **self.fresh(it))
        identity.accept_identity(it.pk, actor=desk.handler, **self.fresh(it))
        assignment.note(it.pk, text=words["note"], actor=desk.handler, at=self.at)
        conversation.ask_requester(
            it.pk, question=words["question"], actor=desk.handler, **self.fresh(it)
        )
        reply = {"text": words["reply"], "documents": pdf(words["answer_file"], words["file_name"])}
        assert (
            self.browser.post(f"/status/{self.request.reference}/reply/", reply).status_code == 302
        )
        fee.ask_fee(
            it.pk,
            ground="excessive",
            lines=[fee.FeeLine("postage", Decimal("3.20"))],
            text=words["fee"],
            actor=desk.handler,
            **self.fresh(it),
        )
        less = {"text": words["less"]}
        assert self.browser.post(f"/status/{it.reference}/fee/", less).status_code == 302
        self.dates()

    def dates(self) -> None:
        it, desk, words = self.request, self.desk, self.words
        clock = it.deadlines.live().exclude(extension_rule=None).first()
        assert clock is not None
        assert clock.extension_rule is not None
        reason = clock.extension_rule["reasons"][0]
        more = ExtensionGiven(clock.pk, 1, reason, words["explanation"])
        deadline.extend(it.pk, more, actor=desk.handler, **self.fresh(it))
        ordered = OrderGiven(
            words["authority"], date(2026, 5, 1), date(2026, 5, 20), self.upload("order")
        )
        record_order(it.pk, ordered, actor=desk.officer, **self.fresh(it))
        receipt.correct_receipt(
            it.pk,
            received_on=date(2026, 4, 30),
            reason=words["stamp"],
            actor=desk.officer,
            **self.fresh(it),
        )
        correction.edit_contact(
            it.pk,
            email=words.mail("new_address"),
            phone=PHONE,
            postal_address=words["new_postal_address"],
            actor=desk.clerk,
            **self.fresh(it),
        )

        self.hold_and_stop()
        self.consult()

    def hold_and_stop(self) -> None:
        """Beside it: the one could not be closed with a part that is held back."""
        desk, words = self.desk, self.words
        held = cast.ask(desk.right("img", "access"), at=self.at, country="PT")
        holding.hold_part(
            held.pk,
            ground="gdpr:third_person",
            part=words["held_part"],
            stated_on=date(2026, 5, 1),
            until_on=date(2026, 5, 20),
            actor=desk.handler,
            **self.fresh(held),
        )
        left = cast.ask(desk.right("img", "withdraw-consent"), at=self.at, country="PT")
        stopped = stopping.StopGiven(words["system"], date(2026, 5, 1), last=True)
        stopping.record_stop(left.pk, stopped, actor=desk.handler, **self.fresh(left))
        found = findings.Found("gdpr:misdirected", words["found"], date(2026, 5, 1))
        findings.record_finding(left.pk, found, actor=desk.handler, **self.fresh(left))
        done = findings.FollowedUp(
            left.findings.get().pk, "done", words["followed_up"], date(2026, 5, 1)
        )
        findings.follow_up_finding(left.pk, done, actor=desk.handler, **self.fresh(left))

    def consult(self) -> None:
        """One health professional signs on her page; another is told her code by telephone."""
        desk, words = self.desk, self.words
        img = desk.organisation("img")
        it = cast.asked_under_hipaa(desk, at=self.at)
        second = {"licence": "physician, 2, Lyon", "email": "rosa@example.org"}
        asked = (
            cast.professional(desk),
            cast.professional(desk, **second, code_email="", phone="+33 1 23 45 67 89"),
        )
        for who in asked:
            opinions.ask_professional(
                it.pk,
                professional=who.pk,
                question=words["opinion_question"],
                text=words["opinion_passage"],
                grounds=["endangers_life"],
                actor=desk.handler,
                **self.fresh(it),
            )
            if who.phone:
                last = it.opinions.latest("pk").pk
                opinions.tell_opinion_code(
                    it.pk, opinion_id=last, actor=desk.handler, **self.fresh(it)
                )
                continue
            page = cast.question_in_mail()
            self.browser.post(f"{page}code/")
            code = {"code": cast.code_in_mail("opinion_code")}
            assert self.browser.post(f"{page}open/", code).status_code == 302
            assert self.browser.get(page).status_code == 200
            signed = {"choice": "endangers_life", "reason": words["opinion_reason"]}
            signed |= {"name": MISTYPED, "licensed": "on"}
            assert self.browser.post(f"{page}sign/", signed).status_code == 200
            signed["name"] = who.name
            assert self.browser.post(f"{page}sign/", signed).status_code == 302
        img.save()

    def decide(self) -> None:
        it, desk, words = self.request, self.desk, self.words
        proposal = Proposal(
            outcome="granted", answer=words["answer"], reasons=words["reasons"], given_as="text"
        )
        name, content = f"{words['copy_name']}.csv", words["copy_content"].encode()
        sealed = OutgoingFile(name, content, "text/csv", sha256="ab" * 32)
        enclose(it.pk, files=[sealed], actor=desk.handler, **self.fresh(it))
        parts = {each.code: words[f"part_{each.name}"] for each in elements.typed(it)}
        write_elements(it.pk, Elements(parts), actor=desk.handler, **self.fresh(it))
        decision.propose(it.pk, proposal, actor=desk.handler, **self.fresh(it))
        review.return_to_work(
            it.pk, reason=words["returned"], actor=desk.second_officer, **self.fresh(it)
        )
        ending.freeze(it.pk, reason=words["frozen"], actor=desk.officer, **self.fresh(it))
        ending.unfreeze(it.pk, reason=words["unfrozen"], actor=desk.officer, **self.fresh(it))
        given = held_contact.Held(email=words.mail("held"), source=words["held_source"])
        held_contact.record_held_contact(it.pk, given, actor=desk.handler, **self.fresh(it))
        proof = release.Proof(kind="on_record", source=words["contact_source"])
        release.prove_contact(it.pk, proof, actor=desk.handler, **self.fresh(it))
        decision.propose(it.pk, proposal, actor=desk.handler, **self.fresh(it))
        for each in it.enclosures.exclude(file=None):
            enclosures.opened(it, each.file_id or 0, by=desk.second_officer, at=self.at)
        review.approve(it.pk, actor=desk.second_officer, **self.fresh(it))
        send_answer(it.pk, actor=desk.handler, **self.fresh(it))
        self.reach_nobody()
        close(it.pk, actor=desk.handler, **self.fresh(it))
        ending.reopen(it.pk, reason=words["reopened"], actor=desk.officer, **self.fresh(it))

    def reach_nobody(self) -> None:
        it, desk, words = self.request, self.desk, self.words
        mail = OutboxMessage.objects.filter(reference=it.reference, kind="answer_ready").latest(
            "pk"
        )
        OutboxMessage.objects.filter(pk=mail.pk).update(status="sent", sent_at=self.at)
        mail_bounced(it.pk, message_id=mail.pk, actor=desk.clerk, **self.fresh(it))
        said = Undeliverable(words["tried"], words["looked"], words["unreachable"])
        keep_ready(it.pk, said, actor=desk.handler, **self.fresh(it))
        agree_keep_ready(it.pk, actor=desk.second_officer, **self.fresh(it))

    def other_ends(self) -> None:
        desk, words = self.desk, self.words
        ended = [cast.ask(desk.right("img", "access"), at=self.at) for _number in range(4)]
        for it, how, text in (
            (ended[0], "forwarded", words["sent_on"]),
            (ended[1], "out_of_scope", words["not_ours"]),
        ):
            given = ending.EndingProposal(
                ending=how, ground="another_organisation", text=text, reasons=words["reasons"]
            )
            ending.propose_ending(it.pk, given, actor=desk.handler, **self.fresh(it))
            review.approve(it.pk, actor=desk.second_officer, **self.fresh(it))
        ending.withdraw(
            ended[2].pk, text=words["withdrawn"], actor=desk.clerk, **self.fresh(ended[2])
        )
        begun = cast.begin(ended[3], desk.handler, at=self.at)
        refusal = Proposal(
            outcome="refused",
            answer=words["refusal"],
            ground="excessive",
            reasons=words["why_refused"],
        )
        assert begun.due_on is not None
        decision.decide_alone(
            begun.pk,
            cast.alone(refusal, words["alone"]),
            actor=desk.officer,
            at=cast.on(begun.due_on.isoformat()),
            seen=begun.version,
        )

    # Looking ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Staff and requester read everything there is."""
        staff, it = self.seat("officer"), self.request
        pages = ["/staff/", f"/staff/requests/{it.reference}/", "/staff/letters/", "/staff/health/"]
        assert {staff.get(page).status_code for page in pages} == {200}
        for word in (self.words["name"], PHONE, self.words["new_address"]):
            assert it.reference in staff.post("/staff/search/", {"text": word}).content.decode()
        self.browser.get(self.private())
        # Whatever was open was closed when the contact changed and the request was frozen.
        self.browser.post(f"/s/{links.issue(it, at=self.at)}/")
        lost = {"email": self.words.mail("lost"), "reference": self.words["lost_reference"]}
        assert self.browser.post("/lost/", lost).status_code == 302
        release.give_code(it.pk, way="counter", actor=self.desk.handler, at=self.at)
        self.browser.post(self.private("code/"))
        code = {"code": cast.code_in_mail()}
        assert self.browser.post(self.private("open/"), code).status_code == 302
        for message in it.messages.exclude(letter=None):
            assert self.browser.post(self.private(f"letter/{message.pk}/")).status_code == 200

    def private(self, page: str = "") -> str:
        return f"/status/{self.request.reference}/{page}"

    def seat(self, role: str) -> Client:
        self.monkeypatch.setattr("tests.dashboard.conftest.Client", Watched)
        return Seat(self.desk.people[role]).client

    # Going wrong ------------------------------------------------------------------------------

    def go_wrong(self) -> None:
        self.defects()
        self.refusals()
        self.settings.EMAIL_BACKEND = "tests.house.canaries.TalkativeServer"
        assert deliver(self.at)["failed"] > 5
        self.settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        deliver(self.at)

    def defects(self) -> None:
        """A defect and a failing statement, both of which repeat what was typed."""
        for error in (ValueError(MISTYPED), IntegrityError(f"Key (email)=({MISTYPED}) exists")):
            with self.monkeypatch.context() as patch:
                patch.setattr(intake, "submit", _raising(error))
                self.send({"name": MISTYPED, "email": self.words.mail("defect")}, 500)
                patch.setattr(conversation, "reply", _raising(error))
                answer = self.browser.post(
                    f"/status/{self.request.reference}/reply/", {"text": MISTYPED}
                )
                assert answer.status_code == 500

    def send(self, typed: dict[str, Any], status: int) -> None:
        page = self.browser.get("/img/access/").content.decode()
        token = re.search(r'name="form_token" value="([^"]+)"', page)
        assert token
        self.clock.shift(timedelta(minutes=1))
        role = {"role": "subject", "form_token": unescape(token[1]), "anyway": "1"}
        assert self.browser.post("/img/access/", role | typed).status_code == status

    def refusals(self) -> None:
        """What is refused at the door: forms, files, links, passwords."""
        careful = Watched(enforce_csrf_checks=True, raise_request_exception=False)
        words = self.words
        careful.post("/img/access/", {"name": MISTYPED, "email": words.mail("forged")})
        self.browser.post("/img/access/", {"name": "x" * 2_000_000, "email": MISTYPED})
        for content in (b"%PDF-1.7 " + MISTYPED.encode(), MISTYPED.encode(), b""):
            file = SimpleUploadedFile(f"{MISTYPED}.pdf", content)
            self.send({"name": MISTYPED, "email": words.mail("refused"), "documents": file}, 200)
        self.browser.post(
            "/staff/account/login/", {"login": words.mail("login"), "password": words["password"]}
        )
        self.browser.post("/staff/account/password/reset/", {"email": words.mail("forgotten")})
        staff = self.seat("clerk")
        staff.post("/staff/search/", {"text": MISTYPED})
        staff.post(f"/staff/requests/{self.request.reference}/freeze/", {"reason": MISTYPED})
        staff.post(f"/staff/requests/{self.request.reference}/note/", {"text": ""})


def _raising(error: Exception) -> Any:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    return fail
