"""A health professional is asked whether a ground applies, or to review a refusal.

What she signs is in ``opinions_signed.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests import grounds
from dsr.requests import opinions as found
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.deadlines.planning import plan_of_its_own
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.forms import text_field
from dsr.requests.models import (
    Deadline,
    Decision,
    HealthProfessional,
    Opinion,
    OpinionItem,
    SubjectRequest,
)
from dsr.requests.preconditions import not_disputed, sent_answer, standing_decision
from dsr.requests.services import codes, opinions
from dsr.requests.services.links import hash_of
from dsr.requests.services.paper import waits_for_posting
from dsr.requests.states import (
    REFUSING,
    UNDECIDED,
    CodeWay,
    Duty,
    LinkState,
    OpinionKind,
    Status,
)

from .declaration import Place, Words, deed, history_line
from .doing import Doing
from .inputs import LONG, from_address, typed, typed_for

DENIED = (Status.DECIDED, Status.CLOSED)

history_line(
    "opinion_code", gettext_lazy("A code for the question went to the health professional")
)
history_line("opinion_opened", gettext_lazy("The health professional opened the question"))
history_line("opinion_item_read", gettext_lazy("The health professional opened a file"))
history_line(
    "wrong_opinion_code",
    gettext_lazy("A code of the health professional was wrong five times and is dead"),
)


def _may_be_asked(subject_request: SubjectRequest) -> list[HealthProfessional]:
    rows = HealthProfessional.objects.filter(
        organisation=subject_request.organisation_id, is_active=True
    )
    return [each for each in rows if each.is_licensed]


def _somebody_to_ask(subject_request: SubjectRequest, actor: Actor) -> str:
    if _may_be_asked(subject_request):
        return ""
    return _(
        "No licensed health professional is recorded for this organisation. An administrator "
        "records one."
    )


def _nothing_to_ask(subject_request: SubjectRequest) -> bool:
    return not grounds_of_hers(subject_request)


def grounds_of_hers(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """The grounds that have force here and that only a professional may judge."""
    return [
        (code, label)
        for code, label in grounds.grounds_for(subject_request)
        if grounds.owner_of(subject_request, code) == "health_professional"
    ]


def _hers_to_judge(subject_request: SubjectRequest, actor: Actor) -> str:
    if grounds_of_hers(subject_request):
        return ""
    return _("No ground that counts here needs a health professional.")


def _professional(label: Words) -> Any:
    def make(subject_request: SubjectRequest, user: User) -> forms.Field:
        people = _may_be_asked(subject_request)
        return forms.TypedChoiceField(
            label=label,  # type: ignore[arg-type]  # lazy words are none of its stubs
            coerce=int,
            choices=[("", ""), *((each.pk, str(each)) for each in people)],
            error_messages={"required": gettext_lazy("Choose a health professional.")},
        )

    return typed_for(make)


def _question(help_text: Words) -> Any:
    return typed(
        text_field,
        5,
        LONG,
        label=gettext_lazy("The question, in words that she understands"),
        help_text=help_text,
        error_messages={"required": gettext_lazy("Write the question.")},
    )


def _items() -> Any:
    def make(subject_request: SubjectRequest, user: User) -> forms.Field | None:
        files = opinions.showable(subject_request)
        for each in files.values():
            each.safe = subject_request.safe
        if not files:
            return None
        return forms.TypedMultipleChoiceField(
            label=gettext_lazy("Files that she has to see"),
            coerce=int,
            required=False,
            choices=[(pk, str(each.shown("name"))) for pk, each in files.items()],
            widget=forms.CheckboxSelectMultiple,
            help_text=gettext_lazy("She signs only when she has opened each of them."),
        )

    return typed_for(make, default=(), named=True)


def _shown_text() -> Any:
    return typed(
        text_field,
        8,
        LONG,
        label=gettext_lazy("Or the passage itself"),
        help_text=gettext_lazy("Typed or copied here, it is sealed as files are."),
        required=False,
        default="",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who is asked what, and what she sees and may choose from."""

    professional: int = _professional(gettext_lazy("Whom do you ask?"))
    question: str = _question(
        gettext_lazy("What she has to decide, without more of the person than she needs for it.")
    )
    items: Sequence[int] = _items()
    text: str = _shown_text()
    grounds: Sequence[str] = typed_for(
        lambda subject_request, user: forms.MultipleChoiceField(
            label=gettext_lazy("Grounds from which she chooses"),
            choices=grounds_of_hers(subject_request),
            widget=forms.CheckboxSelectMultiple,
            help_text=gettext_lazy("“None of these” is always among them."),
            error_messages={"required": gettext_lazy("Choose at least one ground.")},
        )
    )


@deed(
    "ask_professional",
    gettext_lazy("Ask a health professional"),
    permissions=(Permission.WORK,),
    states=UNDECIDED,
    needs=(_hers_to_judge, _somebody_to_ask, not_disputed),
    raises_version=False,
    lead=gettext_lazy(
        "Some grounds only a licensed health professional may find to apply. She gets a link by "
        "mail that is good for 14 days and used once, and opens it with a code to a second "
        "contact. The mail says nothing of the request."
    ),
    done=gettext_lazy("The question is on its way."),
    history=gettext_lazy("A health professional was asked whether a ground applies"),
    hide_blocked=_nothing_to_ask,
)
def ask_professional(doing: Doing, given: Question) -> None:
    """Seal the question, and owe the mail with the link."""
    offered = dict(grounds_of_hers(doing.subject_request))
    chosen = list(dict.fromkeys(given.grounds))
    if not chosen or not set(chosen) <= set(offered):
        raise BadInput({"grounds": _("Choose at least one ground, of those that are offered.")})
    words = [(code, str(offered[code])) for code in chosen]
    _new(doing, given, OpinionKind.OPINION, words)
    doing.facts["grounds"] = [opinion_code(code) for code in chosen]


def opinion_code(ground: str) -> str:
    """A ground as a code of the history."""
    return ground.replace(":", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Who reviews, what for, and what she sees."""

    professional: int = _professional(gettext_lazy("Who reviews?"))
    question: str = _question(
        gettext_lazy("What was refused and why the person does not agree, in your own words.")
    )
    items: Sequence[int] = _items()
    text: str = _shown_text()


def _can_be_reviewed(subject_request: SubjectRequest, actor: Actor) -> str:
    decision = standing_decision(subject_request)
    if decision is None or decision.outcome not in REFUSING:
        return _("Nothing was refused here that can be reviewed.")
    if not grounds.is_reviewable(subject_request, decision.ground):
        return _("Nothing was refused here that can be reviewed.")
    answer = sent_answer(subject_request)
    # A letter that lies here has told nobody.
    if answer is None or waits_for_posting(answer):
        return _("The refusal has not gone out yet. Return the request to work instead.")
    if found.review_of(decision):
        return _("The refusal was reviewed already, and what the reviewer found binds.")
    return ""


@deed(
    "ask_review",
    gettext_lazy("Refer the refusal to a reviewer"),
    permissions=(Permission.WORK,),
    states=DENIED,
    needs=(_can_be_reviewed, _somebody_to_ask, not_disputed),
    raises_version=False,
    lead=gettext_lazy(
        "The person wants the refusal reviewed. A licensed health professional who took no part in "
        "it and opened nothing of the case decides; what she finds binds, and the person is told."
    ),
    done=gettext_lazy("The refusal is on its way to the reviewer."),
    history=gettext_lazy("The refusal was referred to a reviewer"),
    told=gettext_lazy("The refusal was referred to a reviewer who took no part in it."),
    hide_blocked=lambda subject_request: True,
)
def ask_review(doing: Doing, given: Referral) -> None:
    """Seal the referral for a reviewer who is independent, and owe the mail with the link."""
    decision = standing_decision(doing.subject_request)
    assert decision is not None
    reviewer = _chosen(doing, given.professional)
    if doing.user.pk in found.accounts_of(reviewer):
        raise BadInput({"professional": _("You cannot refer the refusal to yourself.")})
    if sentence := found.involvement(doing.subject_request, reviewer, decision):
        raise BadInput({"professional": sentence})
    ground = decision.ground
    words = grounds.why(doing.subject_request, ground) or ground
    opinion = _new(doing, given, OpinionKind.REVIEW, [(ground, str(words))], decision)
    opinion.deadline = _clock(doing, opinion)
    opinion.save()


def _clock(doing: Doing, review: Opinion) -> Deadline:
    """Its own clock: promptly and in a reasonable time, no number (45 CFR 164.524(d)(4))."""
    subject_request = doing.subject_request
    carried = grounds.carried(subject_request, review.offered[0])
    law = next(each for each in carried if each.terms.reviewable)
    number = subject_request.opinions.filter(kind=OpinionKind.REVIEW).count()
    return lifecycle.begin_of_its_own(
        subject_request,
        plan_of_its_own(f"review-{number}", Duty.REVIEW, law.law, law.terms.source),
        started_on=doing.today,
        due_on=None,
        actor=doing.actor,
        at=doing.at,
    )


def _chosen(doing: Doing, professional_id: int) -> HealthProfessional:
    people = {each.pk: each for each in _may_be_asked(doing.subject_request)}
    # One of another organisation, without a licence, or not to be asked any more is none of them.
    if professional_id not in people:
        raise BadInput(
            {"professional": _("Choose a licensed health professional of this organisation.")}
        )
    return people[professional_id]


def _new(
    doing: Doing,
    given: Question | Referral,
    kind: OpinionKind,
    words: list[tuple[str, str]],
    decision: Decision | None = None,
) -> Opinion:
    subject_request = doing.subject_request
    professional = _chosen(doing, given.professional)
    _check_asked(doing, given, professional, kind)
    token = opinions.new_token()
    opinion = Opinion(
        safe=subject_request.safe,
        subject_request=subject_request,
        professional=professional,
        kind=kind,
        decision=decision,
        offered=[code for code, _words in words],
        asked_by=doing.user,
        asked_at=doing.at,
        token_hash=hash_of(token),
        expires_at=doing.at + opinions.LIFETIME,
    )
    opinion.seal(
        question=given.question.strip(),
        shown_text=given.text.strip() or None,
        grounds=[[code, text] for code, text in words],
    )
    opinion.save()
    OpinionItem.objects.bulk_create(
        OpinionItem(opinion=opinion, file_id=pk, number=pk) for pk in dict.fromkeys(given.items)
    )
    doing.facts |= {"opinion": opinion.pk, "professional": professional.pk}
    doing.afterwards.append(lambda: opinions.send_link(opinion, token, at=doing.at))
    return opinion


def _check_asked(
    doing: Doing, given: Question | Referral, professional: HealthProfessional, kind: OpinionKind
) -> None:
    problems: dict[str, Any] = {}
    if not given.question.strip():
        problems["question"] = _("Write the question.")
    if not set(given.items) <= set(opinions.showable(doing.subject_request)):
        problems["items"] = _("One of these files is no longer there. Choose again.")
    if not given.items and not given.text.strip():
        problems["text"] = _("Choose what she has to see, or type the passage.")
    asked = doing.subject_request.opinions.filter(kind=kind)
    if kind == OpinionKind.OPINION:
        asked = asked.filter(professional=professional)
    # Two links at once would be two answers to one question.
    if any(opinions.state(each, doing.at) == LinkState.OPEN for each in asked):
        problems["professional"] = _("A question waits already. Withdraw it first.")
    if problems:
        raise BadInput(problems)


@dataclass(frozen=True, slots=True)
class Which:
    """Which question, by the number of its row."""

    opinion_id: int = from_address()


def of_request(doing: Doing, opinion_id: int | None) -> Opinion:
    """The question, as the deed has locked it. Raises BadInput for one of another request."""
    # Through the request: the number in the address may be of another one.
    rows = doing.subject_request.opinions.select_related(*opinions.SHOWN)
    opinion = rows.filter(pk=opinion_id or 0).first()
    if opinion is None:
        raise BadInput({"opinion": _("This question does not belong to the request.")})
    # As it is locked here.
    opinion.subject_request = doing.subject_request
    opinion.safe = doing.subject_request.safe
    return opinion


@deed(
    "withdraw_question",
    gettext_lazy("Withdraw a question to a health professional"),
    permissions=(Permission.WORK,),
    states=tuple(Status),
    after_erasure=True,
    raises_version=False,
    compares_version=False,
    address="opinions/<int:opinion_id>/withdraw",
    lead=gettext_lazy("Its link opens nothing from now on. What she has opened stays on record."),
    done=gettext_lazy("The question is withdrawn."),
    button=gettext_lazy("Withdraw it"),
    warning=True,
    history=gettext_lazy("A question to a health professional was withdrawn"),
    place=Place.ELSEWHERE,
    shows=("opinion",),
)
def withdraw_question(doing: Doing, given: Which) -> None:
    """The link ends; what was signed stands."""
    opinion = of_request(doing, given.opinion_id)
    if opinion.signed_at:
        raise Unmet(_("She has signed already. What she found stands."))
    if opinion.withdrawn_at:
        raise Unmet(_("The question was withdrawn already."))
    opinion.withdrawn_at = doing.at
    opinion.save()
    codes.end(opinion.codes.all(), at=doing.at)
    if opinion.deadline is not None:
        lifecycle.cancel_one(opinion.deadline, doing.today, actor=doing.actor, at=doing.at)
    doing.facts["opinion"] = opinion.pk


@deed(
    "tell_opinion_code",
    gettext_lazy("Tell a health professional her code"),
    permissions=(Permission.IDENTIFY,),
    states=(*UNDECIDED, *DENIED),
    raises_version=False,
    compares_version=False,
    address="opinions/<int:opinion_id>/code",
    lead=gettext_lazy(
        "Call her at the number on record and at no other, while she has the link open. The code "
        "stands on the page of the request, for 30 minutes."
    ),
    done=gettext_lazy("The code is made. Read it out to her."),
    button=gettext_lazy("Make a code"),
    history=gettext_lazy("A code for the question was told to the health professional"),
    place=Place.ELSEWHERE,
    shows=("opinion",),
)
def tell_opinion_code(doing: Doing, given: Which) -> None:
    """A code for somebody who gave a telephone number as her second contact."""
    opinion = of_request(doing, given.opinion_id)
    if sentence := opinions.said_of(opinions.state(opinion, doing.at)):
        raise Unmet(sentence)
    if opinion.professional.code_way != CodeWay.COUNTER:
        raise Unmet(_("Her code goes by mail. She asks for it behind the link."))
    made = opinions.make_code(opinion, CodeWay.COUNTER, at=doing.at, by=doing.actor)
    doing.facts |= {"opinion": opinion.pk, "code": made.pk}
