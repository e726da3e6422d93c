"""What laws demand in the answer is written, element by element."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests import elements
from dsr.requests.actors import Actor
from dsr.requests.elements import Element
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.models import AnswerElement, SubjectRequest
from dsr.requests.states import Outcome, Status

from .declaration import deed
from .doing import Doing
from .enclosures import PREPARING
from .inputs import LONG, typed_together


def _something_demanded(subject_request: SubjectRequest, actor: Actor) -> str:
    if elements.typed(subject_request):
        return ""
    return _("No law demands anything of this answer that has to be written for it.")


def _text_name(code: str) -> str:
    return "element_" + code.replace(":", "_").replace("-", "_")


def _none_name(code: str) -> str:
    return f"{_text_name(code)}_none"


def _fields(subject_request: SubjectRequest, user: User) -> dict[str, forms.Field]:
    rows = elements.kept(subject_request)
    made: dict[str, forms.Field] = {}
    for each in elements.typed(subject_request):
        row = rows.get(each.code)
        made[_text_name(each.code)] = text_field(
            4,
            LONG,
            label=f"{each.label} ({each.article})",
            required=False,
            help_text=" ".join(filter(None, [each.help, _when(each)])),
            initial=row.reveal("text", "", altered="") if row else "",
        )
        made[_none_name(each.code)] = forms.BooleanField(
            label=_("Does not apply; the text says why"),
            required=False,
            initial=bool(row and row.not_applicable),
        )
    return made


def _when(element: Element) -> str:
    if not element.terms.outcomes:
        return ""
    outcomes = [str(Outcome(each).label) for each in element.terms.outcomes]
    return _("Needed where it is: %(outcomes)s.") % {"outcomes": ", ".join(outcomes).lower()}


def _texts(subject_request: SubjectRequest, form: forms.Form) -> dict[str, str]:
    return {
        each.code: form.cleaned_data.get(_text_name(each.code), "")
        for each in elements.typed(subject_request)
    }


def _none(subject_request: SubjectRequest, form: forms.Form) -> tuple[str, ...]:
    return tuple(
        each.code
        for each in elements.typed(subject_request)
        if form.cleaned_data.get(_none_name(each.code))
    )


def _to_be_written(subject_request: SubjectRequest, actor: Actor) -> bool:
    if subject_request.status != Status.IN_PROGRESS:
        return False
    return bool(elements.unwritten(subject_request))


@dataclass(frozen=True, slots=True)
class Elements:
    """Texts by code, ``gdpr:purposes``; of what does ``not_apply`` the text says why."""

    texts: Mapping[str, str] = typed_together(_fields, _texts)
    not_apply: Collection[str] = typed_together(lambda subject_request, user: {}, _none, default=())


@deed(
    "write_elements",
    gettext_lazy("Write what the law demands in the answer"),
    permissions=(Permission.WORK,),
    states=PREPARING,
    needs=(_something_demanded,),
    hide_blocked=lambda subject_request: True,
    address="elements",
    lead=gettext_lazy(
        "The letter carries each part under its heading, and is not sent while one is missing. It "
        "has to be true of this person; a general notice is no answer."
    ),
    done=gettext_lazy("The parts of the answer are kept."),
    history=gettext_lazy("Parts of the answer that the law demands were written"),
    # Before it is decided: without them no proposal is taken.
    onward=75,
    next_when=_to_be_written,
    hint=gettext_lazy("The law demands parts in the answer that are not written yet."),
)
def write_elements(doing: Doing, given: Elements) -> None:
    """Keep the texts of elements; an empty one is taken out again.

    Errors: BadInput on the field of an element, with its article; ``texts`` for an unknown one.
    """
    known = {each.code: each for each in elements.typed(doing.subject_request)}
    _check(given, known)
    rows = elements.kept(doing.subject_request)
    for code, text in given.texts.items():
        row = rows.get(code)
        if not text.strip():
            if row is not None:
                row.delete()
            continue
        row = row or AnswerElement(
            safe=doing.subject_request.safe, subject_request=doing.subject_request, code=code
        )
        row.not_applicable = code in given.not_apply
        row.by, row.at = doing.user, doing.at
        row.seal(text=text.strip())
        row.save()
    doing.facts["elements"] = sorted(code for code, text in given.texts.items() if text.strip())


def _check(given: Elements, known: Mapping[str, Element]) -> None:
    unknown = {*given.texts, *given.not_apply} - set(known)
    if unknown:
        sentence = _("No law of this request demands “%(element)s”. Leave it out.")
        raise BadInput({"texts": sentence % {"element": min(unknown)}})
    problems = {}
    for code, text in given.texts.items():
        none = code in given.not_apply
        if none and not text.strip():
            problems[_text_name(code)] = _("Say why it does not apply.")
        elif sentence := elements.unfit(known[code], text, not_applicable=none):
            problems[_text_name(code)] = sentence
    if problems:
        raise BadInput(problems)
