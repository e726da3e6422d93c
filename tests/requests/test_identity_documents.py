"""Identity documents are destroyed when the identity is settled, and after two weeks."""

from __future__ import annotations

from datetime import datetime

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import conversation, ending, evidence, identity, review
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import IdentityDocument, SubjectRequest
from dsr.requests.services import identity_documents
from dsr.vault.errors import KeyDestroyed
from dsr.vault.models import KeyPurpose, SealedFile
from dsr.vault.services import check_erasure, destroy, open_file
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import MORNING, Desk

PASSPORT = CheckedUpload("passport.png", b"\x89PNG canary", "image/png")
BILL = CheckedUpload("bill.png", b"\x89PNG bill", "image/png")


def proving(desk: Desk, *, at: datetime = MORNING) -> SubjectRequest:
    """Proof was asked for, and a passport came."""
    asked = cast.ask(desk.right("img", "access"))
    identity.ask_identity(
        asked.pk, question="Who is it?", actor=desk.handler, at=MORNING, seen=asked.version
    )
    return reply(asked, PASSPORT, at)


def reply(asked: SubjectRequest, file: CheckedUpload, at: datetime) -> SubjectRequest:
    return conversation.reply(
        asked.pk, text="Here.", documents=[file], actor=REQUESTER, at=at, seen=None
    )


def readable() -> list[str]:
    """The names of the files that still open."""
    names = []
    for file in SealedFile.objects.order_by("pk"):
        try:
            names.append(open_file(file).name)
        except KeyDestroyed:
            continue
    return names


def lines(asked: SubjectRequest) -> list[dict[str, object]]:
    return [e.facts for e in cast.history(asked) if e.code == "identity_documents_destroyed"]


def test_they_are_destroyed_when_the_identity_is_accepted_and_the_evidence_stays(
    desk: Desk,
) -> None:
    asked = proving(desk)
    sent = asked.identity_documents.get().file_id
    given = EvidenceGiven(kind="id_document", confirmed=True, received=sent)
    proved = evidence.add_evidence(
        asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version
    )
    assert readable() == ["passport.png"]
    identity.accept_identity(proved.pk, actor=desk.handler, at=MORNING, seen=proved.version)
    assert readable() == []
    assert lines(asked) == [{"why": "settled", "files": [sent]}]
    assert asked.evidence.get().document_id == sent
    # What opens no more is no finding of the check of an erasure, and what is kept is none either.
    assert check_erasure(asked.safe).found == []


def test_they_are_destroyed_when_the_request_is_refused_for_want_of_identity(desk: Desk) -> None:
    asked = proving(desk)
    proposed = cast.propose(asked, desk.handler, outcome="refused", ground="identity_not_proved")
    assert readable() == ["passport.png"]
    review.approve(proposed.pk, actor=desk.second_officer, at=MORNING, seen=proposed.version)
    assert readable() == []


def test_they_are_destroyed_when_the_request_ends(desk: Desk) -> None:
    asked = proving(desk)
    ending.withdraw(asked.pk, actor=REQUESTER, at=MORNING, seen=None)
    assert readable() == []


def test_each_is_destroyed_after_fourteen_days_of_its_own(desk: Desk) -> None:
    asked = proving(desk)
    reply(asked, BILL, cast.later(5))
    assert identity_documents.sweep(at=cast.later(13)) == 0
    assert readable() == ["passport.png", "bill.png"]
    assert identity_documents.sweep(at=cast.later(14)) == 1
    assert identity_documents.sweep(at=cast.later(14)) == 0
    assert readable() == ["bill.png"]
    assert identity_documents.sweep(at=cast.later(40)) == 1
    assert [each["why"] for each in lines(asked)] == ["time", "time"]


def test_staff_are_warned_three_days_before_and_once(desk: Desk) -> None:
    proving(desk)

    def warned() -> int:
        return OutboxMessage.objects.filter(kind="identity_documents").count()

    identity_documents.sweep(at=cast.later(10))
    assert warned() == 0
    identity_documents.sweep(at=cast.later(11))
    identity_documents.sweep(at=cast.later(12))
    # The handler and the two officers: nobody has it yet.
    assert warned() == 3
    mail = OutboxMessage.objects.filter(kind="identity_documents").first()
    assert mail
    assert "destroyed on 15 May 2026" in str(mail.unseal("body"))


def test_what_came_after_one_was_destroyed_is_sealed_anew(desk: Desk) -> None:
    asked = proving(desk)
    identity_documents.sweep(at=cast.later(14))
    reply(asked, BILL, cast.later(15))
    assert readable() == ["bill.png"]
    assert IdentityDocument.objects.filter(destroyed_at=None).count() == 1


def test_nothing_is_sealed_for_a_purpose_that_was_erased(desk: Desk) -> None:
    asked = proving(desk)
    destroy(asked.safe, [KeyPurpose.IDENTITY], MORNING)
    with pytest.raises(Unmet, match="has been erased"):
        reply(asked, BILL, MORNING)
    assert readable() == []


def test_a_document_of_another_request_is_not_chosen(desk: Desk) -> None:
    other = proving(desk)
    asked = cast.ask(desk.right("img", "erase"))
    given = EvidenceGiven(
        kind="id_document", confirmed=True, received=other.identity_documents.get().file_id
    )
    with pytest.raises(BadInput, match="no longer here"):
        evidence.add_evidence(asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version)
