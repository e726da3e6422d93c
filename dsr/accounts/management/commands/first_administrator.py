"""The way into a new site: an invitation for its first administrator."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from dsr.accounts.invitations import invite_first_administrator
from dsr.accounts.services import AccountsError


class Command(BaseCommand):
    help = "Makes the first administrator and prints the link to choose a password (once)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            link = invite_first_administrator(options["email"], options["name"], timezone.now())
        except (AccountsError, ValidationError) as error:
            raise CommandError("; ".join(getattr(error, "messages", [str(error)]))) from error
        self.stdout.write(link)
