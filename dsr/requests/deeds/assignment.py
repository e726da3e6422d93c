"""Who has a request: work begins, it is given to somebody, a note is left for the next."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.messages import keep_note
from dsr.requests.models import SubjectRequest
from dsr.requests.preconditions import identity_needed
from dsr.requests.services.notify import assignee_there, tell_staff
from dsr.requests.states import OPEN, Status
from dsr.requests.words import short

from .declaration import Facts, Names, Nothing, Place, deed
from .doing import Doing
from .inputs import LONG, Opening, typed, typed_for


@deed(
    "start",
    gettext_lazy("Start work"),
    permissions=(Permission.WORK,),
    needs=(identity_needed,),
    settles_identity=True,
    lead=gettext_lazy(
        "Work on the request begins. If nobody has it yet, it is assigned to you. Documents that "
        "prove the identity are destroyed."
    ),
    done=gettext_lazy("Work has begun."),
    history=gettext_lazy("Work began"),
    told=gettext_lazy("Work on your request began."),
    onward=70,
    hint=gettext_lazy("The identity suffices for this right. Work can begin."),
)
def start(doing: Doing, given: Nothing) -> None:
    """Work begins; who starts it takes it, where nobody has it who could still work on it."""
    doing.subject_request.start()
    # Who was given it keeps it: to take it over is `assign`, with a permission of its own.
    if assignee_there(doing.subject_request) is None:
        doing.subject_request.assignee = doing.user


def _is_marked(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if subject_request.to_check else _("This request is not marked to be checked.")


@deed(
    "clear_check",
    gettext_lazy("Take off the mark “to be checked”"),
    permissions=(Permission.WORK, Permission.RECORD),
    # Whatever became of it: who has looked at it says so.
    states=tuple(Status),
    needs=(_is_marked,),
    after_erasure=True,
    hide_blocked=lambda subject_request: not subject_request.to_check,
    lead=gettext_lazy(
        "It came when very many requests came in. Look whether it says something that somebody "
        "wants; one that nobody meant can be ended as out of scope. Its deadlines run either way."
    ),
    done=gettext_lazy("The mark is taken off."),
    history=gettext_lazy("It was looked at, and the mark “to be checked” taken off"),
)
def clear_check(doing: Doing, given: Nothing) -> None:
    """Somebody has looked at a request that came among very many."""
    doing.subject_request.to_check = False


def _people(subject_request: SubjectRequest, user: User) -> forms.Field:
    # Of this organisation only: a list of names must not show the staff of another.
    people = User.objects.with_permission(
        Permission.WORK, subject_request.organisation, department=subject_request.department_id
    )
    return forms.ModelChoiceField(
        people, required=False, label=gettext_lazy("Assign to"), empty_label=gettext_lazy("Nobody")
    )


def _assignee(opening: Opening) -> int | None:
    return opening.subject_request.assignee_id


@dataclass(frozen=True, slots=True)
class Assignment:
    """To whom; None takes it from everybody."""

    to: User | None = typed_for(_people, initial=_assignee)


def _assigned(facts: Facts, names: Names) -> str:
    if facts.get("to") is None:
        return _("Assigned to nobody")
    return _("Assigned to %(name)s") % {"name": names.get(f"user:{facts['to']}", "?")}


@deed(
    "assign",
    gettext_lazy("Assign"),
    permissions=(Permission.ASSIGN,),
    states=OPEN,
    after_erasure=True,
    lead=gettext_lazy("Who has the request hears of its deadlines. They are told by mail."),
    done=gettext_lazy("The assignment is changed."),
    history=_assigned,
    place=Place.ELSEWHERE,
)
def assign(doing: Doing, given: Assignment) -> None:
    """Give the request to a member of staff who may work on it, or to nobody."""
    to, organisation = given.to, doing.subject_request.organisation
    # The form offers only such people; a page that was open for long may still name another.
    department = doing.subject_request.department_id
    if to is not None and not to.may(Permission.WORK, organisation, department=department):
        raise BadInput({"to": _("This person may not work on requests of the organisation.")})
    doing.subject_request.assignee = to
    # An id and no name: history holds no personal data, names are looked up when it is read.
    doing.facts["to"] = to.pk if to else None
    # Who takes it for themselves knows already.
    if to is not None and to != doing.actor:
        doing.afterwards.append(
            lambda: tell_staff(doing.subject_request, "assigned", [to], at=doing.at)
        )


def _something_unread(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if subject_request.unread_since else _("There is nothing new to read.")


def _what_came(subject_request: SubjectRequest) -> str:
    came = subject_request.unread_since
    assert came is not None
    day = short(subject_request.organisation.today(came))
    return _("The requester wrote on %(day)s, and nobody has read it yet.") % {"day": day}


@deed(
    "mark_read",
    gettext_lazy("Read what came"),
    permissions=(Permission.WORK,),
    states=tuple(Status),
    needs=(_something_unread,),
    after_erasure=True,
    # The version is compared, so nothing is marked that came after the page was opened.
    raises_version=False,
    hide_blocked=lambda subject_request: True,
    address="read",
    lead=gettext_lazy("What the requester wrote or did, the newest first."),
    button=gettext_lazy("I have read it"),
    done=gettext_lazy("It is marked as read."),
    history=gettext_lazy("What came was read"),
    onward=5,
    hint=_what_came,
    shows=("news",),
)
def mark_read(doing: Doing, given: Nothing) -> None:
    """Somebody who works on the request has read what came."""
    doing.subject_request.unread_since = None


@dataclass(frozen=True, slots=True)
class NoteGiven:
    """An internal note."""

    text: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("Internal note"),
        help_text=gettext_lazy("Only staff read it."),
        error_messages={"required": gettext_lazy("Write the note.")},
    )


@deed(
    "note",
    gettext_lazy("Add a note"),
    permissions=(Permission.NOTE,),
    states=tuple(Status),
    # It changes nothing a decision rests on, so two people may write at the same time.
    raises_version=False,
    compares_version=False,
    done=gettext_lazy("The note is added."),
    history=gettext_lazy("A note was added"),
    place=Place.ELSEWHERE,
)
def note(doing: Doing, given: NoteGiven) -> None:
    """Keep an internal note; the requester never sees it."""
    if not given.text.strip():
        raise BadInput({"text": _("Write the note.")})
    doing.facts["note"] = keep_note(doing, given.text).pk
