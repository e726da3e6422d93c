from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dsr.requests.drawing import page


class Command(BaseCommand):
    help = "Draws docs/states.md from the states and deeds of the code."
    # Drawn from the code alone: neither keys nor tables have to be there.
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "states.md"
        target.write_text(page(), encoding="utf-8")
        self.stdout.write(f"drawn: {target}")
