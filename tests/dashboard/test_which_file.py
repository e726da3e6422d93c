"""The history says which file, letter or message a line is about; sealed names stay sealed."""

from __future__ import annotations

from collections.abc import Callable

from dsr.audit.models import Entry
from dsr.audit.services import request_chain
from dsr.requests.deeds import enclosures, evidence
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.history import timeline
from dsr.requests.models import Evidence, SubjectRequest
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import COPY, MORNING, Desk
from tests.dashboard.conftest import Seat, deed_url

SeatOf = Callable[[str], Seat]
PASSPORT = CheckedUpload("zoe passport.pdf", b"%PDF-1.4 passport", "application/pdf")


def sentences(it: SubjectRequest, **files: dict[int, str]) -> list[str]:
    return [line.text for line in timeline(it, **files)]


def test_files_of_the_answer_are_named_when_added_taken_in_and_taken_out(
    desk: Desk, seat: SeatOf
) -> None:
    begun = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    added = enclosures.enclose(
        begun.pk, files=[COPY], actor=desk.handler, at=MORNING, seen=begun.version
    )
    row = added.enclosures.get()
    file = row.file_id
    handler = seat("handler")
    handler.client.post(deed_url(begun, f"files/{file}"))
    page = handler.open(f"/staff/requests/{begun.reference}/")
    which = f"{file} “record.csv” (SHA-256 85e2bf287b9a…)"
    assert f"Files were added to the answer: {which}" in page
    read = f"File {file} “record.csv” (Goes with the answer, SHA-256 85e2bf287b9a…) was downloaded"
    assert read in page
    enclosures.remove_enclosure(
        begun.pk, enclosure_id=row.pk, actor=desk.handler, at=MORNING, seen=added.version
    )
    page = handler.open(f"/staff/requests/{begun.reference}/")
    gone = f"{file} (SHA-256 85e2bf287b9a…)"
    assert f"A file was taken out of the answer: {gone}" in page
    # Its name went with it.
    assert "record.csv" not in page


def test_a_file_put_in_with_the_decision_is_named_in_its_line(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    proposed = cast.propose(begun, desk.handler, files=[COPY])
    file = proposed.enclosures.get().file_id
    said = f"Decision proposed: Granted; files added: {file} (SHA-256 85e2bf287b9a…)"
    assert sentences(proposed)[0] == said


def test_an_identity_document_is_named_only_to_who_may_see_it(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("img", "access"))
    given = EvidenceGiven(kind="id_document", confirmed=True, document=PASSPORT)
    evidence.add_evidence(asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version)
    file = Evidence.objects.get().document_id
    handler = seat("handler")
    handler.client.post(deed_url(asked, f"files/{file}"))
    address = f"/staff/requests/{asked.reference}/"
    named = f"File {file} “zoe passport.pdf” (Identity document) was downloaded"
    assert named in handler.open(address)
    of_clerk = seat("clerk").open(address)
    assert f"File {file} (Identity document) was downloaded" in of_clerk
    assert "passport.pdf" not in of_clerk


def test_no_name_of_a_file_is_in_the_facts_and_a_number_is_left_after_erasure(
    desk: Desk, seat: SeatOf
) -> None:
    asked = cast.ask(desk.right("img", "access"), files=(PASSPORT,))
    file = asked.attachments.get().file_id
    handler = seat("handler")
    handler.client.post(deed_url(asked, f"files/{file}"))
    for entry in Entry.objects.filter(chain=request_chain(asked.pk)):
        assert "passport" not in str(entry.facts)
    destroy(asked.safe, [KeyPurpose.CONTENT], MORNING)
    page = handler.open(f"/staff/requests/{asked.reference}/")
    assert f"File {file} “(erased)” (Came with the request) was downloaded" in page


def test_evidence_that_was_struck_is_named_by_its_kind(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    given = EvidenceGiven(kind="id_document", confirmed=True, document=PASSPORT)
    added = evidence.add_evidence(
        asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version
    )
    row = Evidence.objects.get()
    evidence.strike_evidence(
        asked.pk, evidence_id=row.pk, actor=desk.handler, at=MORNING, seen=added.version
    )
    assert f"A piece of evidence was struck: {row.get_kind_display()}" in sentences(asked)
