"""Loading stops with file, line and reason; nothing is half-loaded; twice is once."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dsr.audit.models import Entry
from dsr.policies.kept_copy import readings_in_force
from dsr.policies.models import Organisation, Policy, PolicyVersion, Reading, Right, WorkingCalendar
from dsr.policies.reading_locks import mark_used
from dsr.policies.services import rights_offered
from dsr.policies.strict_yaml import CatalogueError
from tests.policies.conftest import MORNING, TEXT, Folder

pytestmark = pytest.mark.django_db

CLAUSE = '      - "You may ask for a copy of your record."\n'


def line_of(folder: Folder, passage: str) -> int:
    lines = folder.file.read_text().split("\n")
    return next(number for number, line in enumerate(lines, start=1) if passage in line)


def refused(folder: Folder) -> str:
    """The message without its folder; nothing of it may be in the database."""
    with pytest.raises(CatalogueError) as caught:
        folder.load()
    assert not Organisation.objects.exists()
    assert not Policy.objects.exists()
    assert not WorkingCalendar.objects.exists()
    assert not Entry.objects.exists()
    message = str(caught.value)
    assert message.startswith(f"{folder.path}/")
    return message.removeprefix(f"{folder.path}/")


def test_a_sound_file_is_loaded(clinic: Folder) -> None:
    report = clinic.load()
    assert report.loaded == ["clinic v1, reading 1: 1 rights"]
    right = Right.objects.get()
    assert right.clauses == [
        {"text": "You may ask for a copy of your record.", "start": 14, "end": 52}
    ]
    assert right.department is not None
    assert right.department.name == "Office"
    assert Organisation.objects.get().calendar.slug == "fr"


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        pytest.param(
            CLAUSE,
            '      - "You may ask for a copy of your file."\n',
            "copy of your file",
            "clause not in the text: “You may ask for a copy of your file.”"
            " (it parts from the text after “You may ask for a copy of your ”)",
            id="a clause that is not in the text",
        ),
        pytest.param(
            CLAUSE,
            '      - "You may ask for a copy of your \\"bill\\"."\n',
            "bill",
            'clause not in the text: “You may ask for a copy of your "bill".”'
            " (it parts from the text after “You may ask for a copy of your ”)",
            id="straight quotation marks where the text has curly ones",
        ),
        pytest.param(
            CLAUSE,
            '      - "We answer soon."\n',
            "We answer soon",
            "clause stands 2 times in the text: say which occurrence",
            id="a clause that stands twice",
        ),
        pytest.param(
            CLAUSE,
            '      - {text: "We answer soon.", occurrence: 3}\n',
            "We answer soon",
            "clause stands 2 times in the text, not 3",
            id="an occurrence that is not there",
        ),
        pytest.param(
            f"    clauses:\n{CLAUSE}",
            "    clauses: []\n",
            "clauses: []",
            "a right of a policy rests on at least one clause",
            id="no clause",
        ),
        pytest.param(
            "period: {amount: 14, unit: day}",
            "period: {amount: 0, unit: month}",
            "period:",
            "period: 0 month is no sensible period (1 to ten years); “at once” is 0 day",
            id="a period of nothing",
        ),
        pytest.param(
            "target: {amount: 30, unit: day}",
            "target: {amount: 0, unit: day}",
            "target:",
            "target: 0 day is no sensible period (1 to ten years)",
            id="an aim of nothing",
        ),
        pytest.param(
            "period: {amount: 14, unit: day}",
            "period: {amount: -3, unit: day}",
            "period:",
            "period: -3 day is no sensible period (1 to ten years)",
            id="a negative period",
        ),
        pytest.param(
            "period: {amount: 14, unit: day}",
            "period: {amount: 121, unit: month}",
            "period:",
            "period: 121 month is no sensible period (1 to ten years)",
            id="a period above ten years",
        ),
        pytest.param(
            "period: {amount: 14, unit: day}",
            "period: {amount: 2, unit: fortnight}",
            "period:",
            "unknown unit “fortnight” (known: business_day, day, hour, month, week, year)",
            id="an unknown unit",
        ),
        pytest.param(
            "period: {amount: 14, unit: day}",
            "period: {amount: 1.5, unit: month}",
            "period:",
            "amount: a whole number expected",
            id="half a month",
        ),
        pytest.param(
            "period: {amount: 14, unit: day}",
            "period: soon",
            "period:",
            "unknown period “soon” (known: none)",
            id="a period in words",
        ),
        pytest.param(
            "must: [written]",
            "must: [written, telepathy]",
            "must:",
            "unknown must “telepathy” (known: ",
            id="an unknown particular",
        ),
        pytest.param(
            "may: [details]",
            "may: [written]",
            "may:",
            "“written” is both must and may",
            id="a particular of two strengths",
        ),
        pytest.param(
            "must: [written]",
            "must: [written, written]",
            "must:",
            "must: “written” is given twice",
            id="a particular given twice",
        ),
        pytest.param(
            "kind: copy",
            "kind: photocopy",
            "kind: photocopy",
            "unknown kind “photocopy” (known: ",
            id="an unknown kind",
        ),
        pytest.param(
            "summary: Get a copy.",
            "sumary: Get a copy.",
            "sumary",
            "unknown key “sumary” in rights",
            id="a mistyped key",
        ),
        pytest.param(
            "    summary: Get a copy.\n",
            "",
            "slug: copy",
            "rights: “summary” is missing",
            id="a missing key",
        ),
        pytest.param(
            "    summary: Get a copy.\n",
            "    summary: Get a copy.\n    summary: Again.\n",
            "Again",
            "“summary” is given twice in rights",
            id="a key given twice",
        ),
        pytest.param(
            "summary: Get a copy.",
            "summary: 12",
            "summary: 12",
            "summary: text expected",
            id="a number for a text",
        ),
        pytest.param(
            "two_people: true",
            "two_people: maybe",
            "two_people",
            "two_people: true or false expected",
            id="neither true nor false",
        ),
        pytest.param(
            "address: office@example.org}",
            "address: office at example.org}",
            "office at",
            "address: “office at example.org” is not an e-mail address",
            id="a broken e-mail address",
        ),
        pytest.param(
            "identity: high",
            "identity: none",
            "identity:",
            "identity: “copy” is never answered without a check",
            id="a copy for anybody",
        ),
        pytest.param(
            "identity: high",
            "identity: reasonable",
            "identity:",
            "identity: “copy” asks for “high”; lower it by a rule with its reason",
            id="a copy for whom one is reasonably sure of",
        ),
        pytest.param(
            "two_people: true",
            "two_people: false",
            "two_people:",
            "two_people: “copy” is decided by two people",
            id="health data released by one person",
        ),
        pytest.param(
            "department: office",
            "department: cellar",
            "department: cellar",
            "unknown department “cellar” (known: office)",
            id="an unknown department",
        ),
        pytest.param(
            "who_may_ask: [subject]",
            "who_may_ask: []",
            "who_may_ask",
            "who_may_ask: somebody must be able to ask",
            id="nobody may ask",
        ),
        pytest.param(
            "text: text.txt",
            "text: lost.txt",
            "lost.txt",
            "text: “lost.txt” cannot be read (No such file or directory)",
            id="a missing text",
        ),
        pytest.param(
            "text: text.txt",
            "text: ../text.txt",
            "../text.txt",
            "text: a file in the same folder, without a path",
            id="a text elsewhere",
        ),
        pytest.param(
            "effective_on: 2026-01-01",
            "effective_on: 2026-02-30",
            "2026-02-30",
            "effective_on: “2026-02-30” is not a day (YYYY-MM-DD)",
            id="a day that does not exist",
        ),
        pytest.param(
            "zone: Europe/Paris",
            "zone: Europe/Lutetia",
            "slug: clinic\n",
            "organisation: zone: No time zone is called “Europe/Lutetia”.",
            id="an unknown zone",
        ),
        pytest.param(
            "slug: clinic\n",
            "slug: status\n",
            "slug: status\n",
            "organisation: slug: “status” is a fixed address of the site."
            " Choose another short name.",
            id="an organisation whose page could never be reached",
        ),
        pytest.param(
            "calendar: fr",
            "calendar: mars",
            "slug: clinic\n",
            "calendar: there is no working calendar “mars”",
            id="an unknown calendar",
        ),
        pytest.param(
            "  departments:",
            "  regimes: [hammurabi]\n  departments:",
            "slug: clinic\n",
            "organisation: regimes: Unknown: hammurabi.",
            id="an unknown law",
        ),
        pytest.param(
            "rights:\n",
            "law_rights:\n  - {law: gdpr, right: oblivion}\nrights:\n",
            "oblivion",
            "unknown right “oblivion” (known: ",
            id="an unknown right of a law",
        ),
        pytest.param(
            "rights:\n",
            "information:\n  - {slug: a, title: A, text: A, clauses: [nowhere]}\nrights:\n",
            "nowhere",
            "clause not in the text: “nowhere”",
            id="information whose clause is not in the text",
        ),
        pytest.param(
            "policy: {slug: clinic,",
            "policy: {slug: The Clinic,",
            "The Clinic",
            "slug: “The Clinic” is not made of a-z, 0-9 and single hyphens",
            id="a slug that is none",
        ),
        pytest.param(
            "rights:\n",
            "information:\n  - {slug: a, title: A, text: A, url: 'javascript:alert(1)'}\nrights:\n",
            "javascript",
            "url: “javascript:alert(1)” is not an address that begins with http",
            id="an address that runs",
        ),
        pytest.param(
            "    department: office\n",
            "    department: office\n    translations: {fr: {exceptions: {found: Perdu}}}\n",
            "translations",
            "fr: no exception is called “found”",
            id="a translation of nothing",
        ),
        pytest.param(
            "languages: [en]",
            "languages: [en",
            "default_language",
            "not YAML: ",
            id="not YAML",
        ),
    ],
)
def test_what_is_wrong_stops_the_loading_with_its_line(
    clinic: Folder, old: str, new: str, at: str, reason: str
) -> None:
    clinic.edit(old, new)
    line = line_of(clinic, at.strip()) if not at.startswith("slug: clinic") else 2
    message = refused(clinic)
    assert message.startswith(f"policy.yaml:{line}: {reason}")


def test_at_once_is_a_period_of_no_days(clinic: Folder) -> None:
    clinic.edit("period: {amount: 14, unit: day}", "period: {amount: 0, unit: day}")
    clinic.load()
    assert Right.objects.get().period == {"amount": 0, "unit": "day"}


def test_a_light_right_never_asks_for_more_than_finding_the_record(clinic: Folder) -> None:
    clinic.edit("kind: copy", "kind: paper_copy")
    assert refused(clinic) == (
        f"policy.yaml:{line_of(clinic, 'identity')}:"
        " identity: “paper_copy” never asks for more than finding the record"
    )


def test_a_text_that_was_changed_without_its_hash_is_refused(clinic: Folder) -> None:
    (clinic.path / "text.txt").write_text(TEXT + "And more.")
    assert refused(clinic).startswith("policy.yaml:17: sha256: the text has ")


def test_a_text_that_is_not_utf_8_is_refused(clinic: Folder) -> None:
    (clinic.path / "text.txt").write_bytes(b"\xff\xfe")
    assert refused(clinic) == "policy.yaml:16: text: “text.txt” is not UTF-8"


def test_two_rights_of_one_name_are_refused(clinic: Folder) -> None:
    content = clinic.file.read_text()
    clinic.file.write_text(content + content[content.index("  - slug: copy") :])
    assert refused(clinic) == "policy.yaml:39: slug “copy” is already used in line 20"


def test_an_empty_file_is_refused(clinic: Folder) -> None:
    clinic.file.write_text("# nothing\n")
    assert refused(clinic) == "policy.yaml:1: the file is empty"


def test_a_folder_without_a_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r":1: no policy\.yaml here$"):
        call_command("load_policies", str(tmp_path))


def test_one_bad_file_of_two_loads_neither(clinic: Folder, tmp_path: Path) -> None:
    other = Folder(tmp_path / "other")
    other.edit("  slug: clinic\n", "  slug: other\n")
    other.edit("policy: {slug: clinic,", "policy: {slug: other,")
    other.edit("calendar: fr", "calendar: mars")
    with pytest.raises(CommandError, match="there is no working calendar “mars”"):
        call_command("load_policies", str(clinic.path), str(other.path))
    assert not Policy.objects.exists()


def test_one_policy_in_two_folders_is_refused(clinic: Folder, tmp_path: Path) -> None:
    Folder(tmp_path / "other")
    with pytest.raises(CommandError, match="policy “clinic” is also in "):
        call_command("load_policies", str(tmp_path))


def test_loading_the_same_again_changes_nothing(clinic: Folder) -> None:
    clinic.load()
    before = list(Right.objects.values()), list(Reading.objects.values()), Entry.objects.count()
    clinic.edit("policy: {", "# a comment moves the lines\npolicy: {")
    report = clinic.load()
    assert (report.loaded, report.unchanged) == ([], ["clinic v1, reading 1"])
    after = list(Right.objects.values()), list(Reading.objects.values()), Entry.objects.count()
    assert before == after


def test_a_revised_reading_keeps_the_old_one(clinic: Folder) -> None:
    clinic.load()
    old = Right.objects.get()
    mark_used(old, MORNING)
    clinic.edit("may: [details]", "may: [details, records]")
    assert clinic.load().loaded == ["clinic v1, reading 2: 1 rights"]
    [new] = rights_offered(Organisation.objects.get(), date(2026, 3, 2))
    assert (new.reading.number, new.may) == (2, ["details", "records"])
    old.refresh_from_db()
    assert (old.reading.number, old.may) == (1, ["details"])


def test_a_new_version_supersedes_from_its_day(clinic: Folder) -> None:
    clinic.load()
    clinic.edit("label: v1", "label: v2")
    clinic.edit("text: text.txt", "text: text-2.txt")
    clinic.edit("effective_on: 2026-01-01", "effective_on: 2026-06-01")
    clinic.text(TEXT.replace("14 days", "7 days"), name="text-2.txt")
    clinic.load()
    policy = Policy.objects.get()
    days = [(each.label, each.in_force_from, each.superseded_on) for each in policy.versions.all()]
    assert days == [
        ("v1", date(2026, 1, 1), date(2026, 6, 1)),
        ("v2", date(2026, 6, 1), None),
    ]
    on_the_eve, on_the_day = (
        readings_in_force(day).get() for day in (date(2026, 5, 31), date(2026, 6, 1))
    )
    assert (on_the_eve.version.label, on_the_day.version.label) == ("v1", "v2")
    assert not readings_in_force(date(2025, 12, 31)).exists()


def test_a_second_version_from_the_same_day_is_refused(clinic: Folder) -> None:
    clinic.load()
    clinic.edit("label: v1", "label: v2")
    with pytest.raises(CatalogueError, match="version “v1” is in force from the same day"):
        clinic.load()


def test_a_version_in_use_keeps_its_text(clinic: Folder) -> None:
    clinic.load()
    mark_used(Right.objects.get(), MORNING)
    clinic.text(TEXT + "And more.\n")
    with pytest.raises(CatalogueError, match=r"policy\.yaml:15: version “v1” is in use"):
        clinic.load()
    assert PolicyVersion.objects.get().text == TEXT


def test_a_version_nobody_uses_takes_a_corrected_text(clinic: Folder) -> None:
    clinic.load()
    clinic.text("Preface\n" + TEXT)
    assert clinic.load().loaded == ["clinic v1, reading 1: 1 rights"]
    assert PolicyVersion.objects.get().text == "Preface\n" + TEXT
    assert Right.objects.get().clauses[0]["start"] == 22


def test_an_organisation_belongs_to_the_admin_once_it_is_there(clinic: Folder) -> None:
    clinic.load()
    Organisation.objects.update(name="The Clinic")
    assert clinic.load().kept == ["clinic: name as changed in the admin"]
    assert Organisation.objects.get().name == "The Clinic"


def test_the_history_of_the_site_says_what_was_loaded(clinic: Folder) -> None:
    clinic.load()
    entry = Entry.objects.get(code="policy_loaded")
    assert (entry.chain, entry.by, entry.actor_id) == ("site", "system", None)
    assert entry.facts["policy"] == "clinic"
    assert entry.facts["version"] == "v1"
    assert entry.facts["reading"] == 1


def test_the_command_says_what_it_did(clinic: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_policies", str(clinic.file))
    call_command("load_policies", str(clinic.file))
    assert capsys.readouterr().out == (
        "loaded: clinic v1, reading 1: 1 rights\nunchanged: clinic v1, reading 1\n"
    )
