"""Which requests somebody may see, and how they are found: by reference, by person, by kin."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from dsr.accounts.models import User
from dsr.accounts.roles import Permission, roles_with
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.vault.models import KeyPurpose, SafeKey
from dsr.vault.services import find, safes_with_words

from .models import Dispute, Notice, SubjectRequest
from .reference import clean_reference
from .states import OPEN


def organisations_seen_by(user: User) -> QuerySet[Organisation]:
    # Two roles in one house are two memberships, and would name the house twice.
    return Organisation.objects.filter(
        memberships__user=user, memberships__role__in=roles_with(Permission.VIEW)
    ).distinct()


def visible_to(user: User) -> QuerySet[SubjectRequest]:
    """The requests that this person may look into; of others nothing is known."""
    roles = roles_with(Permission.VIEW)
    reach = {
        each.organisation_id: each.department_id
        for each in user.memberships.all()
        if each.role in roles
    }
    found = SubjectRequest.objects.within(reach)
    return found.select_related("organisation", "right", "assignee", "department")


def lost_notices() -> QuerySet[Notice]:
    """What told nobody that still has somebody to tell: an answer or an ending whatever the state
    of its request, anything else while an answer is awaited."""
    lost = Notice.objects.undelivered().filter(subject_request__kept_ready_on=None)
    awaited = Q(subject_request__status__in=OPEN, subject_request__answered_on=None)
    return lost.filter(Q(what__in=(Notice.What.ANSWER, Notice.What.ENDING)) | awaited)


def undelivered() -> Q:
    """Requests of which something told nobody that still has somebody to tell."""
    return Q(pk__in=lost_notices().order_by().values("subject_request"))


def kept_ready() -> Q:
    """Requests whose answer can reach nobody and is kept ready, whatever their state, as long as
    there is something to keep."""
    there = SafeKey.objects.filter(purpose=KeyPurpose.CONTENT, wrapped__isnull=False)
    return Q(kept_ready_on__isnull=False, safe__in=there.values("safe"))


def news() -> Q:
    """Requests with a word of the requester that nobody has read, or an objection that nobody has
    settled, whatever their state."""
    open_disputes = Dispute.objects.filter(settled_at=None).values("subject_request")
    unread = SubjectRequest.objects.filter(unread_since__isnull=False).values("pk")
    # One set of few, found by two small indexes; “this or that” would read every request.
    return Q(pk__in=unread.union(open_disputes))


def letters_to_post() -> Q:
    """Requests of which a letter lies here, whatever their state."""
    return Q(reference__in=OutboxMessage.objects.to_post().order_by().values("reference"))


def by_reference(user: User, typed: str) -> QuerySet[SubjectRequest]:
    # Through what may be seen: a reference that is guessed right opens nothing.
    return visible_to(user).filter(reference=clean_reference(typed))


def by_person(user: User, typed: str) -> QuerySet[SubjectRequest]:
    """Exact e-mail address or telephone number, or all words of a name, through the blind index;
    what was entered last comes first.

    A number without its country's code is read in the country of each organisation seen.
    """
    # Read where the person works: the same digits are another number in another country.
    countries = set(organisations_seen_by(user).values_list("country", flat=True))
    exact = find("email", typed).union(*(find("phone", typed, each) for each in countries))
    wanted = Q(safe__in=safes_with_words(typed))
    # Only where there is something: “or” would keep the index from giving the newest first.
    wanted = wanted | Q(safe__in=exact) if exact else wanted
    # The index knows no organisation: this alone keeps the requests of others apart.
    return visible_to(user).filter(wanted).order_by("-safe")


def possible_duplicates(subject_request: SubjectRequest, by: User) -> QuerySet[SubjectRequest]:
    """Other requests for the same right that give the same address; a hint, never a match.

    Those that this person may look into: departments divide.
    """
    # A family shares an address and a number, so this is a hint and no match (promise A11).
    safes: set[int] = set()
    for person in subject_request.people.all():
        for name in ("email", "phone"):
            if value := person.reveal(name, altered=""):
                safes |= find(name, str(value), subject_request.organisation.country)
    safes.discard(subject_request.safe_id)
    if not safes:
        return SubjectRequest.objects.none()
    return visible_to(by).filter(
        organisation_id=subject_request.organisation_id,
        # By kind: in another version of the policy the same right is another row.
        kind=subject_request.kind,
        safe_id__in=safes,
    )


def related(subject_request: SubjectRequest, by: User) -> QuerySet[SubjectRequest]:
    """What was asked for together, each with deadlines of its own, if one may look into it."""
    if subject_request.group_key is None:
        return SubjectRequest.objects.none()
    together = visible_to(by).filter(group_key=subject_request.group_key)
    return together.exclude(pk=subject_request.pk)
