"""Whatever is typed into a form of the administration comes back with a sentence, never a 500."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import cycle
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import reverse

from config.trial.second_factor import enrol_for_trial
from dsr.accounts.models import Membership, User
from dsr.audit.admin_pages import ReadOnlyPage
from dsr.policies.admin_forms import OrganisationForm
from dsr.policies.duty_words import FLAGS
from dsr.policies.models import (
    CalendarDay,
    Department,
    Organisation,
    PolicyVersion,
    WorkingCalendar,
)
from dsr.policies.regimes import known_flags
from tests import cast
from tests.cast import Desk

GARBAGE = (
    "",
    "x" * 10_001,
    "\x00",
    "0026-01-01",
    "9999-12-31",
    "20266-01-01",
    "2026-02-30",
    "-1",
    str(2**63),
    "999999",
    '{"a": 1}',
    "[1, null]",
    "PO",
    "éè ’ <script>",
)
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"[^>]*>')
KEPT = ("csrfmiddlewaretoken", "_save", "_continue", "_addanother", "opened_by")


@pytest.fixture
def ada(desk: Desk) -> Client:
    user = User.objects.create_superuser("ada@example.org", "Ada Admin", "correct horse")
    enrol_for_trial(user)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def forms() -> Iterator[str]:
    for model, page in admin.site._registry.items():
        if isinstance(page, ReadOnlyPage):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_add")
        if (row := model._default_manager.first()) is not None:
            yield reverse(f"{name}_change", args=[row.pk])


def filled(client: Client, url: str) -> dict[str, str]:
    """The form as the page has it, with one more row in each of its tables."""
    answer = client.get(url)
    if answer.status_code != 200:
        return {}
    page = answer.content.decode()
    names = {unescape(each) for each in FIELD.findall(page)} - set(KEPT)
    found = {}
    for name in names:
        value = re.search(rf'name="{re.escape(name)}"[^>]*\bvalue="([^"]*)"', page)
        found[name.replace("__prefix__", "0")] = unescape(value[1]) if value else ""
    for name in names:
        if name.endswith("-TOTAL_FORMS"):
            found[name] = "1"
    return found


def tried(client: Client, url: str, typed: dict[str, str]) -> int:
    before = transaction.savepoint()
    status = client.post(url, typed).status_code
    transaction.savepoint_rollback(before)
    return int(status)


@pytest.mark.parametrize("drawn", [True, False])
def test_garbage_in_every_field_of_every_form_is_answered_with_the_form(
    ada: Client, drawn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All fields at once, drawn as a page; then every kind of garbage, and each field alone."""
    broken, count, kinds = [], 0, cycle(GARBAGE)
    pages = {url: filled(ada, url) for url in forms()}
    if not drawn:
        # Drawing lists of all countries hundreds of times takes a minute.
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    for url, fields in pages.items():
        tries = [dict.fromkeys(fields, each) for each in (GARBAGE[:2] if drawn else GARBAGE[2::2])]
        if not drawn:
            tries += [fields | {name: next(kinds)} for name in sorted(fields)]
        for typed in tries:
            count += 1
            # Django makes up to two thousand rows then, which takes its time and tries nothing.
            many = {name for name in typed if name.endswith("_FORMS") and typed[name].isdigit()}
            typed.update(dict.fromkeys(many, "1"))
            status = tried(ada, url, typed)
            if status not in (200, 302, 400, 403, 404):
                changed = {name: value[:20] for name, value in typed.items()}
                broken.append(f"{status} {url} {changed}")
    assert broken == []
    assert count > (10 if drawn else 200)


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "x" * 3000, "o=99.-7.x", "p=-1", "all=&p=999999999999999999999", "nonsense=1"],
)
def test_lists_take_any_address(ada: Client, query: str) -> None:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert ada.get(f"{reverse(name)}?{query}").status_code in (200, 302, 404)


def test_actions_and_rows_that_do_not_exist(ada: Client) -> None:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for pk in ("0", "x", "999999999999999999999", "\x00"):
            typed = {"action": "deactivate", "_selected_action": [pk], "index": "0"}
            assert ada.post(reverse(f"{name}_changelist"), typed).status_code in (200, 302, 404)
            url = reverse(f"{name}_change", args=["0"]).replace("/0/", f"/{pk}/")
            assert ada.get(url).status_code in (302, 403, 404), url


def form_errors(answer: Any) -> str:
    page = unescape(answer.content.decode())
    return " ".join(re.sub("<[^>]+>", " ", " ".join(_error_lists(page))).split())


def _error_lists(page: str) -> list[str]:
    return re.findall(r'<ul class="errorlist[^"]*"[^>]*>(.*?)</ul>', page, re.DOTALL)


def test_a_country_is_chosen_by_its_name_and_another_code_is_refused(ada: Client) -> None:
    organisation = Organisation.objects.get(slug="img")
    url = reverse("admin:policies_organisation_change", args=[organisation.pk])
    page = unescape(ada.get(url).content.decode())
    assert '<option value="PT" selected>Portugal</option>' in page
    assert '<option value="Europe/Lisbon" selected>Lisbon (Portugal)</option>' in page
    assert "GDPR · Regulation (EU) 2016/679" in page
    assert "A covered entity under HIPAA" in page
    # Laws of three countries ask for it: it is named after none of them.
    assert "A health professional or a health institution" in page
    refused = ada.post(url, filled(ada, url) | {"country": "PO"})
    assert "“Country”: this is not one of the answers offered." in form_errors(refused)
    ada.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    page = unescape(ada.get(url).content.decode())
    assert '<option value="DE">Allemagne</option>' in page
    assert '<option value="Europe/Lisbon" selected>Lisbonne (Portugal)</option>' in page


def test_a_day_that_makes_no_sense_is_refused_beside_its_field(ada: Client, desk: Desk) -> None:
    calendar = WorkingCalendar.objects.get(slug="pt")
    url = reverse("admin:policies_workingcalendar_change", args=[calendar.pk])
    page = ada.get(url).content.decode()
    assert 'min="1990-01-01"' in page
    typed = {
        "name": calendar.name,
        "slug": calendar.slug,
        "codes": "PT",
        "weekend": ["5", "6"],
        "days-TOTAL_FORMS": "1",
        "days-INITIAL_FORMS": "0",
        "days-0-change": "add",
        "days-0-reason": "A strike",
        "days-0-calendar": calendar.pk,
    }
    for day, sentence in (
        ("0026-01-01", "Write the year with four figures, such as 2026."),
        ("1899-01-01", "Enter a day from 1 January 1990 to 31 December"),
    ):
        assert sentence in form_errors(ada.post(url, typed | {"days-0-on": day}))
    assert not CalendarDay.objects.exists()
    assert ada.post(url, typed | {"days-0-on": "2026-06-12"}).status_code == 302
    assert CalendarDay.objects.get().on.isoformat() == "2026-06-12"


def test_the_days_of_a_version_are_read_by_any_browser_in_any_language(ada: Client) -> None:
    version = PolicyVersion.objects.get(policy__slug="indigomed")
    url = reverse("admin:policies_policyversion_change", args=[version.pk])
    for language in ("en", "fr"):
        ada.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert 'value="2016-10-01"' in ada.get(url).content.decode()


def test_a_department_of_another_organisation_is_a_sentence(ada: Client, desk: Desk) -> None:
    foreign = Department.objects.get(organisation__slug="imo", slug="legal")
    img = Organisation.objects.get(slug="img")
    own = Membership.objects.get(user=desk.handler, organisation=img)
    url = reverse("admin:accounts_user_change", args=[desk.handler.pk])
    typed = {
        "name": "Hana",
        "language": "en",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": own.pk,
        "memberships-0-user": desk.handler.pk,
        "memberships-0-organisation": img.pk,
        "memberships-0-role": "handler",
        "memberships-0-department": foreign.pk,
    }
    refused = ada.post(url, typed)
    assert "This department belongs to another organisation." in form_errors(refused)


def test_a_row_that_came_twice_is_a_sentence_and_saves_nothing(ada: Client) -> None:
    imo = Organisation.objects.get(slug="imo")
    url = reverse("admin:policies_organisation_change", args=[imo.pk])
    typed = filled(ada, url)
    # As if none of its departments were there yet.
    typed |= {"departments-INITIAL_FORMS": "0", "departments-TOTAL_FORMS": "1"}
    typed |= {"departments-0-slug": "legal", "departments-0-name": "Legal", "departments-0-id": ""}
    answer = ada.post(url, typed | {"languages": ["en"], "regimes": ["gdpr"]}, follow=True)
    assert answer.status_code == 200
    assert Department.objects.filter(organisation=imo, slug="legal").count() == 1


def test_the_form_of_an_organisation_asks_for_all_that_it_has() -> None:
    columns = {each.name for each in Organisation._meta.fields if each.editable} - {"id"}
    assert set(OrganisationForm.Meta.fields) == columns


def test_everything_that_laws_ask_of_an_organisation_has_words() -> None:
    assert set(FLAGS) == known_flags()


def test_days_that_are_only_shown_are_said_as_everywhere_else(ada: Client, desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-03-01"))
    url = reverse("admin:requests_subjectrequest_change", args=[asked.pk])
    page = " ".join(unescape(ada.get(url).content.decode()).split())
    assert ">1 March 2026<" in page
    # A time says whose it is, and a row beside the request is said in the same way.
    assert "Paris time" in page
    assert "21 March 2026" in page
    ada.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    page = " ".join(unescape(ada.get(url).content.decode()).split())
    assert ">1er mars 2026<" in page
