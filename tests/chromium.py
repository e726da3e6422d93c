"""Which browser the walks use. They are left out, loudly, where there is none."""

from __future__ import annotations

import shutil
from functools import cache

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# No sandbox: root may not have one. No visits home: a test run talks to nobody.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@cache
def path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)
