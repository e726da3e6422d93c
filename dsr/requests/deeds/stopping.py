"""A use stops at once, system by system: measured from the receipt to the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.forms import HAPPENED, day_field, text_field
from dsr.requests.models import Stop, SubjectRequest
from dsr.requests.states import OPEN, Duty, Status

from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import time_field, today, typed


def _has_to_stop(subject_request: SubjectRequest, actor: Actor) -> str:
    if any(each.purpose == Duty.STOP for each in subject_request.deadlines.all()):
        return ""
    return _("No law demands of this request that a use stops at once.")


def _still_runs(subject_request: SubjectRequest, actor: Actor) -> bool:
    if subject_request.status not in (Status.IN_PROGRESS, Status.DECIDED):
        return False
    return any(
        each.is_live and each.purpose == Duty.STOP for each in subject_request.deadlines.all()
    )


@dataclass(frozen=True, slots=True)
class StopGiven:
    """One system in which the use stopped, when, and whether it was the last."""

    system: str = typed(
        text_field,
        0,
        200,
        label=gettext_lazy("System"),
        help_text=gettext_lazy("For example: newsletter, customer file, an agency that calls."),
        error_messages={"required": gettext_lazy("Say in which system it stopped.")},
    )
    on: date = typed(day_field, HAPPENED, label=gettext_lazy("Day"), initial=today)
    at: time | None = typed(
        time_field,
        help_text=gettext_lazy("Where it is known; else the end of the day counts."),
        default=None,
    )
    last: bool = typed(
        forms.BooleanField,
        label=gettext_lazy("It was the last one: the use has stopped everywhere"),
        required=False,
        default=False,
    )


def _was_stopped(facts: Facts, names: Names) -> str:
    return (
        _("The use has stopped everywhere")
        if facts.get("last")
        else _("The use stopped in a system")
    )


def _told(facts: Facts, names: Names) -> str:
    return _("The use of your data has stopped.") if facts.get("last") else ""


@deed(
    "record_stop",
    gettext_lazy("Record where the use stopped"),
    permissions=(Permission.WORK,),
    states=(*OPEN, Status.CLOSED),
    needs=(_has_to_stop,),
    hide_blocked=lambda subject_request: True,
    address="stopped",
    lead=gettext_lazy(
        "The law names no number of days: the use stops at once, and how long it took is on "
        "record. No extension and no question changes that."
    ),
    done=gettext_lazy("It is recorded."),
    history=_was_stopped,
    told=_told,
    # Before closing, which waits for it.
    onward=45,
    next_when=_still_runs,
    hint=gettext_lazy("The use has to stop at once. Record where it stopped, and the last system."),
)
def record_stop(doing: Doing, given: StopGiven) -> None:
    """The use stopped in one system; with the last one the duty is done (GDPR Art. 21(3), 7(3)).

    A system that is found later is recorded as well: then the duty was done on its day.
    """
    stopped_at = doing.moment(given.on, given.at)
    _check(doing, given, stopped_at)
    stop = Stop(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        stopped_at=stopped_at,
        last=given.last,
        by=doing.user,
        recorded_at=doing.at,
    )
    stop.seal(system=given.system.strip())
    stop.save()
    doing.facts |= {"stop": stop.pk, "on": given.on, "last": given.last}
    if not given.last:
        return
    # Whichever was recorded last: the duty is done when the last of them has stopped.
    ends = max(each.stopped_at for each in doing.subject_request.stops.all())
    day = ends.astimezone(ZoneInfo(doing.subject_request.organisation.zone)).date()
    lifecycle.stopped(doing.subject_request, day, actor=doing.actor, at=doing.at)


def _check(doing: Doing, given: StopGiven, stopped_at: datetime) -> None:
    problems = {}
    if not given.system.strip():
        problems["system"] = _("Say in which system it stopped.")
    if not doing.subject_request.received_on <= given.on <= doing.today:
        problems["on"] = _("Enter a day from the receipt until today.")
    elif stopped_at > doing.at:
        problems["at"] = _("This time lies in the future. Enter when it stopped.")
    if problems:
        raise BadInput(problems)
