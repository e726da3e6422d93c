"""More time, and days that a court or authority sets. Dates are literals."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.requests.deeds import deadline, order
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.deeds.order import OrderGiven
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import SubjectRequest
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import Desk
from tests.post_office import mail_goes_out

PROOF = CheckedUpload("notice.pdf", b"%PDF-1.7", "application/pdf")


def due(subject_request: SubjectRequest, code: str) -> date | None:
    return subject_request.deadlines.get(code=code).due_on


def test_an_extension_announced_in_time_counts_from_the_original_start(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    assert law.due_on == date(2026, 3, 2)  # 28 February 2026 is a Saturday.
    deadline.extend(
        asked.pk,
        ExtensionGiven(law.pk, 2, "complexity_and_number", "Twelve systems have to be searched."),
        actor=desk.handler,
        at=cast.on("2026-02-20"),
        seen=asked.version,
    )
    law.refresh_from_db(fields=["due_on"])
    assert law.due_on == date(2026, 4, 30)
    assert asked.deadlines.get(regime="gdpr", purpose="extension_notice").status == "met"


def test_after_the_notice_limit_an_extension_is_refused_with_the_day_it_was_possible(
    desk: Desk,
) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    with pytest.raises(Unmet) as refused:
        deadline.extend(
            asked.pk,
            ExtensionGiven(law.pk, 2, "complexity_and_number", "Many systems."),
            actor=desk.handler,
            at=cast.on("2026-03-03"),
            seen=asked.version,
        )
    assert "2 March 2026" in str(refused.value)


def test_a_notice_that_came_too_late_is_recorded_as_having_no_effect(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    deadline.extend(
        asked.pk,
        ExtensionGiven(
            law.pk,
            2,
            "complexity_and_number",
            "Many systems.",
            notified_on=date(2026, 3, 3),
            proof=PROOF,
        ),
        actor=desk.handler,
        at=cast.on("2026-03-05"),
        seen=asked.version,
    )
    assert law.extensions.get().admitted is False
    assert due(asked, law.code) == date(2026, 3, 2)


def test_complexity_alone_is_a_reason_under_the_gdpr(desk: Desk) -> None:
    """EDPB Guidelines 01/2022 v2.1, paras. 162 to 164: either is enough."""
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    extended = deadline.extend(
        asked.pk,
        ExtensionGiven(law.pk, 2, "complexity", "Many systems."),
        actor=desk.handler,
        at=cast.on("2026-02-03"),
        seen=asked.version,
    )
    mail_goes_out(cast.on("2026-02-03"))
    assert due(extended, law.code) == date(2026, 4, 30)


def test_a_reason_that_the_law_does_not_name_is_refused(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    with pytest.raises(BadInput) as refused:
        deadline.extend(
            asked.pk,
            ExtensionGiven(law.pk, 2, "other", "Holidays."),
            actor=desk.handler,
            at=cast.on("2026-02-03"),
            seen=asked.version,
        )
    assert "reason" in refused.value.fields


def test_the_clock_of_a_policy_cannot_be_extended(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    clock = asked.deadlines.get(code="policy")
    with pytest.raises(Unmet):
        deadline.extend(
            asked.pk,
            ExtensionGiven(clock.pk, 2, "complexity", "Many systems."),
            actor=desk.handler,
            at=cast.MORNING,
            seen=asked.version,
        )


def test_an_order_adds_a_clock_and_changes_no_other(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"))
    order.record_order(
        asked.pk,
        OrderGiven(
            due_on=date(2026, 5, 8),
            ordered_on=date(2026, 5, 2),
            authority="CNIL",
            document=CheckedUpload("order.pdf", b"%PDF-1.7", "application/pdf"),
        ),
        actor=desk.officer,
        at=cast.on("2026-05-04"),
        seen=asked.version,
    )
    assert due(asked, "order-1") == date(2026, 5, 8)
    assert due(asked, "policy") == date(2026, 5, 20)
    assert SubjectRequest.objects.get(pk=asked.pk).due_on == date(2026, 5, 8)


def test_a_notice_of_an_earlier_day_needs_its_proof(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-30"), country="PT")
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    with pytest.raises(BadInput) as refused:
        deadline.extend(
            asked.pk,
            ExtensionGiven(
                law.pk, 2, "complexity_and_number", "Many.", notified_on=date(2026, 2, 20)
            ),
            actor=desk.handler,
            at=cast.on("2026-03-05"),
            seen=asked.version,
        )
    assert list(refused.value.fields) == ["proof"]
