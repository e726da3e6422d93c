"""Second factors without a telephone, for trying the program out."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from config.trial.second_factor import enrol_for_trial, trial_code
from dsr.accounts.models import User


@pytest.fixture
def hugo(db: None) -> User:
    return User.objects.create_user("hugo.canary@example.org", "Hugo Handler")


def run(*args: str) -> str:
    out = StringIO()
    call_command("trial_code", *args, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_trial_code_prints_what_the_app_would_show(hugo: User) -> None:
    enrol_for_trial(hugo)
    assert run("Hugo.Canary@example.org") == trial_code(hugo)


def test_trial_code_helps_to_set_up_an_app_without_a_telephone(hugo: User) -> None:
    secret = enrol_for_trial(hugo)
    shown = trial_code(hugo)
    Authenticator.objects.all().delete()
    with pytest.raises(CommandError, match="--secret"):
        run(hugo.email)
    assert run(hugo.email, "--secret", secret) == shown
    with pytest.raises(CommandError, match="not the text"):
        run(hugo.email, "--secret", "äöü")


def test_trial_code_works_in_trial_mode_only(hugo: User, settings: Any) -> None:
    enrol_for_trial(hugo)
    settings.DSR_TRIAL = False
    with pytest.raises(CommandError):
        run(hugo.email)
    with pytest.raises(RuntimeError):
        enrol_for_trial(hugo)


@pytest.mark.parametrize("email", ["nobody@example.org", "hugo.canary@example.org"])
def test_trial_code_says_what_is_missing(hugo: User, email: str) -> None:
    with pytest.raises(CommandError):
        run(email)
