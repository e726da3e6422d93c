"""Who acts for another: their authority is recorded, contested, and the contest settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.kinds import Asker
from dsr.requests.actors import Actor
from dsr.requests.authority import authority_needed, kinds_for
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, VALID, FileField, day_field, text_field
from dsr.requests.messages import keep_note
from dsr.requests.models import Attachment, Evidence, SubjectRequest
from dsr.requests.preconditions import identity_reached
from dsr.requests.services.paper import take_back_letter
from dsr.requests.states import (
    ACTS_FOR_ANOTHER,
    OPEN,
    SCOPED,
    About,
    AuthorityKind,
    Scope,
    Status,
)
from dsr.vault.models import KeyPurpose, SealedFile
from dsr.vault.services import open_file, store_file
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, Place, Words, deed
from .doing import Doing
from .inputs import LONG, today, typed, typed_for

CHOOSE = ("", gettext_lazy("Choose …"))


def _acts_for_another(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.role in ACTS_FOR_ANOTHER:
        return ""
    return _("This requester asks for themselves and needs no authority.")


def _kind(subject_request: SubjectRequest, user: User) -> forms.Field:
    # Only what can speak for this role: a birth certificate makes nobody an agent.
    kinds = [(str(kind), kind.label) for kind in kinds_for(subject_request)]
    return forms.ChoiceField(
        label=gettext_lazy("What shows the authority"),
        choices=[CHOOSE, *kinds],
        error_messages={"required": gettext_lazy("Choose what shows the authority.")},
    )


def _sent(subject_request: SubjectRequest, user: User) -> forms.Field | None:
    """What the requester sent already, with the form or in a reply."""
    choices = []
    for each in _came(subject_request):
        each.file.safe = subject_request.safe
        choices.append((each.file_id, str(each.file.reveal("name", _("(erased)")))))
    if not choices:
        return None
    return forms.TypedChoiceField(
        label=gettext_lazy("Document that was sent already"),
        required=False,
        choices=[CHOOSE, *choices],
        coerce=int,
        empty_value=None,
    )


def _came(subject_request: SubjectRequest) -> QuerySet[Attachment]:
    sent = subject_request.attachments.filter(from_requester=True).select_related("file")
    return sent.exclude(file__identity_document__destroyed_at__isnull=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityGiven:
    """What shows that the requester may act for the person, how far, and until when."""

    kind: str = typed_for(_kind)
    scope: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("How far it reaches"),
        choices=[CHOOSE, *Scope.choices],
        required=False,
        help_text=gettext_lazy(
            "Of an order, a power of attorney or a mandate: what its text says."
        ),
        default="",
    )
    expires_on: date | None = typed(
        day_field,
        VALID,
        label=gettext_lazy("Last day on which it is valid"),
        required=False,
        help_text=gettext_lazy(
            "Leave empty where it has no end. For a parent: the last day before the child comes of "
            "age."
        ),
        default=None,
    )
    confirmed: bool = typed(
        forms.TypedChoiceField,
        label=gettext_lazy("Result"),
        choices=[
            ("yes", gettext_lazy("It proves the authority")),
            ("no", gettext_lazy("It does not prove it")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it proves the authority.")},
    )
    received: int | None = typed_for(_sent, default=None)
    document: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("Document"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB."),
        default=None,
    )
    note: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy(
            "Needed where no document is kept: where and by whom it was seen. It is sealed."
        ),
        default="",
    )
    seen_on: date | None = typed(
        day_field, HAPPENED, label=gettext_lazy("Day of the check"), initial=today, default=None
    )


def _recorded(facts: Facts, names: Names) -> str:
    known = dict(AuthorityKind.choices)
    kind = known.get(facts["kind"], facts["kind"])
    if not facts.get("confirmed"):
        return _("Authority not proved by: %(kind)s") % {"kind": kind}
    if not facts.get("scope"):
        return _("Authority: %(kind)s") % {"kind": kind}
    scope = dict(Scope.choices).get(facts["scope"], facts["scope"])
    return _("Authority: %(kind)s (%(scope)s)") % {"kind": kind, "scope": scope}


def _what_is_left(subject_request: SubjectRequest) -> Words:
    recorded = _("The authority is recorded.")
    return f"{recorded} {authority_needed(subject_request)}".strip()


@deed(
    "add_authority",
    gettext_lazy("Record authority"),
    permissions=(Permission.IDENTIFY,),
    states=tuple(state for state in OPEN if state != Status.FROZEN),
    needs=(_acts_for_another,),
    rests_on=True,
    address="authority",
    lead=gettext_lazy(
        "What shows that the requester may act for the person, how far it reaches and until when. "
        "Whoever records it does not approve the decision."
    ),
    done=_what_is_left,
    history=_recorded,
    # After the identity, which comes first, and before a decision.
    onward=75,
    next_when=lambda subject_request, actor: (
        subject_request.status == Status.IN_PROGRESS
        and identity_reached(subject_request)
        and subject_request.authority_contested_at is None
        and bool(authority_needed(subject_request))
    ),
    hint=gettext_lazy("It is known who asks, but not that they may act for the person."),
    hide_blocked=lambda subject_request: True,
    shows=("identity",),
)
def add_authority(doing: Doing, given: AuthorityGiven) -> None:
    """Record what shows the authority. Raises BadInput where scope, day or document is missing."""
    document = _check(given, doing)
    if given.document:
        # Of the record: that who received it was entitled must be shown when the content is gone.
        document = keep_proof(doing.subject_request, given.document, at=doing.at)
    elif document and document.purpose == KeyPurpose.IDENTITY:
        document = _sealed_anew(document, doing)
    row = Evidence(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        about=About.AUTHORITY,
        kind=given.kind,
        scope=given.scope if given.kind in SCOPED else "",
        expires_on=given.expires_on,
        confirmed=given.confirmed,
        document=document,
        seen_on=given.seen_on or doing.today,
        recorded_at=doing.at,
        by=doing.user,
    )
    if given.note.strip():
        row.seal(note=given.note.strip())
    row.save()
    doing.facts |= {"kind": row.kind, "scope": row.scope, "confirmed": row.confirmed}
    doing.facts |= {"evidence": row.pk, "expires_on": row.expires_on}


def _check(given: AuthorityGiven, doing: Doing) -> SealedFile | None:
    """The document that came with the request, where one was chosen."""
    problems = {}
    if given.kind not in kinds_for(doing.subject_request):
        problems["kind"] = _("Choose what shows the authority.")
    if given.kind in SCOPED and given.scope not in Scope.values:
        problems["scope"] = _("Say how far it reaches, as its text says.")
    if given.confirmed and given.expires_on and given.expires_on < doing.today:
        problems["expires_on"] = _("It has expired and proves nothing now. Ask for a valid one.")
    of_a_child = given.kind == AuthorityKind.BIRTH_CERTIFICATE
    if of_a_child and doing.subject_request.role == Asker.PARENT and not given.expires_on:
        problems["expires_on"] = _("Enter the last day before the child comes of age.")
    if not (given.document or given.received or given.note.strip()):
        problems["document"] = _("Add the document, or say in the note where it was seen.")
    if given.seen_on and given.seen_on > doing.today:
        problems["seen_on"] = _("This day lies in the future. Enter the day of the check.")
    document = None
    if given.received is not None:
        # Through the request: the number may be that of somebody else's file.
        sent = _came(doing.subject_request).filter(file=given.received).first()
        if sent is None:
            problems["received"] = _("This document is no longer here. Choose another.")
        document = sent.file if sent else None
    if problems:
        raise BadInput(problems)
    return document


def _sealed_anew(file: SealedFile, doing: Doing) -> SealedFile:
    """What came while proof of identity was awaited is destroyed with it; this is to be kept."""
    file.safe = doing.subject_request.safe
    return store_file(
        file.safe,
        name=str(file.unseal("name")),
        content=open_file(file),
        content_type=file.content_type,
        purpose=KeyPurpose.RECORD,
        at=doing.at,
        scan=file.scan,
    )


@dataclass(frozen=True, slots=True)
class Contest:
    """Who contests it and why; kept as an internal note."""

    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("Who contests it, and why?"),
        help_text=gettext_lazy("Kept as an internal note; the requester does not see it."),
        error_messages={"required": gettext_lazy("Say who contests it, and why.")},
    )


def _not_contested_yet(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.authority_contested_at is None:
        return ""
    return _("It is contested already.")


@deed(
    "contest_authority",
    gettext_lazy("The authority is contested"),
    permissions=(Permission.RECORD, Permission.WORK, Permission.IDENTIFY),
    # Of what was answered, too: it is read for months, and then no more.
    states=tuple(Status),
    needs=(_acts_for_another, _not_contested_yet),
    rests_on=True,
    lead=gettext_lazy(
        "The other parent, the person themselves or another heir says that the requester may not "
        "act. Nothing is released and nothing that was released can be opened until it is settled."
    ),
    done=gettext_lazy("Nothing is released until the contest is settled."),
    warning=True,
    history=gettext_lazy("The authority to act was contested"),
    place=Place.ENDING,
    hide_blocked=lambda subject_request: True,
)
def contest_authority(doing: Doing, given: Contest) -> None:
    """Release is blocked, and a letter that waits is not posted."""
    if not given.reason.strip():
        raise BadInput({"reason": _("Say who contests it, and why.")})
    doing.subject_request.authority_contested_at = doing.at
    keep_note(doing, given.reason)
    take_back_letter(doing.subject_request, at=doing.at)


@dataclass(frozen=True, slots=True)
class Settlement:
    """How it was settled; kept as an internal note."""

    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("How was it settled?"),
        help_text=gettext_lazy(
            "Kept as an internal note. Where the authority does not stand, strike its evidence "
            "first."
        ),
        error_messages={"required": gettext_lazy("Say how it was settled.")},
    )


def _contested(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.authority_contested_at is not None:
        return ""
    return _("Nobody contests the authority.")


@deed(
    "settle_contest",
    gettext_lazy("The contest is settled"),
    # As for what was frozen: not who works on it says that a doubt is gone.
    permissions=(Permission.OVERSEE,),
    states=tuple(Status),
    needs=(_contested,),
    rests_on=True,
    lead=gettext_lazy("Release becomes possible again, where the authority is proved."),
    done=gettext_lazy("The contest is settled."),
    history=gettext_lazy("The contest about the authority was settled"),
    onward=15,
    hint=gettext_lazy("The authority to act is contested. Nothing is released meanwhile."),
    hide_blocked=lambda subject_request: True,
    shows=("identity",),
)
def settle_contest(doing: Doing, given: Settlement) -> None:
    """An officer says how the contest ended; what was proposed before is proposed again."""
    if not given.reason.strip():
        raise BadInput({"reason": _("Say how it was settled.")})
    doing.subject_request.authority_contested_at = None
    keep_note(doing, given.reason)
