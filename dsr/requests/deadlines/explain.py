"""Why a date is what it is, in plain sentences and in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _

from dsr.deadlines import Step
from dsr.deadlines import explain as in_sentences
from dsr.deadlines.sentences import PERIODS
from dsr.deadlines.trace import Formatter
from dsr.policies.kinds import Checked
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import DeadlineStatus, SetBy


class Localised(Formatter):
    """Dates, lengths and words as the reader's language has them."""

    def __init__(self) -> None:
        super().__init__(gettext)

    def day(self, iso: str) -> str:
        return str(formats.date_format(date.fromisoformat(iso), "DATE_FORMAT"))

    def period(self, amount: int, unit: str) -> str:
        singular, plural = PERIODS[unit]
        return ngettext(singular, plural, amount).format(n=amount)

    def instant(self, iso: str) -> str:
        at = datetime.fromisoformat(iso)
        zone = " UTC" if at.utcoffset() == timedelta(0) else ""
        return f"{formats.date_format(at, 'DATETIME_FORMAT')}{zone}"


def explain(deadline: Deadline) -> list[str]:
    """Who set the date, then each step of its computing, other readings included."""
    steps = [Step.from_json(each) for each in deadline.trace]
    return [_whose(deadline), *in_sentences(steps, Localised()), *_pause_note(deadline)]


def _whose(deadline: Deadline) -> str:
    source = gettext(deadline.source)
    if deadline.checked == Checked.REMEMBERED:
        return _(
            "This limit was written down from memory (%(source)s). Nobody has read the text for "
            "it yet, so it is shown as a hint and not as law."
        ) % {"source": source}
    return {
        SetBy.POLICY: _("The policy itself sets this time limit: %(source)s."),
        SetBy.TARGET: _("No policy or law sets this date; it is the organisation’s own target."),
        SetBy.LAW: _("The law sets this time limit: %(source)s."),
        SetBy.ORDER: _("A court or authority ordered this day. Its document is on record."),
    }[SetBy(deadline.set_by)] % {"source": source}


def _pause_note(deadline: Deadline) -> Iterable[str]:
    if deadline.status != DeadlineStatus.PAUSED or deadline.would_be_on is None:
        return []
    return [
        _("The clock stands still. Without the pause the date would be %(day)s.")
        % {"day": formats.date_format(deadline.would_be_on, "DATE_FORMAT")}
    ]


def expectation(subject_request: SubjectRequest, today: date) -> str:
    """When the requester can expect an answer, honestly: by a date, or that none can be named,
    or that it is late.
    """
    # No query of its own where the deadlines are at hand already.
    governing = next((each for each in subject_request.deadlines.all() if each.governing), None)
    if subject_request.due_on is None or governing is None:
        return _("At the moment no date for the answer can be named.")
    day = formats.date_format(subject_request.due_on, "DATE_FORMAT")
    if subject_request.is_overdue(today):
        return _("An answer was due by %(day)s and has not been sent yet.") % {"day": day}
    if governing.set_by == SetBy.TARGET:
        return _(
            "The policy names no date. The organisation’s own aim is to answer by %(day)s."
        ) % {"day": day}
    return _("You can expect an answer by %(day)s.") % {"day": day}
