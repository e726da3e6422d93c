"""A wrong or missing key is one clear line at start-up, never garbage later.

Every room that has keys registers a check under the tag `keys`; the processes that serve call
`refuse_wrong_keys` before they take their first request or task.
"""

import sys

from django.core.checks import ERROR, run_checks

KEYS = "keys"


def key_problems() -> list[str]:
    """One line for each key that is missing, malformed or not the one data was sealed with."""
    found = run_checks(tags=[KEYS], databases=["default"])
    return [str(message.msg) for message in found if message.level >= ERROR]


def refuse_wrong_keys() -> None:
    """Ends the process with those lines, if there are any."""
    problems = key_problems()
    if problems:
        sys.exit("\n".join(problems))
