"""Who acts for another proves it apart from identity, with scope and expiry; a contest blocks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.requests.actors import REQUESTER
from dsr.requests.authority import authority_needed
from dsr.requests.deeds import (
    answer,
    authority,
    conversation,
    ending,
    evidence,
    identity,
    release,
    review,
)
from dsr.requests.errors import BadInput, NotAllowed, RequestError, Unmet
from dsr.requests.models import Evidence, IdentityDocument, PrivateSession, SubjectRequest
from dsr.requests.services import links, reading
from dsr.vault.models import KeyPurpose
from dsr.vault.services import open_file
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import GUS, MORNING, Desk

ORDER = CheckedUpload("order.png", b"\x89PNG order", "image/png")
TODAY = date(2026, 5, 1)


def begun(desk: Desk) -> SubjectRequest:
    """A guardian asks for a copy, is known, and has a proved contact."""
    started = cast.begin(cast.ask_as_guardian(desk), desk.handler)
    return cast.prove_contact(started, desk.handler)


def decided(desk: Desk, **given: Any) -> SubjectRequest:
    proved = cast.prove_authority(begun(desk), desk.handler, **given)
    proposed = cast.propose(proved, desk.handler)
    return review.approve(proposed.pk, actor=desk.second_officer, at=MORNING, seen=proposed.version)


def send(subject_request: SubjectRequest, desk: Desk, days: int = 0) -> SubjectRequest:
    return answer.send_answer(
        subject_request.pk,
        actor=desk.handler,
        at=cast.later(days),
        seen=subject_request.version,
    )


def test_a_guardian_proves_authority_apart_from_identity(desk: Desk) -> None:
    asked = begun(desk)
    with pytest.raises(Unmet, match="Still missing: Order of a court"):
        cast.propose(asked, desk.handler)
    proved = cast.prove_authority(asked, desk.handler)
    assert cast.propose(proved, desk.handler).status == "in_review"


@pytest.mark.parametrize(
    ("role", "kinds", "missing"),
    [
        ("parent", ["birth_certificate"], ""),
        ("parent", [], "Birth certificate or Order of a court"),
        ("agent", ["mandate"], ""),
        ("agent", [], "Power of attorney or Mandate signed by the person or Order of a court"),
        (
            "heir",
            ["death_certificate"],
            "Certificate of inheritance or Mandate signed by the person or Order of a court",
        ),
        ("heir", ["inheritance"], "Death certificate"),
        ("heir", ["death_certificate", "inheritance"], ""),
    ],
)
def test_each_role_has_proofs_of_its_own(
    desk: Desk, role: str, kinds: list[str], missing: str
) -> None:
    asked = cast.ask_as_guardian(desk)
    SubjectRequest.objects.filter(pk=asked.pk).update(role=role)
    for kind in kinds:
        asked = cast.prove_authority(
            SubjectRequest.objects.get(pk=asked.pk),
            desk.handler,
            kind=kind,
            expires_on=date(2030, 1, 1),
        )
    sentence = authority_needed(SubjectRequest.objects.get(pk=asked.pk), TODAY)
    assert sentence.partition("Still missing: ")[2].partition(".")[0] == missing


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({}, True),
        ({"scope": "everything"}, True),
        ({"scope": "other"}, False),
        ({"confirmed": False}, False),
        ({"expires_on": TODAY}, True),
    ],
)
def test_what_does_not_reach_this_request_proves_nothing(
    desk: Desk, given: dict[str, Any], counts: bool
) -> None:
    proved = cast.prove_authority(cast.ask_as_guardian(desk), desk.handler, **given)
    assert (authority_needed(proved, TODAY) == "") is counts


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "mandate"}, "kind"),
        ({"kind": "id_document"}, "kind"),
        ({"scope": ""}, "scope"),
        ({"expires_on": date(2026, 4, 30)}, "expires_on"),
        ({"note": ""}, "document"),
        ({"received": 0}, "received"),
        ({"seen_on": date(2026, 5, 2)}, "seen_on"),
    ],
)
def test_authority_that_says_too_little_is_refused_by_its_field(
    desk: Desk, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        cast.prove_authority(cast.ask_as_guardian(desk), desk.handler, **given)
    assert list(refused.value.fields) == [field]


def test_a_parent_is_one_until_the_child_comes_of_age(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "copy"), role="parent", requester=GUS)
    with pytest.raises(BadInput, match="comes of age"):
        cast.prove_authority(asked, desk.handler, kind="birth_certificate")


def test_who_asks_for_themselves_needs_none(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "copy"))
    assert authority_needed(asked, TODAY) == ""
    with pytest.raises(Unmet, match="needs no authority"):
        cast.contest(asked, desk.handler)


def test_an_authority_that_expires_before_the_answer_goes_out_releases_nothing(desk: Desk) -> None:
    approved = decided(desk, expires_on=date(2026, 5, 3))
    with pytest.raises(Unmet, match="What is expired"):
        send(approved, desk, days=3)
    assert send(approved, desk, days=2).status == "decided"


def test_who_recorded_the_authority_does_not_approve(desk: Desk) -> None:
    proved = cast.prove_authority(begun(desk), desk.officer)
    proposed = cast.propose(proved, desk.handler)
    with pytest.raises(Unmet, match="evidence of identity or authority"):
        review.approve(proposed.pk, actor=desk.officer, at=MORNING, seen=proposed.version)


def test_a_contest_blocks_release_until_an_officer_settles_it(desk: Desk) -> None:
    contested = cast.contest(decided(desk), desk.clerk)
    with pytest.raises(Unmet):
        send(contested, desk)
    with pytest.raises(NotAllowed):
        settle(contested, desk.handler)
    settled = settle(contested, desk.officer)
    # What was proposed before nobody contested it is proposed once more.
    with pytest.raises(Unmet, match="no longer holds"):
        send(settled, desk)


def settle(subject_request: SubjectRequest, by: cast.User) -> SubjectRequest:
    return authority.settle_contest(
        subject_request.pk,
        reason="The court decided.",
        actor=by,
        at=MORNING,
        seen=subject_request.version,
    )


def read_by_code(sent: SubjectRequest) -> PrivateSession:
    session = links.open_for_sender(sent, at=MORNING)
    reading.ask_code(session, at=MORNING)
    reading.enter_code(session, cast.code_in_mail(), at=MORNING)
    return session


def seen(session: PrivateSession, days: int = 0) -> int:
    return len(reading.opened(PrivateSession.objects.get(pk=session.pk), cast.later(days)))


def test_what_was_released_is_not_opened_while_the_authority_is_contested(desk: Desk) -> None:
    sent = send(decided(desk), desk)
    session = read_by_code(sent)
    assert seen(session) == 1
    contested = cast.contest(sent, desk.handler)
    assert seen(session) == 0
    with pytest.raises(RequestError, match="whether you may act"):
        reading.ask_code(session, at=MORNING)
    with pytest.raises(Unmet, match="contested"):
        authority_code(sent, desk)
    settle(contested, desk.officer)
    assert seen(session) == 1


def test_what_was_released_is_not_opened_after_the_authority_was_struck_or_ended(
    desk: Desk,
) -> None:
    sent = send(decided(desk, expires_on=date(2026, 5, 20)), desk)
    session = read_by_code(sent)
    assert (seen(session, days=19), seen(session, days=20)) == (1, 0)
    fresh = SubjectRequest.objects.get(pk=sent.pk)
    row = sent.evidence.get(about="authority")
    evidence.strike_evidence(
        sent.pk, evidence_id=row.pk, actor=desk.officer, at=MORNING, seen=fresh.version
    )
    assert seen(session) == 0


def test_a_refusal_is_read_by_somebody_whose_authority_is_contested(desk: Desk) -> None:
    contested = cast.contest(begun(desk), desk.clerk)
    proposed = cast.propose(
        contested, desk.handler, outcome="refused", ground="authority_not_proved"
    )
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=MORNING, seen=proposed.version
    )
    session = read_by_code(send(approved, desk))
    assert seen(session) == 1


def test_what_came_while_identity_was_proved_is_kept_where_it_shows_the_authority(
    desk: Desk,
) -> None:
    asked = cast.ask_as_guardian(desk)
    identity.ask_identity(
        asked.pk, question="Who, and may you?", actor=desk.handler, at=MORNING, seen=asked.version
    )
    replied = conversation.reply(
        asked.pk, text="Here.", documents=[ORDER], actor=REQUESTER, at=MORNING, seen=None
    )
    sent = asked.attachments.get().file_id
    proved = cast.prove_authority(replied, desk.handler, note="", received=sent)
    ending.withdraw(proved.pk, actor=REQUESTER, at=MORNING, seen=None)
    kept = Evidence.objects.get(subject_request=asked).document
    assert kept is not None
    assert (kept.pk == sent, open_file(kept).read()) == (False, b"\x89PNG order")
    assert IdentityDocument.objects.get().destroyed_at == MORNING


def authority_code(sent: SubjectRequest, desk: Desk) -> None:
    fresh = SubjectRequest.objects.get(pk=sent.pk)
    release.give_code(sent.pk, way="counter", actor=desk.handler, at=MORNING, seen=fresh.version)


def test_a_refusal_for_want_of_authority_needs_none(desk: Desk) -> None:
    proposed = cast.propose(
        begun(desk), desk.handler, outcome="refused", ground="authority_not_proved"
    )
    assert proposed.status == "in_review"


def test_the_proof_that_came_with_the_form_is_recorded_without_being_sent_again(
    desk: Desk,
) -> None:
    asked = cast.ask(
        desk.right("indigomed", "copy"),
        role="guardian",
        requester=GUS,
        authority_files=(ORDER,),
    )
    attached = asked.attachments.get()
    assert attached.about == "authority"
    proved = cast.prove_authority(asked, desk.handler, note="", received=attached.file_id)
    assert Evidence.objects.get(subject_request=proved).document_id == attached.file_id
    # It is no identity document: it stays when the identity is settled.
    ending.withdraw(asked.pk, actor=REQUESTER, at=MORNING, seen=None)
    assert open_file(attached.file).read() == b"\x89PNG order"


def test_a_document_of_authority_belongs_to_the_record(desk: Desk) -> None:
    proved = cast.prove_authority(cast.ask_as_guardian(desk), desk.handler, note="", document=ORDER)
    document = Evidence.objects.get(subject_request=proved).document
    assert document is not None
    assert document.purpose == KeyPurpose.RECORD
