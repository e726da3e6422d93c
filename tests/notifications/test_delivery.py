"""Delivering: claim, hand over, settle; give back; every end visible."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import BadHeaderError, EmailMessage

from dsr.notifications import owing
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver, mark_missed, register_recheck
from dsr.vault.models import KeyPurpose, Safe
from dsr.vault.services import destroy
from tests.notifications.conftest import NOON, READER, Server

Owed = Callable[..., OutboxMessage]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def real_server(server: type[Server]) -> None:
    """Every test here speaks to the server that can misbehave."""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the registered question says, by message; and what it was asked."""
    told: dict[str, Any] = {"asked": [], "answer": True}

    def question(args: Any, at: datetime) -> bool:
        told["asked"].append((dict(args), at))
        return bool(told["answer"])

    monkeypatch.setattr(owing, "_registered", {})
    register_recheck("still_open", question)
    return told


def only() -> OutboxMessage:
    return OutboxMessage.objects.select_related("safe").get()


def test_a_mail_that_is_owed_is_sent_once(owed: Owed) -> None:
    owed()
    assert deliver(NOON) == {"sent": 1}
    assert deliver(NOON + MINUTE) == {}
    assert [mail.to for mail in Server.accepted] == [[READER]]
    assert (only().status, only().sent_at, only().last_error) == ("sent", NOON, "")


def test_a_mail_carries_its_own_id_date_and_language(owed: Owed) -> None:
    message = owed(language="fr")
    deliver(NOON + timedelta(hours=3))
    sent = Server.accepted[0].message()
    assert sent["Message-ID"] == message.message_id
    assert sent["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Content-Language"] == "fr"


def test_a_batch_goes_over_one_connection(owed: Owed) -> None:
    for number in range(30):
        owed(f"mail:{number}")
    assert deliver(NOON) == {"sent": 30}
    assert Server.opened == 1


def test_the_oldest_debt_is_paid_first(owed: Owed) -> None:
    owed("young", at=NOON, language="fr")
    owed("old", at=NOON - timedelta(hours=1), language="en")
    deliver(NOON, limit=1)
    assert Server.accepted[0].extra_headers["Content-Language"] == "en"


def test_letters_are_not_mailed(owed: Owed) -> None:
    owed(medium="letter", to="Anna Canary\n1 High Street")
    assert deliver(NOON) == {}


def test_a_mail_owed_for_later_waits(owed: Owed) -> None:
    owed(at=NOON + MINUTE)
    assert deliver(NOON) == {}


def refuse(error: Exception) -> Any:
    def answer(mail: EmailMessage) -> None:
        raise error

    return staticmethod(answer)


TEMPORARY = [
    pytest.param(smtplib.SMTPRecipientsRefused({READER: (451, b"later")}), "try_later", id="451"),
    pytest.param(smtplib.SMTPDataError(452, b"full"), "try_later", id="452"),
    pytest.param(smtplib.SMTPSenderRefused(550, b"you?", "x"), "try_later", id="our sender"),
    pytest.param(smtplib.SMTPServerDisconnected("gone"), "connection_lost", id="hangs up"),
    pytest.param(TimeoutError("slow"), "connection_lost", id="does not answer"),
]


@pytest.mark.parametrize(("error", "code"), TEMPORARY)
def test_a_mail_that_could_not_be_handed_over_is_tried_later(
    owed: Owed, error: Exception, code: str
) -> None:
    owed()
    Server.answer = refuse(error)
    assert deliver(NOON) == {"later": 1}
    waiting = only()
    assert (waiting.status, waiting.last_error, waiting.attempts) == ("owed", code, 1)
    assert waiting.next_try_at == NOON + MINUTE


def test_the_pauses_grow_and_end_after_two_days(owed: Owed) -> None:
    owed()
    Server.answer = refuse(TimeoutError())
    at, pauses = NOON, []
    while only().status == "owed":
        deliver(at)
        pauses.append(int((only().next_try_at - at).total_seconds() // 60))
        at = only().next_try_at
    assert pauses == [1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 960, 960, 0]
    assert at - NOON == timedelta(days=2)
    assert (only().status, only().last_error, only().attempts) == ("failed", "given_up", 13)


def test_every_attempt_carries_the_same_message_id(owed: Owed) -> None:
    owed()
    seen: list[str] = []

    def answer(mail: EmailMessage) -> None:
        seen.append(mail.extra_headers["Message-ID"])
        raise TimeoutError

    Server.answer = staticmethod(answer)
    deliver(NOON)
    deliver(NOON + MINUTE)
    Server.answer = staticmethod(lambda mail: seen.append(mail.extra_headers["Message-ID"]))
    deliver(NOON + 5 * MINUTE)
    assert seen == [only().message_id] * 3


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(smtplib.SMTPRecipientsRefused({READER: (550, b"who?")}), id="550"),
        pytest.param(smtplib.SMTPDataError(554, b"no"), id="554"),
        pytest.param(smtplib.SMTPNotSupportedError("SMTPUTF8"), id="the server lacks an extension"),
    ],
)
def test_a_final_refusal_fails_at_once_and_is_visible(owed: Owed, error: Exception) -> None:
    message = owed()
    Server.answer = refuse(error)
    assert deliver(NOON) == {"failed": 1}
    failed = OutboxMessage.objects.failed().get()
    assert (failed.pk, failed.last_error) == (message.pk, "refused")


def test_one_bad_recipient_does_not_hold_up_the_others(owed: Owed) -> None:
    for number in range(5):
        owed(f"mail:{number}", to=f"reader{number}@example.org")

    def answer(mail: EmailMessage) -> None:
        if mail.to == ["reader2@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"reader2@example.org": (550, b"who?")})

    Server.answer = staticmethod(answer)
    assert deliver(NOON) == {"sent": 4, "failed": 1}


def test_a_server_that_is_away_costs_no_mail_an_attempt_and_ends_the_sweep(owed: Owed) -> None:
    for number in range(3):
        owed(f"mail:{number}")
    knocked: list[int] = []

    def door() -> None:
        knocked.append(1)
        raise ConnectionRefusedError

    Server.door = staticmethod(door)
    assert deliver(NOON) == {"returned": 3}
    assert len(knocked) == 1
    rows = OutboxMessage.objects.values_list("status", "attempts", "last_error", "next_try_at")
    assert set(rows) == {("owed", 0, "server_away", NOON + MINUTE)}
    Server.door = staticmethod(lambda: None)
    assert deliver(NOON + MINUTE) == {"sent": 3}


def test_a_refused_log_in_is_told_apart_from_a_server_that_is_away(owed: Owed) -> None:
    owed()

    def door() -> None:
        raise smtplib.SMTPAuthenticationError(535, b"wrong password of privacy@example.org")

    Server.door = staticmethod(door)
    deliver(NOON)
    assert only().last_error == "server_refuses_us"


def test_after_a_refusal_the_next_mail_gets_a_fresh_connection(owed: Owed) -> None:
    owed("one")
    owed("two")
    errors = iter([smtplib.SMTPServerDisconnected("gone")])

    def answer(mail: EmailMessage) -> None:
        for error in errors:
            raise error

    Server.answer = staticmethod(answer)
    assert deliver(NOON) == {"later": 1, "sent": 1}
    assert Server.opened == 2


def test_what_no_longer_holds_is_not_sent(owed: Owed, answers: dict[str, Any]) -> None:
    owed(recheck="still_open", recheck_args={"request": 7})
    answers["answer"] = False
    assert deliver(NOON + MINUTE) == {"cancelled": 1}
    assert Server.accepted == []
    assert answers["asked"] == [({"request": 7}, NOON + MINUTE)]
    assert (only().status, only().last_error) == ("cancelled", "not_needed")


def test_what_still_holds_is_sent(owed: Owed, answers: dict[str, Any]) -> None:
    owed(recheck="still_open")
    assert deliver(NOON) == {"sent": 1}


def test_a_recheck_that_this_program_does_not_know_leaves_the_mail_waiting(
    owed: Owed, answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    owed(recheck="still_open")
    monkeypatch.setattr(owing, "_registered", {})
    assert deliver(NOON) == {"later": 1}
    assert (only().status, only().last_error) == ("owed", "unknown_recheck")


def broken(args: Any, at: datetime) -> bool:
    raise ZeroDivisionError


def test_a_defect_of_one_mail_is_logged_and_the_others_go_in_the_same_sweep(
    owed: Owed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(owing, "_registered", {"broken": broken})
    poison = owed("poison", recheck="broken", at=NOON - MINUTE)
    owed("good")
    assert deliver(NOON) == {"later": 1, "sent": 1}
    poison = OutboxMessage.objects.get(key="poison")
    assert (poison.status, poison.last_error, poison.attempts) == ("owed", "defect", 1)
    assert poison.next_try_at == NOON + MINUTE
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.getMessage() == f"Message {poison.pk} met a defect."
    assert line.exc_info is not None
    assert line.exc_info[0] is ZeroDivisionError


def test_a_defect_that_stays_is_given_up_after_two_days_and_becomes_a_task(
    owed: Owed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owing, "_registered", {"broken": broken})
    owed("poison", recheck="broken")
    at = NOON
    while only().status == "owed":
        deliver(at)
        at = only().next_try_at
    assert at - NOON == timedelta(days=2)
    assert OutboxMessage.objects.failed().get().last_error == "given_up"


@pytest.mark.parametrize("error", [RuntimeError(), KeyError("x"), AttributeError(), MemoryError()])
def test_whatever_one_mail_meets_the_batch_goes_on_over_a_fresh_connection(
    owed: Owed, error: Exception
) -> None:
    for number in range(3):
        owed(f"mail:{number}", to=f"reader{number}@example.org")

    def answer(mail: EmailMessage) -> None:
        if mail.to == ["reader1@example.org"]:
            raise error

    Server.answer = staticmethod(answer)
    assert deliver(NOON) == {"sent": 2, "later": 1}
    assert Server.opened == 2


def test_the_time_limit_of_a_sweep_ends_the_sweep_and_is_no_defect_of_the_mail(owed: Owed) -> None:
    owed("first", at=NOON - MINUTE)
    owed("second")
    Server.answer = refuse(SoftTimeLimitExceeded())
    with pytest.raises(SoftTimeLimitExceeded):
        deliver(NOON)
    rows = OutboxMessage.objects.order_by("key").values_list("status", "attempts", "last_error")
    assert list(rows) == [("owed", 1, "connection_lost"), ("owed", 0, "")]


UNWRITABLE = [
    pytest.param(UnicodeEncodeError("idna", "canary", 0, 1, "no"), id="a domain that has no code"),
    pytest.param(BadHeaderError("canary"), id="a line break in a header"),
    pytest.param(HeaderParseError("canary"), id="an address that cannot be parsed"),
    pytest.param(ValueError("canary"), id="any other value"),
    pytest.param(IndexError("canary"), id="the parser at its end"),
]


@pytest.mark.parametrize("error", UNWRITABLE)
def test_a_mail_that_the_library_cannot_write_fails_for_good_at_once_and_the_others_go(
    owed: Owed, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        owed(f"mail:{number}", to=f"reader{number}@example.org")

    def answer(mail: EmailMessage) -> None:
        if mail.to == ["reader1@example.org"]:
            raise error

    Server.answer = staticmethod(answer)
    assert deliver(NOON) == {"sent": 2, "failed": 1}
    failed = OutboxMessage.objects.failed().get()
    assert (failed.key, failed.last_error, failed.attempts) == ("mail:1", "unsendable", 1)
    assert "canary" not in caplog.text


PAST_THE_DOORS = [
    pytest.param("anna@example.org\u200f.example", id="the invisible end of a domain"),
    pytest.param("anna@example.org\nBcc: eve@example.org", id="a line break"),
    pytest.param("zo\xeb@example.org", id="a letter before the @"),
    pytest.param("anna@[127.0.0.1]", id="the number of a computer"),
    pytest.param('"anna eve"@example.org', id="a quoted part"),
    pytest.param("anna@\ud800.example", id="half a character"),
    pytest.param("anna@" + "x" * 64 + ".example", id="a label that is too long"),
    pytest.param("", id="nothing"),
]


@pytest.mark.parametrize("address", PAST_THE_DOORS)
def test_an_address_that_came_in_past_the_doors_fails_for_good_and_stops_nothing(
    owed: Owed, address: str
) -> None:
    bad = owed("bad", at=NOON - MINUTE)
    bad.seal(to_address=address)
    bad.save()
    owed("good")
    assert deliver(NOON) == {"failed": 1, "sent": 1}
    failed = OutboxMessage.objects.failed().get()
    assert (failed.key, failed.last_error, failed.attempts) == ("bad", "no_address", 1)


def test_a_mail_server_with_a_name_that_cannot_be_written_is_away_and_no_mail_is_to_blame(
    owed: Owed,
) -> None:
    owed()

    def door() -> None:
        raise UnicodeError("label too long")

    Server.door = staticmethod(door)
    assert deliver(NOON) == {"returned": 1}
    assert (only().status, only().attempts, only().last_error) == ("owed", 0, "server_away")


def take_back(key: str) -> None:
    """As a recheck does that finds nothing to tell any more, in the same second."""
    OutboxMessage.objects.filter(key=key, status__in=("owed", "claimed")).update(status="cancelled")


def test_a_mail_taken_back_while_it_was_claimed_is_not_sent(owed: Owed) -> None:
    """A deed takes the second mail back while the first is being handed over."""
    owed("first", at=NOON - MINUTE)
    owed("second")
    Server.answer = staticmethod(lambda mail: take_back("second"))
    assert deliver(NOON) == {"sent": 1, "lost": 1}
    assert OutboxMessage.objects.get(key="second").status == "cancelled"


def test_a_mail_that_left_is_recorded_as_sent_even_if_it_was_taken_back_meanwhile(
    owed: Owed,
) -> None:
    owed("first")
    Server.answer = staticmethod(lambda mail: take_back("first"))
    deliver(NOON)
    assert only().status == "sent"


def test_what_is_no_longer_useful_is_missed_and_visible(owed: Owed) -> None:
    owed(useful_until=NOON, at=NOON - MINUTE)
    assert deliver(NOON) == {"missed": 1}
    assert Server.accepted == []
    assert [m.last_error for m in OutboxMessage.objects.missed()] == ["too_late"]


def test_what_is_useful_for_a_while_is_sent(owed: Owed) -> None:
    owed(useful_until=NOON + MINUTE)
    assert deliver(NOON) == {"sent": 1}


def test_a_mail_in_somebodys_hand_is_not_marked_missed(owed: Owed) -> None:
    message = owed(useful_until=NOON)
    OutboxMessage.objects.filter(pk=message.pk).update(
        status="claimed", claimed_by="x", lease_until=NOON + MINUTE
    )
    assert mark_missed(NOON) == 0
    assert mark_missed(NOON + 2 * MINUTE) == 1


def test_an_erased_mail_is_not_sent(owed: Owed, safe: Safe) -> None:
    owed()
    destroy(safe, [KeyPurpose.CONTENT], NOON)
    assert deliver(NOON) == {"cancelled": 1}
    assert (only().status, only().last_error) == ("cancelled", "erased")


def test_a_mail_whose_text_was_exchanged_is_not_sent(owed: Owed, safe: Safe) -> None:
    owed("mine", language="en", at=NOON - MINUTE)
    owed("other", language="fr")
    other = OutboxMessage.objects.get(key="other")
    OutboxMessage.objects.filter(key="mine").update(body=other.body)
    assert deliver(NOON) == {"failed": 1, "sent": 1}
    assert OutboxMessage.objects.failed().get().last_error == "unreadable"
