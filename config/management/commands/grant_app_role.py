"""Give the application's database role its rights; run as the owner after `migrate`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.database_roles import APPEND_ONLY, grant_to, role_exists


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default=settings.DSR_APP_ROLE, help="default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"]
        if not role_exists(role):
            raise CommandError(f"There is no database role {role}: CREATE ROLE {role} LOGIN first.")
        # An owner that is given the rights of the application would lose its own.
        if role == connection.settings_dict["USER"]:
            raise CommandError(
                f"{role} is the role this runs as, and cannot take rights from itself: name the "
                "owner of the tables in DATABASE_OWNER_URL, or another --role."
            )
        tables = grant_to(role)
        kept = ", ".join(APPEND_ONLY)
        self.stdout.write(f"{role} may use {len(tables)} tables; only add to and read {kept}.")
