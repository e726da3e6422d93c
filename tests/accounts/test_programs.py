"""Programs of an organisation: who may make them, and that a credential opens what it should."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from dsr.accounts.models import Program, User
from dsr.accounts.programs import authenticate, make_program, revoke, rotate
from dsr.accounts.roles import FOR_PROGRAMS, Permission
from dsr.accounts.services import AccountsError
from dsr.audit.models import Entry
from dsr.policies.models import Organisation
from tests.accounts.conftest import NOON

Act = Callable[[], object]


def later(**time: int) -> datetime:
    return NOON + timedelta(**time)


@pytest.fixture
def mailbox(img: Organisation, ada: User) -> tuple[Program, str]:
    return make_program(img, "Mailbox", ["view", "record"], by=ada, at=NOON)


def lines(code: str = "account.program") -> list[tuple[str, int | None, dict[str, object]]]:
    rows = Entry.objects.filter(chain="site", code__startswith=code).order_by("seq")
    return [(each.code, each.actor_id, each.facts) for each in rows]


def test_a_program_has_what_it_was_given_in_its_organisation_and_nothing_elsewhere(
    mailbox: tuple[Program, str], img: Organisation, imo: Organisation
) -> None:
    program, _token = mailbox
    assert program.permissions_in(img, at=NOON) == {Permission.VIEW, Permission.RECORD}
    assert program.permissions_in(imo, at=NOON) == frozenset()


def test_its_token_is_recognised_and_kept_nowhere(mailbox: tuple[Program, str]) -> None:
    program, token = mailbox
    assert re.fullmatch(r"dsr_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", token)
    assert authenticate(token, at=NOON) == program
    secret = token.removeprefix(f"dsr_{program.prefix}_")
    rows = [*Program.objects.values_list(), *Entry.objects.values_list()]
    assert [row for row in rows if secret in str(row)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda token: "", id="nothing"),
        pytest.param(lambda token: token[:-1], id="cut off"),
        pytest.param(lambda token: token + "x", id="longer"),
        pytest.param(lambda token: token.swapcase(), id="other letters"),
        pytest.param(lambda token: token[:13] + "A" * 43, id="its prefix with another secret"),
        pytest.param(lambda token: "dsr_00000000_" + token[13:], id="another prefix"),
        pytest.param(lambda token: token + "\n", id="a line more"),
        pytest.param(lambda token: token.replace("dsr_", "dsr_\x00"), id="a null"),
        pytest.param(lambda token: "dsr_é" + token[5:], id="beyond ASCII"),
    ],
)
def test_a_wrong_token_is_nobodys(
    mailbox: tuple[Program, str], wrong: Callable[[str], str]
) -> None:
    assert authenticate(wrong(mailbox[1]), at=NOON) is None
    assert Program.objects.get().last_used_at is None


def test_a_credential_ends_on_its_day(mailbox: tuple[Program, str], img: Organisation) -> None:
    program, token = mailbox
    last = later(days=365) - timedelta(seconds=1)
    assert authenticate(token, at=last) == program
    assert program.permissions_in(img, at=last)
    assert authenticate(token, at=later(days=365)) is None
    assert program.permissions_in(img, at=later(days=365)) == frozenset()


def test_a_revoked_program_does_nothing_more_even_in_a_call_that_had_begun(
    mailbox: tuple[Program, str], img: Organisation, ada: User
) -> None:
    program, token = mailbox
    begun = authenticate(token, at=NOON)
    revoke(program, by=ada, at=NOON)
    assert begun is not None
    assert begun.permissions_in(img, at=NOON) == frozenset()
    assert authenticate(token, at=NOON) is None
    with pytest.raises(AccountsError, match="was revoked"):
        rotate(program, by=ada, at=NOON)


def test_a_new_token_ends_the_old_one(mailbox: tuple[Program, str], ada: User) -> None:
    program, old = mailbox
    new = rotate(program, by=ada, at=later(days=400), days=30)
    assert authenticate(old, at=later(days=400)) is None
    assert authenticate(new, at=later(days=429)) == program
    assert authenticate(new, at=later(days=430)) is None


def test_its_use_is_noted_at_most_once_a_minute(mailbox: tuple[Program, str]) -> None:
    _program, token = mailbox
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        authenticate(token, at=later(seconds=seconds))
        assert Program.objects.get().last_used_at == later(seconds=noted)


def test_making_rotating_and_revoking_are_lines_of_history_without_a_token(
    mailbox: tuple[Program, str], img: Organisation, ada: User
) -> None:
    program, token = mailbox
    new = rotate(program, by=ada, at=NOON)
    revoke(program, by=ada, at=NOON)
    revoke(program, by=ada, at=NOON)
    ids = {"program": program.pk, "organisation": img.pk}
    assert lines() == [
        ("account.program_made", ada.pk, {**ids, "permissions": ["record", "view"]}),
        ("account.program_rotated", ada.pk, ids),
        ("account.program_revoked", ada.pk, ids),
    ]
    assert not any(part in str(lines()) for part in (token[4:], new[4:]))


@pytest.mark.parametrize("role", ["clerk", "handler", "auditor", "outside"])
def test_only_who_may_invite_there_makes_rotates_and_revokes(
    mailbox: tuple[Program, str], img: Organisation, hugo: User, role: str
) -> None:
    hugo.memberships.update(role=role)
    program, token = mailbox
    tries: list[Act] = [
        lambda: make_program(img, "Another", ["view"], by=hugo, at=NOON),
        lambda: rotate(program, by=hugo, at=NOON),
        lambda: revoke(program, by=hugo, at=NOON),
    ]
    for act in tries:
        with pytest.raises(AccountsError, match="may not change who works"):
            act()
    assert authenticate(token, at=NOON) == program
    assert len(lines()) == 1


def test_an_officer_does_so_for_the_own_organisation_only(
    img: Organisation, imo: Organisation, olga: User
) -> None:
    make_program(img, "Mailbox", ["view"], by=olga, at=NOON)
    with pytest.raises(AccountsError, match="may not change who works"):
        make_program(imo, "Mailbox", ["view"], by=olga, at=NOON)


@pytest.mark.parametrize(
    ("name", "permissions", "days", "said"),
    [
        pytest.param("Ward", ["approve"], 30, "open to programs", id="approves"),
        pytest.param("Ward", ["view", "identify"], 30, "open to programs", id="identifies"),
        pytest.param("Ward", ["everything"], 30, "open to programs", id="unknown"),
        pytest.param("Ward", [], 30, "open to programs", id="nothing"),
        pytest.param(" ", ["view"], 30, "a name", id="no name"),
        pytest.param("Mailbox", ["view"], 30, "of this name already", id="name taken"),
        pytest.param("Ward", ["view"], 0, "1 to 730 days", id="no day"),
        pytest.param("Ward", ["view"], 731, "1 to 730 days", id="for ever"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    mailbox: tuple[Program, str],
    img: Organisation,
    ada: User,
    name: str,
    permissions: list[str],
    days: int,
    said: str,
) -> None:
    with pytest.raises(AccountsError, match=said):
        make_program(img, name, permissions, by=ada, at=NOON, days=days)
    assert Program.objects.count() == 1
    assert len(lines()) == 1


def test_the_list_of_permissions_is_closed_in_the_table_too(mailbox: tuple[Program, str]) -> None:
    assert {each.value for each in FOR_PROGRAMS} == {"view", "record", "note", "assign", "work"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Program.objects.update(permissions=["view", "approve"])


def command(*args: str) -> str:
    said = StringIO()
    call_command("program", *args, stdout=said)
    return said.getvalue().strip()


def test_the_command_makes_renews_lists_and_revokes(img: Organisation, ada: User) -> None:
    by = ("--by", ada.email)
    token = command("create", "img", "Mailbox", "--may", "view", "record", *by)
    prefix = Program.objects.get().prefix
    assert token.startswith(f"dsr_{prefix}_")
    listed = command("list")
    assert listed.startswith(f"{prefix}  img  Mailbox: record view; until ")
    assert token not in listed
    renewed = command("rotate", prefix, "--days", "30", *by)
    assert renewed != token
    assert command("revoke", Program.objects.get().prefix, *by) == ""
    assert "; revoked " in command("list")
    assert [(code, actor) for code, actor, _facts in lines()] == [
        ("account.program_made", ada.pk),
        ("account.program_rotated", ada.pk),
        ("account.program_revoked", ada.pk),
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("create", "nowhere", "M", "--may", "view", "--by", "ada@example.org"), "nowhere"),
        (("create", "img", "M", "--may", "view", "--by", "nobody@example.org"), "Nobody has"),
        (("create", "img", "M", "--may", "approve", "--by", "ada@example.org"), "invalid choice"),
        (("revoke", "00000000", "--by", "ada@example.org"), "No program has"),
    ],
)
def test_the_command_says_what_is_wrong(
    img: Organisation, ada: User, args: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        command(*args)
    assert not Program.objects.exists()
