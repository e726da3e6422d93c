#!/usr/bin/env python3
"""Django's commands. In trial mode the embedded servers a command needs are started first."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        import django  # noqa: F401

        from config.commands import run
    except ModuleNotFoundError as error:
        sys.exit(
            f"{error}: use .venv/bin/python manage.py, after `make run` has made it. "
            "If that does not help, remove .venv and run `make run` again."
        )
    run(sys.argv)


if __name__ == "__main__":
    main()
