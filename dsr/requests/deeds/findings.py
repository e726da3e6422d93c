"""Something is found out that begins a duty of its own: recorded, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests import findings
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.deadlines.planning import plan_of_its_own
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field, text_field
from dsr.requests.models import Finding, SubjectRequest
from dsr.requests.states import ENDED, OPEN, Duty, FindingEnd
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import LONG, ONE_FILE, time_field, today, typed, typed_for

# What went astray is found out afterwards, and no ending of the request ends what is asked then.
ANY_TIME = (*OPEN, *ENDED)


def _nothing_to_find(subject_request: SubjectRequest, actor: Actor) -> str:
    if findings.offered(subject_request):
        return ""
    return _("No law of this request asks for anything more after a finding.")


def _what(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.ChoiceField(
        label=gettext_lazy("What was found"),
        choices=[
            (code, _("%(found)s. Then: %(todo)s") % {"found": said, "todo": findings.todo(code)})
            for code, said in findings.offered(subject_request)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what was found.")},
    )


@dataclass(frozen=True, slots=True)
class Found:
    """``code`` of a law, since when it was known, and ``what`` happened, in words."""

    code: str = typed_for(_what)
    what: str = typed(
        text_field,
        5,
        LONG,
        label=gettext_lazy("What happened, and whom it concerns"),
        help_text=gettext_lazy("Internal: it is sealed, and no letter carries it."),
        error_messages={"required": gettext_lazy("Say what happened.")},
    )
    on: date = typed(
        day_field, HAPPENED, label=gettext_lazy("Day on which somebody here knew"), initial=today
    )
    at: time | None = typed(
        time_field,
        help_text=gettext_lazy(
            "Without a time the day counts from its beginning, so that nothing is late."
        ),
        default=None,
    )


def _was_found(facts: Facts, names: Names) -> str:
    return _("Recorded: %(found)s") % {"found": findings.words(str(facts["finding"]))}


@deed(
    "record_finding",
    gettext_lazy("Record what went wrong or was found"),
    permissions=(Permission.WORK,),
    states=ANY_TIME,
    needs=(_nothing_to_find,),
    hide_blocked=lambda subject_request: True,
    address="found",
    lead=gettext_lazy(
        "An answer that went astray, or data of which the person was never told: a law then asks "
        "for more, with a limit of its own. It runs beside the request, whatever becomes of that."
    ),
    done=gettext_lazy("It is recorded, and its time limit runs."),
    history=_was_found,
)
def record_finding(doing: Doing, given: Found) -> None:
    """A duty begins at the moment at which somebody knew (GDPR Art. 33(1), Art. 14(3)(a)).

    Errors: BadInput on ``code``, ``what``, ``on``, ``at``.
    """
    known_at = doing.moment_at_first(given.on, given.at)
    _check_found(doing, given, known_at)
    subject_request = doing.subject_request
    law, terms = findings.terms_of(given.code)
    codes = law.calendar_codes(subject_request.organisation.country)
    # Counted while the request is locked: two findings at one instant never get one number.
    number = subject_request.findings.count() + 1
    plan = replace(
        plan_of_its_own(f"{given.code}:{number}", Duty.FOLLOW_UP, law, terms.source),
        rule=terms.rule_json,
        calendar_codes=None if codes is None else list(codes),
    )
    finding = Finding(
        safe=subject_request.safe,
        subject_request=subject_request,
        deadline=lifecycle.begin_after(
            subject_request, plan, known_at, actor=doing.actor, at=doing.at
        ),
        code=given.code,
        known_at=known_at,
        by=doing.user,
        recorded_at=doing.at,
    )
    finding.seal(what=given.what.strip())
    finding.save()
    doing.facts |= {"finding": given.code, "row": finding.pk, "on": given.on}


def _check_found(doing: Doing, given: Found, known_at: datetime) -> None:
    problems = {}
    if given.code not in dict(findings.offered(doing.subject_request)):
        problems["code"] = _("No law of this request knows this. Choose one of those shown.")
    if not given.what.strip():
        problems["what"] = _("Say what happened.")
    # Data may have been held before; that it was known here begins with the request.
    if not doing.subject_request.received_on <= given.on <= doing.today:
        problems["on"] = _("Enter a day from the receipt until today.")
    elif known_at > doing.at:
        problems["at"] = _("This time lies in the future. Enter when it was known.")
    if problems:
        raise BadInput(problems)


def _running(subject_request: SubjectRequest) -> list[Finding]:
    # Not asked of the database: the page of a request has fetched them, and asks three deeds.
    return [each for each in subject_request.findings.all() if not each.ended]


def _something_runs(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if _running(subject_request) else _("Nothing was found that still asks for more.")


def _is_running(subject_request: SubjectRequest, actor: Actor) -> bool:
    return bool(_running(subject_request))


def _which(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.TypedChoiceField(
        label=gettext_lazy("Which"),
        coerce=int,
        choices=[
            (each.pk, f"{findings.words(each.code)} → {findings.todo(each.code)}")
            for each in _running(subject_request)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose which one it is.")},
    )


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """How a finding ended: done at an instant, or nothing is asked for here, and why."""

    finding: int = typed_for(_which)
    ended: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("How it ended"),
        choices=FindingEnd.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )
    why: str = typed(
        text_field,
        5,
        LONG,
        label=gettext_lazy("What was done, or why the law asks for nothing here"),
        help_text=gettext_lazy(
            "An authority may ask for it later (GDPR Art. 33(5)). It is sealed, and no letter "
            "carries it."
        ),
        error_messages={"required": gettext_lazy("Say what was done, or why nothing is.")},
    )
    on: date = typed(day_field, HAPPENED, label=gettext_lazy("Day"), initial=today)
    at: time | None = typed(
        time_field,
        help_text=gettext_lazy("Where it is known; else the end of the day counts."),
        default=None,
    )
    document: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("Its proof"),
        required=False,
        help_text=ONE_FILE,
        default=None,
    )


def _was_followed_up(facts: Facts, names: Names) -> str:
    sentence = (
        gettext_lazy("Done: %(todo)s")
        if facts.get("ended") == FindingEnd.DONE
        else gettext_lazy("Judged that the law does not ask for it here: %(todo)s")
    )
    return str(sentence) % {"todo": findings.todo(str(facts["finding"]))}


@deed(
    "follow_up_finding",
    gettext_lazy("Record what was done about a finding"),
    permissions=(Permission.WORK,),
    states=ANY_TIME,
    needs=(_something_runs,),
    hide_blocked=lambda subject_request: True,
    address="found/done",
    lead=gettext_lazy("When it was done, or why the law asks for nothing here, goes on record."),
    done=gettext_lazy("It is recorded."),
    history=_was_followed_up,
    # Hours run: before whatever else the request waits for.
    onward=3,
    next_when=_is_running,
    hint=gettext_lazy("Something was found, and a law asks for more. Its time limit runs."),
)
def follow_up_finding(doing: Doing, given: FollowedUp) -> None:
    """What the law asks for was done, in time or late; or it asks for nothing here.

    Errors: BadInput on ``finding``, ``ended``, ``why``, ``on``, ``at``.
    """
    running = {each.pk: each for each in _running(doing.subject_request)}
    finding = running.get(given.finding)
    if finding is None:
        raise BadInput({"finding": _("It was ended already. Choose another one.")})
    ended_at = doing.moment(given.on, given.at)
    _check_followed_up(doing, given, finding, ended_at)
    finding.ended = given.ended
    finding.ended_at = ended_at
    finding.ended_by = doing.user
    if given.document:
        finding.document = keep_proof(doing.subject_request, given.document, at=doing.at)
    finding.safe = doing.subject_request.safe
    finding.seal(outcome=given.why.strip())
    finding.save()
    doing.facts |= {
        "finding": finding.code,
        "row": finding.pk,
        "ended": given.ended,
        "on": given.on,
    }
    if given.ended == FindingEnd.DONE:
        lifecycle.settle_at(finding.deadline, ended_at, actor=doing.actor, at=doing.at)
    else:
        lifecycle.cancel_one(finding.deadline, given.on, actor=doing.actor, at=doing.at)


def _check_followed_up(
    doing: Doing, given: FollowedUp, finding: Finding, ended_at: datetime
) -> None:
    problems = {}
    if given.ended not in FindingEnd.values:
        problems["ended"] = _("Choose how it ended.")
    if not given.why.strip():
        problems["why"] = _("Say what was done, or why nothing is.")
    if given.on > doing.today:
        problems["on"] = _("This day lies in the future. Enter the day on which it was done.")
    elif ended_at > doing.at:
        problems["at"] = _("This time lies in the future. Enter when it was done.")
    elif ended_at < finding.known_at:
        problems["on"] = _("This lies before it was known. Enter a later day or time.")
    if problems:
        raise BadInput(problems)
