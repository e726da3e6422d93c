"""Letters to print and post, and mail that did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission
from dsr.audit.models import By
from dsr.audit.paging import MOST_COUNTED, Order, counts, page_of
from dsr.audit.services import SITE, append
from dsr.dashboard import words
from dsr.dashboard.views.base import StaffView
from dsr.dashboard.views.request import attachment
from dsr.notifications import letters, services
from dsr.notifications.models import Medium, OutboxMessage
from dsr.requests.chain import write_line
from dsr.requests.letters import letterhead
from dsr.requests.mail_names import mail_name
from dsr.requests.models import Notice, SubjectRequest
from dsr.requests.preconditions import is_stopped
from dsr.requests.services import notices
from dsr.requests.services.letter_reminders import post_by_of
from dsr.requests.services.paper import FIRST_ANSWER
from dsr.vault.models import SealedFile

PAGE_SIZE = 25
OLDEST_FIRST = Order({"place_owed": F("owed_at"), "place_id": F("id")})


@dataclass(frozen=True, slots=True)
class Owed:
    """A message of the outbox with the request it belongs to."""

    message: OutboxMessage
    subject_request: SubjectRequest
    what: str
    owner: str
    may_work: bool
    # Where its posting is recorded: the first letter with an answer has a deed of its own.
    posting_url: str
    post_by: date | None
    stopped: bool


@dataclass(frozen=True, slots=True)
class ToColleague:
    """A mail about an account, which belongs to no request."""

    message: OutboxMessage
    what: str
    name: str


class Post(StaffView):
    """What belongs to the requests of one's own organisations."""

    section = "dashboard:letters"

    def seen(self) -> QuerySet[SubjectRequest]:
        found: QuerySet[SubjectRequest] = SubjectRequest.objects.within(self.reach)
        return found

    def of_mine(self, messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        # By reference: the outbox knows no requests, so that no arrow turns back.
        return messages.filter(reference__in=self.seen().values("reference"))

    def about_accounts(self, messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """Mails to the colleagues whom this person may invite: invitations, notices, reminders."""
        own = {pk: limit for pk, limit in self.reach.items() if self.may(Permission.INVITE, pk)}
        people = [
            each.user_id
            for each in Membership.objects.filter(organisation__in=own)
            # Who is limited to a department names people there alone.
            if own[each.organisation_id] in (None, each.department_id)
        ]
        return messages.filter(reference="", recipient_user_id__in=people)

    def message(self, message_id: int) -> tuple[OutboxMessage, SubjectRequest]:
        """A message that this person may know of, or nothing that exists."""
        rows = OutboxMessage.objects.select_related("safe", "file")
        found = self.of_mine(rows).filter(pk=message_id).first()
        if found is None:
            raise Http404
        related = self.seen().select_related("organisation", "safe", "assignee", "right")
        return found, related.get(reference=found.reference)

    def permit(self, subject_request: SubjectRequest) -> None:
        # `needs` asks for it somewhere; this asks in the organisation of the letter.
        if not self.may(Permission.RECORD, subject_request.organisation_id):
            raise PermissionDenied

    def owed(self, messages: Any) -> list[Owed]:
        rows = list(messages)
        # All at once: a query for each row would grow with the list.
        requests = {
            each.reference: each
            for each in self.seen()
            .filter(reference__in=[row.reference for row in rows])
            .select_related("organisation", "assignee", "right")
        }
        waiting = Notice.objects.waiting().filter(key__in=[row.key for row in rows])
        notices = {each.key: each for each in waiting.select_related("extension__deadline")}
        return [self._one(row, requests[row.reference], notices.get(row.key)) for row in rows]

    def to_colleagues(self, messages: Any) -> list[ToColleague]:
        rows = list(messages)
        names = dict(
            User.objects.filter(pk__in=[row.recipient_user_id for row in rows]).values_list(
                "pk", "name"
            )
        )
        return [
            ToColleague(row, mail_name(row.kind), names.get(row.recipient_user_id, ""))
            for row in rows
        ]

    def _one(
        self, row: OutboxMessage, subject_request: SubjectRequest, notice: Notice | None
    ) -> Owed:
        reference = subject_request.reference
        posting = words.url("dashboard:letter_posted", reference, row.pk)
        if row.key.startswith(FIRST_ANSWER):
            posting = words.url("dashboard:record_posting", reference)
        owner = subject_request.assignee
        return Owed(
            row,
            subject_request,
            mail_name(row.kind),
            owner.name if owner else "",
            self.may(Permission.RECORD, subject_request.organisation_id),
            posting,
            post_by_of(notice, subject_request),
            is_stopped(subject_request),
        )


class LettersView(Post):
    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = self.of_mine(OutboxMessage.objects.to_post())
        page = page_of(waiting, OLDEST_FIRST, PAGE_SIZE, request.GET)
        outbox = OutboxMessage.objects
        # With what is still tried again: nobody should read that everything arrived meanwhile.
        kept_back = (outbox.failed() | outbox.missed() | outbox.delayed()).order_by("owed_at", "pk")
        trouble, about_accounts = self.of_mine(kept_back), self.about_accounts(kept_back)
        [number] = counts([trouble])
        return self.page(
            "dashboard/letters.html",
            {
                "letters": self.owed(page.rows),
                "page": page,
                # Bounded, with the number beside it: a dead mail server fails thousands.
                "trouble": self.owed(trouble[: PAGE_SIZE * 2]),
                "trouble_count": number,
                "most": MOST_COUNTED,
                "colleagues": self.to_colleagues(about_accounts[: PAGE_SIZE * 2]),
            },
        )


class LetterFile(Post):
    """The letter as a PDF. By POST, because reading it is a line of history."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, message_id: int) -> HttpResponseBase:
        message, subject_request = self.message(message_id)
        # What is mailed is read by its recipient alone: there are links in it that open something.
        if message.medium != Medium.LETTER:
            raise Http404
        # Before the letter is shown: a reading that cannot be recorded does not happen.
        with transaction.atomic():
            facts = {"letter": message.pk, "kind": message.kind}
            write_line(subject_request, "file_read", actor=self.user, at=self.at, facts=facts)
        if message.file_id:
            return attachment(SealedFile.objects.select_related("safe").get(pk=message.file_id))
        return self._made_now(message, subject_request)

    def _made_now(self, message: OutboxMessage, subject_request: SubjectRequest) -> HttpResponse:
        """A message without a file of its own is set as a letter: the same text, the same bytes."""
        organisation = subject_request.organisation
        letter = letters.Letter(
            head=letterhead(organisation),
            recipient=str(message.unseal("to_address")).splitlines(),
            subject=str(message.unseal("subject")),
            body=letters.blocks_of(str(message.unseal("body"))),
            # Dated when it was written: printed a week later it is still the same letter.
            written_on=organisation.today(message.owed_at),
            reference=message.reference,
            signatory=[organisation.legal_name],
        )
        pdf = letters.write(
            letter, language=message.language, at=message.owed_at, template="message"
        )
        response = HttpResponse(pdf, content_type="application/pdf")
        # From our own reference: nothing that was typed gets into a header.
        name = f"{message.reference}-{message.pk}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class _Undelivered(Post):
    """Something about a mail that did not arrive, by POST only."""

    needs = Permission.RECORD
    http_method_names = ["post"]
    code = ""

    def post(self, request: HttpRequest, message_id: int) -> HttpResponse:
        message = self._mine(message_id)
        try:
            # Together, as in every deed: the state of the mail and the line that tells of it.
            with transaction.atomic():
                done = self.do(message)
                self._write(message)
            return self.back_to("dashboard:letters", done)
        # A colleague or a second click was faster: a sentence, not an error page.
        except services.WrongStateError:
            return self.back_to("dashboard:letters", _("Somebody has seen to it already."))

    def _mine(self, message_id: int) -> OutboxMessage:
        # About an account: who may see it looks after the account.
        about_accounts = self.about_accounts(OutboxMessage.objects.filter(pk=message_id))
        if found := about_accounts.first():
            return found
        message, subject_request = self.message(message_id)
        self.permit(subject_request)
        return message

    def _write(self, message: OutboxMessage) -> None:
        """In the history of the request; of an account's mail the site's own chain tells."""
        facts = {"mail": message.pk, "kind": message.kind}
        related = self.seen().filter(reference=message.reference).first()
        if message.reference and related:
            write_line(related, self.code, actor=self.user, at=self.at, facts=facts)
        else:
            append(SITE, self.code, at=self.at, actor_id=self.user.pk, by=By.STAFF, facts=facts)

    def do(self, message: OutboxMessage) -> str:
        raise NotImplementedError


class TryAgain(_Undelivered):
    code = "mail_tried_again"

    def do(self, message: OutboxMessage) -> str:
        services.retry(message.pk, at=self.at)
        return _("It is tried again.")


class WriteOff(_Undelivered):
    code = "mail_seen_to"

    def do(self, message: OutboxMessage) -> str:
        services.write_off(message.pk, actor_id=self.user.pk, at=self.at)
        notices.seen_to(message.key, actor=self.user, at=self.at)
        return _("It has left the list.")
