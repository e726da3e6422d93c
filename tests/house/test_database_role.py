"""What serves could not rewrite the history, even if somebody took it over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection

from config import startup
from config.database_roles import too_mighty

pytestmark = pytest.mark.django_db

ADVICE = "name one in DATABASE_URL that owns nothing, and let `prepare` give it its rights."


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def back_to_the_owner() -> Iterator[None]:
    yield
    run("RESET ROLE")


def test_a_superuser_is_refused() -> None:
    assert too_mighty() == (
        f"The database role dsr_owner is a superuser and could rewrite history: {ADVICE}"
    )


def test_so_is_who_owns_a_table_or_may_take_its_owner_s_name() -> None:
    run("CREATE ROLE keeper", "CREATE ROLE helper IN ROLE keeper")
    run("ALTER TABLE audit_head OWNER TO keeper")
    for role in ("keeper", "helper"):
        run(f"SET ROLE {role}")
        assert "owns the tables and could rewrite history" in too_mighty()
        run("RESET ROLE")


def test_the_role_of_the_application_may_serve_until_it_is_given_too_much() -> None:
    run("SET ROLE dsr_app")
    assert too_mighty() == ""
    run("RESET ROLE", "GRANT DELETE ON audit_entry TO dsr_app", "SET ROLE dsr_app")
    assert "may change history: run `manage.py prepare` once more." in too_mighty()


def test_in_production_it_neither_starts_nor_passes_the_check(settings: Any) -> None:
    settings.DSR_TRIAL = False
    with pytest.raises(SystemExit, match="is a superuser"):
        startup._refuse_mighty_role()
    found = [each.id for each in run_checks(tags=[Tags.database], databases=["default"])]
    assert "dsr.E013" in found
    # The owner's own commands need what it may.
    settings.DSR_DATABASE_ROLE = "owner"
    found = [each.id for each in run_checks(tags=[Tags.database], databases=["default"])]
    assert "dsr.E013" not in found
    # It is still refused as what serves.
    with pytest.raises(SystemExit, match="is a superuser"):
        startup._refuse_mighty_role()


def test_a_trial_may_have_one_role_for_everything() -> None:
    startup._refuse_mighty_role()
