"""Countries are called by their names, in the language of whoever reads."""

import pytest
from django.utils.translation import override

from dsr.policies.territories import sort_key, territory_name


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("en", "PT", "Portugal"),
        ("fr", "NL", "Pays-Bas"),
        ("fr-be", "DE", "Allemagne"),
        ("de", "FR", "Frankreich"),
        ("en", "US-FL", "United States (FL)"),
        ("fr", "GB-SCT", "Royaume-Uni (SCT)"),
        pytest.param("tlh", "PT", "Portugal", id="a language that CLDR does not know"),
        pytest.param("en", "001", "001", id="a continent is no country"),
        pytest.param("en", "pt", "pt", id="no code"),
        pytest.param("en", "", "", id="nothing"),
    ],
)
def test_a_code_has_a_name(language: str, code: str, name: str) -> None:
    with override(language):
        assert territory_name(code) == name


def test_accents_do_not_send_a_name_to_the_end() -> None:
    assert sorted(["Zambie", "États-Unis", "Estonie", "Finlande"], key=sort_key) == [
        "Estonie",
        "États-Unis",
        "Finlande",
        "Zambie",
    ]
