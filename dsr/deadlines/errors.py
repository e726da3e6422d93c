"""The one error of the engine: something given to it cannot be counted with."""

from __future__ import annotations


class DeadlineInputError(ValueError):
    """A value that has no meaning here.

    `field` is the path of the value as the vector format spells it (`received`,
    `events[0].to`), `message` says in one line what is wrong with it. Neither repeats
    anything but dates, codes and numbers, so both are safe in a log.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message

    def under(self, prefix: str) -> DeadlineInputError:
        """The same error with its field placed below `prefix`."""
        return DeadlineInputError(f"{prefix}.{self.field}", self.message)
