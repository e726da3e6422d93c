"""A licensed health professional is asked what only she may judge, or to look at a refusal anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests import grounds, opinions
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.models import Deadline, HealthProfessional, Opinion, SubjectRequest
from dsr.requests.states import UNDECIDED, Duty, Outcome, SetBy, Status

from .declaration import Facts, Names, deed, history_line
from .doing import Doing
from .inputs import LONG, typed, typed_for

history_line("opinion_opened", gettext_lazy("The health professional opened the question"))


def _signed(facts: Facts, names: Names) -> str:
    return {
        opinions.NONE: _("The health professional signed: none of the grounds is there"),
        opinions.UPHELD: _("The review upheld the refusal"),
        opinions.OVERTURNED: _("The review overturned the refusal: take the request up again"),
    }.get(str(facts.get("chosen")), _("The health professional signed that a ground is there"))


history_line("opinion_signed", _signed)


def _grounds_of_hers(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """The grounds that have force here and that only a professional may judge."""
    return [
        (code, label)
        for code, label in grounds.grounds_for(subject_request)
        if grounds.owner_of(subject_request, code) == "health_professional"
    ]


def _hers_to_judge(subject_request: SubjectRequest, actor: Actor) -> str:
    if _grounds_of_hers(subject_request):
        return ""
    return _("No ground that counts here needs a health professional.")


def _somebody_to_ask(subject_request: SubjectRequest, actor: Actor) -> str:
    if opinions.available(subject_request):
        return ""
    return _(
        "No health professional is recorded for this organisation. Ask an administrator to record "
        "one (administration, health professionals)."
    )


def _who(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.TypedChoiceField(
        label=gettext_lazy("Health professional"),
        coerce=int,
        choices=[(each.pk, str(each)) for each in opinions.available(subject_request)],
    )


def _which(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Grounds to judge"),
        choices=_grounds_of_hers(subject_request),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one ground.")},
    )


def _question() -> object:
    return typed(
        text_field,
        5,
        LONG,
        label=gettext_lazy("The question, in her words"),
        help_text=gettext_lazy("She reads it after link and code; no mail carries it."),
        error_messages={"required": gettext_lazy("Write the question.")},
    )


def _items() -> object:
    return typed(
        text_field,
        8,
        20000,
        label=gettext_lazy("What she has to see"),
        help_text=gettext_lazy("The passages in question, and where they stand in the record."),
        error_messages={"required": gettext_lazy("Write what she has to see.")},
    )


@dataclass(frozen=True, slots=True)
class Question:
    """Whom, what about, and which grounds she may choose from."""

    professional: int = typed_for(_who)
    grounds: Sequence[str] = typed_for(_which)
    question: str = _question()  # type: ignore[assignment]
    items: str = _items()  # type: ignore[assignment]


@deed(
    "ask_professional",
    gettext_lazy("Ask a health professional"),
    permissions=(Permission.WORK,),
    states=UNDECIDED,
    needs=(_hers_to_judge, _somebody_to_ask),
    hide_blocked=lambda subject_request: not _grounds_of_hers(subject_request),
    lead=gettext_lazy(
        "She gets a link, and a code in another mailbox; she needs no account. Only what she signs "
        "lets the ground be given. No clock stops."
    ),
    done=gettext_lazy("The health professional is asked."),
    history=gettext_lazy("A health professional was asked"),
)
def ask_professional(doing: Doing, given: Question) -> None:
    """Ask whether one of these grounds is there. Errors: BadInput on each field."""
    professional = _professional(doing, given.professional)
    known = dict(_grounds_of_hers(doing.subject_request))
    problems = {}
    if not given.grounds or set(given.grounds) - set(known):
        problems["grounds"] = _("Choose among the grounds shown.")
    if not given.question.strip():
        problems["question"] = _("Write the question.")
    if not given.items.strip():
        problems["items"] = _("Write what she has to see.")
    if problems:
        raise BadInput(problems)
    opinion = _keep(
        doing,
        Opinion(kind=Opinion.Kind.OPINION, grounds=sorted(given.grounds)),
        professional,
        (given.question, given.items),
    )
    doing.facts |= {"opinion": opinion.pk, "professional": professional.pk}


def _professional(doing: Doing, number: int) -> HealthProfessional:
    found = {each.pk: each for each in opinions.available(doing.subject_request)}
    if number not in found:
        raise BadInput(
            {"professional": _("Only a licensed professional who is recorded here can be asked.")}
        )
    return found[number]


def _keep(
    doing: Doing, opinion: Opinion, professional: HealthProfessional, texts: tuple[str, str]
) -> Opinion:
    opinion.safe, opinion.subject_request = doing.subject_request.safe, doing.subject_request
    opinion.professional, opinion.asked_by, opinion.asked_at = professional, doing.user, doing.at
    token = opinions.issue(opinion, at=doing.at)
    opinion.seal(question=texts[0].strip(), items=texts[1].strip())
    opinion.save()
    doing.afterwards.append(lambda: opinions.mail_link(opinion, token, at=doing.at))
    return opinion


def _refusal_can_be_reviewed(subject_request: SubjectRequest, actor: Actor) -> str:
    refused = subject_request.outcome in (Outcome.REFUSED, Outcome.PARTLY_GRANTED)
    if refused and grounds.is_reviewable(subject_request, subject_request.ground):
        return ""
    return _("Nothing was refused here that can be reviewed.")


@dataclass(frozen=True, slots=True)
class ReviewAsked:
    """Who looks at the refusal anew, and what she has to see."""

    professional: int = typed_for(_who)
    question: str = _question()  # type: ignore[assignment]
    items: str = _items()  # type: ignore[assignment]


@deed(
    "ask_review",
    gettext_lazy("Have the refusal reviewed"),
    permissions=(Permission.WORK,),
    states=(Status.DECIDED, Status.CLOSED),
    needs=(_refusal_can_be_reviewed, _somebody_to_ask),
    hide_blocked=lambda subject_request: True,
    address="review",
    lead=gettext_lazy(
        "The person asked for it. Somebody who had no part in the refusal, and has opened nothing "
        "of this case before, decides; the refusal follows her."
    ),
    done=gettext_lazy("The review is asked for, and has a clock of its own."),
    history=gettext_lazy("The refusal was given to a review"),
    told=gettext_lazy("The refusal is being reviewed."),
)
def ask_review(doing: Doing, given: ReviewAsked) -> None:
    """Refer a reviewable denial to an independent professional (45 CFR 164.524(a)(4), (d)(4)).

    Errors: BadInput on ``professional`` for one who had a part, on ``question``, ``items``.
    """
    professional = _professional(doing, given.professional)
    problems = {}
    if sentence := opinions.had_a_part(doing.subject_request, professional):
        problems["professional"] = sentence
    if not given.question.strip():
        problems["question"] = _("Write the question.")
    if not given.items.strip():
        problems["items"] = _("Write what she has to see.")
    if problems:
        raise BadInput(problems)
    review = Opinion(
        kind=Opinion.Kind.REVIEW,
        grounds=[doing.subject_request.ground],
        deadline=_clock(doing),
    )
    opinion = _keep(doing, review, professional, (given.question, given.items))
    doing.facts |= {"opinion": opinion.pk, "professional": professional.pk}


def _clock(doing: Doing) -> Deadline:
    """Its own clock: promptly and in a reasonable time, no number (45 CFR 164.524(d)(4))."""
    subject_request = doing.subject_request
    carried = grounds.carried(subject_request, subject_request.ground)
    law = next(each for each in carried if each.terms.reviewable)
    calendar = subject_request.organisation.calendar
    deadline = Deadline(
        subject_request=subject_request,
        purpose=Duty.REVIEW,
        set_by=SetBy.LAW,
        regime=law.law.slug,
        label=law.law.name,
        code=f"review-{subject_request.opinions.filter(kind=Opinion.Kind.REVIEW).count() + 1}",
        source=law.terms.source.title,
        checked=law.terms.source.checked,
        rule={"unit": "none"},
        calendar=calendar,
        calendar_version=calendar.version,
        started_on=doing.today,
        trace=[],
        computed_at=doing.at,
    )
    deadline.save()
    doing.line("deadline_began", **lifecycle.begun(deadline))
    return deadline


def _open_questions(subject_request: SubjectRequest) -> list[Opinion]:
    rows = subject_request.opinions.filter(signed_at=None, withdrawn_at=None)
    return list(rows.select_related("professional"))


def _a_question_open(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if _open_questions(subject_request) else _("No question waits for a professional.")


def _which_question(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.TypedChoiceField(
        label=gettext_lazy("Which question"),
        coerce=int,
        choices=[(each.pk, str(each.professional)) for each in _open_questions(subject_request)],
    )


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A question that is asked no more."""

    opinion: int = typed_for(_which_question)


@deed(
    "withdraw_question",
    gettext_lazy("Take back a question to a health professional"),
    permissions=(Permission.WORK,),
    states=(*UNDECIDED, Status.DECIDED, Status.CLOSED),
    needs=(_a_question_open,),
    hide_blocked=lambda subject_request: True,
    address="question/withdrawn",
    lead=gettext_lazy("Its link opens nothing any more."),
    done=gettext_lazy("The question is taken back."),
    history=gettext_lazy("A question to a health professional was taken back"),
)
def withdraw_question(doing: Doing, given: Withdrawn) -> None:
    """The question is asked no more: link and code open nothing."""
    found = {each.pk: each for each in _open_questions(doing.subject_request)}
    opinion = found.get(given.opinion)
    if opinion is None:
        raise BadInput({"opinion": _("This question was answered or taken back meanwhile.")})
    opinion.withdrawn_at = doing.at
    opinion.save(update_fields=["withdrawn_at"])
    if opinion.deadline is not None:
        lifecycle.cancel_one(opinion.deadline, doing.today, actor=doing.actor, at=doing.at)
    doing.facts["opinion"] = opinion.pk
