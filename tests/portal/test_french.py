"""A request is made and followed in French."""

from __future__ import annotations

from tests.portal.conftest import ACCOUNTING, Visitor


def test_a_request_is_made_and_followed_in_french(visitor: Visitor) -> None:
    visitor.client.post("/language/", {"language": "fr", "next": "/"})
    response = visitor.fill(ACCOUNTING, role="subject", name="Zoé", email="zoe@example.org")
    assert "Date de la signature\u00a0: la politique le demande." in response.content.decode()
    sent = visitor.ask(role="subject", name="Zoé", email="zoe@example.org", anyway="1")
    assert sent.language == "fr"
    page = visitor.status()
    assert "Vous pouvez attendre une réponse au plus tard le 21 mai 2026." in page
    assert "20 jours à partir du 1 mai 2026 se terminent le 21 mai 2026." in page
