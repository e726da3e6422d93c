"""An answer carries files: what is granted is given, and seen by who approves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from dsr.requests import enclosures
from dsr.requests.deeds import answer, decision, review
from dsr.requests.deeds.decision import Proposal
from dsr.requests.deeds.enclosures import enclose, remove_enclosure
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import Enclosure, SubjectRequest
from dsr.requests.preconditions import decision_holds
from dsr.requests.services import paper
from dsr.vault.models import FileChunk, SealedFile
from dsr.vault.services import open_file
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import COPY, MORNING, Desk

GRANT = Proposal(outcome="granted", answer="Your record is enclosed.")
PROOF = CheckedUpload("receipt.pdf", b"%PDF-1.7", "application/pdf")


def in_work(desk: Desk, slug: str = "access") -> SubjectRequest:
    begun = cast.begin(cast.ask(desk.right("img", slug)), desk.handler)
    return cast.prove_contact(begun, desk.handler)


def propose(it: SubjectRequest, desk: Desk, **given: object) -> SubjectRequest:
    proposal = replace(GRANT, **given)  # type: ignore[arg-type]
    return decision.propose(it.pk, proposal, actor=desk.handler, at=MORNING, seen=it.version)


def approve(it: SubjectRequest, desk: Desk) -> SubjectRequest:
    return review.approve(it.pk, actor=desk.second_officer, at=MORNING, seen=it.version)


def open_all(it: SubjectRequest, desk: Desk) -> None:
    for each in it.enclosures.exclude(file=None):
        enclosures.opened(it, each.file_id or 0, by=desk.second_officer, at=MORNING)


def test_a_granted_access_that_gives_nothing_is_not_proposed(desk: Desk) -> None:
    it = in_work(desk)
    with pytest.raises(BadInput) as refused:
        propose(it, desk)
    assert refused.value.fields == {
        "given_as": "This right gives the person something, and nothing goes with the answer. Add "
        "the files, or say where it is."
    }


@pytest.mark.parametrize("outcome", ["granted", "partly_granted"])
def test_to_say_that_it_is_in_the_files_takes_a_file(desk: Desk, outcome: str) -> None:
    ground = "rights_of_others" if outcome == "partly_granted" else ""
    with pytest.raises(BadInput) as refused:
        propose(in_work(desk), desk, outcome=outcome, ground=ground, given_as="files")
    assert list(refused.value.fields) == ["files"]


@pytest.mark.parametrize("how", ["text", "inspection"])
def test_it_may_be_in_the_text_or_be_looked_at(desk: Desk, how: str) -> None:
    proposed = propose(in_work(desk), desk, given_as=how)
    assert proposed.decisions.get().given_as == how


def test_given_another_way_takes_the_day_and_the_proof(desk: Desk) -> None:
    it = in_work(desk)
    with pytest.raises(BadInput) as refused:
        propose(it, desk, given_as="before", given_on=date(2026, 5, 2))
    assert set(refused.value.fields) == {"given_on", "given_proof"}
    proposed = propose(it, desk, given_as="before", given_on=date(2026, 5, 1), given_proof=PROOF)
    kept = proposed.decisions.get()
    assert kept.given_on == date(2026, 5, 1)
    assert kept.given_proof is not None


@pytest.mark.parametrize(("organisation", "slug"), [("img", "withdraw-consent"), ("img", "erase")])
def test_a_right_that_gives_nothing_is_not_asked_where_it_is(
    desk: Desk, organisation: str, slug: str
) -> None:
    begun = cast.begin(cast.ask(desk.right(organisation, slug)), desk.handler)
    assert propose(cast.prove_contact(begun, desk.handler), desk).status == "in_review"


def test_files_go_with_no_refusal(desk: Desk) -> None:
    with pytest.raises(BadInput) as refused:
        propose(in_work(desk), desk, outcome="refused", ground="excessive", files=[COPY])
    assert refused.value.fields == {
        "files": "Files go with no refusal. Take them out of the answer first."
    }


def test_who_approves_has_opened_each_file(desk: Desk) -> None:
    it = propose(in_work(desk), desk, files=[COPY, replace(COPY, name="second.csv")])
    assert it.decisions.get().given_as == "files"
    first, second = it.enclosures.all()
    with pytest.raises(Unmet, match="2 files that go with this answer have not been opened by you"):
        approve(it, desk)
    enclosures.opened(it, first.file_id or 0, by=desk.second_officer, at=MORNING)
    # What a colleague opened says nothing of what this person saw.
    enclosures.opened(it, second.file_id or 0, by=desk.handler, at=MORNING)
    with pytest.raises(Unmet, match="1 file that goes with this answer has not been opened by you"):
        approve(it, desk)
    enclosures.opened(it, second.file_id or 0, by=desk.second_officer, at=MORNING)
    assert approve(it, desk).status == "decided"


def test_no_file_is_added_or_taken_out_once_it_is_proposed(desk: Desk) -> None:
    it = propose(in_work(desk), desk, files=[COPY])
    seen = {"actor": desk.handler, "at": MORNING, "seen": it.version}
    with pytest.raises(Exception, match="is not possible while the request is"):
        enclose(it.pk, files=[COPY], **seen)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="is not possible while the request is"):
        remove_enclosure(it.pk, enclosure_id=it.enclosures.get().pk, **seen)  # type: ignore[arg-type]


def test_a_file_exchanged_past_the_program_makes_the_decision_void(desk: Desk) -> None:
    it = propose(in_work(desk), desk, files=[COPY])
    other = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    enclose(other.pk, files=[COPY], actor=desk.handler, at=MORNING, seen=other.version)
    theirs = other.enclosures.get()
    file, theirs.file = theirs.file, None
    theirs.save()
    it.enclosures.update(file=file)
    it.refresh_from_db()
    assert "The files that go with the answer were changed." in decision_holds(it, desk.officer)


def test_a_file_that_is_taken_out_is_gone_and_stays_in_the_history(desk: Desk) -> None:
    it = in_work(desk)
    it = enclose(it.pk, files=[COPY], actor=desk.handler, at=MORNING, seen=it.version)
    row = it.enclosures.get()
    number = row.file_id
    remove_enclosure(it.pk, enclosure_id=row.pk, actor=desk.handler, at=MORNING, seen=it.version)
    assert not SealedFile.objects.filter(pk=number).exists()
    assert not FileChunk.objects.filter(file=number).exists()
    lines = {line.code: line.facts for line in cast.history(it)}
    assert lines["enclose"]["enclosures"] == [row.pk]
    assert lines["remove_enclosure"]["enclosure"] == row.pk


def sent(desk: Desk, *, wants_paper: bool = False) -> SubjectRequest:
    asked = cast.ask(desk.right("img", "access"), wants_paper=wants_paper)
    it = cast.begin(asked, desk.handler)
    it = propose(cast.prove_contact(it, desk.handler), desk, files=[COPY])
    open_all(it, desk)
    it = approve(it, desk)
    return answer.send_answer(it.pk, actor=desk.handler, at=MORNING, seen=it.version)


def test_the_file_goes_out_with_the_answer_under_the_key_of_the_content(desk: Desk) -> None:
    it = sent(desk)
    row = it.enclosures.select_related("file", "message").get()
    assert row.message == it.messages.get(kind="answer")
    assert row.file is not None
    assert row.file.purpose == "content"
    assert open_file(row.file).read() == b"day,what\n2025-03-03,visit\n"
    assert not enclosures.standing(it).exists()


def test_the_letter_lists_what_is_enclosed(desk: Desk) -> None:
    it = sent(desk)
    row = it.enclosures.select_related("file").get()
    assert enclosures.described(row, it) == (
        "record.csv (CSV, 26\xa0bytes; SHA-256 "
        "85e2bf287b9a506ae1396faee1a8f4bc4ad3472a6f945e5b5710c650880216c3)"
    )


def test_a_letter_taken_back_gives_its_files_back(desk: Desk) -> None:
    it = sent(desk, wants_paper=True)
    paper.take_back_letter(it, at=timezone.now())
    assert [each.pk for each in enclosures.standing(it)] == [Enclosure.objects.get().pk]
