"""Why a file is not taken, as the exit status of the process; `uploads` has the sentences."""

from enum import IntEnum


class Reason(IntEnum):
    UNREADABLE = 11
    TOO_LARGE_PICTURE = 12
    TOO_MANY_PAGES = 13
    ENCRYPTED = 14
    ACTIVE = 15
    TOO_MUCH_WORK = 16
    # Not about a file: the process could not shut itself in.
    NOT_SHUT_IN = 17


class Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
