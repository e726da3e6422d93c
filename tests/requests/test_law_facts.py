"""Facts on which laws depend: fees, places, the age of a record, how far a source was read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dsr.requests.deadlines import lifecycle
from dsr.requests.deadlines.explain import explain
from dsr.requests.deeds import facts, fee
from dsr.requests.errors import BadInput
from dsr.requests.models import SubjectRequest
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import Desk

PROOF = CheckedUpload("notice.pdf", b"%PDF-1.7", "application/pdf")


def due(subject_request: SubjectRequest, code: str) -> date | None:
    return subject_request.deadlines.get(code=code).due_on


def test_a_fee_begins_the_british_clock_anew_when_it_is_paid(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02", 16), country="GB")
    law = asked.deadlines.get(regime="uk-gdpr", purpose="respond")
    assert law.due_on == date(2026, 4, 2)
    announced = fee.ask_fee(
        asked.pk,
        ground="excessive",
        text="Ten pounds; you can withdraw.",
        amounts={"administration": Decimal(10)},
        actor=desk.handler,
        at=cast.on("2026-03-04", 16),
        seen=asked.version,
    )
    assert asked.deadlines.get(pk=law.pk).status == "paused"
    fee.settle_fee(
        announced.pk,
        on=date(2026, 3, 16),
        how="paid",
        actor=desk.clerk,
        at=cast.on("2026-03-17", 16),
        seen=announced.version,
    )
    clock = asked.deadlines.get(pk=law.pk)
    assert (clock.status, clock.due_on) == ("running", date(2026, 4, 16))


def test_a_policy_that_names_no_fee_is_no_ground_for_one(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    with pytest.raises(BadInput):
        fee.ask_fee(
            asked.pk,
            ground="policy",
            text="Ten euros.",
            amounts={"administration": Decimal(10)},
            actor=desk.handler,
            at=cast.MORNING,
            seen=asked.version,
        )


def test_a_record_with_younger_and_older_parts_has_two_french_dates(desk: Desk) -> None:
    indigomed = desk.organisation("indigomed")
    indigomed.flags = ["health_professional"]
    indigomed.save()
    asked = cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-03-02"), country="FR")
    assert due(asked, "fr-health:respond:younger") == date(2026, 3, 10)
    facts.state_facts(
        asked.pk,
        country="FR",
        record_age="both",
        actor=desk.handler,
        at=cast.on("2026-03-03"),
        seen=asked.version,
    )
    assert due(asked, "fr-health:respond:younger") == date(2026, 3, 10)
    assert due(asked, "fr-health:respond:older") == date(2026, 5, 2)
    stated = SubjectRequest.objects.get(pk=asked.pk)
    facts.state_facts(
        asked.pk,
        country="FR",
        record_age="older",
        actor=desk.handler,
        at=cast.on("2026-03-04"),
        seen=stated.version,
    )
    assert asked.deadlines.get(code="fr-health:respond:younger").status == "cancelled"


def test_a_law_applies_from_the_moment_the_place_is_known(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "delete"), at=cast.on("2026-03-02", 16))
    assert not asked.deadlines.filter(regime="gdpr").exists()
    stated = facts.state_facts(
        asked.pk,
        country="DE",
        record_age="",
        actor=desk.handler,
        at=cast.on("2026-03-06", 16),
        seen=asked.version,
    )
    assert due(asked, "gdpr:respond") == date(2026, 4, 2)
    # Its own target of 30 days, 1 April, is nearer, and an aim.
    assert stated.due_on == date(2026, 4, 2)


def test_a_source_that_was_only_remembered_is_marked_and_governs_nothing(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02", 16), country="DE")
    asked.deadlines.filter(code="gdpr:respond").update(
        checked="remembered", due_on=date(2026, 3, 3)
    )
    lifecycle.govern(asked)
    remembered = asked.deadlines.get(code="gdpr:respond")
    assert not remembered.governing
    assert "from memory" in explain(remembered)[0]
