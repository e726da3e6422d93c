"""How far a right reaches into the past, counted from the day of receipt: what lies before can be
asked for, and it is told that it cannot be listed. A law's wider window wins over the policy's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.deadlines import Period, look_back
from dsr.policies.kinds import Kind
from dsr.policies.models import Right
from dsr.requests.laws import duties_if_asked
from dsr.requests.models import SubjectRequest
from dsr.requests.states import Duty


def first_day(
    right: Right, place: str, received_on: date, facts: Mapping[str, object] | None = None
) -> date | None:
    """The first day that can be listed; None where neither policy nor law names a window."""
    duties = duties_if_asked(right, place, received_on, facts=facts)
    windows = [duty for _law, duty in duties if duty.code == "look_back"]
    periods = [duty.rule.period for duty in windows]
    if own := right.look_back:
        periods.append(Period(own["amount"], own["unit"]))
    days = [look_back(each, received_on).first_on for each in periods if each]
    # Some laws name the day itself (Cal. Civ. Code s. 1798.130(a)(2)(B): 1 January 2022).
    days += [duty.since for duty in windows if duty.since]
    # The widest governs a right, as the earliest date governs a duty.
    return min(days, default=None)


def told(subject_request: SubjectRequest) -> str:
    """What is said of a period that begins before the window; empty where all of it lies within."""
    asked = subject_request.values(altered={}).get("time_period") or {}
    begins, ends = _day(asked.get("period_from")), _day(asked.get("period_to"))
    right, received_on = subject_request.right, subject_request.received_on
    place = subject_request.country
    reach = first_day(right, place, received_on, subject_request.law_facts)
    if reach is None or begins is None or begins >= reach:
        return ""
    if ends is not None and ends < reach:
        said = _(
            "We can list from %(day)s. The whole period that was asked for lies before that day."
        )
    else:
        said = _("We can list from %(day)s. What lies before that day is not listed.")
    said %= {"day": day_words(reach)}
    return " ".join([said, *_other_way(right, place, received_on)])


def told_before(right: Right, place: str, on: date) -> str:
    """What the form says beside the period, before anything is asked."""
    reach = first_day(right, place, on)
    return _("We can list from %(day)s.") % {"day": day_words(reach)} if reach else ""


def _other_way(right: Right, place: str, on: date) -> list[str]:
    """A law's right of access has no window, and whoever has it should know.

    (GDPR Art. 15(1)(c); C-579/21)
    """
    if right.kind == Kind.ACCESS:
        return []
    duties = duties_if_asked(right, place, on, kind=Kind.ACCESS)
    laws = {law.slug for law, duty in duties if duty.code == Duty.RESPOND}
    if not laws & {"gdpr", "uk-gdpr"}:
        return []
    return [_("The law’s right of access to your data may reach further; it can be used as well.")]


def _day(iso: object) -> date | None:
    return date.fromisoformat(iso) if isinstance(iso, str) and iso else None
