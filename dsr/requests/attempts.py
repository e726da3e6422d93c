"""What was tried to deliver an answer, in words: what the record of it begins with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dsr.audit.models import Entry
from dsr.audit.services import request_chain
from dsr.notifications.models import UNDELIVERED, OutboxMessage, Trouble
from dsr.requests.mail_names import mail_name
from dsr.requests.models import SubjectRequest
from dsr.requests.services import kept_ready
from dsr.requests.words import day_in_words


def tried(subject_request: SubjectRequest) -> str:
    """What was tried so far, as the rows have it: each message of the answer, and what became of
    it."""
    answer = kept_ready.lost_answer(subject_request)
    if answer is None:
        return ""
    keys = answer.notices.exclude(key="").values_list("key", flat=True)
    rows = OutboxMessage.objects.filter(key__in=[*keys]).order_by("owed_at", "pk")
    attempts = [_attempt(row, subject_request) for row in rows]
    if answer.notices.filter(medium="none").exists():
        attempts.append(_("There was no address to which a message could go."))
    return "\n".join(attempts)


def _attempt(row: OutboxMessage, subject_request: SubjectRequest) -> str:
    on = row.posted_on or subject_request.organisation.today(row.sent_at or row.owed_at)
    return _("%(day)s: “%(what)s” by %(medium)s: %(result)s") % {
        "day": day_in_words(on.isoformat()),
        "what": mail_name(row.kind),
        "medium": row.get_medium_display(),
        "result": _result(row, subject_request),
    }


def _result(row: OutboxMessage, subject_request: SubjectRequest) -> str:
    if row.last_error == Trouble.BOUNCED:
        told = Entry.objects.filter(
            chain=request_chain(subject_request.pk), code="mail_bounced", facts__mail=row.pk
        )
        if last := told.order_by("seq").last():
            on = subject_request.organisation.today(last.at)
            return _("came back, recorded on %(day)s") % {"day": day_in_words(on.isoformat())}
        return _("came back")
    if row.status in UNDELIVERED:
        return _("could not be sent")
    return str(row.get_status_display())
