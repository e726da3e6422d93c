"""A request arrives: through the form, or entered by staff from a letter, call or mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from dsr.accounts.models import Program
from dsr.accounts.roles import Permission
from dsr.days.place import standing_in
from dsr.notifications.models import OutboxMessage
from dsr.policies.reading_locks import mark_used
from dsr.requests.actors import Actor, Requester
from dsr.requests.chain import write_refusal
from dsr.requests.errors import NeedsAPerson, NotAllowed
from dsr.requests.files import keep_file
from dsr.requests.models import Notice, SubjectRequest
from dsr.requests.prefetched import forget, keep_prefetched
from dsr.requests.services import notices
from dsr.requests.services.notify import responsible, tell_staff
from dsr.requests.states import About
from dsr.requests.what_was_asked import what_was_asked
from dsr.requests.whole import Whole

from .given import Submission, check
from .rows import NewRequest, new_request

Beside = Callable[[SubjectRequest], None]
UNDER_KEY = "SELECT id FROM requests_subjectrequest WHERE submission_key = %s"


def submit(
    submission: Submission, *, actor: Actor, at: datetime, with_it: Beside | None = None
) -> SubjectRequest:
    """Make the request, its sealed data, deadlines, history and the mails owed: all in one commit.

    ``with_it`` is called of a request that is made, and what it writes is in the same commit.
    Sending the same form again returns the request that is already there.

    Raises BadInput with the fields' sentences, NotAllowed for staff who may not record.
    """
    _check_actor(submission, actor, at)
    try:
        with standing_in(submission.organisation.place):
            check(submission, at)
            with transaction.atomic():
                made = _take_in(submission, actor, at)
                if with_it is not None:
                    with_it(made)
                # What was at hand so far would hide what others change from now on.
                forget(made)
                return made
    except IntegrityError:
        # Whether the same form came a day ago or at this instant, only the unique key can tell for
        # certain; so nobody asks beforehand. Of this one nothing stays, no mail and no turn.
        if there := already_there(submission.submission_key):
            return there
        raise


def already_there(submission_key: UUID | None) -> SubjectRequest | None:
    """The request that this very form has made before."""
    if submission_key is None:
        return None
    # Asked whenever the button is pressed, and hardly ever yes: composed by the ORM this took a
    # tenth of what a submission takes.
    with connection.cursor() as cursor:
        cursor.execute(UNDER_KEY, [submission_key])
        found = cursor.fetchone()
    return SubjectRequest.objects.get(pk=found[0]) if found else None


def _check_actor(submission: Submission, actor: Actor, at: datetime) -> None:
    if actor is None or isinstance(actor, Requester):
        return
    # That something is a request, and whose, is said by the form or by a person.
    if isinstance(actor, Program) or not actor.may(
        Permission.RECORD, submission.organisation, department=submission.right.department_id
    ):
        # Before the transaction begins: inside of it the record would be rolled back as well.
        write_refusal({"deed": "submit"}, actor=actor, at=at)
        raise NeedsAPerson if isinstance(actor, Program) else NotAllowed


def _take_in(submission: Submission, actor: Actor, at: datetime) -> SubjectRequest:
    """Make the rows, owe the mail, save them all together, then what can only follow them."""
    # First, while nothing else is locked: whoever edits this reading of the policy holds a lock on
    # its version, and one of the two has to see the other.
    mark_used(submission.right, at)
    new = new_request(submission, actor=actor, at=at)
    _owe_mail(new, at)
    new.rows.save()
    _keep_told(new)
    # Each by itself: a file may have megabytes, too many to be a literal among the other rows.
    for upload in submission.files:
        keep_file(new.subject_request, upload, at=at)
    for upload in submission.authority_files:
        keep_file(new.subject_request, upload, at=at, about=About.AUTHORITY)
    return new.subject_request


def _keep_told(new: NewRequest) -> None:
    """How the receipt goes is said at once, and it was just written: nobody has to look it up."""
    told = [each for each in new.rows if isinstance(each, Notice)]
    if not told:
        return  # it waits for a digest, or goes nowhere
    keep_prefetched(new.subject_request, notices=told, waiting_for_digest=[])
    mails = [each for each in new.rows if isinstance(each, OutboxMessage)]
    new.subject_request.whole = Whole(entries=[], mails=mails, users={})


def _owe_mail(new: NewRequest, at: datetime) -> None:
    """Owe the acknowledgement and the mail to staff.

    Where a law wants receipt confirmed in so many days, it is when the first one is out; California
    gives ten business days (Cal. Code Regs. tit. 11, s. 7021(a)).

    Mail is rows as well, and joins the others: what is owed is committed with what it tells of, or
    neither is.
    """
    asked = new.subject_request
    notices.tell(
        asked,
        "acknowledgement",
        Notice.What.RECEIPT,
        at=at,
        actor=None,
        text=lambda: what_was_asked(asked),
        into=new.rows,
    )
    # Of thousands in an hour nobody reads a mail each: those stand in the queue with their mark.
    if not asked.to_check:
        # In the request's own safe and not the site's: its keys are open; opening costs a query.
        tell_staff(asked, "new_request", responsible(asked), at=at, safe=asked.safe, into=new.rows)
