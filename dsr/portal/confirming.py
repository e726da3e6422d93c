"""What a page says of a confirmation that is to come, and the link shown where it is not there yet.

That an address had its mail of this hour is told only to a browser which sent an earlier request
with the same address: to others it would tell that somebody asked for something just now.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dsr.portal.guarding import browser_of
from dsr.portal.session import references
from dsr.requests.models import PrivateSession, SubjectRequest
from dsr.requests.people import notices_go_to
from dsr.requests.reference import receipt_code_of
from dsr.requests.services import links, receipts
from dsr.requests.services.mail_throttle import address_hash
from dsr.requests.services.receipts import Confirmation, How
from dsr.vault.services import keyed_hash


def receipt_for(
    request: HttpRequest, subject_request: SubjectRequest, at: datetime
) -> Confirmation:
    """How the receipt comes, as this browser may know it."""
    found = receipts.receipt(subject_request, at)
    if found.how == How.GATHERED and not _sent_another(request, subject_request):
        return Confirmation(How.MAIL)
    return found


def withdrawal_told(subject_request: SubjectRequest, at: datetime) -> str:
    """What a page says of the confirmation of a withdrawal."""
    found = receipts.withdrawal(subject_request, at)
    return {
        How.MAIL: _("A confirmation is on its way to your e-mail address."),
        How.DELAYED: _("A confirmation could not be mailed so far, and is tried again."),
        How.GATHERED: _("Many were withdrawn within the hour: one mail will confirm the rest."),
        How.LETTER: _("A confirmation goes to your postal address."),
        How.LOST: _("No confirmation could be mailed to you. Print this page if you need one."),
        How.NONE: _("No confirmation is sent to you. Print this page if you need one."),
    }[found.how]


class Receipt:
    """What is shown to be kept: a link, and a receipt code with the address where it is typed."""

    def __init__(
        self,
        request: HttpRequest,
        subject_request: SubjectRequest,
        token: str,
        code: str,
        at: datetime,
    ) -> None:
        self.address = request.build_absolute_uri(reverse("portal:link", args=[token]))
        self.code = code
        self.find_url = request.build_absolute_uri(reverse("portal:find"))
        self.until = subject_request.organisation.today(at + links.LIFETIME)


def make_link_to_show(request: HttpRequest, session: PrivateSession, at: datetime) -> None:
    """For the browser that has just sent the form; it finds it on its confirmation."""
    links.issue(session.subject_request, at=at, token=_token(request, session))
    links.issue_code(session.subject_request, at=at, code=_code(request, session))


def link_to_show(request: HttpRequest, session: PrivateSession, at: datetime) -> Receipt | None:
    """What was made for this browser, while it leads there."""
    token = _token(request, session)
    found = None if session.link_id is not None else links.find(token, at=at)
    if found is None:
        return None
    code = _code(request, session)
    return Receipt(request, session.subject_request, token, code, found.created_at)


def _token(request: HttpRequest, session: PrivateSession) -> str:
    # Made anew from a secret of ours and one of the browser's: it is kept nowhere, and neither of
    # the two makes it alone.
    return keyed_hash("link to show", f"{session.pk} {browser_of(request)}")


def _code(request: HttpRequest, session: PrivateSession) -> str:
    return receipt_code_of(
        int(keyed_hash("code to show", f"{session.pk} {browser_of(request)}"), base=16)
    )


def _sent_another(request: HttpRequest, subject_request: SubjectRequest) -> bool:
    others = [each for each in references(request) if each != subject_request.reference]
    known = SubjectRequest.objects.filter(reference__in=others).select_related("safe")
    mine = _mailbox(subject_request)
    return any(_mailbox(each) == mine for each in known)


def _mailbox(subject_request: SubjectRequest) -> str:
    return address_hash(notices_go_to(subject_request)[0])
