"""Asking a licensed health professional: a link, a code to another mailbox, one answer.

What she signs lets a ground be given that nobody else may invoke. Who opened an item of a case
before, or had any part in the refusal, does not review it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.notifications.services import owe
from dsr.requests.chain import write_line
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, RequestError
from dsr.requests.models import (
    Decision,
    EnclosureOpened,
    HealthProfessional,
    Opinion,
    SubjectRequest,
)
from dsr.requests.services.links import hash_of
from dsr.requests.services.notify import common_context, responsible, tell_staff
from dsr.vault.services import keyed_hash

LIFETIME = timedelta(days=14)
CODE_VALID = timedelta(minutes=30)
DIGITS, TRIES = 8, 5
NONE, UPHELD, OVERTURNED = "none", "upheld", "overturned"


def supports(subject_request: SubjectRequest, ground: str) -> bool:
    """Whether a professional who may judge has signed that this ground is there."""
    return subject_request.opinions.supporting(ground).exists()


def available(subject_request: SubjectRequest) -> list[HealthProfessional]:
    """Who may be asked: those of the organisation who may judge."""
    return list(
        HealthProfessional.objects.filter(organisation=subject_request.organisation, is_active=True)
    )


def had_a_part(subject_request: SubjectRequest, professional: HealthProfessional) -> str:
    """Why somebody may not review a refusal: a sentence, or empty.

    45 CFR 164.524(a)(4): a professional who did not participate in the original decision.
    """
    earlier = subject_request.opinions.filter(professional=professional).exclude(
        opened_at=None, signed_at=None
    )
    if earlier.exists():
        return _("She has opened an item of this case before. Ask another one for the review.")
    mailboxes = {str(professional.email).casefold(), str(professional.code_email).casefold()}
    if mailboxes & _staff_involved(subject_request):
        return _("She had a part in this decision. Ask another one for the review.")
    return ""


def _staff_involved(subject_request: SubjectRequest) -> set[str]:
    decisions = Decision.objects.filter(subject_request=subject_request)
    found = {
        *decisions.values_list("proposed_by__email", flat=True),
        *decisions.values_list("second_person__email", flat=True),
        *EnclosureOpened.objects.filter(enclosure__subject_request=subject_request).values_list(
            "by__email", flat=True
        ),
    }
    return {str(each).casefold() for each in found if each}


def issue(opinion: Opinion, *, at: datetime) -> str:
    """A token for a new opinion; it exists nowhere else."""
    token = secrets.token_urlsafe(32)
    opinion.token_hash, opinion.expires_at = hash_of(token), at + LIFETIME
    return token


def mail_link(opinion: Opinion, token: str, *, at: datetime) -> None:
    """Owe the mail with the link: it names no person and no ground."""
    subject_request = opinion.subject_request
    path = reverse("portal:opinion", args=[token])
    owe(
        key=f"opinion_asked:{opinion.pk}",
        kind="opinion_asked",
        safe=subject_request.safe,
        to=str(opinion.professional.email),
        language=subject_request.organisation.default_language,
        context=common_context(subject_request)
        | {"link": f"{settings.BASE_URL}{path}", "until": opinion.expires_at},
        at=at,
        reference=subject_request.reference,
    )


def find(token: str, *, at: datetime) -> Opinion | None:
    """The question behind a link that may still be opened or was just signed; else None."""
    rows = Opinion.objects.filter(token_hash=hash_of(token), expires_at__gt=at, withdrawn_at=None)
    found = rows.select_related(
        "professional", "subject_request__organisation", "subject_request__safe"
    ).first()
    return found if found and found.professional.is_active else None


def send_code(opinion: Opinion, *, at: datetime) -> None:
    """A new code to the other mailbox; the one before opens nothing any more."""
    said = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        opinion.code_hash, opinion.code_expires_at = _hash(said), at + CODE_VALID
        opinion.tries = 0
        opinion.save(update_fields=["code_hash", "code_expires_at", "tries"])
        subject_request = opinion.subject_request
        owe(
            # Each is another debt, also within the second: the one before opens nothing any more.
            key=f"opinion_code:{opinion.pk}:{secrets.token_hex(8)}",
            kind="opinion_code",
            safe=subject_request.safe,
            to=str(opinion.professional.code_email),
            language=subject_request.organisation.default_language,
            context=common_context(subject_request) | {"code": f"{said[:4]} {said[4:]}"},
            at=at,
            reference=subject_request.reference,
            useful_until=opinion.code_expires_at,
        )


def enter(opinion: Opinion, typed: str, *, at: datetime) -> str:
    """Open the question where the code is right; else a sentence that says what to do."""
    # Counted first and in one statement: of a hundred guesses at one instant five are tried.
    counted = Opinion.objects.filter(
        pk=opinion.pk, tries__lt=TRIES, code_expires_at__gt=at, signed_at=None
    ).update(tries=F("tries") + 1)
    if not counted:
        return _("No code is valid now. Ask for a new one.")
    digits = "".join(sign for sign in typed if sign.isdigit())
    if not hmac.compare_digest(_hash(digits), opinion.code_hash):
        opinion.refresh_from_db(fields=["tries"])
        left = TRIES - opinion.tries
        if left <= 0:
            return _(
                "This code was wrong five times and no longer opens anything. Ask for a new one."
            )
        return ngettext(
            "This code is not right. You can try %(left)d more time.",
            "This code is not right. You can try %(left)d more times.",
            left,
        ) % {"left": left}
    with transaction.atomic():
        first = Opinion.objects.filter(pk=opinion.pk, opened_at=None).update(opened_at=at)
        # A code opens once: a new visit asks for a new one.
        Opinion.objects.filter(pk=opinion.pk).update(code_hash="", code_expires_at=None)
        if first:
            _line(opinion, "opinion_opened", at)
    return ""


def choices_of(opinion: Opinion) -> list[str]:
    """What she may choose: the grounds asked, or none of them; of a review, its outcome."""
    if opinion.kind == Opinion.Kind.REVIEW:
        return [UPHELD, OVERTURNED]
    return [*opinion.grounds, NONE]


def sign(opinion: Opinion, *, chosen: str, reason: str, signature: str, at: datetime) -> None:
    """She has decided, once. Errors: BadInput on ``chosen``, ``reason``, ``signature``;
    RequestError where it was signed or withdrawn meanwhile."""
    problems = {}
    if chosen not in choices_of(opinion):
        problems["chosen"] = _("Choose what you judge.")
    if not reason.strip():
        problems["reason"] = _("Say why, in your words.")
    if not signature.strip():
        problems["signature"] = _("Type your name: with it you sign.")
    if problems:
        raise BadInput(problems)
    with transaction.atomic():
        SubjectRequest.objects.select_for_update().get(pk=opinion.subject_request_id)
        held = (
            Opinion.objects.select_for_update(of=("self",))
            .select_related("subject_request__safe", "deadline")
            .get(pk=opinion.pk)
        )
        if held.signed_at or held.withdrawn_at or held.opened_at is None:
            raise RequestError(_("This question was answered or taken back meanwhile."))
        held.safe = held.subject_request.safe
        held.chosen, held.signed_at = chosen, at
        held.seal(reason=reason.strip(), signature=signature.strip())
        held.save()
        _line(held, "opinion_signed", at, chosen=chosen)
        if held.deadline is not None:
            today = held.subject_request.organisation.today(at)
            lifecycle.settle_one(held.deadline, today, actor=None, at=at)
        tell_staff(
            held.subject_request,
            "opinion_signed",
            responsible(held.subject_request),
            at=at,
            key=f"opinion_signed:{held.pk}",
        )


def _line(opinion: Opinion, code: str, at: datetime, **facts: str) -> None:
    write_line(
        opinion.subject_request,
        code,
        actor=None,
        at=at,
        facts={"opinion": opinion.pk, "professional": opinion.professional_id, **facts},
    )


def _hash(code: str) -> str:
    return keyed_hash("opinion code", code)
