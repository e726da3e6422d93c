"""A request is made and followed in French."""

from __future__ import annotations

from dsr.requests.models import SubjectRequest
from tests.portal.conftest import ACCOUNTING, Visitor


def test_a_request_is_made_and_followed_in_french(visitor: Visitor) -> None:
    visitor.client.post("/language/", {"language": "fr", "next": "/"})
    response = visitor.fill(ACCOUNTING, role="subject", name="Zoé", email="zoe@example.org")
    assert "Date de la signature\u00a0: la politique le demande." in response.content.decode()
    sent = visitor.ask(role="subject", name="Zoé", email="zoe@example.org", anyway="1")
    assert sent.language == "fr"
    page = visitor.status()
    assert "La politique la promet au plus tard le 21 mai 2026." in page
    assert "20 jours à partir du 1er mai 2026 se terminent le 21 mai 2026." in page


def test_changing_the_language_keeps_what_was_typed_and_asks_nothing_yet(visitor: Visitor) -> None:
    typed = {"role": "subject", "name": "Zoé Canary", "period_from": "2024-05-01"}
    response = visitor.fill(ACCOUNTING, **typed, language="fr")
    page = response.content.decode()
    assert response.status_code == 200
    assert response.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in page
    assert 'value="Zoé Canary"' in page
    assert 'value="2024-05-01"' in page
    assert "Envoyer la demande" in page
    assert "error-summary" not in page
    assert not SubjectRequest.objects.exists()
    assert "Envoyer la demande" in visitor.open(ACCOUNTING)


def test_a_language_that_there_is_not_changes_nothing(visitor: Visitor) -> None:
    response = visitor.fill(ACCOUNTING, name="Zoé Canary", language="xx-nowhere")
    page = response.content.decode()
    assert '<html lang="en">' in page
    assert 'value="Zoé Canary"' in page
    assert set(response.cookies) == {"csrf"}
