from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.trial import demonstration


class Command(BaseCommand):
    help = "Fills an empty trial with invented requests and four staff accounts. Once only."

    def handle(self, *args: Any, **options: Any) -> None:
        if demonstration.is_filled():
            self.stdout.write("The demonstration is there already; nothing was changed.")
            return
        accounts = demonstration.fill(at=timezone.now())
        self.stdout.write("Demonstration accounts; these passwords are shown only now:")
        for account in accounts:
            self.stdout.write(f"  {account.email:<24} {account.password:<18} {account.role}")
        self.stdout.write(
            "No authenticator app at hand? .venv/bin/python manage.py trial_code EMAIL "
            "prints a code."
        )
