"""How somebody may be written to is said, or said anew, after the request has come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.notifications.services import cancel_letters_and_mails
from dsr.policies.kinds import MayWrite
from dsr.requests.errors import BadInput
from dsr.requests.forms import text_field
from dsr.requests.messages import keep_note
from dsr.requests.models import Notice
from dsr.requests.people import writes_to
from dsr.requests.services import codes, notices
from dsr.requests.services.paper import take_back_letter
from dsr.requests.states import Status

from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import LONG, Opening, typed

# What has to be on file for it.
NEEDED = {MayWrite.EMAIL: "email", MayWrite.POST: "postal_address"}


def _as_it_is(opening: Opening) -> Any:
    return opening.subject_request.may_write


@dataclass(frozen=True, slots=True)
class Writing:
    """By which way alone the person may be written to, and how one knows."""

    way: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("How may the person be written to?"),
        widget=forms.RadioSelect,
        choices=[
            (MayWrite.EMAIL, gettext_lazy("Only by e-mail, to the address on file")),
            (MayWrite.POST, gettext_lazy("Only by letter, to the address on file")),
            (MayWrite.NONE, gettext_lazy("Not at all; they come back to their private page")),
        ],
        initial=_as_it_is,
        error_messages={"required": gettext_lazy("Say how the person may be written to.")},
    )
    reason: str = typed(
        text_field,
        3,
        LONG,
        label=gettext_lazy("How do you know?"),
        help_text=gettext_lazy(
            "For example: told at the counter on 3 May. Do not ask why, and do not write down why. "
            "Internal; the requester does not see it."
        ),
        error_messages={"required": gettext_lazy("Say how you know.")},
    )


def _said(facts: Facts, names: Names) -> str:
    way = MayWrite(str(facts["way"]))
    said = {
        MayWrite.EMAIL: _("The person may be written to by e-mail only"),
        MayWrite.POST: _("The person may be written to by letter only"),
        MayWrite.NONE: _("Nothing is written to the person any more"),
    }[way]
    if count := facts.get("taken_back"):
        return _("%(said)s; messages that waited to go out and were taken back: %(count)s") % {
            "said": said,
            "count": count,
        }
    return said


@deed(
    "change_writing",
    gettext_lazy("Change how we may write"),
    permissions=(Permission.RECORD,),
    # Danger does not ask in which state a request is.
    states=tuple(Status),
    # An answer that was decided for one way does not go out by another one unseen.
    rests_on=True,
    lead=gettext_lazy(
        "When it is not safe to write to somebody, or no longer in the same way. What waits to be "
        "sent or posted is taken back at once, no other contact is used, and mails from now on "
        "name neither the right nor the organisation."
    ),
    done=gettext_lazy("From now on it is so. What had not gone out was taken back."),
    history=_said,
    told=gettext_lazy("It was noted how we may write to you."),
)
def change_writing(doing: Doing, given: Writing) -> None:
    """Only this way from now on; whatever waits to go out by any other is taken back."""
    subject_request = doing.subject_request
    if given.way not in MayWrite.values:
        raise BadInput({"way": _("Say how the person may be written to.")})
    if not given.reason.strip():
        raise BadInput({"reason": _("Say how you know.")})
    way = MayWrite(given.way)
    if way == subject_request.may_write:
        raise BadInput({"way": _("It is on record that way already.")})
    needed = NEEDED.get(way)
    if needed and not writes_to(subject_request).reveal(needed, altered=""):
        raise BadInput({"way": _("There is no such address on file. Correct the contact first.")})
    subject_request.may_write = way
    subject_request.may_use_contact_held = False
    keep_note(doing, given.reason)
    doing.facts |= {"way": way.value, "taken_back": _take_back(doing, way)}


def _take_back(doing: Doing, way: MayWrite) -> int:
    """Every mail and letter to the person that is not out yet; returns how many."""
    subject_request = doing.subject_request
    if way != MayWrite.POST:
        take_back_letter(subject_request, at=doing.at)
    # A mail about several requests has the reference of one of them.
    shared = subject_request.notices.filter(kind="digest", state=Notice.State.OWED)
    keys = cancel_letters_and_mails(
        subject_request.reference,
        [*shared.values_list("key", flat=True)],
        letters=way != MayWrite.POST,
    )
    # Told to nobody: nothing rests on it, and it can be sent again by the way that is left.
    for key in keys:
        doing.afterwards.append(
            partial(notices.settle_message, subject_request, key, actor=doing.actor, at=doing.at)
        )
    codes.end(subject_request.reading_codes.filter(used_at=None), at=doing.at)
    return len(keys)
