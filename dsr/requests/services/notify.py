"""Owing mails and letters for a request. Nothing typed by anybody is in them: they say that
something is there, behind the private link or the staff pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from email.utils import parseaddr
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Model
from django.urls import reverse
from django.utils.functional import lazy
from django_fsm import can_proceed

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.notifications.services import Reader, owe, owe_each
from dsr.policies.models import Right
from dsr.requests.deadlines import look_back
from dsr.requests.deadlines.explain import expectation
from dsr.requests.models import SubjectRequest
from dsr.requests.people import notices_go_to
from dsr.requests.states import Status
from dsr.vault.addresses import readable
from dsr.vault.models import Safe
from dsr.vault.services import site_safe

from . import links
from .mail_throttle import may_mail_now
from .rate_limits import WITHDRAWN_MAIL, take

Text = str | Callable[[], str]
# Said only when a text is made, in the language of its reader: of one deed staff and requester
# hear in languages of their own.
_title: Callable[[Right], str] = lazy(lambda right: str(right.here("title")), str)
_expectation: Callable[[SubjectRequest, date], str] = lazy(expectation, str)

# What somebody can set off by forms alone, in whosever name: at most one mail an hour per address.
BY_FORM = frozenset({"acknowledgement"})
# Whoever did not withdraw must hear it while it can be stopped: a few go out past that hour.
AT_ONCE = {"withdrawn": WITHDRAWN_MAIL}
# Letters that bring a way in: nobody types a link, so it is the reference and a receipt code.
WITH_CODE = frozenset({"acknowledgement", "fresh_link"})


def tell_requester(
    subject_request: SubjectRequest,
    kind: str,
    *,
    at: datetime,
    key: str = "",
    replaces_others: bool = False,
    into: list[Model] | None = None,
    text: Text = "",
    **context: Any,
) -> str:
    """Owe the requester a message; returns how it goes: ``email``, ``letter`` or ``none``.

    ``text`` is what it is about, whole. A letter carries it; a mail only says that it is there.

    Without any address nothing can be owed: the staff page then says to telephone. ``later`` means
    that the address had its mail of this hour, and hears of the request in the next digest. New
    rows go unsaved ``into`` the list of who writes many at once. It goes out only while the link in
    it stands: who was mailed for the old contact learns nothing more.
    """
    to, medium = notices_go_to(subject_request)
    if not to:
        return "none"
    # A letter costs its sender money and cannot flood anybody's mailbox.
    if medium == "email" and not _has_its_turn(subject_request, kind, to, at):
        return "later"
    told = {**told_of(subject_request, at), "by_letter": medium == "letter", "text": "", "link": ""}
    if medium == "letter":
        # No link: a random address on paper is typed by nobody. Everything is in the letter.
        told["text"] = text() if callable(text) else text
        if kind in WITH_CODE:
            told["receipt_code"] = links.issue_code(subject_request, at=at, into=into)
            told["find_page"] = find_page()
        recheck, args = links.LETTER_RECHECK, {}
    else:
        # A new link each time: of the old ones only hashes are kept, so none can be sent again.
        token = links.issue(subject_request, at=at, replaces_others=replaces_others, into=into)
        told["link"] = address_of_link(token)
        recheck, args = links.RECHECK, links.recheck_of(token)
    neutral = in_confidence(subject_request, medium, "neutral")
    owe(
        key=key or key_of(kind, subject_request),
        kind=kind,
        safe=subject_request.safe,
        to=to,
        language=subject_request.language,
        context=told | context,
        at=at,
        reference=subject_request.reference,
        recheck=recheck,
        recheck_args=args,
        medium=medium,
        into=into,
        text_of=neutral.text_of,
        sender=neutral.sender,
    )
    return medium


class Neutral(NamedTuple):
    """What `owe` takes instead of the usual; empty where nothing has to be hidden."""

    text_of: str = ""
    sender: str = ""


def in_confidence(subject_request: SubjectRequest, medium: str, text_of: str) -> Neutral:
    """Words and sender of a mail to somebody who has reason to hide it: whoever reads over a
    shoulder learns nothing from either. A letter goes only where it was asked for."""
    if not subject_request.may_write or medium != "email":
        return Neutral()
    # Ours without its name, which may be the organisation's.
    plain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    sender = subject_request.organisation.neutral_sender or plain
    return Neutral(text_of, sender)


def _has_its_turn(subject_request: SubjectRequest, kind: str, to: str, at: datetime) -> bool:
    if limit := AT_ONCE.get(kind):
        return take(limit, to, at=at) or may_mail_now(subject_request, to, at=at)
    return kind not in BY_FORM or may_mail_now(subject_request, to, at=at)


def key_of(kind: str, subject_request: SubjectRequest) -> str:
    """By the version that the deed has raised: repeated it is one debt, the next deed owes anew."""
    return f"{kind}:{subject_request.pk}:{subject_request.version}"


def tell_staff(
    subject_request: SubjectRequest,
    kind: str,
    people: Iterable[User],
    *,
    at: datetime,
    key: str = "",
    safe: Safe | None = None,
    recheck: str = "",
    recheck_args: Mapping[str, Any] | None = None,
    useful_until: datetime | None = None,
    into: list[Model] | None = None,
    **context: Any,
) -> int:
    """Owe each of these people a mail of this kind; returns how many it went to.

    There is nothing of the requester's in it. Who has a ``safe`` open names it; else it is the
    site's, which is there even after the request was erased.
    """
    readers = [Reader(user.pk, user.email, user.language) for user in people]
    owe_each(
        readers,
        key=key or key_of(kind, subject_request),
        kind=kind,
        # Not the request's own: staff must hear of a request whose keys are destroyed, too.
        safe=safe or site_safe(at),
        context=common_context(subject_request) | {"page": staff_page(subject_request)} | context,
        at=at,
        reference=subject_request.reference,
        recheck=recheck,
        recheck_args=recheck_args,
        useful_until=useful_until,
        into=into,
    )
    return len(readers)


def team(subject_request: SubjectRequest) -> list[User]:
    """Who could take the request: its department's people, else those who work for all of them."""
    able = User.objects.with_permission(
        Permission.WORK, subject_request.organisation, department=subject_request.department_id
    )
    if subject_request.department_id is None:
        return list(able)
    able = able.annotate(department_id=F("memberships__department_id"))
    own: list[User] = [user for user in able if user.department_id == subject_request.department_id]
    # A department without people must not leave a request to nobody.
    return own or [*able]


def responsible(subject_request: SubjectRequest) -> list[User]:
    """The assignee; the team while there is none, or none who still works here."""
    assignee = assignee_there(subject_request)
    return [assignee] if assignee else team(subject_request)


def assignee_there(subject_request: SubjectRequest) -> User | None:
    """Who has the request, while that person can work on it: ``assignee_works`` of one."""
    assignee = subject_request.assignee
    # By the permission to work: whose role became a smaller one can do nothing with it any more.
    if assignee and assignee.may(
        Permission.WORK, subject_request.organisation, department=subject_request.department_id
    ):
        return assignee
    return None


def staff_page(subject_request: SubjectRequest) -> str:
    # Not by the host of the visit: tasks write mails too, and a visitor can make a host up.
    path = reverse("dashboard:request", args=[subject_request.reference])
    return f"{settings.BASE_URL}{path}"


def common_context(subject_request: SubjectRequest) -> dict[str, Any]:
    """What every message may say: the reference, the organisation, the right, the dates."""
    return {
        "reference": subject_request.reference,
        "organisation": subject_request.organisation.name,
        "organisation_contact": readable(subject_request.organisation.contact_email),
        "organisation_address": subject_request.organisation.postal_address,
        "organisation_phone": subject_request.organisation.phone,
        "right": _title(subject_request.right),
        # How its days are written, and whose time its times are.
        "place": subject_request.organisation.place,
        "received_on": subject_request.received_on,
        "due_on": subject_request.due_on,
        "awaits_answer": subject_request.awaits_answer,
        "status": Status(subject_request.status).label,
        # What the private page offers now; a mail that offers more would send somebody in vain.
        "can_withdraw": can_proceed(subject_request.withdraw),
        "can_write": can_proceed(subject_request.reply),
    }


def told_of(subject_request: SubjectRequest, at: datetime) -> dict[str, Any]:
    """What the requester may be told, and the sentence that says by when to expect an answer."""
    today = subject_request.organisation.today(at)
    return common_context(subject_request) | {
        "expectation": _expectation(subject_request, today),
        # Asked only by the messages that say it: it opens what was typed.
        "reaches": partial(look_back.told, subject_request),
    }


def find_page() -> str:
    """Where reference and receipt code are typed, as it is typed: without what a browser adds."""
    return f"{settings.BASE_URL}{reverse('portal:find')}".partition("://")[2]


def address_of_link(token: str) -> str:
    return f"{settings.BASE_URL}{reverse('portal:link', args=[token])}"
