"""What a program of the organisation may do to requests: little, and nothing that decides."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from dsr.accounts.models import Program, User
from dsr.accounts.programs import authenticate, make_program, revoke
from dsr.accounts.roles import FOR_PROGRAMS
from dsr.audit.models import Entry
from dsr.audit.services import verify
from dsr.policies.models import Organisation
from dsr.requests import drawing, history
from dsr.requests.deeds import conversation, receipt
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.errors import NeedsAPerson, NotAllowed
from dsr.requests.models import SubjectRequest
from dsr.requests.submission import intake
from dsr.requests.submission.given import PersonGiven, Submission
from tests import cast
from tests.cast import MORNING, ZOE, Desk
from tests.requests.reaching import reach

OPEN_TO_PROGRAMS = {"acknowledge", "reply"}


def made(desk: Desk, slug: str = "img", *may: str) -> tuple[Program, str]:
    """A program that may do whatever a program can be allowed, unless less is said."""
    organisation = Organisation.objects.get(slug=slug)
    held = may or [each.value for each in FOR_PROGRAMS]
    return make_program(organisation, "Mailbox of the house", held, by=desk.officer, at=MORNING)


def test_two_deeds_are_open_to_programs_and_all_others_are_closed() -> None:
    assert {code for code, deed in DEEDS.items() if deed.by_program} == OPEN_TO_PROGRAMS


def test_what_is_open_to_programs_asks_for_what_a_program_can_hold() -> None:
    for code in OPEN_TO_PROGRAMS:
        assert set(DEEDS[code].permissions) & FOR_PROGRAMS, code


@pytest.mark.parametrize("code", sorted(set(DEEDS) - OPEN_TO_PROGRAMS))
def test_every_other_deed_needs_a_person(desk: Desk, code: str) -> None:
    deed, (program, _token) = DEEDS[code], made(desk)
    subject_request = reach(desk, deed.sources()[0])
    with pytest.raises(NeedsAPerson, match="A program cannot do this"):
        deed(subject_request.pk, object(), actor=program, at=MORNING, seen=None)  # type: ignore[arg-type]
    assert SubjectRequest.objects.get(pk=subject_request.pk).version == subject_request.version
    (line,) = Entry.objects.filter(chain="site", code="denied")
    assert (line.by, line.actor_id) == ("program", program.pk)
    assert line.facts == {"deed": code, "request": subject_request.pk}


def reply(subject_request: SubjectRequest, program: Program) -> SubjectRequest:
    return conversation.reply(
        subject_request.pk, text="The one of May.", actor=program, at=MORNING, seen=None
    )


def test_it_hands_on_a_reply_and_history_names_it_to_staff_alone(desk: Desk) -> None:
    waiting, (program, _token) = reach(desk, "waiting"), made(desk)
    replied = reply(waiting, program)
    assert replied.status == "in_progress"
    (message,) = replied.messages.filter(from_requester=True)
    assert (message.by, message.unseal("body")) == (None, "The one of May.")
    line = next(each for each in reversed(cast.history(replied)) if each.code == "reply")
    assert (line.by, line.actor_id) == ("program", program.pk)
    said = next(each for each in history.timeline(replied) if each.text == "The requester replied")
    assert said.by == "Mailbox of the house"
    told = next(history.told(replied))
    assert (told.text, told.by) == ("Your message arrived.", "automatically")
    assert verify() == []


def test_a_user_of_the_same_number_is_not_named_in_its_place(desk: Desk) -> None:
    program, _token = made(desk)
    User.objects.filter(pk=program.pk).delete()
    User.objects.create(pk=program.pk, email="number@example.org", name="Same Number")
    replied = reply(reach(desk, "waiting"), program)
    assert "Same Number" not in {each.by for each in history.timeline(replied)}


def test_it_records_that_receipt_was_confirmed(desk: Desk) -> None:
    Organisation.objects.filter(slug="img").update(regimes=["ccpa"])
    who = PersonGiven(name="Zoé Canary-Quill", phone="+33 4 00 00 00 00")
    asked = cast.ask(desk.right("img", "access"), who=who, country="US-CA")
    program, _token = made(desk)
    receipt.acknowledge(asked.pk, on=MORNING.date(), actor=program, at=MORNING, seen=None)
    assert asked.deadlines.get(purpose="acknowledge").status == "met"
    assert [each.by for each in cast.history(asked)][-2:] == ["program", "program"]


@pytest.mark.parametrize(
    "what", ["of another organisation", "without the permission", "revoked", "expired"]
)
def test_a_program_that_may_not_is_refused_what_programs_may_do(desk: Desk, what: str) -> None:
    waiting = reach(desk, "waiting")
    program, _token = made(
        desk,
        "imo" if what == "of another organisation" else "img",
        *(["view"] if what == "without the permission" else []),
    )
    if what == "revoked":
        revoke(program, by=desk.officer, at=MORNING)
    at = MORNING + timedelta(days=365) if what == "expired" else MORNING
    with pytest.raises(NotAllowed, match="do not have the permission"):
        conversation.reply(waiting.pk, text="x", actor=program, at=at, seen=None)
    assert Entry.objects.get(chain="site", code="denied").by == "program"


def test_it_submits_no_request(desk: Desk) -> None:
    program, _token = made(desk)
    asking = Submission(
        right=desk.right("img", "access"),
        channel="email",
        role="subject",
        subject=ZOE,
        language="en",
    )
    with pytest.raises(NeedsAPerson):
        intake.submit(asking, actor=program, at=MORNING)
    assert not SubjectRequest.objects.exists()
    assert Entry.objects.get(chain="site", code="denied").by == "program"


def test_the_drawing_says_what_is_open_to_programs() -> None:
    page = drawing.page()
    assert "| `reply` | Record a reply | staff with *record*, the requester, programs with" in page
    assert page.count("programs with") == len(OPEN_TO_PROGRAMS)


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Every line that any logger gets, at any level, statements included."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    keep, names = Keep(), [None, "django", "django.db.backends", "dsr", "celery"]
    loggers = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    for logger, _level in loggers:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(keep)
    yield lines
    for logger, level in loggers:
        logger.setLevel(level)
        logger.removeHandler(keep)


def test_its_token_is_in_no_log_and_no_table(desk: Desk, said: list[str]) -> None:
    """Not even in the statements that a database driver writes down when it is asked to."""
    connection.force_debug_cursor = True
    try:
        program, token = made(desk)
        assert authenticate(token, at=MORNING) == program
        assert authenticate(token[:-3] + "abc", at=MORNING) is None
        reply(reach(desk, "waiting"), program)
    finally:
        connection.force_debug_cursor = False
    secret = token[13:-3]
    assert any(program.prefix in line for line in said)  # the statements were looked at
    assert [line for line in said if secret in line] == []
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{secret}%"]
            )
            assert cursor.fetchone() == (0,), table
