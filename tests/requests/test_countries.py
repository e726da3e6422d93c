"""Where somebody lives: the codes that laws know, by name, in the language of the page."""

from django.utils.translation import gettext_lazy, override

from dsr.requests.forms.countries import choices_after, place_name
from dsr.requests.forms.request_form import RequestForm

LISTED = (
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI"
    " SK US US-CA US-TX US-WA ZZ"
)


def named(language: str) -> list[tuple[str, str]]:
    with override(language):
        offered = choices_after(gettext_lazy("Not known"))()
        return [(code, str(name)) for code, name in offered]


def test_the_codes_are_those_that_are_stored() -> None:
    assert sorted(code for code, _name in named("en")) == ["", *LISTED.split()]


def test_states_with_laws_stand_before_the_rest_and_elsewhere_is_last() -> None:
    assert named("en")[-7:] == [
        ("CH", "Switzerland"),
        ("GB", "United Kingdom"),
        ("US-CA", "United States: California"),
        ("US-TX", "United States: Texas"),
        ("US-WA", "United States: Washington (the state)"),
        ("US", "United States: another state"),
        ("ZZ", "Another country"),
    ]


def test_a_french_page_has_french_names_in_french_order() -> None:
    names = [name for _code, name in named("fr")]
    assert names[1:4] == ["Allemagne", "Autriche", "Belgique"]
    at = names.index("Estonie")
    assert names[at : at + 6] == [
        "Estonie",
        "États-Unis\xa0: Californie",
        "États-Unis\xa0: Texas",
        "États-Unis\xa0: Washington (l’État)",
        "États-Unis\xa0: un autre État",
        "Finlande",
    ]


def test_one_form_asks_in_the_language_of_each_page() -> None:
    field = RequestForm.base_fields["country"]
    for language, name in (("en", "Germany"), ("fr", "Allemagne"), ("en", "Germany")):
        with override(language):
            assert dict(field.choices)["DE"] == name  # type: ignore[attr-defined]


def test_a_stored_place_is_called_as_it_was_offered() -> None:
    assert place_name("US") == "United States: another state"
    assert place_name("PT") == "Portugal"
    assert place_name("US-FL") == "United States (FL)"
    assert place_name("") == ""
