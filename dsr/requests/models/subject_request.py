"""Somebody exercising one right under one reading of one policy version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django_fsm import RETURN_VALUE, FSMField, transition

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission, roles_with
from dsr.audit.paging import Order
from dsr.policies.kinds import Asker, Level, MayWrite
from dsr.policies.models import Department, Organisation, Right
from dsr.requests.models.machine import ConcurrentTransitionMixin
from dsr.requests.states import ENDED, OPEN, UNDECIDED, Channel, Ending, Outcome, Status
from dsr.vault.models import SealedField, SealedModel

if TYPE_CHECKING:
    from dsr.requests.whole import Whole

BEFORE_REVIEW = [Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS]
FREEZABLE = [*UNDECIDED, Status.DECIDED]

# 0 for what still owes an answer (``awaiting``), 1 for the others.
OWES = Case(
    When(answered_on=None, kept_ready_on=None, status__in=OPEN, then=Value(0)), default=Value(1)
)
# Without a day it comes after every day.
DUE = Coalesce("due_on", Value(date.max))
# What still owes an answer first, by its date; what is answered after it. For open requests: an
# index of theirs is in this very order, and another one for each organisation.
DUE_FIRST = Order(
    {"place_owes": OWES, "place_due": DUE, "place_received": F("received_on"), "place_id": F("id")}
)
# For requests of every state: what has ended owes nothing by any day.
NEWEST_FIRST = Order({"place_received": F("received_on"), "place_id": F("id")}, descending=True)


def assignee_works() -> Exists:
    """Whether the request is somebody's who can sign in and still works on it, as ``User.may``."""
    where = Q(department=None) | Q(department=OuterRef("department"))
    return Exists(
        Membership.objects.filter(
            where,
            user=OuterRef("assignee"),
            organisation=OuterRef("organisation"),
            role__in=roles_with(Permission.WORK),
            user__in=User.objects.who_can_sign_in(),
        )
    )


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    """Sets of requests that have a name."""

    def of_organisations(self, ids: list[int]) -> SubjectRequestQuerySet:
        return self.filter(organisation_id__in=ids)

    def within(self, reach: Mapping[int, int | None]) -> SubjectRequestQuerySet:
        """Of these organisations, where one stands beside an id of its departments of that alone.

        Departments divide: what belongs to another, or to none, is not seen by who has one.
        """
        whole = Q(organisation_id__in=[each for each, limit in reach.items() if limit is None])
        parts = [
            Q(organisation_id=each, department_id=limit)
            for each, limit in reach.items()
            if limit is not None
        ]
        return self.filter(reduce(or_, parts, whole))

    def open(self) -> SubjectRequestQuerySet:
        return self.filter(status__in=OPEN)

    def awaiting(self) -> SubjectRequestQuerySet:
        """As ``SubjectRequest.awaits_answer``."""
        return self.open().filter(answered_on=None, kept_ready_on=None)

    def unassigned(self) -> SubjectRequestQuerySet:
        """Those that nobody has, or somebody who can work on them no more."""
        return self.filter(~assignee_works())

    def overdue(self, today: date) -> SubjectRequestQuerySet:
        # By the keys of the order, so that only this part of the index is read.
        owing = [Exact(OWES, 0), LessThan(DUE, today)]
        return self.open().filter(*owing, due_is_aim=False)

    def due_within(self, today: date, last: date) -> SubjectRequestQuerySet:
        owing = [Exact(OWES, 0), GreaterThanOrEqual(DUE, today), LessThanOrEqual(DUE, last)]
        return self.open().filter(*owing)


class SubjectRequest(ConcurrentTransitionMixin, SealedModel):
    """One request. Its ``due_on`` is a cache of the governing deadline, written by one service.

    What a person typed is sealed in ``particulars`` (code of the particular -> value) and in the
    rows beside this one; in clear are kinds, dates, country, states, ids.
    """

    # Of the instance that a page shows; None on one that is locked.
    whole: Whole | None = None

    reference = models.CharField(max_length=12, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    right = models.ForeignKey(Right, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    status = FSMField(
        default=Status.RECEIVED, choices=Status.choices, protected=True, db_index=False
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    ground = models.CharField(max_length=80, blank=True)
    frozen_from = models.CharField(max_length=20, choices=Status.choices, blank=True)
    waiting_from = models.CharField(max_length=20, choices=Status.choices, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    role = models.CharField(max_length=20, choices=Asker.choices)
    language = models.CharField(max_length=10)
    country = models.CharField(max_length=6, blank=True)
    particulars = SealedField()
    missing = models.JSONField(default=list, blank=True)
    law_facts = models.JSONField(default=dict, blank=True)
    wants_paper = models.BooleanField(default=False)
    may_use_contact_held = models.BooleanField(default=False)
    may_write = models.CharField(max_length=8, choices=MayWrite.choices, blank=True)
    required_level = models.PositiveSmallIntegerField(choices=Level.choices)
    level_lowered_by = models.ForeignKey(
        "requests.IdentityRule",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    authority_contested_at = models.DateTimeField(null=True, blank=True)
    two_people = models.BooleanField()
    received_at = models.DateTimeField()
    received_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    # No law, order or policy sets a day, so the one above is only what the organisation aims at.
    due_is_aim = models.BooleanField(default=False)
    answered_on = models.DateField(null=True, blank=True)
    # The day of the answer of which a part was held back, while that part is given, and after.
    answered_before = models.DateField(null=True, blank=True)
    # Since when it stands that what is ready can reach nobody.
    kept_ready_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        # One of the indexes below begins with it; so does another with the organisation.
        db_index=False,
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    group_key = models.UUIDField(null=True, blank=True, db_index=True)
    submission_key = models.UUIDField(null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1)
    evidence_version = models.PositiveIntegerField(default=1)
    demo = models.BooleanField(default=False)
    # It came among very many, and nobody has looked yet whether a person stands behind it.
    to_check = models.BooleanField(default=False)
    # The oldest word of the requester that nobody who works on it has read.
    unread_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["safe"], name="request_safe_is_its_own"),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="request_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", *Outcome.values]), name="request_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.FROZEN) | ~models.Q(frozen_from=""),
                name="request_frozen_knows_from",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=[Status.DECIDED, Status.CLOSED])
                | ~models.Q(outcome=""),
                name="request_decided_has_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_on=None) | models.Q(kept_ready_on=None),
                name="request_answered_or_kept",
            ),
        ]
        indexes = [
            # The lists of staff, each in its order (measured at a million, ``tests/bench``).
            models.Index(
                *DUE_FIRST.keys.values(), condition=Q(status__in=OPEN), name="request_open_due"
            ),
            models.Index(
                F("organisation"),
                *DUE_FIRST.keys.values(),
                condition=Q(status__in=OPEN),
                name="request_open_due_of_house",
            ),
            models.Index(fields=["received_on", "id"], name="request_newest"),
            models.Index(fields=["status", "received_on", "id"], name="request_newest_of_status"),
            models.Index(fields=["kind", "received_on", "id"], name="request_newest_of_kind"),
            models.Index(
                fields=["organisation", "received_on", "id"], name="request_newest_of_house"
            ),
            models.Index(
                fields=["organisation", "kind", "received_on", "id"], name="request_newest_of_both"
            ),
            models.Index(fields=["assignee", "received_on", "id"], name="request_newest_of_person"),
            # What concerns few, whatever their state.
            models.Index(fields=["id"], condition=Q(to_check=True), name="request_to_check"),
            models.Index(
                fields=["id"], condition=Q(unread_since__isnull=False), name="request_unread"
            ),
            models.Index(
                fields=["id"], condition=Q(kept_ready_on__isnull=False), name="request_kept_ready"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    # The rules of what may follow what. Deeds (services) call these; nothing else does.

    @transition(
        field=status,
        source=[Status.RECEIVED, Status.IN_PROGRESS],
        target=Status.PROVING_IDENTITY,
    )
    def ask_identity(self) -> None:
        """More is needed to know who asks."""

    @transition(field=status, source=Status.PROVING_IDENTITY, target=Status.IN_PROGRESS)
    def accept_identity(self) -> None:
        """The evidence reaches the required level."""

    @transition(field=status, source=Status.RECEIVED, target=Status.IN_PROGRESS)
    def start(self) -> None:
        """Work begins: the required level is reached, or none is required."""

    @transition(field=status, source=BEFORE_REVIEW, target=Status.WAITING)
    def ask_requester(self) -> None:
        """The requester must say something before work can go on."""
        self.waiting_from = self.status

    @transition(
        field=status,
        source=[*OPEN, Status.LAPSED],
        target=RETURN_VALUE(*OPEN),
    )
    def reply(self, back: str = "") -> str:
        """The requester wrote: what waited goes on, what had lapsed is taken up again.

        ``back``: where it was when its lapsing was proposed, which nobody approves any more.
        """
        if self.status == Status.LAPSED:
            return self._taken_up_again()
        if back and back != Status.WAITING:
            return back
        if back:
            back, self.waiting_from = self.waiting_from, ""
            return back
        if self.status == Status.FROZEN and self.frozen_from == Status.WAITING:
            # What was asked has come meanwhile: unfrozen, it waits for nothing.
            self.frozen_from, self.waiting_from = self.waiting_from, ""
        if self.status != Status.WAITING:
            return str(self.status)
        back, self.waiting_from = self.waiting_from, ""
        return back

    @transition(
        field=status, source=[Status.IN_PROGRESS, Status.PROVING_IDENTITY], target=Status.IN_REVIEW
    )
    def propose(self) -> None:
        """A decision is laid before a second person."""

    @transition(
        field=status, source=[Status.IN_PROGRESS, Status.PROVING_IDENTITY], target=Status.DECIDED
    )
    def decide_alone(self, outcome: str, ground: str) -> None:
        """One person decides, where one suffices."""
        self.outcome, self.ground = outcome, ground

    @transition(
        field=status,
        source=Status.IN_REVIEW,
        target=RETURN_VALUE(Status.DECIDED, *Ending.values),
    )
    def approve(self, outcome: str, ground: str, ends_as: str = "") -> str:
        """The second person agrees, with an answer or with an ending."""
        if ends_as:
            self.waiting_from = ""
            return ends_as
        self.outcome, self.ground = outcome, ground
        return str(Status.DECIDED)

    @transition(
        field=status,
        source=[Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS, Status.WAITING],
        target=Status.IN_REVIEW,
    )
    def propose_ending(self) -> None:
        """An ending against the wish of who asks is laid before a second person."""

    @transition(
        field=status,
        source=[Status.IN_REVIEW, Status.DECIDED],
        target=RETURN_VALUE(*BEFORE_REVIEW, Status.WAITING),
    )
    def return_to_work(self, back: str = "") -> str:
        """The decision is not taken, or taken back before anything went out; an ending that was
        proposed leaves the request where it was."""
        self.outcome = self.ground = ""
        return back or str(Status.IN_PROGRESS)

    @transition(field=status, source=Status.DECIDED, target=Status.DECIDED)
    def send_answer(self) -> None:
        """The answer goes out."""

    @transition(field=status, source=Status.DECIDED, target=Status.DECIDED)
    def record_posting(self) -> None:
        """The answer on paper was posted."""

    @transition(field=status, source=Status.DECIDED, target=Status.IN_PROGRESS)
    def take_up_held(self) -> None:
        """A part that had been held back is due; the answer that went out stands."""
        self.answered_before, self.answered_on = self.answered_on or self.answered_before, None
        self.outcome = self.ground = ""

    @transition(field=status, source=Status.DECIDED, target=Status.CLOSED)
    def close(self) -> None:
        """Nothing is left to do."""

    @transition(
        field=status,
        source=[Status.DECIDED, Status.CLOSED],
        target=RETURN_VALUE(Status.DECIDED, Status.CLOSED),
    )
    def deliver_after_all(self) -> str:
        """What could not be delivered is to be delivered all the same: an answer is owed again.
        What was only proposed leaves the request where it is."""
        if self.kept_ready_on is None:
            return str(self.status)
        self.kept_ready_on = self.ended_at = None
        return str(Status.DECIDED)

    @transition(field=status, source=UNDECIDED, target=Status.WITHDRAWN)
    def withdraw(self) -> None:
        """The requester no longer asks."""
        self.waiting_from = ""

    @transition(
        field=status, source=[Status.WAITING, Status.PROVING_IDENTITY], target=Status.LAPSED
    )
    def lapse(self) -> None:
        """A person decides that, unanswered, the request cannot be worked on."""
        self.waiting_from = ""

    @transition(field=status, source=FREEZABLE, target=Status.FROZEN)
    def freeze(self) -> None:
        """Nothing may go out or be erased until it is cleared up; deadlines run on."""
        self.frozen_from = self.status

    @transition(field=status, source=list(Status), target=RETURN_VALUE(*Status))
    def not_me(self) -> str:
        """Whose data it is did not ask: what is under way is frozen, what has ended stays so."""
        if self.status not in FREEZABLE:
            return str(self.status)
        self.frozen_from = self.status
        return str(Status.FROZEN)

    @transition(field=status, source=Status.FROZEN, target=RETURN_VALUE(*FREEZABLE))
    def unfreeze(self) -> str:
        """Back to where it was frozen."""
        back, self.frozen_from = self.frozen_from, ""
        return back

    @transition(field=status, source=BEFORE_REVIEW, target=Status.OUT_OF_SCOPE)
    def declare_out_of_scope(self) -> None:
        """The policy does not reach what is asked."""

    @transition(field=status, source=BEFORE_REVIEW, target=Status.FORWARDED)
    def forward(self) -> None:
        """Passed on to whoever can answer; the requester is told to whom."""

    @transition(field=status, source=list(ENDED), target=Status.IN_PROGRESS)
    def reopen(self) -> None:
        """Taken up again for a reason."""
        self._taken_up_again()

    def _taken_up_again(self) -> str:
        self.outcome = self.ground = ""
        self.answered_on = self.answered_before = self.kept_ready_on = self.ended_at = None
        return str(Status.IN_PROGRESS)

    # Questions.

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def awaits_answer(self) -> bool:
        """Open, nothing has gone out yet, and somebody can be reached: only then can it be
        overdue."""
        return self.is_open and self.answered_on is None and self.kept_ready_on is None

    def days_left(self, today: date) -> int | None:
        """Days until the governing date, negative when it is past; None where there is no date."""
        if self.due_on is None or not self.awaits_answer:
            return None
        return (self.due_on - today).days

    def is_overdue(self, today: date) -> bool:
        left = self.days_left(today)
        return left is not None and left < 0 and not self.due_is_aim

    def values(self, **altered: Any) -> dict[str, Any]:
        """The particulars as typed; empty once their key is destroyed. As with ``reveal``, what was
        altered raises unless ``altered=`` stands for it."""
        return dict(self.reveal("particulars", {}, **altered))
