"""The letter linter: no letter with a gap is sent, and the gap is named with its article."""

from __future__ import annotations

from typing import Any

import pytest

from dsr.policies.models import Organisation, Right
from dsr.requests import elements, remedies
from dsr.requests.deeds import answer, review
from dsr.requests.deeds.elements import Elements, write_elements
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk

ACCESS = {
    "gdpr:purposes": "GDPR Art. 15(1)(a)",
    "gdpr:categories": "GDPR Art. 15(1)(b)",
    "gdpr:recipients": "GDPR Art. 15(1)(c)",
    "gdpr:storage": "GDPR Art. 15(1)(d)",
    "gdpr:further_rights": "GDPR Art. 15(1)(e)",
    "gdpr:origin": "GDPR Art. 15(1)(g)",
    "gdpr:automated": "GDPR Art. 15(1)(h)",
}


def begun(desk: Desk, organisation: str, slug: str, country: str) -> SubjectRequest:
    made = cast.ask(desk.right(organisation, slug), at=cast.on("2026-05-01"), country=country)
    return cast.begin(made, desk.handler, at=cast.on("2026-05-01"))


def again(it: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=it.pk)


@pytest.fixture
def covered(desk: Desk) -> Desk:
    indigomed = desk.organisation("indigomed")
    indigomed.country, indigomed.flags = "US", ["hipaa_covered_entity"]
    indigomed.regimes, indigomed.phone = ["hipaa"], "+1 312 555 0100"
    indigomed.contact_title = "Privacy Officer"
    indigomed.save()
    return desk


@pytest.mark.parametrize(("code", "article"), ACCESS.items())
def test_access_in_the_union_is_not_sent_without_any_of_its_elements(
    desk: Desk, code: str, article: str
) -> None:
    it = begun(desk, "img", "access", "PT")
    it.elements.filter(code=code).delete()
    [gap] = elements.gaps(again(it), "granted", "")
    assert gap.element.article == article
    # Taken out after the approval, past the program, it is not sent either.
    proposed = cast.propose(again(it), desk.handler, at=cast.on("2026-05-02"))
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=cast.on("2026-05-02"), seen=proposed.version
    )
    it.elements.filter(code=code).delete()
    with pytest.raises(Unmet) as refused:
        answer.send_answer(
            approved.pk, actor=desk.handler, at=cast.on("2026-05-03"), seen=approved.version
        )
    assert article in str(refused.value)


def write(desk: Desk, it: SubjectRequest, texts: dict[str, str], *none: str) -> SubjectRequest:
    return write_elements(
        it.pk,
        Elements(texts, none),
        actor=desk.handler,
        at=cast.on("2026-05-02"),
        seen=again(it).version,
    )


@pytest.mark.parametrize(
    "text",
    [
        "As long as necessary.",
        "We keep them for as long as it is necessary for the purposes.",
        "Aussi longtemps que nécessaire.",
        "Pendant la durée nécessaire aux finalités.",
    ],
)
def test_as_long_as_necessary_is_no_period(desk: Desk, text: str) -> None:
    it = begun(desk, "img", "access", "PT")
    with pytest.raises(BadInput) as refused:
        write(desk, it, {"gdpr:storage": text})
    [sentence] = refused.value.fields.values()
    assert "GDPR Art. 15(1)(d)" in str(sentence)
    write(desk, it, {"gdpr:storage": "Ten years after the last visit."})


def test_what_does_not_apply_says_why(desk: Desk) -> None:
    it = begun(desk, "img", "access", "PT")
    with pytest.raises(BadInput):
        write(desk, it, {"gdpr:automated": " "}, "gdpr:automated")
    write(desk, it, {"gdpr:automated": "No computer decides here."}, "gdpr:automated")
    assert it.elements.get(code="gdpr:automated").not_applicable


def test_an_element_that_no_law_demands_is_refused(desk: Desk) -> None:
    it = begun(desk, "img", "access", "PT")
    with pytest.raises(BadInput) as refused:
        write(desk, it, {"hipaa:whom_to_tell": "Nobody."})
    assert "hipaa:whom_to_tell" in str(refused.value.fields["texts"])


def test_an_empty_text_takes_it_out(desk: Desk) -> None:
    it = begun(desk, "img", "access", "PT")
    write(desk, it, {"gdpr:purposes": ""})
    assert not it.elements.filter(code="gdpr:purposes").exists()
    with pytest.raises(Unmet, match=r"GDPR Art\. 15\(1\)\(a\)"):
        cast_without_filling(again(it), desk)


def cast_without_filling(it: SubjectRequest, desk: Desk) -> SubjectRequest:
    from dsr.requests.deeds import decision
    from tests.requests.trying import GRANT

    return decision.propose(
        it.pk, GRANT, actor=desk.handler, at=cast.on("2026-05-02"), seen=it.version
    )


@pytest.mark.parametrize("taken", ["phone", "contact_title"])
def test_a_denial_without_telephone_number_or_title_cannot_be_sent(
    covered: Desk, taken: str
) -> None:
    """Acceptance case 4; 45 CFR 164.524(d)(2)(iii)."""
    it = begun(covered, "indigomed", "copy", "US")
    Organisation.objects.filter(slug="indigomed").update(**{taken: ""})
    with pytest.raises(Unmet) as refused:
        cast.propose(again(it), covered.handler, outcome="refused", ground="psychotherapy_notes")
    assert "45 CFR 164.524(d)(2)(iii)" in str(refused.value)
    Organisation.objects.filter(slug="indigomed").update(
        phone="+1 312 555 0100", contact_title="Privacy Officer"
    )
    cast.propose(again(it), covered.handler, outcome="refused", ground="psychotherapy_notes")


def test_a_partial_refusal_in_the_union_without_court_or_authority_cannot_be_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acceptance case 4; GDPR Art. 12(4)."""
    it = begun(desk, "img", "access", "PT")
    every = remedies.ways
    for kind in ("court", "authority"):

        def without(*given: Any, kind: str = kind) -> list[remedies.Way]:
            return [each for each in every(*given) if each.kind != kind]

        monkeypatch.setattr(remedies, "ways", without)
        found = elements.gaps(it, "partly_granted", "rights_of_others")
        assert "GDPR Art. 12(4)" in [each.element.article for each in found]
    monkeypatch.setattr(remedies, "ways", every)
    assert elements.gaps(it, "partly_granted", "rights_of_others") == []


def lodged(desk: Desk, organisation: str, slug: str, country: str) -> SubjectRequest:
    right = desk.right(organisation, slug)
    role = "subject" if "subject" in right.who_may_ask else right.who_may_ask[0]
    asker = {} if role in ("subject", "minor_13_17") else {"requester": cast.GUS}
    return cast.ask(right, at=cast.on("2026-05-01"), country=country, role=role, **asker)


def everything(desk: Desk) -> list[tuple[str, str, str]]:
    """Each right of the three policies, by who asks from where."""
    return [
        (organisation, right.slug, country)
        for organisation, country in (("imo", "DE"), ("img", "GB"), ("indigomed", "FR"))
        for right in Right.objects.filter(
            reading__version__policy__organisation__slug=organisation, law=""
        )
    ]


def test_any_element_taken_out_of_any_letter_of_all_rights_is_a_gap_with_its_article(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    every = remedies.ways
    for organisation, slug, country in everything(desk):
        it = lodged(desk, organisation, slug, country)
        cast.write_elements(it, desk.handler)
        for outcome, ground in (("granted", ""), ("partly_granted", "x"), ("refused", "x")):
            assert elements.gaps(again(it), outcome, ground) == [], (slug, outcome)
            for each in elements.demanded(it, outcome):
                source = each.terms.comes_from
                if source == "typed":
                    row = it.elements.get(code=each.code)
                    row.delete()
                    found = elements.gaps(again(it), outcome, ground)
                    cast.write_elements(it, desk.handler)
                elif source == "ground":
                    found = elements.gaps(again(it), outcome, "")
                elif source in ("authority", "court", "us"):
                    monkeypatch.setattr(
                        remedies,
                        "ways",
                        lambda *given, source=source: [
                            way for way in every(*given) if way.kind != source
                        ],
                    )
                    found = elements.gaps(again(it), outcome, ground)
                    monkeypatch.setattr(remedies, "ways", every)
                elif source == "fee":
                    # Written by the program into every such letter: there is no taking it out.
                    assert each.label in [part.label for part in elements.in_letter(it, outcome)]
                    continue
                else:
                    # The text of the answer is asked for when it is proposed.
                    continue
                assert each.article in [gap.element.article for gap in found], (slug, each.code)
                tried += 1
    assert tried > 250


def test_the_requester_reads_the_same_list_as_a_table_of_contents(desk: Desk) -> None:
    it = begun(desk, "img", "access", "PT")
    assert elements.contents(it, "granted", "") == [
        "Whether data about you are processed",
        "What your data are used for",
        "Which kinds of data they are",
        "Who received them",
        "How long they are kept",
        "Your further rights",
        "Where you can complain",
        "Where they come from",
        "Whether a computer decided about you",
        "What it costs",
    ]


def test_british_letters_name_the_complaint_to_us_and_the_commissioner_also_in_a_full_yes(
    desk: Desk,
) -> None:
    """DPA 2018, ss. 164A and 165; UK GDPR Art. 15(1A): what was searched."""
    it = cast.ask(desk.right("img", "access"), at=cast.on("2026-07-01"), country="GB")
    labels = elements.contents(it, "granted", "")
    assert "That you can complain to us" in labels
    assert "That you can complain to the Information Commissioner" in labels
    assert "What we searched" in labels


ANOTHER = {"destination": {"destination": "Dr. Ann Lee, 5 Elm Street, Chicago"}}


def test_a_copy_to_a_named_person_is_answered_where_it_is_asked_for(covered: Desk) -> None:
    """45 CFR 164.524(c)(3)(ii)."""
    it = begun(covered, "indigomed", "copy", "US")
    assert "hipaa:sent_to_another" not in [each.code for each in elements.demanded(it, "granted")]
    made = cast.ask(
        covered.right("indigomed", "copy"),
        at=cast.on("2026-05-01"),
        country="US",
        particulars=ANOTHER,
    )
    asked = cast.begin(made, covered.handler, at=cast.on("2026-05-01"))
    asked.elements.all().delete()
    gaps = [each.element.article for each in elements.gaps(again(asked), "granted", "")]
    assert gaps == ["45 CFR 164.524(c)(3)(ii)"]


def test_a_letter_says_what_it_costs(desk: Desk) -> None:
    """EDPB 01/2022, para. 194: none, or its parts."""
    it = begun(desk, "img", "access", "PT")
    written = elements.in_letter(again(it), "granted")
    assert written[-1] == elements.Written("What it costs", "This answer costs you nothing.")
