"""What is on record of a request is corrected or completed: where to write, what was missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.kinds import PROVEN
from dsr.policies.particulars import PARTICULARS, Particular, filled, particulars
from dsr.requests.actors import Actor
from dsr.requests.errors import BadInput
from dsr.requests.forms import email_field, phone_field, text_field
from dsr.requests.forms.asking import asked_by
from dsr.requests.forms.fields import as_json, field_of
from dsr.requests.models import SubjectRequest
from dsr.requests.people import answers_go_to, notices_go_to, reindex, writes_to
from dsr.requests.preconditions import contact_proved
from dsr.requests.services import kept_ready, links
from dsr.requests.services.paper import take_back_letter
from dsr.requests.states import ENDED, OPEN, UNDECIDED, Ended
from dsr.vault.addresses import AddressRefused, canonical_or_blank
from dsr.vault.services import unindex

from .declaration import deed
from .doing import Doing
from .held_contact import tell_old_contact
from .inputs import Begin, typed, typed_together
from .post import still_written_to
from .release import send_fresh_link


def _contact(name: str) -> Begin:
    """The contact as it is on record, to be corrected."""
    return lambda opening: writes_to(opening.subject_request).reveal(name, altered="")


@dataclass(frozen=True, slots=True)
class Contact:
    """Where answers go; at least one of the three."""

    email: str = typed(
        email_field,
        label=gettext_lazy("E-mail address"),
        required=False,
        initial=_contact("email"),
        default="",
    )
    phone: str = typed(
        phone_field,
        label=gettext_lazy("Telephone number"),
        required=False,
        initial=_contact("phone"),
        default="",
    )
    postal_address: str = typed(
        text_field,
        4,
        500,
        label=gettext_lazy("Postal address"),
        required=False,
        initial=_contact("postal_address"),
        default="",
    )


@deed(
    "edit_contact",
    gettext_lazy("Correct the contact"),
    permissions=(Permission.RECORD,),
    states=(*OPEN, *ENDED),
    needs=(still_written_to,),
    # What was decided for the contact of then must not go out to another one unseen.
    rests_on=True,
    address="contact",
    lead=gettext_lazy(
        "Answers go here. Whoever corrects the contact last cannot approve what is sent to it, and "
        "a decision that was proposed before no longer holds."
    ),
    done=gettext_lazy("The contact is corrected."),
    history=gettext_lazy("The contact was corrected"),
    told=gettext_lazy("Your contact details were corrected."),
    hide_blocked=lambda subject_request: not subject_request.is_open,
)
def edit_contact(doing: Doing, given: Contact) -> None:
    """Correct where answers go. Who did it last is not who approves what goes there."""
    # As at intake: without any way to answer no answer is possible.
    email = _checked(given.email)
    if not (email or given.phone.strip() or given.postal_address.strip()):
        raise BadInput({"email": _("Leave at least one way to answer.")})
    person = writes_to(doing.subject_request)
    before = _goes_to(doing.subject_request)
    was_proved = contact_proved(doing.subject_request) and not person.email_stolen
    # The old contact must not find the request any more: it may be a stranger's.
    country = doing.subject_request.organisation.country
    for name in ("email", "phone"):
        # Of one that was altered nobody can tell the token, so all of them go.
        old = person.reveal(name, altered=None)
        unindex(person.safe, name, None if old is None else [str(old)], country)
    # After their tokens are gone, which can be told from the old values only.
    person.seal(
        email=email,
        phone=given.phone.strip(),
        postal_address=given.postal_address.strip(),
    )
    person.email_stolen = False
    # Else one person could send an approved answer wherever they like.
    person.contact_edited_by = doing.user
    person.save()
    # All of them: the other person of the request may have the contact that was taken out.
    reindex(doing.subject_request)
    if _goes_to(doing.subject_request) != before:
        _goes_elsewhere(doing)
    _notices, answers = before
    if was_proved and answers_go_to(doing.subject_request) != answers:
        _tell_the_old_one(doing, *answers)


def _goes_to(subject_request: SubjectRequest) -> tuple[tuple[str, str], tuple[str, str]]:
    # Of who asked for paper the links went by mail and the answer goes by post: either may change.
    return notices_go_to(subject_request), answers_go_to(subject_request)


def _goes_elsewhere(doing: Doing) -> None:
    """What was opened through the old contact is closed, and the new one gets a link of its own."""
    links.end(doing.subject_request, Ended.CONTACT, at=doing.at, actor=doing.actor)
    take_back_letter(doing.subject_request, at=doing.at)
    send_fresh_link(doing)
    # That nobody can be reached was said of the old contact.
    doing.afterwards.append(
        lambda: kept_ready.take_back(
            doing.subject_request, actor=doing.actor, at=doing.at, cause="delivered_after_all"
        )
    )


def _tell_the_old_one(doing: Doing, address: str, medium: str) -> None:
    """What was proved to be theirs hears that it is left, and can object (promise A 4)."""
    # Never about a confidential communication: who asks for one leaves an address for a reason.
    # Nor about whoever said since that it is not safe to write elsewhere.
    if doing.subject_request.right.kind in PROVEN and not doing.subject_request.may_write:
        tell_old_contact(doing, address, medium)


def _checked(email: str) -> str:
    try:
        return canonical_or_blank(email)
    except AddressRefused as refusal:
        raise BadInput({"email": str(refusal)}) from None


def _missing_first(subject_request: SubjectRequest) -> list[Particular]:
    codes = [code for code, _strength in asked_by(subject_request.right)]
    missing = subject_request.missing
    return particulars(sorted(codes, key=lambda code: code not in missing))


def _fields_of_particulars(subject_request: SubjectRequest, user: User) -> dict[str, forms.Field]:
    values, made = subject_request.values(altered={}), {}
    for particular in _missing_first(subject_request):
        for spec in particular.fields:
            alone = particular.help if len(particular.fields) == 1 else ""
            made[spec.name] = field_of(spec, alone)
            made[spec.name].initial = values.get(particular.code, {}).get(spec.name)
    return made


def _changed_particulars(
    subject_request: SubjectRequest, form: forms.Form
) -> dict[str, dict[str, Any]]:
    """Only the particulars of which something was changed, each whole: half a period is none."""
    return {
        particular.code: {
            spec.name: as_json(form.cleaned_data.get(spec.name)) for spec in particular.fields
        }
        for particular in _missing_first(subject_request)
        if any(spec.name in form.changed_data for spec in particular.fields)
    }


@dataclass(frozen=True, slots=True)
class Completion:
    """What was missing: code of the particular -> its fields and their values, as JSON has them."""

    particulars: Mapping[str, Mapping[str, Any]] = typed_together(
        _fields_of_particulars, _changed_particulars
    )


def _something_is_asked(subject_request: SubjectRequest, actor: Actor) -> str:
    if any(True for _each in asked_by(subject_request.right)):
        return ""
    return _("The policy says that this is not asked. Leave it out.")


@deed(
    "complete",
    gettext_lazy("Add what was missing"),
    permissions=(Permission.RECORD,),
    # What is missing never keeps a request from being sent (promise A16), so it can come later.
    by_requester=True,
    states=UNDECIDED,
    needs=(_something_is_asked,),
    rests_on=True,
    brings_news=True,
    # Where nothing is asked there is nothing to add, and a blocked button would only puzzle.
    hide_blocked=lambda subject_request: True,
    lead=gettext_lazy("What the requester said later. What is missing stands first."),
    done=gettext_lazy("It is added."),
    history=gettext_lazy("What was missing was added"),
    told=gettext_lazy("What was missing was added."),
)
def complete(doing: Doing, given: Completion) -> None:
    """Add particulars that were missing, or better ones; what was typed before is kept beside."""
    added = {code: dict(values) for code, values in given.particulars.items() if filled(values)}
    _check_particulars(doing, added)
    subject_request = doing.subject_request
    # Whole particulars replace whole particulars: a new first day never meets an old last day.
    subject_request.seal(particulars=subject_request.values() | added)
    subject_request.missing = [code for code in subject_request.missing if code not in added]
    doing.facts["added"] = sorted(added)


def _check_particulars(doing: Doing, given: Mapping[str, object]) -> None:
    if not given:
        raise BadInput({"particulars": _("Nothing was filled in.")})
    # From whatever door: what a clause says is not asked never gets on file (promise A15).
    unknown = set(given) - set(PARTICULARS)
    if unknown or set(given) & set(doing.subject_request.right.never):
        raise BadInput({"particulars": _("The policy says that this is not asked. Leave it out.")})
