"""The one kind of error that the front door shows: a line that says what to do."""

from __future__ import annotations


class FrontDoorError(Exception):
    """What went wrong and what to do about it, in one line for the person at the terminal."""
