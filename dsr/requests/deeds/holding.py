"""A part of an answer is held back, owed again when that ends, and taken up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.days.words import day_words
from dsr.requests import holds
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle, reminder_days
from dsr.requests.deadlines.planning import plan_of_its_own
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, VALID, FileField, day_field, text_field
from dsr.requests.models import Deadline, Hold, SubjectRequest
from dsr.requests.states import UNDECIDED, Duty, Status
from dsr.vault.uploads import CheckedUpload

from .carrying_out import put_away
from .declaration import Facts, Names, Nothing, deed
from .doing import Doing
from .inputs import today, typed, typed_for

HELD = (*UNDECIDED, Status.DECIDED)


def _something_to_hold(subject_request: SubjectRequest, actor: Actor) -> str:
    if holds.offered(subject_request):
        return ""
    return _("No law of this request lets a part of the answer wait.")


def _grounds(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.ChoiceField(
        label=gettext_lazy("What you state"),
        choices=holds.offered(subject_request),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the ground for which it waits.")},
    )


def _continued(subject_request: SubjectRequest, user: User) -> forms.Field | None:
    standing = holds.standing(subject_request)
    if not standing:
        return None
    choices = [
        (
            each.pk,
            _("%(ground)s, until %(day)s")
            % {"ground": holds.words(each.ground), "day": day_words(each.until_on)},
        )
        for each in standing
    ]
    return forms.TypedChoiceField(
        label=gettext_lazy("It goes on where this one ends"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("None")), *choices],
        help_text=gettext_lazy(
            "A statement in writing that follows an oral one: the part is then owed once, at the "
            "end of this one."
        ),
    )


@dataclass(frozen=True, slots=True)
class HoldGiven:
    """A part that waits: ``ground`` of a law, ``part`` in words, from the statement to an end."""

    ground: str = typed_for(_grounds)
    part: str = typed(
        text_field,
        4,
        2000,
        label=gettext_lazy("What is held back"),
        help_text=gettext_lazy(
            "Only what the ground covers; everything else is answered in time. Internal: it is "
            "sealed, and no letter carries it."
        ),
        error_messages={"required": gettext_lazy("Say which part is held back.")},
    )
    stated_on: date = typed(
        day_field, HAPPENED, label=gettext_lazy("Day of the statement"), initial=today
    )
    until_on: date = typed(
        day_field,
        VALID,
        label=gettext_lazy("Held back until"),
        help_text=gettext_lazy("The last day. On the day after, the part is owed by itself."),
        error_messages={"required": gettext_lazy("A hold needs an end. Enter its last day.")},
    )
    document: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("The statement"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB."),
        default=None,
    )
    continues: int | None = typed_for(_continued, default=None)


def _was_held(facts: Facts, names: Names) -> str:
    return _("A part is held back until %(day)s: %(ground)s") % {
        "day": day_words(date.fromisoformat(str(facts["until"]))),
        "ground": holds.words(str(facts["ground"])),
    }


@deed(
    "hold_part",
    gettext_lazy("Hold back a part"),
    permissions=(Permission.WORK,),
    states=HELD,
    needs=(_something_to_hold,),
    hide_blocked=lambda subject_request: True,
    address="hold",
    lead=gettext_lazy(
        "Only a part waits, for a ground that a law names, until a day. The rest is answered in "
        "time; the part is owed by itself on the day after. No clock stops."
    ),
    done=gettext_lazy("The part is held back, and owed when that ends."),
    history=_was_held,
)
def hold_part(doing: Doing, given: HoldGiven) -> None:
    """Hold back a part until a day; a supplement is owed on the day after.

    45 CFR 164.528(a)(2): lines of an accounting, for the time an agency names, or 30 days from the
    day of an oral statement. Errors: BadInput on ``ground``, ``part``, ``stated_on``, ``until_on``,
    ``continues``.
    """
    continued = _check(doing, given)
    _law, terms = holds.terms_of(given.ground)
    hold = Hold(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        deadline=_owed(doing, given),
        ground=given.ground,
        silent=terms.silent,
        stated_on=given.stated_on,
        until_on=given.until_on,
        by=doing.user,
        recorded_at=doing.at,
    )
    if given.document:
        hold.document = keep_proof(doing.subject_request, given.document, at=doing.at)
    hold.seal(part=given.part.strip())
    hold.save()
    if continued is not None:
        continued.continued_by = hold
        continued.save(update_fields=["continued_by"])
        lifecycle.cancel_one(continued.deadline, doing.today, actor=doing.actor, at=doing.at)
    doing.facts |= {"hold": hold.pk, "ground": given.ground, "until": given.until_on}
    lifecycle.govern(doing.subject_request)


def _check(doing: Doing, given: HoldGiven) -> Hold | None:
    problems = {}
    if given.ground not in dict(holds.offered(doing.subject_request)):
        problems["ground"] = _(
            "No law of this request knows this ground. Choose one of those shown."
        )
        raise BadInput(problems)
    if not given.part.strip():
        problems["part"] = _("Say which part is held back.")
    if given.stated_on > doing.today:
        problems["stated_on"] = _("This day lies in the future. Enter the day of the statement.")
    if holds.terms_of(given.ground)[1].needs_document and given.document is None:
        problems["document"] = _("Add the document on which this ground rests, as its proof.")
    latest = holds.latest_end(given.ground, given.stated_on)
    if given.until_on <= given.stated_on:
        problems["until_on"] = _("A hold ends after it began. Enter a later day.")
    elif latest and given.until_on > latest:
        problems["until_on"] = _(
            "For this ground a part waits until %(day)s at the latest. Enter that day or an "
            "earlier one."
        ) % {"day": day_words(latest)}
    standing = {each.pk: each for each in holds.standing(doing.subject_request)}
    if given.continues is not None and given.continues not in standing:
        problems["continues"] = _("This part is no longer held back. Leave it empty.")
    if problems:
        raise BadInput(problems)
    return standing[given.continues] if given.continues is not None else None


def _owed(doing: Doing, given: HoldGiven) -> Deadline:
    """The part is due on the day after, which nothing else moves."""
    subject_request = doing.subject_request
    law, terms = holds.terms_of(given.ground)
    # Counted while the request is locked: two holds at one instant never get one number.
    code = f"hold-{subject_request.holds.count() + 1}"
    return lifecycle.begin_of_its_own(
        subject_request,
        plan_of_its_own(code, Duty.SUPPLEMENT, law, terms.source),
        started_on=given.stated_on,
        due_on=given.until_on + timedelta(days=1),
        actor=doing.actor,
        at=doing.at,
    )


def _which(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.TypedChoiceField(
        label=gettext_lazy("Which part"),
        coerce=int,
        choices=[(each.pk, holds.words(each.ground)) for each in _running(subject_request)],
    )


def _running(subject_request: SubjectRequest) -> list[Hold]:
    return [each for each in holds.standing(subject_request) if each.ended_on is None]


def _something_held(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if _running(subject_request) else _("Nothing is held back.")


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """The ground fell away on a day, before it was to end."""

    hold: int = typed_for(_which)
    on: date = typed(day_field, HAPPENED, label=gettext_lazy("Day on which it fell away"))


@deed(
    "end_hold",
    gettext_lazy("The ground for holding back fell away"),
    permissions=(Permission.WORK,),
    states=HELD,
    needs=(_something_held,),
    hide_blocked=lambda subject_request: True,
    address="hold/ended",
    lead=gettext_lazy("The part is owed on the day after."),
    done=gettext_lazy("The part is owed now."),
    history=gettext_lazy("The ground for holding back a part fell away"),
)
def end_hold(doing: Doing, given: HoldEnded) -> None:
    """What held the part back ended earlier: it is owed on the day after. Errors: BadInput."""
    found = {each.pk: each for each in _running(doing.subject_request)}
    hold = found.get(given.hold)
    if hold is None:
        raise BadInput({"hold": _("This part is no longer held back. Choose another one.")})
    if not hold.stated_on <= given.on <= min(doing.today, hold.until_on):
        raise BadInput({"on": _("Enter a day from the statement until today, within the hold.")})
    hold.ended_on = given.on
    hold.save(update_fields=["ended_on"])
    deadline = hold.deadline
    before, deadline.due_on = deadline.due_on, given.on + timedelta(days=1)
    deadline.would_be_on = deadline.due_on
    deadline.remind_on = reminder_days.first_day(deadline, doing.today)
    deadline.save()
    doing.facts |= {"hold": hold.pk, "on": given.on, "from": before, "to": deadline.due_on}
    lifecycle.govern(doing.subject_request)


def due(subject_request: SubjectRequest, today: date) -> list[Hold]:
    """The parts that are owed now and have not been taken up."""
    return [each for each in holds.standing(subject_request) if holds.is_over(each, today)]


def _answered(subject_request: SubjectRequest, actor: Actor) -> str:
    if not holds.standing(subject_request):
        return _("Nothing is held back.")
    if subject_request.answered_on is None:
        return _("The answer with the rest has not gone out yet. Send it first.")
    return ""


def _is_due(subject_request: SubjectRequest, actor: Actor) -> bool:
    # A page that is looked at now; the deed itself goes by its own day.
    return bool(due(subject_request, subject_request.organisation.today(timezone.now())))


@deed(
    "take_up_held",
    gettext_lazy("Take up what was held back"),
    permissions=(Permission.WORK,),
    needs=(_answered,),
    hide_blocked=lambda subject_request: True,
    lead=gettext_lazy(
        "What held it back has ended. Propose an answer with that part: it is approved and goes "
        "out like every answer, beside the one that stands. Nobody has to ask anew."
    ),
    done=gettext_lazy("The part is worked on."),
    history=gettext_lazy("A part that had been held back was taken up"),
    told=gettext_lazy("A further part of the answer is being prepared."),
    onward=35,
    next_when=_is_due,
    hint=gettext_lazy("What held back a part of the answer has ended. The part is owed now."),
)
def take_up_held(doing: Doing, given: Nothing) -> None:
    """The hold has ended: the part is proposed, approved and sent like an answer of its own.

    Refused before its day: Unmet, with the day.
    """
    owed = due(doing.subject_request, doing.today)
    if not owed:
        first = min(each.until_on for each in holds.standing(doing.subject_request))
        raise Unmet(
            _("It is held back until %(day)s. Take it up on the day after.")
            % {"day": day_words(first)}
        )
    doing.subject_request.take_up_held()
    put_away(doing)
    for each in owed:
        each.taken_up_at = doing.at
        each.save(update_fields=["taken_up_at"])
    doing.facts["holds"] = [each.pk for each in owed]
    lifecycle.govern(doing.subject_request)
