"""The main job, walked end to end in a real browser: one right of each policy.

The server runs in this process, so the clock can be moved. History, deadlines and mails are
compared with literals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import Page, expect

from config.trial.second_factor import trial_code
from dsr.accounts.models import User
from dsr.audit.services import verify
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.deadlines import reminders
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk, on, open_desk

AS_A_PERSON_FILLS = 2_100  # milliseconds; a form sent faster than by hand is asked again


@dataclass
class Walk:
    page: Page
    desk: Desk
    address: str
    clock: time_machine.Coordinates

    def on_day(self, day: str, hour: int = 8) -> None:
        """Move the clock, and let what runs every minute run once."""
        at = on(day, hour)
        self.clock.move_to(at)
        reminders.sweep(at=at)
        deliver(at)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    def pick(self, name: str, value: str) -> None:
        self.page.locator(f"input[name={name}][value='{value}']").check()

    def type(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)

    def sign_in(self, user: User) -> None:
        """Through the real pages: password, then the code of the authenticator app."""
        self.page.context.clear_cookies()
        self.clock.shift(60)  # a code of the authenticator app is good for one sign-in
        self.go("/staff/")
        self.type(login=user.email, password="correct horse")
        self.page.locator("main button[type=submit]").first.click()
        self.type(code=trial_code(user))
        self.page.locator("main button[type=submit]").first.click()
        expect(self.page.get_by_role("heading", name="Requests", level=1)).to_be_visible()

    def deed(self, reference: str, address: str, button: str, **fields: str) -> None:
        self.go(f"/staff/requests/{reference}/{address}/")
        self.type(**fields)
        self.press(button)
        expect(self.page).to_have_url(re.compile(f"/staff/requests/{reference}/$"))

    def send_form(self) -> SubjectRequest:
        self.page.wait_for_timeout(AS_A_PERSON_FILLS)
        # Playwright waits in real time, the server's clock was moved: let it see the time pass.
        self.clock.shift(5)
        self.press("Send the request")
        expect(self.page.get_by_text(re.compile("Reference|reference")).first).to_be_visible()
        return SubjectRequest.objects.latest("pk")

    def private_link(self, kind: str) -> str:
        mail = OutboxMessage.objects.filter(kind=kind).latest("pk")
        found = re.search(r"(/s/\S+)", str(mail.unseal("body")))
        assert found is not None
        return found[1]

    def open_private_page(self, kind: str) -> None:
        self.page.context.clear_cookies()
        self.go(self.private_link(kind))
        self.page.locator("main button").first.click()
        expect(self.page).to_have_url(re.compile("/status/[A-Z0-9-]{9}/$"))


@pytest.fixture
def walk(page: Page, live_server: Any, transactional_db: None) -> Iterator[Walk]:
    with time_machine.travel(on("2026-04-30", 8), tick=True) as clock:
        desk = open_desk(on("2026-04-30", 6))
        for user in desk.people.values():
            TOTP.activate(user, generate_totp_secret())
        page.set_default_timeout(20_000)
        yield Walk(page, desk, live_server.url, clock)


def mails() -> list[tuple[str, str, str]]:
    """Kind, state and day of every message owed, in the order in which they were owed."""
    rows = OutboxMessage.objects.order_by("owed_at", "pk")
    return [(row.kind, row.status, row.owed_at.date().isoformat()) for row in rows]


def lines(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    return [(line.code, line.by) for line in cast.history(subject_request)]


def test_an_accounting_from_indigomed_is_asked_proved_approved_posted_and_closed(
    walk: Walk,
) -> None:
    walk.go("/indigomed/accounting/")
    walk.pick("role", "subject")
    walk.type(
        name="Zoé Canary-Quill",
        email="zoe.canary@example.org",
        postal_address="Zoé Canary-Quill\n7 rue du Serin\n69000 Lyon",
        period_from="2024-05-01",
        period_to="2026-04-30",
        signature="Zoé Canary-Quill",
        dated_on="2026-04-30",
    )
    walk.pick("medium", "paper")
    asked = walk.send_form()
    expect(walk.page.get_by_text(asked.reference).first).to_be_visible()
    expect(walk.page.get_by_text("20 May 2026").first).to_be_visible()
    assert asked.missing == []
    assert asked.wants_paper
    assert asked.due_on == date(2026, 5, 20)

    walk.on_day("2026-05-13")
    walk.on_day("2026-05-17")
    walk.on_day("2026-05-18")
    walk.sign_in(walk.desk.handler)
    walk.go(f"/staff/requests/{asked.reference}/evidence/")
    walk.page.locator("[name=kind]").select_option("at_counter")
    walk.page.locator("[name=confirmed]").select_option("yes")
    walk.type(note="face and passport")
    walk.press("Record evidence")
    walk.deed(asked.reference, "start", "Start work")
    walk.go(f"/staff/requests/{asked.reference}/prove-contact/")
    walk.page.locator("[name=kind]").select_option("on_record")
    walk.type(source="patient file, address of 2023")
    walk.press("Prove the contact")
    walk.deed(
        asked.reference,
        "elements",
        "Write what the law demands in the answer",
        element_gdpr_recipients="Hôpital de Lyon, on 3 March 2025; nobody else.",
    )
    walk.go(f"/staff/requests/{asked.reference}/propose/")
    walk.pick("outcome", "granted")
    walk.pick("given_as", "text")
    walk.type(answer="One disclosure: on 3 March 2025, to the hospital of Lyon.")
    walk.press("Propose to a second person")
    expect(walk.page.get_by_text("In review by a second person").first).to_be_visible()

    walk.sign_in(walk.desk.officer)
    walk.deed(asked.reference, "approve", "Approve")

    walk.on_day("2026-05-19")
    walk.sign_in(walk.desk.handler)
    walk.deed(asked.reference, "send", "Send the answer")
    walk.on_day("2026-05-20")
    walk.sign_in(walk.desk.handler)
    walk.deed(asked.reference, "posted", "Record the posting", posted_on="2026-05-20")
    walk.deed(asked.reference, "close", "Close")

    closed = SubjectRequest.objects.get()
    assert (closed.status, closed.outcome) == ("closed", "granted")
    assert closed.answered_on == date(2026, 5, 20)
    clock = closed.deadlines.get(code="policy")
    assert (clock.status, clock.due_on, clock.ended_on) == (
        "met",
        date(2026, 5, 20),
        date(2026, 5, 20),
    )
    assert lines(closed) == [
        ("submit", "requester"),
        # The policy's, and the GDPR's three.
        *[("deadline_began", "requester")] * 4,
        ("add_evidence", "staff"),
        ("start", "staff"),
        ("prove_contact", "staff"),
        ("write_elements", "staff"),
        ("propose", "staff"),
        ("approve", "staff"),
        ("send_answer", "staff"),
        *[("deadline_met", "staff")] * 2,
        *[("deadline_cancelled", "staff")] * 2,
        ("record_posting", "staff"),
        ("close", "staff"),
    ]
    # The team of three is told and, while nobody has it, reminded; then only who took it.
    assert mails() == [
        ("acknowledgement", "sent", "2026-04-30"),
        *[("new_request", "sent", "2026-04-30")] * 3,
        *[("reminder", "sent", "2026-05-13")] * 3,
        *[("reminder", "sent", "2026-05-17")] * 3,
        *[("review_wanted", "sent", "2026-05-18")] * 3,
        ("reminder", "sent", "2026-05-19"),
        ("answer_letter", "sent", "2026-05-19"),
        ("reminder", "sent", "2026-05-20"),
    ]
    assert list(verify()) == []


def test_access_to_img_is_refused_to_a_person_whose_identity_cannot_be_proved(walk: Walk) -> None:
    walk.go("/img/access/")
    walk.pick("role", "subject")
    walk.type(name="Ana Nobody", email="ana.nobody@example.org")
    walk.page.locator("[name=country]").select_option("PT")
    asked = walk.send_form()
    # The law's month ends on a Saturday; the aim of thirty days is no duty.
    assert asked.due_on == date(2026, 6, 1)

    walk.on_day("2026-05-04")
    walk.sign_in(walk.desk.handler)
    walk.deed(
        asked.reference,
        "ask-identity",
        "Ask for proof of identity",
        question="Please tell us the telephone number you gave us before.",
    )
    walk.open_private_page("identity_request")
    expect(walk.page.get_by_text("the telephone number you gave us before")).to_be_visible()

    walk.on_day("2026-05-18")
    walk.sign_in(walk.desk.handler)
    walk.go(f"/staff/requests/{asked.reference}/propose/")
    walk.pick("outcome", "refused")
    walk.page.locator("[name=ground]").select_option("identity_not_proved")
    walk.type(answer="We could not make sure who is asking.")
    walk.press("Propose to a second person")
    walk.sign_in(walk.desk.officer)
    walk.deed(asked.reference, "approve", "Approve")
    walk.sign_in(walk.desk.handler)
    walk.deed(asked.reference, "send", "Send the answer")
    walk.deed(asked.reference, "close", "Close")
    walk.on_day("2026-05-18", hour=20)

    closed = SubjectRequest.objects.get()
    assert (closed.status, closed.outcome, closed.ground) == (
        "closed",
        "refused",
        "identity_not_proved",
    )
    ends = {(row.set_by, row.purpose): (row.status, row.due_on) for row in closed.deadlines.all()}
    assert ends == {
        ("target", "respond"): ("met", date(2026, 5, 30)),
        # 30 May 2026 is a Saturday.
        ("law", "respond"): ("met", date(2026, 6, 1)),
        ("law", "refuse"): ("met", date(2026, 6, 1)),
        ("law", "extension_notice"): ("cancelled", date(2026, 6, 1)),
    }
    assert mails() == [
        ("acknowledgement", "sent", "2026-04-30"),
        *[("new_request", "sent", "2026-04-30")] * 3,
        ("identity_request", "sent", "2026-05-04"),
        *[("review_wanted", "sent", "2026-05-18")] * 3,
        ("answer_ready", "sent", "2026-05-18"),
    ]
    walk.open_private_page("answer_ready")
    expect(walk.page.get_by_text("We could not make sure who is asking.")).to_have_count(0)
    walk.press("Send me a code by e-mail")
    expect(walk.page.get_by_text("A code is on its way").first).to_be_visible()
    walk.type(code=cast.code_in_mail())
    walk.press("Open the answer")
    expect(walk.page.get_by_text("We could not make sure who is asking.").first).to_be_visible()


def test_portability_from_imo_is_withdrawn_by_the_requester(walk: Walk) -> None:
    walk.go("/imo/eu-portability/")
    walk.pick("role", "subject")
    walk.type(name="Ida Eksempel", email="ida.eksempel@example.org")
    walk.page.locator("[name=country]").select_option("DK")
    asked = walk.send_form()

    walk.on_day("2026-05-05", hour=15)
    walk.open_private_page("acknowledgement")
    walk.go(f"/status/{asked.reference}/withdraw/")
    walk.press("Yes, withdraw it")
    expect(walk.page.get_by_text("withdrawn", exact=False).first).to_be_visible()
    walk.on_day("2026-05-06")
    walk.on_day("2026-06-20")

    ended = SubjectRequest.objects.get(pk=asked.pk)
    assert ended.status == "withdrawn"
    assert {row.status for row in ended.deadlines.all()} == {"cancelled"}
    assert [code for code, _by in lines(ended)][-1] == "withdraw"
    assert ("withdraw", "requester") in lines(ended)
    assert mails() == [
        ("acknowledgement", "sent", "2026-04-30"),
        *[("new_request", "sent", "2026-04-30")] * 3,
        ("withdrawn", "sent", "2026-05-05"),
        *[("withdrawn_staff", "sent", "2026-05-05")] * 3,
    ]
