"""The demonstration: invented people only, many states, and accounts that can really sign in."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.trial import demonstration
from config.trial.second_factor import trial_code
from dsr.accounts.models import User
from dsr.accounts.services import has_second_factor
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import mark_missed
from dsr.policies.catalogue.loading import load
from dsr.policies.catalogue.reading import HOME
from dsr.requests.models import SubjectRequest
from tests.cast import MORNING


@pytest.fixture
def filled(db: None) -> list[demonstration.DemoAccount]:
    load([HOME], MORNING, actor_id=None)
    return demonstration.fill(at=MORNING)


def test_every_account_can_sign_in_without_a_telephone(
    filled: list[demonstration.DemoAccount],
) -> None:
    assert len(filled) == 4
    for account in filled:
        user = User.objects.get(email=account.email)
        assert user.check_password(account.password)
        assert has_second_factor(user)
        assert len(trial_code(user)) == 6


def test_its_requests_are_marked_and_stand_in_many_states(
    filled: list[demonstration.DemoAccount],
) -> None:
    made = SubjectRequest.objects.all()
    assert made.count() == 12
    assert all(each.demo for each in made)
    assert len({each.status for each in made}) >= 7


def test_it_begins_without_a_trouble_that_somebody_must_see_to(
    filled: list[demonstration.DemoAccount],
) -> None:
    assert not OutboxMessage.objects.missed().exists()
    assert mark_missed(at=MORNING) == 0
    assert OutboxMessage.objects.filter(kind="reminder", status="owed").exists()


def test_it_is_filled_once(filled: list[demonstration.DemoAccount]) -> None:
    said = StringIO()
    call_command("fill_demo", stdout=said)
    assert "there already" in said.getvalue()
    assert SubjectRequest.objects.count() == 12


def test_a_trial_is_prepared_with_its_demonstration_once(
    db: None, settings: Any, tmp_path: Path
) -> None:
    """The passwords are all that is said; what was loaded goes to the log."""
    settings.VAR_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    said, logged = StringIO(), StringIO()
    call_command("prepare_trial", stdout=said, stderr=logged)
    assert said.getvalue().count("@demo.example") == 4
    assert "loaded: " in logged.getvalue() or "unchanged: " in logged.getvalue()
    call_command("prepare_trial", stdout=said, stderr=logged)
    assert said.getvalue().count("@demo.example") == 4
    assert SubjectRequest.objects.count() == 12
