#!/usr/bin/env python3
"""Django's commands. In trial mode the embedded servers a command needs are started first."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config.commands import prepare
        from config.problems import FrontDoorError
    except ModuleNotFoundError as error:
        sys.exit(
            f"{error}: use .venv/bin/python manage.py, after `make run` has made it. "
            "If that does not help, remove .venv and run `make run` again."
        )
    try:
        prepare(sys.argv)
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except FrontDoorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
