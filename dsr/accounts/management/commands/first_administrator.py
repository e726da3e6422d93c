"""The way into a new site: an invitation for its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dsr.accounts.invitations import invite_first_administrator
from dsr.accounts.services import AccountsError
from dsr.vault.addresses import AddressRefused


class Command(BaseCommand):
    help = "Makes the first administrator and prints the link to choose a password (once)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = invite_first_administrator(options["email"], options["name"], timezone.now())
        except (AccountsError, AddressRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(link)
