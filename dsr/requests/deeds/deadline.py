"""More time for a deadline: only where its rule allows it, and only when it is told in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.days.words import day_words
from dsr.deadlines import Extension as Event
from dsr.deadlines import Result
from dsr.deadlines.extending import ExtensionVerdict
from dsr.policies.law_words import law_in_words
from dsr.requests.actors import Actor
from dsr.requests.deadlines import law_facts, solving
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field, text_field
from dsr.requests.messages import write_message
from dsr.requests.models import Deadline, Extension, Notice, RequestMessage, SubjectRequest
from dsr.requests.services import notices
from dsr.requests.states import UNDECIDED, ExtensionReason
from dsr.requests.words import length
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, deed, history_line
from .doing import Doing
from .inputs import LONG, facts_field, typed, typed_for


def extendable(subject_request: SubjectRequest) -> list[Deadline]:
    """Its live deadlines of which a rule allows more time, and of which none is announced just
    now."""
    waiting = {each.deadline_id for each in extensions_waiting(subject_request)}
    return [
        each
        for each in subject_request.deadlines.all()
        if each.is_live and each.extension_rule is not None and each.pk not in waiting
    ]


def extensions_waiting(subject_request: SubjectRequest) -> list[Extension]:
    """More time of which the notice is owed and not out."""
    return [
        each.extension
        for each in subject_request.notices.all()
        if each.waits and each.extension is not None
    ]


def _something_to_extend(subject_request: SubjectRequest, actor: Actor) -> str:
    if extendable(subject_request):
        return ""
    return _("No rule behind the dates of this request allows more time.")


def _which(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.TypedChoiceField(
        label=gettext_lazy("Which deadline"),
        coerce=int,
        choices=[(each.pk, _at_most(each)) for each in extendable(subject_request)],
    )


def _at_most(deadline: Deadline) -> str:
    rule = deadline.extension_rule or {}
    return _("%(source)s: at most %(length)s more") % {
        "source": law_in_words(deadline.source),
        "length": length(rule["amount"], rule["unit"]),
    }


def _reasons(subject_request: SubjectRequest, user: User) -> forms.Field:
    """Only those that a rule of this request admits: the GDPR names two, and no others."""
    admitted = {
        code
        for each in extendable(subject_request)
        for code in (each.extension_rule or {})["reasons"]
    }
    return forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[each for each in ExtensionReason.choices if each[0] in admitted],
    )


@dataclass(frozen=True, slots=True)
class ExtensionGiven:
    """More time for one deadline, by its id. ``explanation`` is told to the requester.

    ``notified_on`` is given only for a notice that already went out by another way, on that day.
    """

    deadline: int = typed_for(_which)
    amount: int = typed(
        forms.IntegerField,
        label=gettext_lazy("How much more"),
        min_value=1,
        error_messages={"required": gettext_lazy("Say how much more time is needed, as a number.")},
        widget=forms.NumberInput(attrs={"class": "input--tiny"}),
    )
    reason: str = typed_for(_reasons)
    facts: Sequence[str] = typed_for(facts_field("extension"), default=(), named=True)
    explanation: str = typed(
        text_field,
        8,
        LONG,
        label=gettext_lazy("What the requester is told"),
        help_text=gettext_lazy(
            "Why more time is needed. The day is added. They read it on their private page, or "
            "the letter carries it."
        ),
        error_messages={"required": gettext_lazy("Tell the requester why more time is needed.")},
    )
    notified_on: date | None = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Told already on"),
        required=False,
        help_text=gettext_lazy(
            "Leave empty: the requester is told now, and the date moves when the mail is sent or "
            "the letter posted. Fill in only where they were told by another way before; a notice "
            "that came too late has no effect."
        ),
        default=None,
    )
    proof: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("The notice that was sent"),
        required=False,
        help_text=gettext_lazy(
            "Needed for a notice of an earlier day. PDF, JPEG, PNG or HEIC, at most 10 MB."
        ),
        default=None,
    )


def _what_follows(subject_request: SubjectRequest) -> str:
    last = subject_request.notices.exclude(extension=None).select_related("extension").last()
    if last is None or last.extension is None or last.state != Notice.State.OWED:
        return _("The extension is recorded.")
    if last.medium != "letter":
        return _("The extension is recorded. The date moves when the mail that tells it is sent.")
    by = notices.announce_by(last.extension, subject_request)
    if by is None:
        return _("The letter waits to be posted. The date moves on the day on which it is posted.")
    return _(
        "The letter waits to be posted. The date moves on the day on which it is posted. Post it "
        "by %(day)s; after that day it has no effect."
    ) % {"day": day_words(by)}


def _extension_recorded(facts: Facts, names: Names) -> str:
    if facts.get("effect") == "when_told":
        return _("More time was taken; it counts when the requester is told")
    return _("The time limit was extended")


history_line(
    "extension_too_late",
    gettext_lazy("The requester was told too late that more time is needed: the date stands"),
)


@deed(
    "extend",
    gettext_lazy("Extend the time limit"),
    permissions=(Permission.WORK,),
    states=UNDECIDED,
    needs=(_something_to_extend,),
    hide_blocked=lambda subject_request: True,
    lead=gettext_lazy(
        "More time is possible only where the rule of a deadline allows it, for one of its "
        "reasons, and when the requester is told in time."
    ),
    done=_what_follows,
    history=_extension_recorded,
    shows=(
        "goes",
        "extendable",
    ),
)
def extend(doing: Doing, given: ExtensionGiven) -> None:
    """Take more time and tell the requester today, or record a notice that was given before.

    Today's notice is refused after the notice limit, with the day on which it would have been
    possible. A notice of an earlier day that came too late is recorded as having no effect.
    """
    stated = law_facts.checked(doing.subject_request, "extension", given.facts)
    deadline = _chosen(doing, given)
    notified_on = given.notified_on or doing.today
    # The engine's word, with every fact of this clock: no second rule of ours decides this.
    verdict = _verdict(deadline, given, notified_on)
    # Today's notice can still be left out; one that was sent is a fact, also where it was too late.
    if not verdict.admitted and given.notified_on is None:
        raise Unmet(_too_late(verdict))
    until = _with(deadline, given, notified_on).due_on
    extension = _keep(doing, deadline, given, stated)
    doing.facts |= {"deadline": deadline.pk, "extension": extension.pk}
    if stated:
        doing.facts["stated"] = stated
    # Who was told already is not told again; the proof of that notice is kept instead.
    if given.notified_on is not None:
        doing.facts |= {"notified_on": notified_on.isoformat(), "effect": verdict.outcome}
        notices.given(
            doing.subject_request,
            Notice.What.EXTENSION,
            notified_on,
            actor=doing.actor,
            at=doing.at,
            extension=extension,
        )
        return
    doing.facts["effect"] = "when_told"
    message = write_message(doing, RequestMessage.Kind.NOTICE, given.explanation)
    # No date moves before it is out, which for a letter is the day of its posting.
    doing.afterwards.append(
        lambda: notices.tell(
            doing.subject_request,
            "extended",
            Notice.What.EXTENSION,
            at=doing.at,
            actor=doing.actor,
            text=given.explanation.strip(),
            message=message,
            extension=extension,
            extended_until=until,
        )
    )


def _chosen(doing: Doing, given: ExtensionGiven) -> Deadline:
    # Among those of this request only: the id comes from the browser and may be of any.
    found = [each for each in extendable(doing.subject_request) if each.pk == given.deadline]
    if not found:
        raise Unmet(_("The rule of this deadline does not allow more time."))
    deadline = found[0]
    # The locked one: receipts and pauses are read through it, and nobody changes them meanwhile.
    deadline.subject_request = doing.subject_request
    if problems := _problems(doing, given, deadline.extension_rule or {}):
        raise BadInput(problems)
    return deadline


def _problems(doing: Doing, given: ExtensionGiven, allowed: Mapping[str, object]) -> dict[str, str]:
    problems = {}
    if not 1 <= given.amount <= int(str(allowed["amount"])):
        problems["amount"] = _("At most %(most)s more can be taken.") % {"most": allowed["amount"]}
    if given.reason not in allowed["reasons"]:  # type: ignore[operator]
        problems["reason"] = _("The rule does not admit this reason.")
    missing = set(allowed.get("needs", ())) - set(given.facts)  # type: ignore[call-overload]
    if missing:
        problems["facts"] = _("The law gives more time only where this is so: %(fact)s") % {
            "fact": law_facts.words(min(missing))
        }
    if not given.explanation.strip():
        problems["explanation"] = _("Tell the requester why more time is needed.")
    if given.notified_on and not (
        doing.subject_request.received_on <= given.notified_on <= doing.today
    ):
        problems["notified_on"] = _("Enter a day from the receipt until today.")
    # A day in the past decides whether a limit of the law moves: that takes more than a word.
    if given.notified_on and given.proof is None:
        problems["proof"] = _("Add the notice that was sent, as proof of its day.")
    return problems


def _verdict(deadline: Deadline, given: ExtensionGiven, notified_on: date) -> ExtensionVerdict:
    """What the engine says of this extension, beside everything that has happened before it."""
    event = _event(deadline, given, notified_on)
    verdicts = _with(deadline, given, notified_on).extensions
    return next(each for each in verdicts if each.extension == event)


def _with(deadline: Deadline, given: ExtensionGiven, notified_on: date) -> Result:
    return solving.solve(deadline, extra=(_event(deadline, given, notified_on),))


def _event(deadline: Deadline, given: ExtensionGiven, notified_on: date) -> Event:
    rule = deadline.extension_rule or {}
    return solving.extension_event(given.amount, rule["unit"], given.reason, notified_on)


def _too_late(verdict: ExtensionVerdict) -> str:
    if verdict.notice_by is None or verdict.outcome != "late":
        return _("The rule does not allow another extension of this deadline.")
    return _(
        "It is too late for this: the requester had to be told by %(day)s. The date stands."
    ) % {"day": day_words(verdict.notice_by)}


def _keep(doing: Doing, deadline: Deadline, given: ExtensionGiven, stated: list[str]) -> Extension:
    extension = Extension(
        safe=doing.subject_request.safe,
        deadline=deadline,
        amount=given.amount,
        # From the rule: how much is asked for is the desk's to say, in which unit is the law's.
        unit=(deadline.extension_rule or {})["unit"],
        reason=given.reason,
        stated=stated,
        # Whether it counts is told by the day on which the person was told.
        admitted=False,
        by=doing.user,
        recorded_at=doing.at,
    )
    if given.proof:
        # Without it nobody could show later that the requester was told in time.
        extension.proof = keep_proof(doing.subject_request, given.proof, at=doing.at)
    extension.seal(explanation=given.explanation.strip())
    extension.save()
    return extension
