"""A health professional signs what she found; what a review found is carried out at once.

Asked on her own page (``portal/views/opinions.py``) and of nobody else.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.messages import write_message
from dsr.requests.models import HealthProfessional, Opinion, RequestMessage
from dsr.requests.preconditions import not_disputed
from dsr.requests.services import codes, opinions
from dsr.requests.services.notify import responsible, tell_requester, tell_staff
from dsr.requests.states import UNDECIDED, OpinionKind, Status, Verdict

from .carrying_out import put_away
from .declaration import Facts, Names, Place, Words, deed
from .doing import Doing
from .inputs import typed_for
from .opinions import DENIED, of_request, opinion_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What she signs: a ground or none of them, or whether the refusal stands; why; her name."""

    opinion_id: int = typed_for(lambda subject_request, user: None, default=0)
    choice: str = typed_for(lambda subject_request, user: None, default="")
    reason: str = typed_for(lambda subject_request, user: None, default="")
    name: str = typed_for(lambda subject_request, user: None, default="")
    licensed: bool = typed_for(lambda subject_request, user: None, default=False)


def _given(facts: Facts, names: Names) -> str:
    return _("The health professional signed: %(verdict)s") % {
        "verdict": Verdict(facts["verdict"]).label
    }


def _told_of(facts: Facts, names: Names) -> Words:
    if facts["verdict"] not in (Verdict.UPHELD, Verdict.OVERTURNED):
        return ""
    return _("The refusal was reviewed.")


@deed(
    "give_opinion",
    gettext_lazy("What a health professional signs"),
    # Nobody of the staff: she comes by her link, and the system passes on what she says.
    by_system=True,
    states=(*UNDECIDED, *DENIED),
    needs=(not_disputed,),
    brings_news=True,
    history=_given,
    told=_told_of,
    place=Place.ELSEWHERE,
)
def give_opinion(doing: Doing, given: Signed) -> None:
    """She signs, once; what a review found is carried out at once and told to the person."""
    opinion = of_request(doing, given.opinion_id)
    if sentence := opinions.said_of(opinions.state(opinion, doing.at)):
        raise Unmet(sentence)
    if sentence := opinions.not_independent(opinion):
        raise Unmet(sentence)
    _check_signed(opinion, given)
    opinion.verdict, opinion.ground = _verdict(opinion, given.choice)
    opinion.signed_at = doing.at
    professional = opinion.professional
    opinion.seal(
        reason=given.reason.strip(),
        signature={
            "name": given.name.strip(),
            "licence": professional.licence,
            "statement": statement(professional),
        },
    )
    opinion.save()
    codes.end(opinion.codes.all(), at=doing.at)
    doing.facts |= {"opinion": opinion.pk, "professional": professional.pk}
    doing.facts |= {"verdict": opinion.verdict, "ground": opinion_code(opinion.ground)}
    if opinion.kind == OpinionKind.REVIEW:
        _carry_out_review(doing, opinion)
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request,
            "opinion_given",
            responsible(doing.subject_request),
            at=doing.at,
            key=f"opinion_given:{opinion.pk}",
        )
    )


def statement(professional: HealthProfessional) -> str:
    """The sentence under which she puts her name, in the language in which she reads it."""
    return _("I decide this myself, as a licensed health professional (%(licence)s).") % {
        "licence": professional.licence
    }


def choices_of(opinion: Opinion) -> list[tuple[str, str]]:
    """What she chooses from, with the words that were kept when she was asked."""
    if opinion.kind == OpinionKind.REVIEW:
        return [(str(each.value), str(each.label)) for each in (Verdict.UPHELD, Verdict.OVERTURNED)]
    grounds = [(str(code), str(words)) for code, words in opinion.reveal("grounds", [])]
    return [*grounds, (Verdict.NONE.value, str(Verdict.NONE.label))]


def _check_signed(opinion: Opinion, given: Signed) -> None:
    problems: dict[str, Any] = {}
    if given.choice not in dict(choices_of(opinion)):
        problems["choice"] = _("Choose one of the answers.")
    if not given.reason.strip():
        problems["reason"] = _("Give your reason.")
    if _plain(given.name) != _plain(opinion.professional.name):
        problems["name"] = _("Type your name as it is recorded: %(name)s.") % {
            "name": opinion.professional.name
        }
    if not given.licensed:
        problems["licensed"] = _("Only a licensed health professional can decide this.")
    if problems:
        raise BadInput(problems)
    items = list(opinion.items.all())
    if any(each.file_id is None for each in items):
        raise Unmet(_("A file was taken away meanwhile. Ask the organisation to ask you anew."))
    # Nobody decides about what she has not seen, as nobody approves it.
    if any(each.opened_at is None for each in items):
        raise Unmet(_("Open each file first, then sign."))


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(each for each in apart if not unicodedata.combining(each)).split())


def _verdict(opinion: Opinion, choice: str) -> tuple[Verdict, str]:
    if opinion.kind == OpinionKind.REVIEW:
        assert opinion.decision is not None
        return Verdict(choice), opinion.decision.ground
    return (Verdict.NONE, "") if choice == Verdict.NONE else (Verdict.SUPPORTS, choice)


def _carry_out_review(doing: Doing, opinion: Opinion) -> None:
    """The person is told in writing at once; what does not stand is taken up again by nobody's
    leave (164.524(d)(4))."""
    subject_request = doing.subject_request
    overturned = opinion.verdict == Verdict.OVERTURNED
    if opinion.deadline is not None:
        lifecycle.settle_one(opinion.deadline, doing.today, actor=doing.actor, at=doing.at)
    with translation.override(subject_request.language):
        text = _result_of_review(overturned=overturned)
    write_message(doing, RequestMessage.Kind.NOTICE, text)
    if overturned:
        if subject_request.status == Status.DECIDED:
            subject_request.close()
        subject_request.reopen()
        put_away(doing)
        lifecycle.take_up_again(subject_request, actor=doing.actor, at=doing.at)
    doing.afterwards.append(
        lambda: tell_requester(
            subject_request,
            "review_told",
            at=doing.at,
            key=f"review_told:{opinion.pk}",
            text=text,
        )
    )


def _result_of_review(*, overturned: bool) -> str:
    if overturned:
        return _(
            "You asked for a review. A licensed health professional who took no part in the "
            "refusal reviewed it and found that it does not stand. Your request is open again, "
            "and this ground is not used against it any more."
        )
    return _(
        "You asked for a review. A licensed health professional who took no part in the refusal "
        "reviewed it and found that it stands. The ways to complain that our answer named are "
        "still open to you."
    )
