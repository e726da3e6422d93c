"""Whether the background processes are alive, and what in this room needs a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsr.notifications.models import Heartbeat, OutboxMessage, Trouble
from dsr.vault import services as vault

FIVE_MINUTES = timedelta(minutes=5)
WAITING_TOO_LONG = timedelta(minutes=15)

# Each process that has to show itself, and how often at least.
_expected: dict[str, timedelta] = {"worker": FIVE_MINUTES, "delivery": FIVE_MINUTES}


@dataclass(frozen=True)
class Problem:
    """Something that monitoring and people should see; `code` never changes."""

    code: str
    text: str | Promise
    number: int = 0

    def __str__(self) -> str:
        return f"{self.text} ({self.number})" if self.number else str(self.text)


def expect(name: str, within: timedelta = FIVE_MINUTES) -> None:
    """From now on the process `name` counts as stale when it has not beaten for so long."""
    _expected[name] = within


def beat(name: str, at: datetime) -> None:
    """A late process never turns the clock back."""
    # An update first: the row is missing before the first beat only.
    if not Heartbeat.objects.filter(name=name, beat_at__lt=at).update(beat_at=at):
        Heartbeat.objects.get_or_create(name=name, defaults={"beat_at": at})


def stale(at: datetime) -> list[str]:
    """Names of the processes that should have shown themselves; those never seen included."""
    seen = dict(Heartbeat.objects.values_list("name", "beat_at"))
    return sorted(
        name for name, within in _expected.items() if name not in seen or at - seen[name] > within
    )


def health(at: datetime) -> list[Problem]:
    return [*_silent(stale(at)), *_waiting(at), *_files()]


def _silent(names: Iterable[str]) -> Iterable[Problem]:
    texts = {
        "worker": _("Background work has not run for more than 5 minutes."),
        "delivery": _("Mail has not been swept for more than 5 minutes."),
    }
    other = _("A periodic job has not run when it should have.")
    return [Problem(f"stale:{name}", texts.get(name, other)) for name in names]


def _waiting(at: datetime) -> list[Problem]:
    messages = OutboxMessage.objects.all()
    counted = [
        Problem("mail:failed", _("Messages could not be delivered."), messages.failed().count()),
        Problem("mail:missed", _("Messages were not sent in time."), messages.missed().count()),
        Problem(
            "mail:defect",
            _("A defect keeps messages from being sent; the log tells where."),
            messages.delayed().filter(last_error=Trouble.DEFECT).count(),
        ),
        Problem(
            "mail:waiting",
            _("Mail has been waiting for more than 15 minutes."),
            messages.stuck(at, WAITING_TOO_LONG).count(),
        ),
    ]
    return [problem for problem in counted if problem.number]


def _files() -> Iterable[Problem]:
    """What stands between a stranger's file and the site."""
    if vault.scanner_is_silent():
        yield Problem(
            "files:scanner",
            _("The virus scanner does not answer: files are taken and shown as not scanned."),
        )
    if not vault.files_are_shut_in():
        yield Problem(
            "files:limits",
            _("On this system the program that opens files cannot shut itself in completely."),
        )
