"""The page of coming law: what is read otherwise, what starts within two years, and accepting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from dsr.accounts.models import Membership
from dsr.policies.models import Department
from dsr.requests.deadlines import coming_laws
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat, as_read, text_of
from tests.laws import Laws, laws_of

SeatOf = Callable[[str], Seat]
PAGE = "/staff/coming/"
BRITISH = f"{PAGE}imo/uk-gdpr/"
STRICTLY = ("anchor: event", "anchor: day_before")


@pytest.fixture
def laws(tmp_path: Path) -> Iterator[Laws]:
    yield from laws_of(tmp_path)


def british(desk: Desk) -> SubjectRequest:
    # A month of the ICO's reading ends on Monday 1 June 2026; read strictly on Sunday 31 May.
    return cast.ask(desk.right("imo", "eu-access"), country="GB")


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]


def test_without_a_change_there_is_nothing_to_accept(desk: Desk, seat: SeatOf) -> None:
    british(desk)
    officer = seat("officer")
    assert officer.open(PAGE).count("there is nothing to accept") == 3
    page = officer.open(BRITISH)
    assert "There is nothing to accept" in page
    assert 'name="seen"' not in page


def test_the_page_shows_each_deadline_with_both_days_and_why(
    desk: Desk, seat: SeatOf, laws: Laws
) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 2\n"))
    officer = seat("officer")
    assert "1 open request would change" in as_read(officer.open(PAGE))
    page = as_read(officer.open(BRITISH))
    assert asked.reference in page
    assert "June 1, 2026" in page
    # Two months end on Wednesday 1 July.
    assert "July 1, 2026" in page
    assert "The limit: “1 month” until now, “2 months” as it is read now." in page
    assert "Canary" not in page


def test_an_officer_accepts_what_the_page_showed(desk: Desk, seat: SeatOf, laws: Laws) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 2\n"))
    officer = seat("officer")
    seen = seen_on(officer.open(BRITISH))
    done = officer.client.post(f"{BRITISH}accept/", {"seen": seen}, follow=True)
    assert "Accepted: 1 request follows the law as it is read now." in text_of(done)
    assert asked.deadlines.get(code="uk-gdpr:respond").due_on == date(2026, 7, 1)
    told = officer.open(f"/staff/requests/{asked.reference}/")
    assert "because it was accepted how the law is read now" in told


def test_what_moved_meanwhile_is_shown_and_nothing_is_done(
    desk: Desk, seat: SeatOf, laws: Laws
) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 2\n"))
    officer = seat("officer")
    seen = seen_on(officer.open(BRITISH))
    laws.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 3\n"))
    answer = officer.client.post(f"{BRITISH}accept/", {"seen": seen})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Something changed after this list was shown, so nothing was done." in page
    assert "August 3, 2026" in page  # 1 August is a Saturday.
    assert asked.deadlines.get(code="uk-gdpr:respond").due_on == date(2026, 6, 1)
    assert officer.client.post(f"{BRITISH}accept/", {"seen": seen_on(page)}).status_code == 302


def test_who_has_one_department_sees_its_requests_and_accepts_nothing(
    desk: Desk, seat: SeatOf, laws: Laws
) -> None:
    imo = desk.organisation("imo")
    attic = Department.objects.create(organisation=imo, slug="attic", name="Attic")
    mine, other = british(desk), british(desk)
    SubjectRequest.objects.filter(pk=mine.pk).update(department=attic)
    Membership.objects.filter(user=desk.second_officer, organisation=imo).update(department=attic)
    laws.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 2\n"))
    page = seat("second_officer").open(BRITISH)
    assert mine.reference in page
    assert other.reference not in page
    assert 'name="seen"' not in page
    assert "Somebody who oversees the whole organisation can accept it." in as_read(page)


def test_the_page_speaks_french_with_the_french_names_of_laws(
    desk: Desk, seat: SeatOf, laws: Laws
) -> None:
    british(desk)
    laws.read_otherwise("uk-gdpr", ("amount: 1\n", "amount: 2\n"))
    officer = seat("officer")
    officer.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    page = as_read(officer.open(BRITISH))
    assert "« 1 mois » jusqu’ici, « 2 mois » selon la lecture d’aujourd’hui" in page
    assert "RGPD britannique, art. 12A" in page


def test_a_law_that_nobody_knows_has_no_page(desk: Desk, seat: SeatOf) -> None:
    seat("officer").open(f"{PAGE}imo/no-such-law/", status=404)


def test_the_page_of_health_leads_there_for_who_oversees(desk: Desk, seat: SeatOf) -> None:
    assert f'href="{PAGE}"' in seat("officer").open("/staff/health/")
    assert f'href="{PAGE}"' not in seat("handler").open("/staff/health/")


def test_a_new_text_within_two_years_says_what_changes_for_which_rights(
    desk: Desk, seat: SeatOf, laws: Laws
) -> None:
    british(desk)
    starts = "starts_on: 2026-02-05\n"
    laws.read_otherwise("uk-gdpr", (starts, f"{starts}ends_on: 2027-01-01\n"))
    laws.read_otherwise(
        "uk-gdpr",
        ("follows: uk-gdpr-2018", "follows: uk-gdpr"),
        (starts, "starts_on: 2027-01-01\n"),
        ("amount: 1\n", "amount: 3\n"),
        ("name: UK GDPR\n", "name: UK GDPR of 2027\n"),
        as_slug="uk-gdpr-2027",
    )
    officer = seat("officer")
    page = as_read(officer.open(PAGE))
    assert "UK GDPR of 2027" in page
    assert "what was received before stays under the old one" in page
    assert "3 months; to the same date as the day of receipt" in page
    assert "Until then: 1 month; to the same date as the day of receipt" in page
    # It tells of no open request: each is under the text of its day of receipt.
    assert page.count("there is nothing to accept") == 3


def test_what_starts_later_than_two_years_is_not_shown(
    desk: Desk, seat: SeatOf, laws: Laws
) -> None:
    starts = "starts_on: 2023-03-29\n"
    laws.read_otherwise("ccpa", (starts, "starts_on: 2028-05-02\n"))
    assert "CCPA" not in seat("officer").open(PAGE)
    laws.read_otherwise("ccpa", (starts, "starts_on: 2028-05-01\n"))
    assert "CCPA" in seat("officer").open(PAGE)


def test_a_right_for_another_state_is_none_that_a_coming_law_concerns(desk: Desk) -> None:
    """Washington's appeal is for who lives there; California's of 2027 is another."""
    today = date(2026, 5, 1)
    found = coming_laws.coming_laws(desk.organisation("imo"), today)
    [californian] = [each for each in found if each.regime.slug == "ccpa"]
    assert californian.on == date(2027, 1, 1)
    concerned = {right.slug for each in californian.brings for right in each.rights}
    assert concerned == {
        "ccpa-appeal-decision",
        "ccpa-automated-opt-out",
        "ccpa-explain-decision",
    }


def test_what_is_not_confirmed_is_named_without_a_day(desk: Desk, seat: SeatOf) -> None:
    indigomed = desk.organisation("indigomed")
    indigomed.regimes = [*indigomed.regimes, "pt-public-health"]
    indigomed.save()
    page = as_read(seat("officer").open(PAGE))
    assert "no date is computed" in page
    assert "Portugal, Law 26/2016" in page


def test_a_proposed_duty_is_no_law_to_come(desk: Desk, seat: SeatOf, laws: Laws) -> None:
    starts = "starts_on: 2023-03-29\n"
    laws.read_otherwise(
        "ccpa", (starts, "starts_on: 2027-02-01\n"), ("status: derived", "status: proposed")
    )
    assert "CCPA" not in seat("officer").open(PAGE)
