"""Why a date is what it is, in plain sentences and in the reader's language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _

from dsr.days.place import standing_in
from dsr.days.words import day_words, instant_words
from dsr.deadlines import Step
from dsr.deadlines import explain as in_sentences
from dsr.deadlines.sentences import PERIODS
from dsr.deadlines.trace import Formatter
from dsr.policies.kinds import Checked
from dsr.policies.law_words import law_in_words
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import DeadlineStatus, Duty, SetBy


class Localised(Formatter):
    """Dates, lengths and words as the reader's language has them."""

    def __init__(self) -> None:
        super().__init__(gettext)

    def day(self, iso: str) -> str:
        return day_words(date.fromisoformat(iso))

    def period(self, amount: int, unit: str) -> str:
        singular, plural = PERIODS[unit]
        return ngettext(singular, plural, amount).format(n=amount)

    def instant(self, iso: str) -> str:
        return instant_words(datetime.fromisoformat(iso))


def explain(deadline: Deadline) -> list[str]:
    """Who set the date, then each step of its computing, other readings included."""
    steps = [Step.from_json(each) for each in deadline.trace]
    if deadline.purpose == Duty.FOLLOW_UP:
        # Not the receipt of the request begins it.
        steps = [each for each in steps if each.code != "received_at"]
    with standing_in(deadline.subject_request.organisation.place):
        return [
            _whose(deadline),
            *_known_note(deadline),
            *in_sentences(steps, Localised()),
            *_along_note(deadline),
            *_pause_note(deadline),
            *_stop_note(deadline),
        ]


def _known_note(deadline: Deadline) -> Iterable[str]:
    if deadline.purpose != Duty.FOLLOW_UP:
        return []
    known = instant_words(deadline.finding.known_at)
    return [
        _("It is counted from the moment at which somebody here knew: %(when)s.") % {"when": known}
    ]


def _along_note(deadline: Deadline) -> Iterable[str]:
    if not deadline.moved_along or deadline.due_on is None:
        return []
    days = deadline.moved_along
    # Both ways: an extension moves it on, a receipt that is corrected may not.
    return [
        ngettext(
            "The duty that it serves was moved by %(n)d day, and the aim moves along to %(day)s.",
            "The duty that it serves was moved by %(n)d days, and the aim moves along to %(day)s.",
            days,
        )
        % {"n": days, "day": _short(deadline.due_on)}
    ]


def _stop_note(deadline: Deadline) -> Iterable[str]:
    """How long it took, from the receipt to the last system (GDPR Art. 21(3))."""
    if deadline.purpose != Duty.STOP:
        return []
    said = [_("The law says “at once” and no number: nothing extends it, and nothing stops it.")]
    stops = list(deadline.subject_request.stops.all())
    if deadline.status == DeadlineStatus.MET and stops:
        last = max(each.stopped_at for each in stops)
        took = last - deadline.subject_request.received_at
        said.append(
            _("From the receipt to the last system that stopped: %(length)s.")
            % {"length": how_long(took)}
        )
    return said


def how_long(took: timedelta) -> str:
    """``3 hours``, ``2 days``: whole days from two days on, else hours begun."""
    hours = max(1, math.ceil(took.total_seconds() / 3600))
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}


def _whose(deadline: Deadline) -> str:
    source = law_in_words(deadline.source)
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
    beside = beside_the_pause(deadline)
    if deadline.status == DeadlineStatus.PAUSED:
        return [" ".join([_("The clock stands still."), beside]).strip()]
    return [beside] if beside else []


def beside_the_pause(deadline: Deadline) -> str:
    """The day without the pause, and that it counts where the authority does not accept it; empty
    where no pause has moved the day."""
    # An aim goes along with its duty, which says of what it is moved.
    if deadline.would_be_on is None or deadline.is_aim:
        return ""
    if deadline.status != DeadlineStatus.PAUSED and not without_pause(deadline):
        return ""
    said = [_("Without the pause it would be %(day)s.") % {"day": day_words(deadline.would_be_on)}]
    if is_unsettled(deadline):
        said.append(_("If the authority does not accept this pause, that day counts."))
    return " ".join(said)


def without_pause(deadline: Deadline) -> bool:
    """Whether a pause has moved the day, so that another one stands beside it."""
    return deadline.due_on is not None and deadline.would_be_on not in (None, deadline.due_on)


def is_unsettled(deadline: Deadline) -> bool:
    """Whether a pause of this clock rests on a reading that no authority has confirmed."""
    pauses = deadline.subject_request.pauses.all()
    reasons = {each.reason for each in pauses if each.told_on and not each.in_vain}
    return any(
        says["effect"] != "none" and not says.get("settled", True)
        for reason, says in deadline.pauses_admitted.items()
        if reason in reasons
    )


def set_by(deadlines: Sequence[Deadline]) -> str:
    """Who set a day, in one phrase for all the limits that end on it; what binds most first."""
    laws = [
        law_in_words(each.label or each.source) for each in deadlines if each.set_by == SetBy.LAW
    ]
    owners = list(dict.fromkeys(SetBy(each.set_by) for each in deadlines))
    if owners == [SetBy.LAW]:
        return _("Set by law: %(law)s") % {"law": _listed(list(dict.fromkeys(laws)))}
    if len(owners) == 1:
        return {
            SetBy.POLICY: _("Promised by the policy"),
            SetBy.TARGET: _("What the organisation aims at; the policy names no date"),
            SetBy.ORDER: _("Set by a court or an authority"),
        }[owners[0]]
    words = {
        SetBy.ORDER: _("by a court or an authority"),
        SetBy.LAW: _("by law (%(law)s)") % {"law": _listed(list(dict.fromkeys(laws)))},
        SetBy.POLICY: _("by the policy"),
        SetBy.TARGET: _("by the organisation’s own aim"),
    }
    return _("The same day %(who)s") % {"who": _listed([words[each] for each in owners])}


def _listed(words: Sequence[str]) -> str:
    """``A, B and C``."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


# Whom a limit binds most, first: a court, the law; what was promised; what is only meant.
_FIRST = (SetBy.ORDER, SetBy.LAW, SetBy.POLICY, SetBy.TARGET)


def binds_most(deadline: Deadline) -> tuple[int, date]:
    """The order in which people are told of limits."""
    return _FIRST.index(SetBy(deadline.set_by)), deadline.due_on or date.max


def expectation(subject_request: SubjectRequest, today: date) -> str:
    """By when the requester must have an answer, then what was promised or is aimed at, honestly.

    The one sentence of form, confirmation, mail and private page. The law's day comes first, also
    where a nearer day of the organisation's own governs the work.
    """
    with standing_in(subject_request.organisation.place):
        # No query of its own where the deadlines are at hand already.
        return expected(subject_request.deadlines.all(), today)


def expected(deadlines: Iterable[Deadline], today: date) -> str:
    """As ``expectation``, of deadlines that need not be saved."""
    live = [each for each in deadlines if each.is_duty and each.is_live]
    live.sort(key=binds_most)
    if not live:
        return _("At the moment no date for the answer can be named.")
    head, *others = live
    if head.due_on is None:
        dated = [each for each in others if each.due_on]
        said = _stands_still(head, named=bool(dated))
    else:
        # A second day of the same owner, or one that is no sooner, tells the reader nothing.
        dated = [
            each
            for each in others
            if each.due_on and each.due_on < head.due_on and each.set_by != head.set_by
        ]
        said = _by(head, today)
    return " ".join([said, *(_besides(each, today) for each in dated[:1])])


def _by(deadline: Deadline, today: date) -> str:
    given = {"day": _short(deadline.due_on)}
    past = deadline.due_on is not None and deadline.due_on < today
    if past:
        return {
            SetBy.ORDER: _(
                "A court or authority ordered an answer by %(day)s, and it has not been sent yet."
            ),
            SetBy.LAW: _(
                "By law you had to have an answer by %(day)s, and it has not been sent yet."
            ),
            SetBy.POLICY: _("An answer was due by %(day)s and has not been sent yet."),
            SetBy.TARGET: _(
                "The organisation’s own aim was to answer by %(day)s. The answer has not been "
                "sent yet."
            ),
        }[SetBy(deadline.set_by)] % given
    if deadline.set_by == SetBy.LAW and deadline.purpose == Duty.OPT_OUT:
        return _("By law it must be done by %(day)s.") % given
    return {
        SetBy.ORDER: _("A court or authority ordered an answer by %(day)s."),
        SetBy.LAW: _("By law you must have an answer by %(day)s."),
        SetBy.POLICY: _("You can expect an answer by %(day)s."),
        SetBy.TARGET: _(
            "The policy names no date. The organisation’s own aim is to answer by %(day)s."
        ),
    }[SetBy(deadline.set_by)] % given


def _stands_still(deadline: Deadline, *, named: bool) -> str:
    if deadline.set_by == SetBy.LAW and named:
        return _("The time that the law gives stands still at the moment.")
    if named:
        return _("The time for the answer stands still at the moment.")
    return _("At the moment no date for the answer can be named.")


def _besides(deadline: Deadline, today: date) -> str:
    assert deadline.due_on
    past = deadline.due_on < today
    texts = {
        # Under an order, the law's own day.
        SetBy.LAW: (
            _("By law you must have an answer by %(day)s."),
            _("By law you had to have an answer by %(day)s."),
        ),
        SetBy.POLICY: (
            _("The policy promises it by %(day)s."),
            _("The policy promised it by %(day)s."),
        ),
        SetBy.TARGET: (
            _("The organisation aims to answer by %(day)s."),
            _("The organisation aimed to answer by %(day)s."),
        ),
    }
    return texts[SetBy(deadline.set_by)][past] % {"day": _short(deadline.due_on)}


def _short(day: date | None) -> str:
    return day_words(day) if day else ""
