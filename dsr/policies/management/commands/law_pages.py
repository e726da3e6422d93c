"""Write `docs/laws/`: for each law its rules, facts, grounds and sources, from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dsr.policies.regimes.pages import pages


class Command(BaseCommand):
    help = "Write docs/laws/ anew from the files of the laws."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "laws"
        folder.mkdir(parents=True, exist_ok=True)
        written = pages()
        for old in folder.glob("*.md"):
            if old.name not in written:
                old.unlink()
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"written: {len(written)} pages in {folder}")
