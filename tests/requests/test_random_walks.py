"""Whatever people do in whatever order, what must always hold still holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dsr.audit.models import Entry
from dsr.audit.services import request_chain, verify
from dsr.requests.deadlines import solving
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.errors import RequestError
from dsr.requests.models import Deadline, Decision, SubjectRequest
from dsr.requests.states import ENDED, DeadlineStatus, Status
from tests import cast
from tests.cast import Desk
from tests.requests.trying import TRY

RIGHTS = [
    ("indigomed", "accounting"),
    ("indigomed", "paper-copy"),
    ("img", "access"),
    ("imo", "marketing-opt-out"),
]


def walk_of(desk: Desk) -> type[RuleBasedStateMachine]:  # noqa: C901 (one machine)
    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()

        def teardown(self) -> None:
            findings = list(verify())
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)
            assert findings == []

        @initialize(which=st.sampled_from(RIGHTS), country=st.sampled_from(["FR", "US-CA", ""]))
        def ask(self, which: tuple[str, str], country: str) -> None:
            self.pk = cast.ask(desk.right(*which), country=country).pk
            self.version = 1

        def fresh(self) -> SubjectRequest:
            return SubjectRequest.objects.get(pk=self.pk)

        @rule(code=st.sampled_from(sorted(TRY)))
        def try_a_deed(self, code: str) -> None:
            before = self.fresh()
            try:
                with transaction.atomic():
                    TRY[code](before, desk)
            except RequestError:
                after = self.fresh()
                assert (after.status, after.version) == (before.status, before.version)
            else:
                assert self.fresh().version == before.version + DEEDS[code].raises_version

        @invariant()
        def the_status_is_explained_by_the_history(self) -> None:
            if not hasattr(self, "pk"):
                return
            moves = Entry.objects.filter(chain=request_chain(self.pk)).exclude(to_state="")
            last = moves.order_by("seq").last()
            assert self.fresh().status == (last.to_state if last else Status.RECEIVED)

        @invariant()
        def the_due_date_is_that_of_the_clock_that_governs(self) -> None:
            if not hasattr(self, "pk"):
                return
            live = Deadline.objects.filter(subject_request_id=self.pk).live().duties()
            # An aim governs only where no duty has a day, and a paused one has.
            duties = [each for each in live if not each.is_aim]
            dates = [each.due_on for each in duties or live if each.due_on]
            if dates:
                assert self.fresh().due_on == min(dates)
            for deadline in live.select_related("calendar", "subject_request"):
                assert solving.would_move(deadline) is False

        @invariant()
        def no_clock_runs_on_what_has_ended_or_was_answered(self) -> None:
            if not hasattr(self, "pk"):
                return
            now = self.fresh()
            # An ending that nobody has been told of yet ends no clock.
            told_later = now.notices.filter(what="ending").exclude(state="out").exists()
            if (now.status in ENDED and not told_later) or now.answered_on or now.kept_ready_on:
                assert not Deadline.objects.filter(subject_request_id=self.pk).live().exists()

        @invariant()
        def nothing_is_closed_without_an_answer_of_two_people_where_two_are_needed(self) -> None:
            if not hasattr(self, "pk"):
                return
            now = self.fresh()
            if now.status != Status.CLOSED:
                return
            assert now.answered_on is not None or now.kept_ready_on is not None
            taken = Decision.objects.get(subject_request=now, status=Decision.Status.TAKEN)
            assert taken.sole or not now.two_people or taken.second_person_id is not None
            assert taken.second_person_id != taken.proposed_by_id

        @invariant()
        def a_frozen_request_knows_where_it_came_from(self) -> None:
            if hasattr(self, "pk"):
                now = self.fresh()
                assert (now.status == Status.FROZEN) == bool(now.frozen_from)

    return Walk


@pytest.mark.django_db
def test_random_deeds_never_break_what_must_hold(desk: Desk) -> None:
    run_state_machine_as_test(
        walk_of(desk),
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=timedelta(seconds=30),
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )


def test_the_states_of_a_clock_are_the_five_of_the_design() -> None:
    assert DeadlineStatus.values == ["running", "paused", "met", "missed", "cancelled"]
