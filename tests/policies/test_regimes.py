"""Regimes: whom a law binds, what it demands, and how far its source was checked."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from dsr.deadlines import Extension, Facts, Pause, Period, WorkingCalendar, compute
from dsr.policies.models import Organisation
from dsr.policies.regimes import (
    Duty,
    PauseEffect,
    all_regimes,
    read_regime,
    regime_slugs,
    require_order,
    versions_of,
)
from dsr.policies.services import duties_for
from dsr.policies.strict_yaml import CatalogueError

SPRING = date(2026, 3, 2)
IN_FRANCE: Mapping[str, object] = {"organisation_country": "FR"}
IN_AMERICA: Mapping[str, object] = {"organisation_country": "US"}


def duties(
    regime: str, kind: str, place: str, facts: Mapping[str, object], on: date = SPRING
) -> list[Duty]:
    return all_regimes()[regime].rules_for(kind, place, on, facts)


def codes(found: list[Duty]) -> list[str]:
    return [duty.code for duty in found]


def pause_for(duty: Duty, reason: str, kind: str) -> PauseEffect | None:
    admitted = [pause for pause in duty.pauses if pause.admitted_for(kind)]
    return next((pause for pause in admitted if pause.reason == reason), None)


def due(duty: Duty, received: date, calendar: str, *events: Pause | Extension) -> date | None:
    engine = WorkingCalendar(codes=(calendar,))
    return compute(duty.rule, Facts(received, "Europe/Paris", events), engine).due_on


def test_these_laws_ship() -> None:
    assert regime_slugs() == [
        *("ccpa", "ch-fadp", "de-health", "ehds", "fr-health", "gdpr", "hipaa", "pt-public-health"),
        *("uk-gdpr", "uk-gdpr-2018", "us-can-spam", "us-tcpa", "us-tx-health", "us-wa-mhmda"),
    ]


@pytest.mark.parametrize(
    ("regime", "place", "facts", "applies"),
    [
        pytest.param("gdpr", "FR", IN_AMERICA, True, id="somebody in the Union asks America"),
        pytest.param("gdpr", "US", IN_FRANCE, True, id="an American asks France"),
        pytest.param("gdpr", "IS", IN_AMERICA, True, id="Iceland is in the EEA"),
        pytest.param("gdpr", "CH", IN_AMERICA, False, id="Switzerland is not"),
        pytest.param("gdpr", "", IN_AMERICA, False, id="a place that nobody named"),
        pytest.param("uk-gdpr", "GB", IN_FRANCE, True, id="the United Kingdom"),
        pytest.param("uk-gdpr", "GB-SCT", IN_FRANCE, True, id="Scotland is within it"),
        pytest.param("ccpa", "US-CA", IN_AMERICA, True, id="California"),
        pytest.param("ccpa", "US", IN_AMERICA, False, id="America is not all California"),
        pytest.param("ccpa", "US-NY", IN_AMERICA, False, id="nor is New York"),
        pytest.param("hipaa", "US", IN_AMERICA, False, id="not a covered entity"),
        pytest.param(
            "hipaa",
            "US-OH",
            {**IN_AMERICA, "organisation_flags": ("hipaa_covered_entity",)},
            True,
            id="a covered entity",
        ),
        pytest.param("fr-health", "FR", IN_FRANCE, False, id="a platform is no doctor"),
        pytest.param(
            "fr-health",
            "US",
            {**IN_FRANCE, "organisation_flags": ("health_professional",)},
            True,
            id="a doctor in France, whoever asks",
        ),
    ],
)
def test_whom_a_law_binds(
    regime: str, place: str, facts: Mapping[str, object], applies: bool
) -> None:
    assert all_regimes()[regime].applies(place, SPRING, facts) is applies


@pytest.mark.parametrize(
    ("regime", "place", "home", "possible"),
    [
        pytest.param("ccpa", "US-CA", "FR", True, id="California"),
        pytest.param("ccpa", "US-WA", "US", False, id="Washington is another state"),
        pytest.param("ccpa", "US", "US", True, id="an American may be a Californian"),
        pytest.param("ccpa", "", "FR", True, id="who may be anywhere"),
        pytest.param("ccpa", "EEA", "FR", False, id="no European state is California"),
        pytest.param("gdpr", "EEA", "US", True, id="the law of the whole area"),
        pytest.param("gdpr", "US-WA", "FR", True, id="an establishment at home, whoever asks"),
        pytest.param("gdpr", "US-WA", "US", False, id="neither lives there"),
    ],
)
def test_whom_a_law_may_protect_of_whom_little_is_known(
    regime: str, place: str, home: str, possible: bool
) -> None:
    assert all_regimes()[regime].may_protect(place, home) is possible


def test_a_law_does_not_bind_before_it_was_in_force() -> None:
    assert codes(duties("uk-gdpr", "access", "GB", {}, on=date(2026, 2, 4))) == []
    assert codes(duties("uk-gdpr", "access", "GB", {}, on=date(2026, 2, 5))) == [
        "respond",
        "refuse",
        "extension_notice",
    ]
    assert codes(duties("uk-gdpr", "complaint", "GB", {}, on=date(2026, 6, 18))) == []
    assert codes(duties("uk-gdpr", "complaint", "GB", {}, on=date(2026, 6, 19))) == [
        "acknowledge",
        "progress",
        "respond",
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("access", ["respond", "refuse", "extension_notice"]),
        ("amend", ["respond", "refuse", "extension_notice"]),
        # Art. 12(3) is about Arts 15 to 22: a withdrawal is done at once and has no month.
        ("withdraw_consent", ["stop"]),
        # To whom something was disclosed is Art. 15(1)(c), by whatever name it is asked.
        ("accounting", ["respond", "refuse", "extension_notice"]),
        ("deactivate", ["respond", "refuse", "extension_notice"]),
        ("lost_contact", ["respond", "refuse", "extension_notice"]),
        ("marketing_opt_out", ["stop", "respond", "refuse"]),
        ("paper_copy", []),
    ],
)
def test_the_gdpr_asks_for_an_answer_a_refusal_in_time_or_a_notice(
    kind: str, expected: list[str]
) -> None:
    assert codes(duties("gdpr", kind, "FR", IN_AMERICA)) == expected


def test_a_month_ends_on_the_same_date_and_rolls_once() -> None:
    respond, refuse, _notice = duties("gdpr", "amend", "FR", IN_FRANCE)
    assert due(respond, date(2026, 5, 4), "FR") == date(2026, 6, 4)
    assert due(respond, date(2026, 1, 31), "FR") == date(2026, 3, 2), "28 February: a Saturday"
    assert due(refuse, date(2026, 3, 10), "FR") == date(2026, 4, 10)


def test_an_extension_moves_the_answer_and_not_the_refusal() -> None:
    respond, refuse, _notice = duties("gdpr", "access", "FR", IN_FRANCE)
    assert respond.extension is not None
    assert respond.extension.needs_all_reasons is False, "complexity alone (EDPB, paras. 162-164)"
    two_months = Extension(Period(2, "month"), date(2026, 3, 20), reason="complexity_and_number")
    assert due(respond, date(2026, 3, 10), "FR", two_months) == date(2026, 6, 10)
    assert refuse.extension is None
    assert due(refuse, date(2026, 3, 10), "FR", two_months) == date(2026, 4, 10)


@pytest.mark.parametrize(
    ("regime", "place", "reason", "expected"),
    [
        ("gdpr", "FR", "complexity", date(2026, 6, 10)),
        ("gdpr", "FR", "number", date(2026, 6, 10)),
        ("gdpr", "FR", "holidays", date(2026, 4, 10)),
        ("gdpr", "FR", "complexity_and_number", date(2026, 6, 10)),
        ("uk-gdpr", "GB", "complexity", date(2026, 6, 10)),
        ("uk-gdpr", "GB", "complexity_and_number", date(2026, 6, 10)),
        ("uk-gdpr", "GB", "holidays", date(2026, 4, 10)),
    ],
)
def test_complexity_or_number_is_enough_and_nothing_else(
    regime: str, place: str, reason: str, expected: date
) -> None:
    respond = duties(regime, "access", place, {})[0]
    extension = Extension(Period(2, "month"), date(2026, 3, 20), reason=reason)
    assert due(respond, date(2026, 3, 10), "FR", extension) == expected


def test_more_than_the_law_allows_is_no_extension() -> None:
    respond = duties("gdpr", "access", "FR", IN_FRANCE)[0]
    three_months = Extension(Period(3, "month"), date(2026, 3, 20), reason="complexity_and_number")
    assert due(respond, date(2026, 3, 10), "FR", three_months) == date(2026, 4, 10)


def test_british_clarification_pauses_access_and_nothing_else() -> None:
    access = duties("uk-gdpr", "access", "GB", {})[0]
    erase = duties("uk-gdpr", "erase", "GB", {})[0]
    pause = pause_for(access, "clarification", "access")
    assert pause is not None
    assert (pause.effect, pause.counting) == ("suspend", "inclusive_both")
    assert pause_for(erase, "clarification", "erase") is None
    identity = pause_for(erase, "identity", "erase")
    assert identity is not None
    assert identity.effect == "restart"


def test_californian_clocks_never_stop() -> None:
    _acknowledge, respond, _notice, _window = duties("ccpa", "access", "US-CA", IN_AMERICA)
    assert pause_for(respond, "identity", "access") is None
    assert due(respond, date(2026, 3, 2), "US") == date(2026, 4, 16)
    longer = Extension(Period(45, "day"), date(2026, 2, 10))
    assert due(respond, date(2026, 1, 1), "US", longer) == date(2026, 4, 1)


def test_californian_acknowledgement_in_ten_business_days() -> None:
    acknowledge = duties("ccpa", "erase", "US-CA", IN_AMERICA)[0]
    assert (acknowledge.code, acknowledge.calendar) == ("acknowledge", ("US",))
    assert due(acknowledge, date(2026, 6, 22), "US") == date(2026, 7, 7)


COVERED: Mapping[str, object] = {**IN_AMERICA, "organisation_flags": ["hipaa_covered_entity"]}


@pytest.mark.parametrize(
    ("kind", "received", "expected"),
    [
        pytest.param("copy", "2026-01-30", "2026-03-01", id="thirty days, on a Sunday too"),
        pytest.param("amend", "2026-03-02", "2026-05-01", id="sixty days"),
        pytest.param("accounting", "2026-03-02", "2026-05-01", id="sixty days for accountings"),
    ],
)
def test_hipaa_counts_days_and_never_rolls(kind: str, received: str, expected: str) -> None:
    respond = duties("hipaa", kind, "US", COVERED)[0]
    assert due(respond, date.fromisoformat(received), "US") == date.fromisoformat(expected)


def test_hipaa_looks_back_six_years() -> None:
    window = duties("hipaa", "accounting", "US", COVERED)[-1]
    assert window.code == "look_back"
    assert due(window, date(2024, 2, 29), "US") == date(2018, 2, 28)


DOCTOR: Mapping[str, object] = {**IN_FRANCE, "organisation_flags": ["health_professional"]}


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param("younger", [(8, "day"), (48, "hour")], id="a young record"),
        pytest.param("older", [(2, "month"), (48, "hour")], id="an old one"),
        pytest.param(
            ("younger", "older"), [(8, "day"), (2, "month"), (48, "hour")], id="a mixed one"
        ),
        pytest.param(None, [(8, "day"), (48, "hour")], id="nobody has looked yet"),
    ],
)
def test_a_french_record_is_due_by_its_age(age: object, expected: list[tuple[int, str]]) -> None:
    facts = {**DOCTOR, "record_age": age}
    periods = [duty.rule.period for duty in duties("fr-health", "copy", "FR", facts)]
    assert [(period.amount, period.unit) for period in periods if period] == expected


def test_the_calendar_of_an_organisation_outside_the_union_has_no_holidays() -> None:
    gdpr = all_regimes()["gdpr"]
    respond = gdpr.rules_for("access", "FR", SPRING, IN_AMERICA)[0]
    assert gdpr.calendar_codes("US", respond) == ()
    assert gdpr.calendar_codes("FR", respond) is None


def test_what_was_only_remembered_is_not_presented_as_law() -> None:
    remembered = [
        (regime.slug, duty.code, sorted(duty.kinds))
        for regime in all_regimes().values()
        for duty in regime.duties
        if duty.source.checked == "remembered"
    ]
    assert remembered == []


def test_every_rule_names_its_source() -> None:
    for regime in all_regimes().values():
        assert regime.duties
        for duty in regime.duties:
            assert duty.rule.source == duty.source.title
            assert duty.source.url or duty.source.checked == "remembered"


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("organisation", "kind", "place", "expected"),
    [
        ("indigomed", "amend", "FR", ["gdpr respond", "gdpr refuse", "gdpr extension_notice"]),
        ("indigomed", "accounting", "FR", ["gdpr respond", "gdpr refuse", "gdpr extension_notice"]),
        ("imo", "erase", "US-IL", []),
        (
            "imo",
            "erase",
            "US-CA",
            ["ccpa acknowledge", "ccpa respond", "ccpa extension_notice"],
        ),
        ("imo", "deactivate", "US", []),
    ],
)
def test_an_organisation_says_which_laws_may_apply(
    organisation: str, kind: str, place: str, expected: list[str]
) -> None:
    found = duties_for(Organisation.objects.get(slug=organisation), kind, place, SPRING, {})
    assert [f"{regime.slug} {duty.code}" for regime, duty in found] == expected


REGIME = """\
name: Test law
full_name: A law for tests
applies:
  requester: [FR]
sources:
  one: {title: Article 1, checked: read, url: "https://example.org"}
duties:
  - duty: respond
    kinds: [access]
    rule: {amount: 1, unit: month}
    source: one
    status: derived
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("unit: month", "unit: moon", 10, "rule: "),
        ("amount: 1,", "amount: 0,", 10, "rule: "),
        ("amount: 1,", "amount: 1, rolls: none,", 10, "rule: rule.rolls: is not known here"),
        ("duty: respond", "duty: rejoice", 8, "unknown duty “rejoice”"),
        ("[access]", "[gossip]", 9, "unknown kinds “gossip”"),
        ("source: one", "source: two", 11, "unknown source “two” (known: one)"),
        ("checked: read", "checked: hoped", 6, "unknown checked “hoped”"),
        ("status: derived", "status: derived\n    mood: good", 13, "unknown key “mood”"),
    ],
)
def test_a_regime_file_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    path = tmp_path / "test-law.yaml"
    path.write_text(REGIME.replace(old, new))
    with pytest.raises(CatalogueError) as caught:
        read_regime(path)
    assert str(caught.value).startswith(f"{path}:{line}: {reason}")


def test_a_suspension_says_how_its_days_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "test-law.yaml"
    path.write_text(REGIME + "    pauses: [{reason: fee, effect: suspend, source: one}]\n")
    with pytest.raises(CatalogueError, match="counting: a suspension says"):
        read_regime(path)


FACTS = """\
facts:
  much: {label: "It is much", asked: clarification, source: one}
"""


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("    pauses: [{reason: fee, effect: restart, needs: [luck], source: one}]\n", "luck"),
        ("    extension: {amount: 1, unit: month, most: 1, needs: [luck], source: one}\n", "luck"),
    ],
)
def test_a_pause_needs_what_the_program_sees_or_a_fact_of_its_law(
    tmp_path: Path, more: str, reason: str
) -> None:
    path = tmp_path / "test-law.yaml"
    path.write_text(REGIME.replace("duties:", f"{FACTS}duties:") + more)
    with pytest.raises(CatalogueError, match=f"unknown needs “{reason}”"):
        read_regime(path)


@pytest.mark.parametrize(
    "more",
    [
        "    extension: {amount: 1, unit: month, most: 1, source: one}\n",
        "    pauses: [{reason: fee, effect: restart, source: one}]\n",
    ],
)
def test_a_duty_to_stop_admits_no_extension_and_no_pause(tmp_path: Path, more: str) -> None:
    path = tmp_path / "test-law.yaml"
    path.write_text(REGIME.replace("duty: respond", "duty: stop") + more)
    with pytest.raises(CatalogueError, match="a duty to stop admits no extension and no pause"):
        read_regime(path)


def test_a_proposed_duty_is_never_computed(tmp_path: Path) -> None:
    path = tmp_path / "test-law.yaml"
    path.write_text(REGIME.replace("status: derived", "status: proposed"))
    assert read_regime(path).rules_for("access", "FR", SPRING, {}) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("follows: nothing\nstarts_on: 2026-01-01\n", "unknown law “nothing”"),
        ("follows: first\n", "has to start after “first”"),
        ("follows: first\nstarts_on: 2019-12-31\n", "has to start after “first”"),
        ("follows: first\nstarts_on: 2026-01-02\n", "has to end on that day"),
    ],
)
def test_a_version_starts_when_the_one_it_follows_ends(
    tmp_path: Path, line: str, reason: str
) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("starts_on: 2020-01-01\nends_on: 2026-01-01\n" + REGIME)
    second.write_text(line + REGIME)
    with pytest.raises(CatalogueError, match=reason):
        require_order({"first": read_regime(first), "second": read_regime(second)})


def test_a_request_is_under_the_text_of_its_day_of_receipt() -> None:
    assert versions_of("uk-gdpr") == versions_of("uk-gdpr-2018") == ("uk-gdpr-2018", "uk-gdpr")
    assert codes(duties("uk-gdpr-2018", "access", "GB", {}, on=date(2026, 2, 4))) == [
        "respond",
        "refuse",
        "extension_notice",
    ]
    assert codes(duties("uk-gdpr-2018", "access", "GB", {}, on=date(2026, 2, 5))) == []
