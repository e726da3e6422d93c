"""What a link alone, a session alone, a code alone, a role alone can read: a checked-in table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.test import Client
from django.utils import timezone

from dsr.accounts.models import Membership
from dsr.requests.deeds import assignment, conversation, held_contact, review
from dsr.requests.deeds.answer import send_answer
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat
from tests.portal.conftest import FULL, Visitor

TABLE = Path(__file__).with_name("doors.txt")
SAID = {
    "what-was-asked": "canary of particulars",
    "question": "canary of a question",
    "own-message": "canary of a message",
    "answer": "canary of an answer",
    "note": "canary of a note",
    "evidence": "face and passport",
    "contact-on-record": "canary.before@example.org",
}


def expected() -> tuple[list[str], dict[str, list[str]]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    doors = next(line for line in reversed(lines) if line.startswith("#")).split()[1:]
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return doors, {name: marks for name, *marks in rows}


def told(visitor: Visitor, desk: Desk) -> SubjectRequest:
    """A request with everything in it that somebody could read."""
    sent = visitor.ask(**FULL, details=SAID["what-was-asked"], may_use_contact_held="on")
    begun = cast.begin(sent, desk.handler, at=timezone.now())
    assignment.note(begun.pk, text=SAID["note"], actor=desk.handler, at=timezone.now())
    conversation.ask_requester(
        begun.pk, question=SAID["question"], actor=desk.handler, at=timezone.now()
    )
    visitor.client.post(visitor.at("reply/"), {"text": SAID["own-message"]})
    held = held_contact.Held(email=SAID["contact-on-record"], source="the file of 2023")
    held_contact.record_held_contact(begun.pk, held, actor=desk.handler, at=timezone.now())
    back = SubjectRequest.objects.get(pk=sent.pk)
    proposed = cast.propose(back, desk.handler, at=timezone.now(), answer=SAID["answer"])
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=timezone.now(), seen=proposed.version
    )
    return send_answer(approved.pk, actor=desk.handler, at=timezone.now(), seen=approved.version)


def test_each_door_shows_what_the_table_says(visitor: Visitor, desk: Desk) -> None:
    Membership.objects.exclude(organisation__slug="indigomed").exclude(user=desk.officer).delete()
    Membership.objects.filter(user=desk.officer, organisation__slug="indigomed").delete()
    roles = ("clerk", "handler", "auditor", "outside")
    sent = told(visitor, desk)
    token = f"/s/{links.issue(sent, at=timezone.now())}/"
    opened, coded = Client(), Client()
    opened.post(token)
    coded.post(token)
    coded.post(visitor.at("code/"))
    coded.post(visitor.at("open/"), {"code": cast.code_in_mail()})
    stranger = Client()
    stranger.post(visitor.at("open/"), {"code": cast.code_in_mail()})
    staff = {name: Seat(desk.people[name]).client for name in roles}
    staff |= {"officer": Seat(desk.second_officer).client, "foreign": Seat(desk.officer).client}

    letter = sent.messages.get(kind="answer")
    private = (visitor.at(), visitor.at("sent/"), visitor.at("withdraw/"))
    desk_page = f"/staff/requests/{sent.reference}/"
    doors: dict[str, tuple[str, Callable[[], bytes]]] = {
        "link": (text(Client(), token), lambda: b""),
        "objector": (text(Client(), cast.objection_in_mail()), lambda: b""),
        "none": (text(stranger, *private), lambda: taken(stranger, visitor.at(), letter.pk)),
    }
    for name, client in {"opened": opened, "sender": visitor.client, "code": coded}.items():
        doors[name] = (text(client, *private), take(client, visitor.at(f"letter/{letter.pk}/")))
    for name, client in staff.items():
        file = f"{desk_page}files/{letter.letter_id}/"
        doors[name] = (text(client, desk_page), take(client, file))

    names, table = expected()
    assert set(names) == set(doors)
    found = {row: [mark(row, *doors[name], sent) for name in names] for row in table}
    assert found == table


def text(client: Client, *pages: str) -> str:
    return "".join(client.get(page).content.decode() for page in pages)


def take(client: Client, address: str) -> Callable[[], bytes]:
    def taking() -> bytes:
        answer = client.post(address)
        return answer.getvalue() if answer.status_code == 200 else b""

    return taking


def taken(client: Client, page: str, message: int) -> bytes:
    return take(client, f"{page}letter/{message}/")()


def mark(row: str, page: str, file: Callable[[], bytes], sent: SubjectRequest) -> str:
    if row == "letter":
        seen = file().startswith(b"%PDF-")
    elif row == "reference":
        seen = f">{sent.reference}<" in page
    elif row == "outcome":
        seen = "Your request is granted." in page or ">Granted<" in page.replace("\n", "")
    else:
        seen = SAID[row] in page
    return "x" if seen else "-"
