"""Staff who choose French read French: the queue, a request, a deed, the words of a right."""

from __future__ import annotations

from collections.abc import Callable

from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat, deed_url
from tests.requests.reaching import reach


def in_french(seat: Seat) -> Seat:
    seat.client.post("/language/", {"language": "fr", "next": "/staff/"})
    return seat


def test_the_queue_and_a_request(desk: Desk, seat: Callable[[str], Seat]) -> None:
    asked = cast.ask(desk.right("imo", "eu-access"), country="FR")
    handler = in_french(seat("handler"))
    queue = handler.open("/staff/")
    assert "1 demande, l’échéance la plus proche en tête" in queue
    assert ">Accès (Union européenne)<" in queue
    page = handler.open(f"/staff/requests/{asked.reference}/")
    assert ">À faire maintenant<" in page
    assert "Reçue le 1er mai 2026 (Formulaire de ce site)" in page
    assert "À rendre dans" in page


def test_a_deed_and_what_is_wrong_with_it(desk: Desk, seat: Callable[[str], Seat]) -> None:
    working = reach(desk, "in_progress")
    handler = in_french(seat("handler"))
    page = handler.open(deed_url(working, "propose"))
    assert "Deux personnes décident" in page
    assert "Le droit existe dans certains cas" in page
    assert "La demande est manifestement infondée (RGPD, art. 12(5))" in page
    response = handler.do(working, "propose")
    assert "Choisissez une issue." in response.content.decode()


def test_entering_a_request(desk: Desk, seat: Callable[[str], Seat]) -> None:
    page = in_french(seat("handler")).open("/staff/new/imo/eu-access/")
    assert "<h1>Accès (Union européenne)</h1>" in page
    assert "Saisir la demande" in page
