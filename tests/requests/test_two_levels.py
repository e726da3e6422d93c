"""California: who is not sure enough for the specific pieces gets the categories: no dead end."""

from __future__ import annotations

import pytest

from dsr.requests import elements
from dsr.requests.deeds import decision
from dsr.requests.deeds.decision import Proposal
from dsr.requests.errors import Unmet
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk


def known(desk: Desk, kind: str) -> SubjectRequest:
    asked = cast.ask(desk.right("imo", "ccpa-know"), at=cast.on("2026-05-01"), country="US-CA")
    return cast.prove(asked, desk.handler, at=cast.on("2026-05-02"), kind=kind)


def propose(desk: Desk, asked: SubjectRequest, outcome: str, ground: str) -> SubjectRequest:
    proved = cast.prove_contact(asked, desk.handler, at=cast.on("2026-05-03"))
    begun = SubjectRequest.objects.get(pk=proved.pk)
    from dsr.requests.deeds import identity

    if begun.status == "received":
        begun = identity.ask_identity(
            begun.pk,
            question="Please tell us more.",
            actor=desk.handler,
            at=cast.on("2026-05-03"),
            seen=begun.version,
        )
    return decision.propose(
        begun.pk,
        Proposal(
            outcome=outcome,
            ground=ground,
            answer="Contact data from your registration, used for support, given to nobody.",
            given_as="text",
        ),
        actor=desk.handler,
        at=cast.on("2026-05-03"),
        seen=begun.version,
    )


def test_unverified_for_the_pieces_gives_categories_says_so_and_points_to_the_policy(
    desk: Desk,
) -> None:
    """Acceptance case 12; Cal. Code Regs. tit. 11, 7024(a) and (d)."""
    asked = known(desk, "login_held")
    with pytest.raises(Unmet, match="Identity is not proved"):
        propose(desk, asked, "granted", "")
    proposed = propose(desk, asked, "partly_granted", "pieces_not_verified")
    assert proposed.status == "in_review"
    labels = elements.contents(proposed, "partly_granted", "pieces_not_verified")
    assert "What is held and never shown" in labels
    assert "Where the privacy policy describes what is collected" in labels
    proposed.elements.filter(code="ccpa:where_the_policy_is").delete()
    [gap] = elements.gaps(proposed, "partly_granted", "pieces_not_verified")
    assert gap.element.article == "Cal. Code Regs. tit. 11, s. 7024"


def test_somebody_of_whom_nothing_is_known_gets_no_categories(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "ccpa-know"), at=cast.on("2026-05-01"), country="US-CA")
    with pytest.raises(Unmet, match="Identity is not proved"):
        propose(desk, asked, "partly_granted", "pieces_not_verified")
