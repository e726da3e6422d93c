"""A deed is added in one place: this file declares one, as a room above would, and finds it
wherever deeds are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from django.urls import clear_url_caches, include, path

import config.urls
from dsr.accounts.roles import Permission
from dsr.dashboard import urls as staff_urls
from dsr.requests import drawing, history
from dsr.requests.actors import Actor
from dsr.requests.deeds import declaration
from dsr.requests.deeds.declaration import DEEDS, deed, require
from dsr.requests.deeds.doing import Doing
from dsr.requests.deeds.inputs import typed
from dsr.requests.errors import BadInput, NotAllowed, Unmet
from dsr.requests.forms import text_field
from dsr.requests.models import SubjectRequest
from dsr.requests.states import Status
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, clock, desk, seat  # noqa: F401  fixtures
from tests.requests.reaching import reach

ADDRESSES = "tests.requests.addresses_with_one_more_deed"


@dataclass(frozen=True, slots=True)
class Shelf:
    shelf: str = typed(text_field, 0, 40, label="Which shelf")


@pytest.fixture
def shelve(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """“Archive”, as one file declares it; afterwards it is gone again."""
    monkeypatch.setattr(declaration, "_further_needs", {})

    @deed(
        "shelve",
        "Archive the file",
        permissions=(Permission.WORK,),
        by_system=True,
        states=(Status.CLOSED,),
        lead="It leaves the desk and goes on a shelf.",
        done="It is on the shelf.",
        history=lambda facts, names: f"Archived on shelf {facts['shelf']}",
        told="Your file went into the archive.",
        onward=1,
        hint="Nothing else is left: put it on a shelf.",
    )
    def shelve(doing: Doing, given: Shelf) -> None:
        if not given.shelf.strip():
            raise BadInput({"shelf": "Name the shelf."})
        doing.facts["shelf"] = given.shelf

    with_it = ModuleType(ADDRESSES)
    with_it.__dict__.update(vars(config.urls))
    staff = [*staff_urls.urlpatterns, *staff_urls.deed_addresses()]
    with_it.urlpatterns = [  # type: ignore[attr-defined]
        path("staff/", include((staff, "dashboard"))),
        *config.urls.urlpatterns,
    ]
    monkeypatch.setitem(sys.modules, ADDRESSES, with_it)
    settings.ROOT_URLCONF = ADDRESSES
    clear_url_caches()
    yield shelve
    del DEEDS["shelve"]
    settings.ROOT_URLCONF = "config.urls"
    clear_url_caches()


def test_it_is_offered_asked_for_done_and_told_to_both(
    desk: Desk,  # noqa: F811
    seat: Callable[[str], Seat],  # noqa: F811
    shelve: Any,
) -> None:
    closed = reach(desk, "closed")
    handler = seat("handler")
    page = handler.open(f"/staff/requests/{closed.reference}/")
    assert "Nothing else is left: put it on a shelf." in page
    assert f"/staff/requests/{closed.reference}/shelve/" in page
    form = handler.open(f"/staff/requests/{closed.reference}/shelve/")
    assert "It leaves the desk and goes on a shelf." in form
    assert "Which shelf" in form
    done = handler.do(closed, "shelve", shelf="7b")
    assert done["Location"] == f"/staff/requests/{closed.reference}/"
    page = handler.open(done["Location"])
    assert "It is on the shelf." in page
    assert "Archived on shelf 7b" in page
    assert next(history.told(closed)).text == "Your file went into the archive."


def test_a_sentence_of_its_service_stands_beside_its_field(
    desk: Desk,  # noqa: F811
    seat: Callable[[str], Seat],  # noqa: F811
    shelve: Any,
) -> None:
    closed = reach(desk, "closed")
    with pytest.raises(BadInput) as refused:
        shelve(closed.pk, shelf=" ", actor=desk.handler, at=MORNING)
    assert refused.value.fields == {"shelf": "Name the shelf."}


def test_it_stands_in_the_drawing(shelve: Any) -> None:
    row = "| `shelve` | Archive the file | staff with *work*, the program | closed |"
    assert row in drawing.page()


def test_the_program_may_do_it_and_who_lacks_the_permission_may_not(
    desk: Desk,  # noqa: F811
    shelve: Any,
) -> None:
    closed = reach(desk, "closed")
    shelve(closed.pk, shelf="7b", actor=None, at=MORNING)
    assert cast.history(closed)[-1].by == "system"
    with pytest.raises(NotAllowed):
        shelve(closed.pk, shelf="7b", actor=desk.clerk, at=MORNING)


def test_a_room_above_adds_a_precondition_to_a_deed_that_does_not_know_it(
    desk: Desk,  # noqa: F811
    shelve: Any,
) -> None:
    def carried_out(subject_request: SubjectRequest, actor: Actor) -> str:
        return "One system has not answered yet."

    require("shelve", carried_out)
    closed = reach(desk, "closed")
    with pytest.raises(Unmet, match="One system has not answered yet"):
        shelve(closed.pk, shelf="7b", actor=desk.handler, at=MORNING)


def test_two_deeds_of_one_name_are_a_mistake(shelve: Any) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        deed("shelve", "Again")(lambda doing, given: None)
