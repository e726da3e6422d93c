"""One bit of a sealed value flipped behind the program's back: the rest works, and health tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import Client

from dsr.requests.deeds.assignment import note
from dsr.requests.deeds.correction import complete, edit_contact
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.errors import NotNow, Unmet
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.selfcheck import selfcheck
from dsr.vault.altered import look_into_all, sealed_models, still_altered
from dsr.vault.models import FileChunk, KeyPurpose, SealedModel
from dsr.vault.services import destroy, find
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, deed_url, text_of
from tests.requests.reaching import reach
from tests.requests.trying import TRY

# A question is taken back also then: its link must not stay open.
CAN_STILL_BE = {"mark_read", "assign", "clear_check", "withdraw", "close", "withdraw_question"}
ALTERED = "This information was altered outside the program and is not shown."


def flip(row: SealedModel | FileChunk, field: str) -> None:
    """The last bit of the row's column, as somebody at the table would."""
    sealed = bytearray(getattr(row, field))
    sealed[-1] ^= 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {row._meta.db_table} SET {field} = %s WHERE id = %s", [bytes(sealed), row.pk]
        )


def sealed_values(subject_request: SubjectRequest) -> Iterator[tuple[SealedModel, str]]:
    for model in sealed_models().values():
        for row in model._base_manager.filter(safe=subject_request.safe_id):
            for field in model.sealed_fields():
                if getattr(row, field.name) is not None:
                    yield row, field.name


@pytest.fixture
def answered(desk: Desk) -> SubjectRequest:
    """With evidence, a note, a decision, an answer and its letter."""
    subject_request = TRY["send_answer"](reach(desk, "decided"), desk)
    return TRY["note"](subject_request, desk)


@pytest.fixture
def requester(answered: SubjectRequest) -> Client:
    """Who has read the answer before."""
    client = Client()
    client.post(f"/s/{links.issue(answered, at=MORNING)}/")
    client.post(f"/status/{answered.reference}/code/")
    client.post(f"/status/{answered.reference}/open/", {"code": cast.code_in_mail()})
    return client


def test_whichever_value_it_is_both_pages_show_the_rest(
    answered: SubjectRequest, requester: Client, seat: Callable[[str], Seat]
) -> None:
    staff = seat("officer").client
    tables = set()
    values = {
        # What was written is shown by its kind; all else of one column by the same few lines.
        (row._meta.db_table, field, getattr(row, "kind", "")): (row, field)
        for row, field in sealed_values(answered)
    }
    for row, field in values.values():
        tables.add(row._meta.db_table)
        with transaction.atomic():
            flip(row, field)
            for client, page in ((staff, "/staff/requests"), (requester, "/status")):
                response = client.get(f"{page}/{answered.reference}/")
                assert response.status_code == 200, (page, row._meta.db_table, field)
                assert answered.reference in text_of(response)
            transaction.set_rollback(True)
    # That the walk went past everything such a request has.
    assert {"requests_person", "requests_requestmessage", "requests_note"} <= tables


def test_with_all_of_them_altered_every_address_of_staff_still_answers(
    answered: SubjectRequest, seat: Callable[[str], Seat]
) -> None:
    for row, field in sealed_values(answered):
        flip(row, field)
    officer = seat("officer")
    assert officer.open(f"/staff/requests/{answered.reference}/").count(ALTERED) > 5
    for deed in DEEDS.values():
        status = officer.client.get(deed_url(answered, deed.address)).status_code
        assert status in (200, 403, 404), deed.code
    assert officer.client.get("/staff/letters/").status_code == 200
    file = answered.messages.exclude(letter=None).get().letter_id
    taken = officer.client.post(f"/staff/requests/{answered.reference}/files/{file}/")
    assert taken.status_code == 409
    assert "It was altered outside the program" in text_of(taken)


def test_health_and_the_self_check_tell_which_request_until_it_is_mended(
    answered: SubjectRequest, desk: Desk, seat: Callable[[str], Seat]
) -> None:
    person = answered.people.get()
    good = bytes(person.name)
    flip(person, "name")
    officer = seat("officer")
    assert ALTERED in officer.open(f"/staff/requests/{answered.reference}/")
    where = f"requests_person.name of row {person.pk}"
    line = f"sealed:altered: {where} was altered outside the program ({answered.reference})"
    health = officer.open("/staff/health/")
    assert where in health
    assert answered.reference in health
    assert line in [str(each) for each in selfcheck(at=MORNING)]
    type(person).objects.filter(pk=person.pk).update(name=good)
    assert where not in officer.open("/staff/health/")
    assert still_altered() == []


def test_what_nobody_has_met_is_found_by_looking_into_everything(answered: SubjectRequest) -> None:
    letter = answered.messages.exclude(letter=None).get().letter
    flip(answered.notes.get(), "text")
    flip(letter.chunks.get(seq=0), "sealed")
    assert still_altered() == []
    assert look_into_all() == 2
    assert {str(each).partition(" of ")[0] for each in still_altered()} == {
        "requests_note.text",
        "vault_sealedfile.content",
    }


def test_an_altered_address_is_as_none_and_can_be_corrected(desk: Desk) -> None:
    subject_request = cast.ask(desk.right("img", "access"))
    flip(subject_request.people.get(), "email")
    corrected = edit_contact(
        subject_request.pk, email="zoe.new@example.org", actor=desk.clerk, at=MORNING, seen=1
    )
    assert corrected.people.get().unseal("email") == "zoe.new@example.org"
    assert find("email", "zoe.canary@example.org") == set()
    assert find("email", "zoe.new@example.org") == {subject_request.safe_id}


def test_a_deed_that_needs_an_altered_value_is_refused_and_changes_nothing(desk: Desk) -> None:
    subject_request = cast.ask(desk.right("img", "access"))
    flip(subject_request, "particulars")
    before = len(cast.history(subject_request))
    with pytest.raises(Unmet, match="it needs was altered outside the program"):
        complete(
            subject_request.pk,
            particulars={"details": {"details": "More."}},
            actor=desk.clerk,
            at=MORNING,
            seen=1,
        )
    assert len(cast.history(subject_request)) == before
    assert [each.field for each in still_altered()] == ["particulars"]


def test_every_deed_on_an_erased_request_is_refused_with_a_sentence(
    desk: Desk, seat: Callable[[str], Seat]
) -> None:
    for state in ("in_progress", "closed"):
        subject_request = reach(desk, state)
        destroy(subject_request.safe, KeyPurpose, MORNING)
        for code in sorted(set(TRY) - CAN_STILL_BE):
            with pytest.raises(NotNow, match=r"erased|is not possible while"):
                TRY[code](subject_request, desk)
    page = text_of(seat("officer").client.get(deed_url(subject_request, "reopen")))
    assert "“Reopen” is not possible: the content of this request has been erased." in page
    # What needs nothing of it: an open request is not stuck for ever.
    open_one = reach(desk, "in_progress")
    destroy(open_one.safe, KeyPurpose, MORNING)
    assert TRY["withdraw"](TRY["assign"](open_one, desk), desk).status == "withdrawn"


def test_a_note_that_cannot_be_sealed_any_more_is_refused(desk: Desk) -> None:
    subject_request = reach(desk, "in_progress")
    destroy(subject_request.safe, [KeyPurpose.RECORD, KeyPurpose.IDENTITY], MORNING)
    with pytest.raises(Unmet, match="has been erased"):
        TRY["propose"](subject_request, desk)
    assert note(subject_request.pk, text="Still works.", actor=desk.handler, at=MORNING)


def test_both_pages_of_an_erased_request_still_open(
    answered: SubjectRequest, requester: Client, seat: Callable[[str], Seat]
) -> None:
    destroy(answered.safe, KeyPurpose, MORNING)
    officer = seat("officer")
    page = officer.open(f"/staff/requests/{answered.reference}/")
    assert "(erased)" in page
    for deed in DEEDS.values():
        status = officer.client.get(deed_url(answered, deed.address)).status_code
        assert status in (200, 403, 404), deed.code
    assert requester.get(f"/status/{answered.reference}/").status_code == 200
    for address, typed in (("reply/", {"text": "One more."}), ("code/", {}), ("new-link/", {})):
        assert requester.post(f"/status/{answered.reference}/{address}", typed).status_code < 500
