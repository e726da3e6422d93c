from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dsr.policies.law_pages import pages


class Command(BaseCommand):
    help = "Writes docs/laws: a page for every law that is known, from its file, and their index."
    # Written from the files alone: neither keys nor tables have to be there.
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "laws"
        folder.mkdir(exist_ok=True)
        written = pages()
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
        # A law that no longer ships keeps no page.
        for page in folder.glob("*.md"):
            if page.name not in written:
                page.unlink()
        self.stdout.write(f"written: {len(written)} pages in {folder}")
