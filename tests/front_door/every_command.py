"""Runs many commands one after the other in one process, each as `manage.py` would, and tells how
each ended: `python -m tests.front_door.every_command`, with the command lines as JSON for input.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

from config.commands import run


def ending(arguments: list[str]) -> dict[str, object]:
    """The exit status (None for a traceback) and what was said on the error stream."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as said:
        # A thread's end can be asked for whatever it was; a command ends with SystemExit or so.
        with ThreadPoolExecutor(1) as alone:
            error = alone.submit(run, ["manage.py", *arguments]).exception()
        if error is None:
            return {"status": 0, "said": said.getvalue()}
        if not isinstance(error, SystemExit):
            return {"status": None, "said": f"Traceback: {error!r}"}
        if isinstance(error.code, str):
            return {"status": 1, "said": f"{said.getvalue()}{error.code}\n"}
        return {"status": error.code or 0, "said": said.getvalue()}


def main() -> None:
    print(json.dumps([ending(arguments) for arguments in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
