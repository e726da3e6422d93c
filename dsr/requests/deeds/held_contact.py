"""The contact on record hears of a request, and what follows when it says: this was not me."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.kinds import Kind
from dsr.requests.actors import Actor
from dsr.requests.deadlines import reminder_days
from dsr.requests.errors import BadInput
from dsr.requests.forms import email_field, text_field
from dsr.requests.messages import keep_note
from dsr.requests.models import (
    ContactChange,
    Dispute,
    DisputeDeadline,
    HeldContact,
    NotMeLink,
    SubjectRequest,
)
from dsr.requests.people import contact_hash
from dsr.requests.preconditions import disputed
from dsr.requests.services import held_contacts, links
from dsr.requests.services.notify import responsible, tell_staff
from dsr.requests.services.paper import take_back_letter
from dsr.requests.states import OPEN, Ended, Status
from dsr.vault.addresses import AddressRefused, canonical_or_blank

from .declaration import Facts, Names, Place, Words, deed
from .doing import Doing
from .inputs import LONG, typed, typed_for
from .release import NOT_FROZEN, send_fresh_link

SETTLED_IN_WORKING_DAYS = 2
CHANGES_CONTACTS = frozenset({Kind.RECTIFY, Kind.AMEND, Kind.LOST_CONTACT})


def _email(label: Words) -> Any:
    return typed(email_field, label=label, required=False, default="")


def _postal(label: Words) -> Any:
    return typed(text_field, 4, 500, label=label, required=False, default="")


def _source() -> Any:
    return typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Where it was found, and who looked"),
        help_text=gettext_lazy("For example: patient file, entered in 2023. It is sealed."),
        error_messages={"required": gettext_lazy("Say where it was found.")},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One address as it stands in the organisation's records, and where."""

    email: str = _email(gettext_lazy("E-mail address in your records"))
    postal_address: str = _postal(gettext_lazy("Or the postal address, with the name"))
    source: str = _source()


def _entered(facts: Facts, names: Names) -> str:
    if facts.get("told"):
        return _("The contact on record was entered, and told of the request")
    return _("The contact on record was entered; it was not told, as nobody said that it is safe")


@deed(
    "record_held_contact",
    gettext_lazy("Enter the contact on record"),
    permissions=(Permission.IDENTIFY,),
    states=tuple(state for state in OPEN if state != Status.FROZEN),
    address="held-contact",
    lead=gettext_lazy(
        "The contact that your records had before this request. It is told that somebody asked, "
        "with a link to say “this was not me”, only where who asked said that you may write there."
    ),
    done=gettext_lazy("The contact on record is entered."),
    history=_entered,
    hide_blocked=lambda subject_request: True,
)
def record_held_contact(doing: Doing, given: Held) -> None:
    """Keep the contact on record, sealed with its source; tell it where that is safe."""
    subject_request = doing.subject_request
    address, medium = _address(given.email, given.postal_address, "email")
    if not given.source.strip():
        raise BadInput({"source": _("Say where it was found.")})
    held_contacts.check_cooled(subject_request, address, medium, doing.today)
    tells = held_contacts.may_be_told(subject_request)
    held = _keep(doing, address, medium, given.source, told=tells)
    if tells:
        doing.afterwards.append(lambda: held_contacts.tell(held, "contact_held", at=doing.at))
    doing.facts |= {"held": held.pk, "told": tells}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The contact that stands in the records now, and the one that stood there before."""

    email: str = _email(gettext_lazy("New e-mail address"))
    postal_address: str = _postal(gettext_lazy("Or the new postal address, with the name"))
    old_email: str = _email(gettext_lazy("E-mail address before"))
    old_postal_address: str = _postal(gettext_lazy("Or the postal address before, with the name"))
    source: str = _source()


def _changes_contacts(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.right.kind in CHANGES_CONTACTS:
        return ""
    return _("This right changes no contact in your records.")


@deed(
    "record_contact_change",
    gettext_lazy("A contact in the records was changed"),
    permissions=(Permission.WORK,),
    states=(Status.IN_PROGRESS, Status.DECIDED, Status.CLOSED),
    needs=(_changes_contacts,),
    lead=gettext_lazy(
        "By this rectification. The old contact is told, with a link to say “this was not me”, and "
        "for 30 days the new one proves nobody’s identity."
    ),
    done=gettext_lazy("The change is recorded, and the old contact is told."),
    history=gettext_lazy("A contact in the records was changed"),
    hide_blocked=lambda subject_request: True,
)
def record_contact_change(doing: Doing, given: Changed) -> None:
    """A rectification changed where somebody is reached; the old contact hears of it."""
    subject_request = doing.subject_request
    address, medium = _address(given.email, given.postal_address, "email")
    old, old_medium = _address(given.old_email, given.old_postal_address, "old_email")
    if not given.source.strip():
        raise BadInput({"source": _("Say where it was found.")})
    ContactChange.objects.create(
        organisation=subject_request.organisation,
        subject_request=subject_request,
        contact=contact_hash(address, medium),
        changed_on=doing.today,
    )
    held = _keep(doing, old, old_medium, given.source, told=True, before_change=True)
    doing.afterwards.append(lambda: held_contacts.tell(held, "contact_changed", at=doing.at))
    doing.facts["held"] = held.pk


def _address(email: str, postal: str, field: str) -> tuple[str, str]:
    try:
        mailbox = canonical_or_blank(email)
    except AddressRefused as refusal:
        raise BadInput({field: str(refusal)}) from None
    if bool(mailbox) == bool(postal.strip()):
        raise BadInput({field: _("Enter one of the two: an e-mail address or a postal address.")})
    return (mailbox, "email") if mailbox else (postal.strip(), "letter")


def _keep(
    doing: Doing,
    address: str,
    medium: str,
    source: str,
    *,
    told: bool,
    before_change: bool = False,
) -> HeldContact:
    held = HeldContact(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        before_change=before_change,
        medium=medium,
        contact=contact_hash(address, medium),
        recorded_at=doing.at,
        by=doing.user,
        told_at=doing.at if told else None,
    )
    held.seal(address=address, source=source.strip())
    held.save()
    return held


def tell_old_contact(doing: Doing, address: str, medium: str) -> None:
    """Of a request: the contact that answers went to is left, and hears of it."""
    source = _("The contact of this request, which was proved, before it was corrected.")
    held = _keep(doing, address, medium, source, told=True, before_change=True)
    doing.afterwards.append(lambda: held_contacts.tell(held, "contact_changed", at=doing.at))


@dataclass(frozen=True, slots=True)
class NotMe:
    """Which link it was; staff say instead how they heard of it."""

    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("Who said so, and how do you know who it was?"),
        help_text=gettext_lazy("Internal. The requester does not see it."),
        error_messages={"required": gettext_lazy("Say how you heard of it.")},
        default="",
    )
    # Asked of nobody: the view behind the link names it.
    link_id: int | None = typed_for(lambda subject_request, user: None, default=None)


def _no_dispute(subject_request: SubjectRequest, actor: Actor) -> str:
    if not disputed(subject_request):
        return ""
    return _("An objection is open already. Settle it first.")


@deed(
    "not_me",
    gettext_lazy("“This was not me”"),
    permissions=(Permission.RECORD,),
    # The link in the mail to the contact on record; who holds it is no requester.
    by_system=True,
    needs=(_no_dispute,),
    rests_on=True,
    brings_news=True,
    lead=gettext_lazy(
        "Whose data it is says that they did not ask. Nothing goes out or is erased, every link, "
        "session and code ends at once, and clocks run on. You have two working days to settle it."
    ),
    done=gettext_lazy("Everything is stopped. It has to be settled within two working days."),
    warning=True,
    history=gettext_lazy("Somebody on record said: this was not me"),
    told=gettext_lazy("The request was stopped for a check."),
    place=Place.ENDING,
    hide_blocked=lambda subject_request: True,
)
def not_me(doing: Doing, given: NotMe) -> None:
    """Stop everything: who is sending at this moment comes before this or finds it stopped."""
    links_of_request = NotMeLink.objects.filter(held__subject_request=doing.subject_request)
    by_link = links_of_request.filter(pk=given.link_id or 0).first()
    if by_link is None and not given.reason.strip():
        raise BadInput({"reason": _("Say how you heard of it.")})
    doing.subject_request.not_me()
    dispute = Dispute.objects.create(
        subject_request=doing.subject_request,
        held=by_link.held if by_link else None,
        raised_at=doing.at,
    )
    _owe_settling(doing, dispute)
    if by_link:
        NotMeLink.objects.filter(pk=by_link.pk, used_at=None).update(used_at=doing.at)
    elif isinstance(doing.actor, User):
        keep_note(doing, given.reason)
    links.end(doing.subject_request, Ended.NOT_ME, at=doing.at, actor=doing.actor)
    # What lies in the post room is not posted any more.
    take_back_letter(doing.subject_request, at=doing.at)
    doing.facts["dispute"] = dispute.pk


def _owe_settling(doing: Doing, dispute: Dispute) -> None:
    subject_request = doing.subject_request
    calendar = subject_request.organisation.calendar.as_engine()
    due = calendar.add_working_days(doing.today, SETTLED_IN_WORKING_DAYS)
    deadline = DisputeDeadline(dispute=dispute, due_on=due)
    deadline.remind_on = reminder_days.first_day(deadline, doing.today)
    deadline.save()
    overseers = User.objects.with_permission(
        Permission.OVERSEE, subject_request.organisation, department=subject_request.department_id
    )
    people = {user.pk: user for user in [*responsible(subject_request), *overseers]}
    doing.afterwards.append(
        lambda: tell_staff(subject_request, "not_me", people.values(), at=doing.at, settle_by=due)
    )


def settle(doing: Doing) -> None:
    """The open objection is settled on this day, in time or late; nothing where there is none."""
    dispute = doing.subject_request.disputes.filter(settled_at=None).first()
    if dispute is None:
        return
    dispute.settled_at, dispute.settled_by = doing.at, doing.user
    dispute.save()
    for deadline in dispute.deadlines.all():
        (deadline.miss if deadline.is_late(doing.today) else deadline.meet)(doing.today)
        deadline.save()
    doing.facts["dispute"] = dispute.pk


def _is_disputed(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if disputed(subject_request) else _("No objection is open.")


@dataclass(frozen=True, slots=True)
class Settled:
    """How it was cleared up; kept as an internal note."""

    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("How it was cleared up"),
        help_text=gettext_lazy("Kept as an internal note; the requester does not see it."),
        error_messages={"required": gettext_lazy("Say how it was cleared up.")},
    )


@deed(
    "settle_objection",
    gettext_lazy("Settle the objection"),
    permissions=(Permission.OVERSEE,),
    # A frozen one is settled by what lets it go on.
    states=NOT_FROZEN,
    needs=(_is_disputed,),
    lead=gettext_lazy(
        "It is cleared up who asked. What was released can be read again, through a new link."
    ),
    done=gettext_lazy("The objection is settled."),
    history=gettext_lazy("The objection was settled"),
    told=gettext_lazy("The check is over."),
    onward=10,
    hint=gettext_lazy("Somebody on record said that this was not them."),
    hide_blocked=lambda subject_request: True,
)
def settle_objection(doing: Doing, given: Settled) -> None:
    """Cleared up, of a request that had ended or was answered before."""
    if not given.reason.strip():
        raise BadInput({"reason": _("Say how it was cleared up.")})
    settle(doing)
    keep_note(doing, given.reason)
    send_fresh_link(doing)
