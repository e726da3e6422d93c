"""Owing: once per key, text made at once, sealed, and nothing typed in a header."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from dsr.notifications.models import OutboxMessage
from dsr.notifications.rendering import one_line, render, tidy
from dsr.notifications.services import deliver, owe
from dsr.vault.models import Safe
from tests.notifications.conftest import NOON, READER, Server

Owed = Callable[..., OutboxMessage]


def test_owing_twice_is_owing_once(owed: Owed) -> None:
    assert owed("receipt:7").pk == owed("receipt:7").pk
    assert OutboxMessage.objects.count() == 1


def test_the_second_debt_of_a_key_changes_nothing_of_the_first(owed: Owed) -> None:
    owed("receipt:7")
    again = owed("receipt:7", to="somebody.else@example.org")
    assert again.unseal("to_address") == READER


def test_a_debt_of_a_deed_that_fails_is_not_owed(owed: Owed) -> None:
    with transaction.atomic():
        owed()
        transaction.set_rollback(True)
    assert OutboxMessage.objects.count() == 0


def test_address_subject_and_text_are_sealed(owed: Owed) -> None:
    row = OutboxMessage.objects.filter(pk=owed().pk).values().get()
    stored = repr({name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()})
    assert "canary" not in stored.lower()
    assert "authenticator" not in stored


def test_the_text_is_made_in_the_language_of_the_reader(owed: Owed) -> None:
    text = owed().unseal("body")
    assert text.startswith("Hello Anna Canary,\n\nAn authenticator app has been added")
    assert text.rstrip().endswith("We never ask for a password by mail.")
    assert "\n-- \n" in text


def test_nothing_is_escaped_in_a_plain_text(owed: Owed) -> None:
    message = owed(context={"name": "O'Neil & <Sons>", "what": "x", "when": "2 March"})
    assert message.unseal("body").startswith("Hello O'Neil & <Sons>,\n")


def test_a_text_that_speaks_of_something_nobody_gave_it_is_a_defect(owed: Owed) -> None:
    with pytest.raises(LookupError):
        owed(context={"name": "Anna"})


def test_an_unknown_recheck_is_a_defect_when_owed(owed: Owed) -> None:
    with pytest.raises(LookupError):
        owed(recheck="nobody_registered_this")


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org\nBcc: eve@example.org",
        "anna@example.org\r\nSubject: hi",
        "anna@example.org, eve@example.org",
        "Anna <anna@example.org>",
        "not an address",
        "",
    ],
)
def test_what_is_no_single_address_is_a_task_at_once_and_never_mailed(
    owed: Owed, address: str, server: type[Server], caplog: pytest.LogCaptureFixture
) -> None:
    owed(to=address)
    assert deliver(NOON) == {}
    assert Server.accepted == []
    failed = OutboxMessage.objects.failed().get()
    assert (failed.last_error, failed.attempts) == ("no_address", 0)
    assert caplog.messages == ["A message (security_notice) is owed to what is no mail address."]


def test_no_line_break_or_control_character_reaches_a_subject() -> None:
    assert one_line("Hello\r\nBcc: eve@example.org\x00\u2028x\x85y") == (
        "Hello Bcc: eve@example.org x y"
    )


def test_a_subject_sees_the_reference_and_no_name() -> None:
    with pytest.raises(LookupError):
        _rendered_subject("{{ name }}")
    assert _rendered_subject("{{ reference }} {{ organisation }}") == "K7QM-3XWD IMG"


def _rendered_subject(template: str) -> str:
    from unittest import mock

    from django.template import Engine

    from dsr.notifications import rendering

    files = {"mail/trial/subject.txt": template, "mail/trial/body.txt": "x"}
    engine = Engine(
        loaders=[("django.template.loaders.locmem.Loader", files)],
        autoescape=False,
        string_if_invalid=rendering.UNDEFINED,
    )
    with mock.patch.object(rendering, "_engine", return_value=engine):
        context = {"name": "Anna", "organisation": "IMG"}
        return render("trial", context, language="en", reference="K7QM-3XWD").subject


def test_a_kind_cannot_leave_the_folder_of_templates() -> None:
    with pytest.raises(ValueError, match="no kind of message"):
        render("../letters", {}, language="en")


def test_empty_lines_are_tidied_and_the_mark_of_a_signature_kept() -> None:
    assert tidy("\n\na  \r\n\n\n\nb\n-- \nc\n\n") == "a\n\nb\n-- \nc\n"


def test_the_message_id_is_made_when_owed_and_holds_no_address(owed: Owed) -> None:
    message_id = owed().message_id
    assert message_id.startswith("<")
    assert message_id.endswith("@demo.example>")
    assert "anna" not in message_id


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_once_after_the_commit_and_not_before(
    owed: Owed, silent_bell: list[str]
) -> None:
    with transaction.atomic():
        owed("one")
        owed("two")
        assert silent_bell == []
    assert silent_bell == ["rung"]


@pytest.mark.django_db(transaction=True)
def test_the_bell_is_silent_after_a_rollback(owed: Owed, silent_bell: list[str]) -> None:
    with transaction.atomic():
        owed("one")
        transaction.set_rollback(True)
    assert silent_bell == []


@pytest.mark.django_db(transaction=True)
def test_two_transactions_that_owe_the_same_at_once_owe_it_once(safe: Safe) -> None:
    from threading import Barrier

    from tests.notifications.threads import at_once

    barrier = Barrier(4)

    def debt() -> None:
        barrier.wait(10)
        values: dict[str, Any] = {"name": "A", "what": "x", "when": "now"}
        owe(
            key="same",
            kind="security_notice",
            safe=Safe.objects.get(pk=safe.pk),
            to=READER,
            language="en",
            context=values,
            at=NOON,
        )

    at_once([debt] * 4)
    assert OutboxMessage.objects.count() == 1


def test_every_kind_of_mail_has_a_subject_and_a_signed_body() -> None:
    from django.conf import settings

    kinds = [path for path in (settings.BASE_DIR / "templates" / "mail").iterdir() if path.is_dir()]
    assert {"invitation", "second_factor_reset", "password_reset"} <= {path.name for path in kinds}
    for folder in kinds:
        assert sorted(path.name for path in folder.iterdir()) == ["body.txt", "subject.txt"]
        assert 'include "mail/_signature.txt"' in (folder / "body.txt").read_text()
        assert len((folder / "subject.txt").read_text().strip().splitlines()) == 1
