"""What a coming law or another reading does to open cases is shown before anybody accepts it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.policies.regimes import all_regimes, read_regime, versions_of
from dsr.policies.regimes.regime import DATA
from dsr.requests.deadlines import coming
from dsr.requests.deeds import deadline
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.errors import Unmet
from dsr.requests.history import timeline
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.post_office import mail_goes_out


def reread(
    monkeypatch: pytest.MonkeyPatch, folder: Path, law: str, *changes: tuple[str, str]
) -> None:
    """The shipped file of a law with other words in it."""
    text = (DATA / f"{law}.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / f"{law}.yaml").write_text(text)
    monkeypatch.setitem(all_regimes(), law, read_regime(folder / f"{law}.yaml"))


def no_roll(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    reread(monkeypatch, folder, "gdpr", ("      roll: next_working_day\n", ""))


def in_portugal(desk: Desk, on: str = "2026-01-31") -> SubjectRequest:
    return cast.ask(desk.right("img", "access"), at=cast.on(on), country="PT")


def days(asked: SubjectRequest) -> dict[str, date | None]:
    return {each.code: each.due_on for each in asked.deadlines.filter(set_by="law")}


def test_as_the_laws_ship_no_open_case_moves(desk: Desk) -> None:
    in_portugal(desk)
    cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02"), country="GB")
    cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-03-02"), country="FR")
    for slug in ("imo", "img", "indigomed"):
        assert coming.moves(desk.organisation(slug)) == []


def test_another_reading_moves_nothing_by_itself_and_shows_old_and_new_day(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = in_portugal(desk)
    no_roll(monkeypatch, tmp_path)
    # 28 February 2026 is a Saturday.
    assert days(asked)["gdpr:respond"] == date(2026, 3, 2)
    found = {each.code: each for each in coming.moves(desk.organisation("img"))}
    shown = found["gdpr:respond"]
    assert (shown.reference, shown.what) == (asked.reference, "moves")
    assert (shown.before, shown.after) == (date(2026, 3, 2), date(2026, 2, 28))


def test_what_is_accepted_is_what_was_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    img = desk.organisation("img")
    plain, longer = in_portugal(desk), in_portugal(desk)
    law = longer.deadlines.get(code="gdpr:respond")
    deadline.extend(
        longer.pk,
        ExtensionGiven(law.pk, 2, "complexity", "Many systems."),
        actor=desk.handler,
        at=cast.on("2026-02-03"),
        seen=longer.version,
    )
    mail_goes_out(cast.on("2026-02-03"))
    no_roll(monkeypatch, tmp_path)
    found = coming.moves(img)
    assert len(found) == 5, "the notice of the extended one has gone out"
    coming.accept(img, coming.fingerprint(found), actor=desk.officer, at=cast.on("2026-02-10"))
    for each in found:
        asked = SubjectRequest.objects.get(reference=each.reference)
        assert days(asked)[each.code] == each.after
    assert days(longer)["gdpr:respond"] == date(2026, 4, 30)
    assert coming.moves(img) == []
    said = [line.text for line in timeline(plain)]
    assert any("another text or reading of the law was accepted" in each for each in said)


def test_what_changed_since_it_was_shown_is_not_accepted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    img = desk.organisation("img")
    asked = in_portugal(desk)
    no_roll(monkeypatch, tmp_path)
    shown = coming.fingerprint(coming.moves(img))
    # Another case comes in under the old rule.
    monkeypatch.undo()
    in_portugal(desk)
    no_roll(monkeypatch, tmp_path)
    with pytest.raises(Unmet, match="Look at it again"):
        coming.accept(img, shown, actor=desk.officer, at=cast.on("2026-02-10"))
    assert days(asked)["gdpr:respond"] == date(2026, 3, 2)


def test_a_duty_that_is_new_begins_and_one_that_is_gone_falls_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = cast.ask(desk.right("imo", "update"), at=cast.on("2026-03-02", 16), country="US-CA")
    notice = "  - duty: extension_notice\n    kinds: *kinds\n"
    changed = (notice, notice.replace("extension_notice", "progress"))
    reread(monkeypatch, tmp_path, "ccpa", changed)
    found = {each.code: each for each in coming.moves(desk.organisation("imo"))}
    assert found["ccpa:extension_notice"].what == "falls_away"
    assert found["ccpa:progress"].what == "begins"
    assert found["ccpa:progress"].after == date(2026, 4, 16)
    imo = desk.organisation("imo")
    shown = coming.fingerprint(coming.moves(imo))
    assert coming.accept(imo, shown, actor=desk.officer, at=cast.on("2026-03-03")) == 2
    assert asked.deadlines.get(code="ccpa:extension_notice").status == "cancelled"
    assert days(asked)["ccpa:progress"] == date(2026, 4, 16)


def test_a_new_version_alters_no_date_of_a_case_received_before_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02", 16), country="GB")
    before = days(asked)
    reread(
        monkeypatch,
        tmp_path,
        "uk-gdpr",
        ("starts_on: 2026-02-05\n", "starts_on: 2026-02-05\nends_on: 2026-03-15\n"),
    )
    text = (DATA / "uk-gdpr.yaml").read_text()
    text = text.replace("follows: uk-gdpr-2018", "follows: uk-gdpr", 1)
    text = text.replace("starts_on: 2026-02-05", "starts_on: 2026-03-15", 1)
    text = text.replace("amount: 1\n", "amount: 2\n", 1)
    (tmp_path / "uk-gdpr-new.yaml").write_text(text)
    monkeypatch.setitem(all_regimes(), "uk-gdpr-new", read_regime(tmp_path / "uk-gdpr-new.yaml"))
    versions_of.cache_clear()
    try:
        assert coming.moves(desk.organisation("imo")) == []
        assert days(asked) == before
        later = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-16", 16), country="GB")
        assert days(later)["uk-gdpr-new:respond"] == date(2026, 5, 18)
    finally:
        monkeypatch.undo()
        versions_of.cache_clear()


def test_what_starts_within_two_years_is_named_with_its_day(desk: Desk) -> None:
    imo = desk.organisation("imo")
    found = coming.starting(imo, date(2026, 11, 25))
    assert {(each.law, each.on, each.duty) for each in found} == {
        ("CCPA", date(2027, 1, 1), "respond"),
        ("CCPA", date(2027, 1, 1), "extension_notice"),
        ("CCPA", date(2027, 1, 1), "opt_out"),
    }
    assert coming.starting(imo, date(2027, 1, 1)) == []


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_cases(
    desk: Desk,
) -> None:
    img = desk.organisation("img")
    in_portugal(desk)
    with CaptureQueriesContext(
        connection,
    ) as few:
        coming.moves(img)
    for _number in range(4):
        in_portugal(desk)
    with CaptureQueriesContext(connection) as many:
        coming.moves(img)
    assert len(many) == len(few)
