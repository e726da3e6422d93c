"""A new private link for somebody who lost theirs.

What was typed is written down and answered by the sweep: the page does the same work whether or not
there is such a request, so that neither its words nor its time tell a stranger which it was.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dsr.requests.models import LostLink, SubjectRequest
from dsr.requests.people import contact_hash, notices_go_to
from dsr.requests.preconditions import disputed
from dsr.requests.reference import clean_reference
from dsr.requests.states import Status
from dsr.vault.errors import VaultError
from dsr.vault.services import site_safe

from .notify import tell_requester

AT_ONCE = 100


def ask(*, email: str, reference: str, at: datetime) -> None:
    """Somebody asks for a new link to the request of this reference."""
    asked = LostLink(safe=site_safe(at), asked_at=at)
    asked.seal(typed={"email": email, "reference": reference})
    asked.save()


def sweep(*, at: datetime) -> int:
    """Answer what was asked; returns how many links went out. Each row is taken by one sweep."""
    sent = 0
    while batch := _batch(at):
        sent += sum(batch)
    return sent


def _batch(at: datetime) -> list[bool]:
    with transaction.atomic():
        rows = LostLink.objects.select_for_update(skip_locked=True, of=("self",))
        waiting = list(rows.select_related("safe").order_by("pk")[:AT_ONCE])
        answered = [_answer(each, at) for each in waiting]
        LostLink.objects.filter(pk__in=[each.pk for each in waiting]).delete()
    return answered


def _answer(asked: LostLink, at: datetime) -> bool:
    """A link for the contact on file, where what was typed names it."""
    try:
        return _tell(asked, at)
    # A value that was altered keeps nobody else waiting; health tells of it.
    except VaultError:
        return False


def _tell(asked: LostLink, at: datetime) -> bool:
    typed = asked.unseal("typed")
    found = SubjectRequest.objects.filter(reference=clean_reference(typed["reference"])).first()
    # While it is frozen nobody gets in: whose it is, is just what is in doubt.
    if found is None or found.status == Status.FROZEN or disputed(found):
        return False
    on_file, medium = notices_go_to(found)
    if medium != "email" or contact_hash(on_file, medium) != contact_hash(typed["email"], medium):
        return False
    # To the address on file and not to the one typed, however alike the two are.
    key = f"fresh_link:{found.pk}:lost:{asked.pk}"
    return tell_requester(found, "fresh_link", at=at, key=key, replaces_others=True) == "email"
