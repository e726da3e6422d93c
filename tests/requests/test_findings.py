"""What is found out begins a duty of its own: 72 hours, or a month, from when somebody knew."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from dsr.dashboard.words import deadline_badge
from dsr.notifications.models import OutboxMessage
from dsr.requests import findings
from dsr.requests.deadlines import reminders
from dsr.requests.deadlines.explain import explain
from dsr.requests.deeds import ending
from dsr.requests.deeds.findings import FollowedUp, Found, follow_up_finding, record_finding
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.history import told
from dsr.requests.models import Deadline, Finding, SubjectRequest
from tests import cast
from tests.cast import Desk

ASTRAY = "gdpr:misdirected"
ELSEWHERE = "gdpr:from_elsewhere"


def asked(desk: Desk, right: str = "copy", country: str = "FR") -> SubjectRequest:
    made = cast.ask(desk.right("indigomed", right), at=cast.on("2026-03-20"), country=country)
    return cast.begin(made, desk.handler, at=cast.on("2026-03-20"))


def find(it: SubjectRequest, desk: Desk, code: str = ASTRAY, **said: Any) -> Deadline:
    given = {"what": "Letter 12 went to the neighbour.", "on": date(2026, 3, 27)} | said
    at = given.pop("recorded", cast.on("2026-03-27", 20))
    record_finding(it.pk, Found(code, **given), actor=desk.handler, at=at, seen=fresh(it).version)
    return it.findings.last().deadline


def fresh(it: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=it.pk)


def end(it: SubjectRequest, desk: Desk, **said: Any) -> Finding:
    row = it.findings.get()
    given = {"ended": "done", "why": "Told the CNIL, file 4711.", "on": date(2026, 3, 30)} | said
    given["at"] = given.pop("hour", None)
    at = given.pop("recorded", cast.on("2026-04-02"))
    ended = FollowedUp(row.pk, **given)
    follow_up_finding(it.pk, ended, actor=desk.handler, at=at, seen=fresh(it).version)
    row.refresh_from_db()
    return row


def test_what_went_astray_gives_seventy_two_hours_from_the_next_full_hour(desk: Desk) -> None:
    """GDPR Art. 33(1); Reg. 1182/71 Art. 3(1): over the change of the clocks on 29 March 2026."""
    clock = find(asked(desk), desk, at=time(15, 20))
    assert clock.due_at == datetime(2026, 3, 30, 15, 0, tzinfo=UTC)  # 17:00 in Paris
    assert (clock.due_on, clock.source) == (date(2026, 3, 30), "GDPR Art. 33(1)")
    said = explain(clock)
    assert said[1].startswith("It is counted from the moment at which somebody here knew: ")
    assert not any("request arrived" in each for each in said)


def test_without_a_time_the_day_counts_from_its_beginning(desk: Desk) -> None:
    # Midnight in Paris, the hour of which is not counted.
    assert find(asked(desk), desk).due_at == datetime(2026, 3, 30, 0, 0, tzinfo=UTC)


def test_data_from_elsewhere_are_told_of_within_a_month(desk: Desk) -> None:
    """GDPR Art. 14(3)(a): 31 March gives 30 April."""
    it = asked(desk)
    clock = find(it, desk, ELSEWHERE, on=date(2026, 3, 31), recorded=cast.on("2026-03-31", 20))
    assert (clock.due_on, clock.due_at is None or clock.due_at.day) == (date(2026, 4, 30), 30)


def test_a_month_that_ends_on_a_holiday_ends_on_the_next_working_day(desk: Desk) -> None:
    """Reg. 1182/71 Art. 3(4): 1 May is a holiday, 2 and 3 May 2026 a weekend."""
    it = asked(desk)
    clock = find(it, desk, ELSEWHERE, on=date(2026, 4, 1), recorded=cast.on("2026-04-01", 20))
    assert clock.due_on == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("day", "at", "status"),
    [
        (date(2026, 3, 30), time(17, 0), "met"),
        (date(2026, 3, 30), time(17, 1), "missed"),
        # The end of the day counts where nobody wrote the time.
        (date(2026, 3, 30), None, "missed"),
        (date(2026, 3, 29), None, "met"),
    ],
)
def test_it_is_in_time_by_the_hour(desk: Desk, day: date, at: time | None, status: str) -> None:
    it = asked(desk)
    find(it, desk, at=time(15, 20))
    assert end(it, desk, on=day, hour=at).deadline.status == status


def test_where_the_law_asks_for_nothing_the_reason_is_kept(desk: Desk) -> None:
    """GDPR Art. 33(1) and (5): no risk, and that is documented."""
    it = asked(desk)
    find(it, desk)
    row = end(it, desk, ended="not_asked", why="Sealed, came back.", on=date(2026, 3, 28))
    row.safe = it.safe
    assert (row.ended, row.unseal("outcome")) == ("not_asked", "Sealed, came back.")
    assert row.deadline.status == "cancelled"


def test_the_request_ends_and_what_followed_from_the_finding_is_still_owed(desk: Desk) -> None:
    it = asked(desk)
    clock = find(it, desk)
    ending.withdraw(it.pk, actor=None, at=cast.on("2026-03-28"), seen=None)
    clock.refresh_from_db()
    assert fresh(it).status == "withdrawn"
    assert clock.status == "running"
    reminders.sweep(at=cast.on("2026-03-30", 9))
    owed = OutboxMessage.objects.filter(kind="reminder", key__startswith=f"reminder:{clock.pk}:")
    bodies = [str(each.unseal("body")) for each in owed]
    assert bodies
    # Midnight of the 27th in Paris, and 72 hours from the next full hour.
    sentence = "by 30 March 2026, 02:00, Paris time: Notify the supervisory authority"
    assert all(sentence in body.replace("\n", " ") for body in bodies), bodies[0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "gdpr:nothing"}, "code"),
        ({"what": "  "}, "what"),
        ({"on": date(2026, 3, 19)}, "on"),
        ({"on": date(2026, 4, 1)}, "on"),
        ({"at": time(23, 59)}, "at"),
    ],
)
def test_a_finding_that_cannot_be_is_refused_by_its_field(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    it = asked(desk)
    with pytest.raises(BadInput) as refused:
        find(it, desk, **wrong)
    assert set(refused.value.fields) == {field}
    assert not it.findings.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ended": "forgotten"}, "ended"),
        ({"why": " "}, "why"),
        ({"on": date(2026, 4, 3)}, "on"),
        ({"on": date(2026, 3, 26)}, "on"),
        ({"on": date(2026, 4, 2), "hour": time(23, 59)}, "at"),
    ],
)
def test_how_it_ended_is_refused_by_its_field_where_it_cannot_be(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    it = asked(desk)
    find(it, desk)
    with pytest.raises(BadInput) as refused:
        end(it, desk, **wrong)
    assert set(refused.value.fields) == {field}


def test_what_was_ended_is_not_ended_again(desk: Desk) -> None:
    it = asked(desk)
    find(it, desk)
    end(it, desk)
    with pytest.raises(Unmet):
        end(it, desk)


def test_it_governs_nothing_and_the_requester_is_told_nothing(desk: Desk) -> None:
    it = asked(desk)
    before = fresh(it).due_on
    find(it, desk)
    assert fresh(it).due_on == before
    assert not any("astray" in line.text or "72" in line.text for line in told(fresh(it)))


def test_where_no_law_asks_for_more_nothing_is_offered(desk: Desk) -> None:
    it = cast.ask(desk.right("imo", "marketing-opt-out"), at=cast.on("2026-03-20"), country="US")
    assert findings.offered(it) == []
    with pytest.raises(Unmet):
        find(it, desk)


def test_when_its_hours_are_over_the_page_says_so_though_the_day_goes_on(desk: Desk) -> None:
    clock = find(asked(desk), desk, at=time(15, 20))
    day = date(2026, 3, 30)
    before, after = cast.on("2026-03-30", 14), cast.on("2026-03-30", 16)  # 16:00 and 18:00 in Paris
    assert str(deadline_badge(clock, day, before).text) == "Due today"
    assert deadline_badge(clock, day, after).kind == "over"
