"""What a law that is read otherwise would do to open requests; nothing before it is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from dsr.accounts.models import Membership
from dsr.audit.models import Entry
from dsr.audit.services import SITE
from dsr.policies.models import Department, Organisation
from dsr.requests import history
from dsr.requests.deadlines import accepting, coming, coming_words, recomputing
from dsr.requests.deadlines.coming import Preview, What
from dsr.requests.deeds import deadline, facts, identity
from dsr.requests.deeds.deadline import ExtensionGiven
from dsr.requests.errors import NotAllowed, Overtaken
from dsr.requests.models import SubjectRequest
from dsr.requests.services.selfcheck import selfcheck
from tests import cast
from tests.cast import Desk
from tests.laws import Laws, laws_of
from tests.post_office import mail_goes_out

# Monday; a month of the ICO's reading ends on Thursday 2 April, read strictly on 1 April.
RECEIVED = cast.on("2026-03-02", 16)
NOW = cast.on("2026-03-09", 9)
STRICTLY = ("anchor: event", "anchor: day_before")


@pytest.fixture
def laws(tmp_path: Path) -> Iterator[Laws]:
    yield from laws_of(tmp_path)


def british(desk: Desk) -> SubjectRequest:
    return cast.ask(desk.right("imo", "eu-access"), at=RECEIVED, country="GB")


def doubt(asked: SubjectRequest, desk: Desk) -> None:
    """Identity is asked for, with a doubt on record, and the question has gone out."""
    at = cast.on("2026-03-04", 16)
    identity.ask_identity(
        asked.pk,
        question="Show a document, please.",
        doubt="The address is another.",
        actor=desk.handler,
        at=at,
        seen=asked.version,
    )
    mail_goes_out(at)


def shown(desk: Desk, slug: str = "uk-gdpr") -> Preview:
    return coming.preview(desk.organisation("imo"), slug, at=NOW)


def accept(desk: Desk, seen: str, slug: str = "uk-gdpr") -> Preview:
    imo = desk.organisation("imo")
    return accepting.accept(imo, slug, actor=desk.officer, at=NOW, seen=seen)


def days(subject_request: SubjectRequest) -> dict[str, date | None]:
    rows = subject_request.deadlines.filter(status__in=["running", "paused"])
    return dict(rows.values_list("code", "due_on"))


def foreseen_days(preview: Preview) -> dict[str, date | None]:
    return {each.after.code: each.new for it in preview.requests for each in it.changes}


def test_as_long_as_the_files_are_those_of_the_beginning_nothing_is_to_come(desk: Desk) -> None:
    for organisation, slug, country in (
        ("imo", "eu-access", "GB"),
        ("imo", "delete", "DE"),
        ("img", "access", "PT"),
        ("indigomed", "copy", "FR"),
    ):
        cast.ask(desk.right(organisation, slug), at=RECEIVED, country=country)
    every = [desk.organisation(slug) for slug in ("imo", "img", "indigomed")]
    assert [coming.previews(each, at=NOW) for each in every] == [[], [], []]


def test_a_changed_reading_shows_the_old_and_the_new_day_and_moves_nothing(
    desk: Desk, laws: Laws
) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    [foreseen] = shown(desk).requests
    moves = {each.after.code: (each.old, each.new) for each in foreseen.changes}
    assert moves == {
        "uk-gdpr:respond": (date(2026, 4, 2), date(2026, 4, 1)),
        "uk-gdpr:refuse": (date(2026, 4, 2), date(2026, 4, 1)),
        "uk-gdpr:extension_notice": (date(2026, 4, 2), date(2026, 4, 1)),
    }
    assert days(asked)["uk-gdpr:respond"] == date(2026, 4, 2)
    with translation.override("en"):
        change = next(each for each in foreseen.changes if each.after.purpose == "respond")
        assert coming_words.which(change) == "Answer, UK GDPR Art. 12A"
        assert coming_words.why(change) == [
            "The limit: “to the same date as the day of receipt” until now, “to the eve of the "
            "same date” as it is read now."
        ]


def test_what_was_accepted_is_what_was_shown(desk: Desk, laws: Laws) -> None:
    asked, other = british(desk), cast.ask(desk.right("imo", "delete"), at=RECEIVED, country="DE")
    before = days(other)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    preview = shown(desk)
    promised = foreseen_days(preview)
    accept(desk, preview.seen)
    assert {code: days(asked)[code] for code in promised} == promised
    assert asked.deadlines.get(code="uk-gdpr:respond").rule["anchor"] == "day_before"
    assert SubjectRequest.objects.get(pk=asked.pk).due_on == preview.requests[0].due_on
    assert days(other) == before
    assert shown(desk).requests == []


def test_what_was_accepted_stands_in_both_histories_with_its_cause(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    accept(desk, shown(desk).seen)
    moved = [each for each in cast.history(asked) if each.code == "deadline_moved"]
    assert {each.facts["cause"] for each in moved} == {"law_read_anew"}
    assert {each.actor_id for each in moved} == {desk.officer.pk}
    with translation.override("en"):
        told = [line.text for line in history.timeline(asked)]
    assert (
        "Deadline moved (Answer, UK GDPR Art. 12A) from April 2, 2026 to April 1, 2026, because "
        "it was accepted how the law is read now"
    ) in told
    line = Entry.objects.filter(chain=SITE, code="law_accepted").get()
    assert line.facts == {
        "organisation": desk.organisation("imo").pk,
        "law": "uk-gdpr",
        "requests": 1,
        "deadlines": 3,
    }
    assert [each for each in selfcheck(at=NOW) if "deadline" in each.code] == []


def test_it_is_refused_when_something_moved_since_it_was_shown(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    seen = shown(desk).seen
    doubt(asked, desk)
    with pytest.raises(Overtaken) as refused:
        accept(desk, seen)
    assert "nothing was done" in str(refused.value)
    assert asked.deadlines.get(code="uk-gdpr:respond").rule["anchor"] == "event"
    accept(desk, shown(desk).seen)
    assert asked.deadlines.get(code="uk-gdpr:respond").rule["anchor"] == "day_before"


def test_it_is_refused_when_another_request_is_concerned_meanwhile(desk: Desk, laws: Laws) -> None:
    british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    seen = shown(desk).seen
    with pytest.MonkeyPatch.context() as patch:
        # A worker that still runs with the file of before.
        patch.setattr("tests.requests.test_coming.RECEIVED", cast.on("2026-03-03", 16))
        laws.read_otherwise("uk-gdpr", ("anchor: event", "anchor: event "))
        british(desk)
        laws.read_otherwise("uk-gdpr", STRICTLY)
    with pytest.raises(Overtaken):
        accept(desk, seen)
    assert len(shown(desk).requests) == 2


def test_nothing_to_accept_is_refused_as_well(desk: Desk) -> None:
    british(desk)
    with pytest.raises(Overtaken):
        accept(desk, shown(desk).seen)


def test_only_who_oversees_the_whole_organisation_accepts(desk: Desk, laws: Laws) -> None:
    asked, imo = british(desk), desk.organisation("imo")
    laws.read_otherwise("uk-gdpr", STRICTLY)
    attic = Department.objects.create(organisation=imo, slug="attic", name="Attic")
    of_one = Membership.objects.filter(user=desk.second_officer, organisation=imo)
    of_one.update(department=attic)
    for nobody in (desk.handler, desk.auditor, desk.second_officer):
        with pytest.raises(NotAllowed):
            accepting.accept(imo, "uk-gdpr", actor=nobody, at=NOW, seen=shown(desk).seen)
    denied = Entry.objects.filter(chain=SITE, code="denied")
    assert [each.facts["deed"] for each in denied] == ["accept_law"] * 3
    with pytest.raises(NotAllowed):
        accepting.accept(imo, "No-Such-Law", actor=desk.handler, at=NOW, seen="")
    assert days(asked)["uk-gdpr:respond"] == date(2026, 4, 2)


def test_an_aim_goes_along_and_both_days_are_shown(desk: Desk, laws: Laws) -> None:
    asked = cast.ask(desk.right("imo", "delete"), at=RECEIVED, country="DE")
    law = asked.deadlines.get(code="gdpr:respond")
    deadline.extend(
        asked.pk,
        ExtensionGiven(law.pk, 2, "complexity_and_number", "Twelve systems have to be searched."),
        actor=desk.handler,
        at=cast.on("2026-03-05"),
        seen=asked.version,
    )
    # 2 March and three months; the aim of 30 days, 1 April, goes the same 61 days.
    assert days(asked)["gdpr:respond"] == date(2026, 6, 2)
    assert days(asked)["target"] == date(2026, 6, 1)
    more = "    extension: {amount: 2, unit: month, most: 1, reasons: [complexity, number], "
    laws.read_otherwise("gdpr", (f"{more}source: art-12}}\n", ""))
    preview = shown(desk, "gdpr")
    assert foreseen_days(preview) == {
        "gdpr:respond": date(2026, 4, 2),
        "target": date(2026, 4, 1),
    }
    assert preview.requests[0].due_on == date(2026, 4, 2)
    accept(desk, preview.seen, "gdpr")
    assert days(asked)["gdpr:respond"] == date(2026, 4, 2)
    assert days(asked)["target"] == date(2026, 4, 1)
    assert SubjectRequest.objects.get(pk=asked.pk).due_on == date(2026, 4, 2)


def test_a_paused_clock_that_is_read_to_run_on_gets_its_day(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    doubt(asked, desk)
    assert asked.deadlines.get(code="uk-gdpr:respond").status == "paused"
    laws.read_otherwise(
        "uk-gdpr", ("reason: identity, effect: restart", "reason: identity, effect: none")
    )
    preview = shown(desk)
    change = next(
        each for each in preview.requests[0].changes if each.after.code == "uk-gdpr:respond"
    )
    assert (change.what, change.old, change.new) == (What.MOVES, None, date(2026, 4, 2))
    with translation.override("en"):
        assert coming_words.day_before(change) == "none while it is paused"
        assert "proof of identity: the clock runs on" in coming_words.why(change)[0]
    accept(desk, preview.seen)
    clock = asked.deadlines.get(code="uk-gdpr:respond")
    assert (clock.status, clock.due_on) == ("running", date(2026, 4, 2))


def test_a_law_that_the_organisation_names_no_more_falls_away_once_that_is_accepted(
    desk: Desk,
) -> None:
    asked, imo = british(desk), desk.organisation("imo")
    imo.regimes = ["gdpr", "ccpa"]
    imo.save()
    preview = shown(desk)
    assert {each.what for each in preview.requests[0].changes} == {What.ENDS}
    assert "uk-gdpr:respond" in days(asked)
    accept(desk, preview.seen)
    assert not [code for code in days(asked) if code.startswith("uk-gdpr")]
    imo.regimes = ["gdpr", "uk-gdpr", "ccpa"]
    imo.save()
    again = shown(desk)
    assert {each.what for each in again.requests[0].changes} == {What.RUNS_AGAIN}
    accept(desk, again.seen)
    assert days(asked)["uk-gdpr:respond"] == date(2026, 4, 2)
    assert [each for each in selfcheck(at=NOW) if "deadline" in each.code] == []


def test_a_law_that_no_longer_ships_is_shown_as_falling_away(desk: Desk, laws: Laws) -> None:
    asked = cast.ask(desk.right("indigomed", "copy"), at=RECEIVED, country="FR")
    asked.deadlines.filter(code="gdpr:respond").update(regime="lost-law", code="lost-law:respond")
    [_gdpr, lost] = coming.previews(desk.organisation("indigomed"), at=NOW)
    [change] = lost.requests[0].changes
    assert (lost.law.slug, change.what) == ("lost-law", What.ENDS)
    with translation.override("en"):
        assert coming_words.why(change) == ["The program no longer knows this law."]


def test_a_confirmation_that_a_law_asks_for_now_was_given_already(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    late = cast.ask(desk.right("imo", "eu-access"), at=RECEIVED, country="DE")
    new = (
        "\nduties:\n",
        "\nduties:\n"
        "  - duty: acknowledge\n"
        "    kinds: [access]\n"
        "    rule: {amount: 10, unit: day, start: next_day}\n"
        "    source: art-12a\n"
        "    status: derived\n",
    )
    laws.read_otherwise("uk-gdpr", new)
    preview = shown(desk)
    [foreseen] = preview.requests
    [change] = foreseen.changes
    assert (foreseen.subject_request.pk, change.what) == (asked.pk, What.BEGINS)
    assert (change.new, change.after.status) == (date(2026, 3, 12), "met")
    with translation.override("en"):
        assert coming_words.day_after(change) == "12 March 2026, met already on 2 March 2026"
    accept(desk, preview.seen)
    done = asked.deadlines.get(code="uk-gdpr:acknowledge")
    assert (done.due_on, done.status, done.ended_on) == (
        date(2026, 3, 12),
        "met",
        date(2026, 3, 2),
    )
    assert not late.deadlines.filter(code="uk-gdpr:acknowledge").exists()
    assert [each for each in selfcheck(at=NOW) if "deadline" in each.code] == []


def test_a_new_text_of_a_law_leaves_what_was_received_before_alone(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    before = days(asked)
    laws.read_otherwise(
        "uk-gdpr", ("starts_on: 2026-02-05\n", "starts_on: 2026-02-05\nends_on: 2026-03-05\n")
    )
    laws.read_otherwise(
        "uk-gdpr",
        ("follows: uk-gdpr-2018", "follows: uk-gdpr"),
        ("starts_on: 2026-02-05\n", "starts_on: 2026-03-05\n"),
        ("amount: 1\n", "amount: 3\n"),
        as_slug="uk-gdpr-2026",
    )
    assert coming.previews(desk.organisation("imo"), at=NOW) == []
    later = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-06", 16), country="GB")
    # Three months from Friday 6 March end on Saturday 6 June; rolled to Monday.
    assert days(later)["uk-gdpr-2026:respond"] == date(2026, 6, 8)
    assert days(asked) == before
    assert coming.previews(desk.organisation("imo"), at=NOW) == []


def test_a_fact_that_is_stated_brings_nothing_that_waits_to_be_accepted(
    desk: Desk, laws: Laws
) -> None:
    asked = british(desk)
    new = (
        "\nduties:\n",
        "\nduties:\n"
        "  - duty: acknowledge\n"
        "    kinds: [access]\n"
        "    rule: {amount: 10, unit: day, start: next_day}\n"
        "    source: art-12a\n"
        "    status: derived\n",
    )
    laws.read_otherwise("uk-gdpr", STRICTLY, new)
    before = days(asked)
    facts.state_facts(
        asked.pk,
        country="GB",
        record_age="older",
        actor=desk.handler,
        at=NOW,
        seen=asked.version,
    )
    assert days(asked) == before
    stated = SubjectRequest.objects.get(pk=asked.pk)
    # Another place is another law: of that one what begins now begins as it is read now.
    facts.state_facts(
        asked.pk, country="DE", record_age="", actor=desk.handler, at=NOW, seen=stated.version
    )
    assert "uk-gdpr:respond" not in days(asked)
    assert days(asked)["gdpr:respond"] == date(2026, 4, 2)


def test_a_calendar_that_changes_keeps_the_reading_of_before(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    calendar = asked.organisation.calendar
    calendar.version += 1
    calendar.save()
    assert recomputing.sweep_stale(at=NOW) > 0
    assert days(asked)["uk-gdpr:respond"] == date(2026, 4, 2)


def test_what_was_answered_is_not_among_them(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    SubjectRequest.objects.filter(pk=asked.pk).update(answered_on=date(2026, 3, 6))
    assert shown(desk).requests == []


def test_many_requests_take_as_many_queries_as_one(desk: Desk, laws: Laws) -> None:
    british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    imo = Organisation.objects.select_related("calendar").get(slug="imo")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(coming.previews(imo, at=NOW)[0].requests) == 1
    laws.read_otherwise("uk-gdpr", ("anchor: event", "anchor: event "))
    for _number in range(6):
        british(desk)
        cast.ask(desk.right("imo", "delete"), at=RECEIVED, country="DE")
    laws.read_otherwise("uk-gdpr", STRICTLY)
    with CaptureQueriesContext(connection) as many:
        assert len(coming.previews(imo, at=NOW)[0].requests) == 7
    assert len(many) == len(one) == 7


def test_the_command_prints_references_and_days_and_no_name(desk: Desk, laws: Laws) -> None:
    asked = british(desk)
    laws.read_otherwise("uk-gdpr", STRICTLY)
    said = StringIO()
    call_command("law_preview", organisation="imo", stdout=said)
    printed = said.getvalue()
    assert f"    {asked.reference}\n" in printed
    assert "Moves: Answer, UK GDPR Art. 12A: April 2, 2026 -> April 1, 2026" in printed
    assert "UK GDPR: 1 open requests would change" in printed
    assert "Canary" not in printed
    assert "indigomed" not in printed


def test_the_command_refuses_an_organisation_that_nobody_knows(desk: Desk) -> None:
    with pytest.raises(CommandError, match="no-such"):
        call_command("law_preview", organisation="no-such")


@pytest.mark.parametrize(
    ("organisation", "right", "country", "slug"),
    [
        ("imo", "eu-access", "GB", "uk-gdpr"),
        ("imo", "eu-access", "DE", "gdpr"),
        ("img", "access", "PT", "gdpr"),
        ("indigomed", "copy", "FR", "gdpr"),
    ],
)
@pytest.mark.parametrize(
    "words",
    [("amount: 1\n", "amount: 2\n"), ("amount: 1\n", "amount: 1\n      cutoff: '09:00'\n")],
    ids=["longer", "late arrivals"],
)
def test_the_day_shown_is_the_one_that_a_new_request_of_that_day_gets(
    desk: Desk,
    laws: Laws,
    organisation: str,
    right: str,
    country: str,
    slug: str,
    words: tuple[str, str],
) -> None:
    """Two ways to one day: foreseen for an old request, computed at the receipt of a new one."""
    asked = cast.ask(desk.right(organisation, right), at=RECEIVED, country=country)
    laws.read_otherwise(slug, words)
    preview = coming.preview(desk.organisation(organisation), slug, at=NOW)
    new = cast.ask(desk.right(organisation, right), at=RECEIVED, country=country)
    assert foreseen_days(preview).items() <= days(new).items()
    assert preview.requests[0].due_on == new.due_on
    accepting.accept(
        desk.organisation(organisation), slug, actor=desk.officer, at=NOW, seen=preview.seen
    )
    assert days(asked) == days(new)
    kept = ("code", "rule", "pauses_admitted", "extension_rule", "notice_by", "governing", "trace")
    assert list(asked.deadlines.order_by("code").values(*kept)) == list(
        new.deadlines.order_by("code").values(*kept)
    )
