"""The code that an authenticator app would show, for the demonstration's accounts."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.trial.second_factor import code_of, seconds_left, trial_code
from dsr.accounts.models import User

NO_APP = (
    "This account has no authenticator app yet. Sign in with its password, open “If you cannot "
    "scan” and run: .venv/bin/python manage.py trial_code {email} --secret TEXT-SHOWN-THERE"
)


class Command(BaseCommand):
    help = "Prints the current code of a demonstration account's second factor (trial mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--secret", help="the text shown beside the square, to set up an app")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DSR_TRIAL:
            raise CommandError("This command works in trial mode only.")
        user = User.objects.with_address(options["email"])
        if user is None:
            raise CommandError("Nobody here has this address.")
        try:
            code = code_of(options["secret"]) if options["secret"] else trial_code(user)
        except Authenticator.DoesNotExist as error:
            raise CommandError(NO_APP.format(email=user.email)) from error
        except ValueError as error:
            raise CommandError("This is not the text shown beside the square.") from error
        self.stdout.write(code)
        # Beside the code, which alone goes into a pipe.
        self.stderr.write(f"valid for {seconds_left()} more seconds")
