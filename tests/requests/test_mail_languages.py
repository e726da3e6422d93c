"""Each mail is in its reader's language, whoever set it off: names of rights and labels as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import translation

from dsr.accounts.models import User
from dsr.notifications.models import OutboxMessage
from dsr.requests.deadlines import reminders
from dsr.requests.services import digests
from tests import cast
from tests.cast import MORNING, Desk


def french(user: User) -> User:
    User.objects.filter(pk=user.pk).update(language="fr")
    user.refresh_from_db()
    return user


def said(kind: str, user: User) -> str:
    mail = OutboxMessage.objects.filter(kind=kind, recipient_user_id=user.pk).latest("pk")
    return str(mail.unseal("body"))


def test_a_french_request_is_told_to_english_staff_in_english(desk: Desk) -> None:
    french(desk.officer)
    with translation.override("fr"):
        cast.ask(desk.right("imo", "eu-access"), country="FR", language="fr")
    requester = OutboxMessage.objects.get(kind="acknowledgement")
    assert "Accès (Union européenne)" in requester.unseal("body")
    assert ": Access (European Union)" in said("new_request", desk.handler)
    assert "Accès" not in said("new_request", desk.handler)
    assert "Accès (Union européenne)" in said("new_request", desk.officer)


def test_an_english_request_is_told_to_french_staff_in_french(desk: Desk) -> None:
    french(desk.handler)
    cast.ask(desk.right("imo", "eu-access"), country="FR")
    assert "Accès (Union européenne)" in said("new_request", desk.handler)
    assert "Access (European Union)" not in said("new_request", desk.handler)


def test_a_reminder_names_duty_and_law_in_the_language_of_each(desk: Desk) -> None:
    french(desk.handler)
    cast.ask(desk.right("imo", "eu-access"), country="FR")
    reminders.sweep(at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert ", set by: The law" in said("reminder", desk.officer)
    in_french = " ".join(said("reminder", desk.handler).split())
    assert "fixé par : La loi" in in_french
    assert "Reçue : 1er mai 2026" in in_french
    assert "The law" not in in_french


def test_a_digest_is_in_one_language(desk: Desk) -> None:
    cast.ask(desk.right("img", "access"))
    cast.ask(desk.right("img", "access"), at=MORNING + timedelta(minutes=1), language="fr")
    cast.ask(desk.right("imo", "eu-access"), at=MORNING + timedelta(minutes=2), country="FR")
    digests.sweep(at=MORNING + timedelta(hours=1))
    mail = str(OutboxMessage.objects.get(kind="digest").unseal("body"))
    assert "réponse" not in mail
    assert "Accès" not in mail
    assert mail.count("By law you must have an answer by") == 2
