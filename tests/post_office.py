"""A mail server that takes every mail at once, for tests that are about something else.

What counts from when it was sent then counts at the end of the deed that owed it. Letters wait, as
they do everywhere. Tests of just this say ``@pytest.mark.mail_waits`` and call ``mail_goes_out``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from dsr.notifications.models import OutboxMessage, Status
from dsr.requests.deeds import doing
from dsr.requests.models import SubjectRequest
from dsr.requests.services import notices
from dsr.requests.submission import intake


def open_post_office(monkeypatch: pytest.MonkeyPatch) -> None:
    finish, take_in = doing._finish, intake._take_in

    def finish_and_send(under_way: Any) -> None:
        finish(under_way)
        _send(under_way.subject_request, under_way.at)

    def take_in_and_send(submission: Any, actor: Any, at: datetime) -> SubjectRequest:
        made = take_in(submission, actor, at)
        _send(made, at)
        return made

    monkeypatch.setattr(doing, "_finish", finish_and_send)
    monkeypatch.setattr(intake, "_take_in", take_in_and_send)


def _send(subject_request: SubjectRequest, at: datetime) -> None:
    # The outbox is left as it is: many tests look at what is owed there.
    for notice in subject_request.notices.waiting().filter(medium="email"):
        today = subject_request.organisation.today(at)
        notices.went_out(notice, subject_request, today, None, at)


def mail_goes_out(at: datetime) -> None:
    """Every mail that is owed is sent at this instant, and what follows from it is recorded."""
    OutboxMessage.objects.mails().filter(status=Status.OWED).update(status=Status.SENT, sent_at=at)
    notices.sweep(at=at)
