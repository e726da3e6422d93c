"""How a question reaches a health professional and what opens it: a link, and a code besides.

The link alone opens nothing. The code goes to the second contact on record, or is told there by
telephone; it opens the question in one browser, until she signs or the link ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dsr.notifications.services import owe
from dsr.requests.chain import write_line
from dsr.requests.errors import RequestError
from dsr.requests.models import Opinion, OpinionCode, OpinionItem, SubjectRequest
from dsr.requests.opinions import involvement
from dsr.requests.preconditions import is_stopped, standing_decision
from dsr.requests.states import UNDECIDED, CodeWay, LinkState, OpinionKind, Status
from dsr.vault.addresses import readable
from dsr.vault.models import KeyPurpose, SealedFile

from . import codes
from .links import hash_of

LIFETIME: Final = timedelta(days=14)
LINK_RECHECK: Final = "opinion_link"
CODE_RECHECK: Final = "opinion_code"
SHOWN = (
    "subject_request__organisation",
    "subject_request__safe",
    "professional",
    "decision",
    "deadline",
)


def showable(subject_request: SubjectRequest) -> dict[int, SealedFile]:
    """The files that may be shown to a professional, by their ids: what goes with the answer and
    what came with the request, but nothing that proves an identity."""
    proofs = set(subject_request.identity_documents.values_list("file_id", flat=True))
    came = subject_request.attachments.filter(about="").select_related("file")
    goes = subject_request.enclosures.filter(removed_at=None).select_related("file")
    found = [*(each.file for each in came), *(each.file for each in goes)]
    return {each.pk: each for each in found if each is not None and each.pk not in proofs}


def new_token() -> str:
    """256 random bits, kept as a hash only."""
    return secrets.token_urlsafe(32)


def send_link(opinion: Opinion, token: str, *, at: datetime) -> None:
    """Owe the mail with the link; in the transaction of the deed. It says nothing of the case."""
    path = reverse("portal:opinion", args=[token])
    _owe(
        opinion,
        key=f"opinion_link:{opinion.pk}",
        kind="opinion_link",
        to=opinion.professional.email,
        context={"link": f"{settings.BASE_URL}{path}", "until": opinion.expires_at},
        at=at,
        recheck=LINK_RECHECK,
        args={"opinion": opinion.pk},
        until=opinion.expires_at,
    )


def find(token: str, *, at: datetime) -> Opinion | None:
    """The question of a link, however it stands; None for a link that never was one."""
    return Opinion.objects.filter(token_hash=hash_of(token)).select_related(*SHOWN).first()


def state(opinion: Opinion, at: datetime) -> LinkState:
    """How its link stands now."""
    if opinion.signed_at:
        return LinkState.USED
    if opinion.withdrawn_at or not opinion.professional.is_licensed or not _is_asked_still(opinion):
        return LinkState.WITHDRAWN
    if at >= opinion.expires_at:
        return LinkState.EXPIRED
    return LinkState.STOPPED if is_stopped(opinion.subject_request) else LinkState.OPEN


def _is_asked_still(opinion: Opinion) -> bool:
    """Whether what she would sign could still count for the request as it is now."""
    subject_request = opinion.subject_request
    if subject_request.safe.is_erased(KeyPurpose.CONTENT):
        return False
    status = subject_request.status
    # Where it was stopped it goes on, or not, when that is cleared up.
    if status == Status.FROZEN:
        return True
    if opinion.kind == OpinionKind.OPINION:
        return status in UNDECIDED
    standing = standing_decision(subject_request)
    return status in (Status.DECIDED, Status.CLOSED) and standing == opinion.decision


def link_still_leads(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before the mail with the link goes out."""
    opinion = Opinion.objects.filter(pk=args["opinion"]).select_related(*SHOWN).first()
    return opinion is not None and state(opinion, at) in (LinkState.OPEN, LinkState.STOPPED)


def code_still_of_use(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before a code goes out."""
    return codes.valid(OpinionCode.objects.filter(pk=args["code"]), at).exists()


def ask_code(opinion: Opinion, browser: str, *, at: datetime) -> OpinionCode:
    """A code goes by mail to her second contact, for this browser; older ones die.

    Raises RequestError where the link is not open, or where the code is told by telephone.
    """
    with transaction.atomic():
        opinion = _hold(opinion, at)
        if opinion.professional.code_way != CodeWay.MAIL:
            raise RequestError(_("The code is told to you by telephone. Ask the organisation."))
        return make_code(opinion, CodeWay.MAIL, browser=browser, at=at)


def make_code(
    opinion: Opinion, way: CodeWay, *, at: datetime, browser: str = "", by: Any = None
) -> OpinionCode:
    """A new code, and by mail what brings it. In a transaction that holds the request."""
    # Only the newest works; a browser that an earlier one opened is closed by it as well.
    codes.end(opinion.codes.all(), at=at)
    made = OpinionCode(safe=opinion.subject_request.safe, opinion=opinion, way=way, browser=browser)
    digits = codes.make(made, at=at)
    if way == CodeWay.MAIL:
        _owe(
            opinion,
            key=f"opinion_code:{made.pk}",
            kind="opinion_code",
            to=opinion.professional.code_email,
            # No link with it: who finds one of the two must not have both.
            context={"code": codes.spaced(digits)},
            at=at,
            recheck=CODE_RECHECK,
            args={"code": made.pk},
            until=made.expires_at,
        )
        facts = {"opinion": opinion.pk, "code": made.pk}
        write_line(opinion.subject_request, "opinion_code", actor=by, at=at, facts=facts)
    return made


def code_to_tell(opinion: Opinion, at: datetime) -> str:
    """The code that somebody has to read out now; empty where there is none."""
    newest = opinion.codes.last()
    if newest is None or not newest.is_to_tell(at):
        return ""
    newest.safe = opinion.subject_request.safe
    return codes.read_out(newest)


def enter_code(opinion: Opinion, browser: str, typed: str, *, at: datetime) -> codes.Tried:
    """Open the question in this browser, where the code is the newest one and right.

    Raises RequestError where nothing can be opened, whatever the code.
    """
    with transaction.atomic():
        opinion = _hold(opinion, at)
        newest = opinion.codes.last()
        # Another browser than the one that asked learns nothing of its code, and uses up no try.
        if newest is not None and newest.browser not in ("", browser):
            newest = None
        tried = codes.try_one(newest, typed, at=at)
        facts = {"opinion": opinion.pk, "code": tried.code_id}
        if tried.opened:
            _open(opinion, tried.code_id, browser, at)
            write_line(opinion.subject_request, "opinion_opened", actor=None, at=at, facts=facts)
        elif tried.died:
            line = "wrong_opinion_code"
            write_line(opinion.subject_request, line, actor=None, at=at, facts=facts)
    return tried


def _open(opinion: Opinion, code_id: int, browser: str, at: datetime) -> None:
    if sentence := not_independent(opinion):
        raise RequestError(sentence)
    OpinionCode.objects.filter(pk=code_id).update(used_at=at, browser=browser)
    Opinion.objects.filter(pk=opinion.pk, opened_at=None).update(opened_at=at)


def not_independent(opinion: Opinion) -> str:
    """Of a review: why she may not do it, as a sentence."""
    if opinion.kind != OpinionKind.REVIEW:
        return ""
    return involvement(opinion.subject_request, opinion.professional, opinion.decision)


def opens(opinion: Opinion, code_id: int, browser: str, at: datetime) -> bool:
    """Whether a browser in which this code was entered may see the question now."""
    newest = opinion.codes.last()
    return (
        newest is not None
        and newest.pk == code_id
        and newest.used_at is not None
        and newest.browser == browser
        and state(opinion, at) == LinkState.OPEN
    )


def take_item(opinion: Opinion, item_id: int, *, at: datetime) -> SealedFile | None:
    """A file that she has to see, noted as opened; None where there is none.

    Raises RequestError where the link is not open.
    """
    with transaction.atomic():
        opinion = _hold(opinion, at)
        item = opinion.items.select_related("file").filter(pk=item_id).first()
        if item is None or item.file is None:
            return None
        facts = {"opinion": opinion.pk, "file": item.number}
        write_line(opinion.subject_request, "opinion_item_read", actor=None, at=at, facts=facts)
        OpinionItem.objects.filter(pk=item.pk, opened_at=None).update(opened_at=at)
        item.file.safe = opinion.subject_request.safe
    return item.file


def _hold(opinion: Opinion, at: datetime) -> Opinion:
    """The question as it is now, its request locked: who withdraws it comes before or after."""
    SubjectRequest.objects.select_for_update().get(pk=opinion.subject_request_id)
    held = Opinion.objects.select_related(*SHOWN).get(pk=opinion.pk)
    if (stands := state(held, at)) != LinkState.OPEN:
        raise RequestError(said_of(stands))
    return held


def said_of(stands: LinkState) -> str:
    """Why a link opens nothing, for who holds it."""
    return {
        LinkState.OPEN: "",
        LinkState.USED: _("This link was used: you have signed. Nothing more is needed of you."),
        LinkState.WITHDRAWN: _(
            "The question was withdrawn, or is no longer open. Nothing is needed of you."
        ),
        LinkState.EXPIRED: _(
            "The time of this link is over. If you still want to answer, ask the organisation for "
            "a new one."
        ),
        LinkState.STOPPED: _(
            "The request is stopped for a check. Open the link again later, while its time lasts."
        ),
    }[stands]


def _owe(
    opinion: Opinion,
    *,
    key: str,
    kind: str,
    to: str,
    context: Mapping[str, Any],
    at: datetime,
    recheck: str,
    args: Mapping[str, Any],
    until: datetime,
) -> None:
    organisation = opinion.subject_request.organisation
    owe(
        key=key,
        kind=kind,
        safe=opinion.subject_request.safe,
        to=to,
        language=opinion.professional.language,
        # Not the reference, the right or a name: she learns them behind the code.
        context={
            "organisation": organisation.name,
            "organisation_contact": readable(organisation.contact_email),
            "organisation_phone": organisation.phone,
            "place": organisation.place,
            "reference": "",
            **context,
        },
        at=at,
        reference=opinion.subject_request.reference,
        recheck=recheck,
        recheck_args=args,
        useful_until=until,
    )
