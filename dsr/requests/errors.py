"""What a person is told when a deed cannot be done. Texts are translated and hold no personal data.

Anything that is not a ``RequestError`` is a defect and propagates.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class RequestError(Exception):
    """A refusal for people. ``code`` is closed and goes to history; ``sentence`` is shown."""

    code = "refused"

    def __init__(self, sentence: Any, *, code: str = "") -> None:
        # The code and not the sentence: a log that prints this is closed and the same everywhere.
        super().__init__(code or self.code)
        # Kept as it came, mostly lazy: it is said in the language of whoever reads it.
        self.sentence = sentence
        self.code = code or self.code

    def __str__(self) -> str:
        return str(self.sentence)


class NotNow(RequestError):
    """The request is in a state in which this deed makes no sense."""

    code = "not_now"


class NotAllowed(RequestError):
    """This person may not do this deed here."""

    code = "not_allowed"

    def __init__(self) -> None:
        super().__init__(
            _("You do not have the permission for this. Ask a privacy officer of the organisation.")
        )


class NeedsAPerson(NotAllowed):
    """A program tried what only persons do, whatever it is allowed otherwise."""

    def __init__(self) -> None:
        # Past the sentence that sends people to an officer; as a kind of it, it is recorded alike.
        RequestError.__init__(
            self, _("A program cannot do this. Somebody who works for the organisation has to.")
        )


class NotByYou(NotAllowed):
    """The permission is held, and another person has to do it; the sentence says who."""

    def __init__(self, sentence: Any) -> None:
        RequestError.__init__(self, sentence)


class Stale(RequestError):
    """The request has moved since the page was opened."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody changed this request after you opened the page. "
                "Look at what happened, then decide again; what you typed is still here."
            )
        )


class Overtaken(RequestError):
    """What was shown is no longer what would happen."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Something changed after this list was shown, so nothing was done. Look at the "
                "list as it is now, then decide again."
            )
        )


class Unmet(RequestError):
    """A precondition of the deed does not hold; the sentence says which and what to do."""

    code = "unmet"


class BadInput(RequestError):
    """A value does not fit. ``fields`` maps a form field to its sentence."""

    code = "bad_input"

    def __init__(self, fields: Mapping[str, Any]) -> None:
        # All of them, for doors that have no field to put one beside.
        super().__init__(" ".join(str(sentence) for sentence in fields.values()))
        self.fields = dict(fields)


class TooMany(RequestError):
    """A limit is reached. ``wait_seconds`` says how long it lasts."""

    code = "too_many"

    def __init__(self, why: Any, *, again_at: datetime, at: datetime) -> None:
        # Never nothing: who comes back at once would be refused once more.
        self.wait_seconds = max(1, int((again_at - at).total_seconds()))
        # Rounded up, for the same reason.
        minutes = -(-self.wait_seconds // 60)
        when = ngettext(
            "Please try again in %(n)d minute.", "Please try again in %(n)d minutes.", minutes
        ) % {"n": minutes}
        super().__init__(f"{why} {when}")


# Nobody who asks today was born before, and no law that we compute is older.
FIRST_DAY, LAST_DAY = date(1880, 1, 1), date(2200, 1, 1)


def out_of_time(day: date) -> str:
    """Why no deadline can be counted from or to this day; empty where one can.

    For services, whose callers have no field beside which a closer bound could stand.
    """
    if FIRST_DAY <= day <= LAST_DAY:
        return ""
    return str(_("No date can be counted with this day. Write the year with four figures."))
