"""Telling the contact that the organisation holds, the link it gets, and how long a changed one
proves nothing."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.notifications.services import owe
from dsr.policies.kinds import PROVEN
from dsr.requests.errors import Unmet
from dsr.requests.models import ContactChange, HeldContact, NotMeLink, SubjectRequest
from dsr.requests.people import contact_hash

from .links import hash_of
from .notify import common_context

# As long as a private link: what was released can be read no longer than that.
LIFETIME: Final = timedelta(days=180)
COOLING: Final = timedelta(days=30)


def may_be_told(subject_request: SubjectRequest) -> bool:
    """Whether the form's question was answered yes, and the right lets something out or away.

    Never about a confidential communication: who asks for one has somebody to hide it from.
    """
    return subject_request.may_use_contact_held and subject_request.right.kind in PROVEN


def tell(held: HeldContact, kind: str, *, at: datetime) -> None:
    """Owe the mail or letter with the link; in the transaction of the deed."""
    subject_request = held.subject_request
    # Of the old ones only hashes are kept, so each mail has a link of its own.
    token = secrets.token_urlsafe(32)
    link = NotMeLink.objects.create(
        held=held, token_hash=hash_of(token), created_at=at, expires_at=at + LIFETIME
    )
    path = reverse("portal:not_me", args=[token])
    owe(
        key=f"{kind}:{link.pk}",
        kind=kind,
        safe=subject_request.safe,
        to=str(held.unseal("address")),
        language=subject_request.language,
        context=common_context(subject_request)
        | {"link": f"{settings.BASE_URL}{path}", "by_letter": held.medium == "letter"},
        at=at,
        reference=subject_request.reference,
        medium=held.medium,
    )


def find(token: str, *, at: datetime) -> NotMeLink | None:
    """The link of a token, while it stands; unknown and expired look the same."""
    standing = NotMeLink.objects.filter(expires_at__gt=at, token_hash=hash_of(token))
    return standing.select_related("held__subject_request__organisation").first()


def check_cooled(subject_request: SubjectRequest, address: str, medium: str, on: date) -> None:
    """Raises Unmet for a contact that a rectification brought into the records lately."""
    changes = ContactChange.objects.filter(
        organisation=subject_request.organisation_id,
        contact=contact_hash(address, medium),
        changed_on__gt=on - COOLING,
    )
    if change := changes.order_by("changed_on").last():
        raise Unmet(
            _(
                "This contact came into your records by a rectification on %(day)s. Until "
                "%(until)s it proves nobody’s identity. Use the contact that stood there before, "
                "or evidence of another kind."
            )
            % {
                "day": day_words(change.changed_on),
                "until": day_words(change.changed_on + COOLING),
            }
        )
