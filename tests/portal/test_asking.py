"""The form of a right: it asks what the clause asks, blocks nobody by form, and counts once."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.requests.models import SubjectRequest
from dsr.vault import inspecting
from tests.portal.conftest import ACCOUNTING, FULL, Visitor

NO_WAY = "Give one way to answer you: an e-mail address, a postal address or a telephone number."


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    return SimpleUploadedFile("photo.png", content.getvalue(), "image/png")


def test_a_complete_request_gets_a_reference_a_date_and_a_receipt(visitor: Visitor) -> None:
    sent = visitor.ask()
    page = visitor.open(visitor.at("sent/"))
    assert sent.reference in page
    assert "By law you must have an answer by" in page
    assert "A receipt is on its way" in page
    assert sent.due_on == date(2026, 5, 21)
    assert sent.missing == []
    assert (
        OutboxMessage.objects.filter(kind="acknowledgement", reference=sent.reference).count() == 1
    )


def test_what_was_typed_reaches_the_request(visitor: Visitor) -> None:
    sent = visitor.ask(medium="paper", postal_address="7 rue du Serin, 69000 Lyon", **FULL)
    assert sent.values() == {
        "signed": {"signature": "Zoé Canary-Quill"},
        "dated": {"dated_on": "2026-05-01"},
        "time_period": {"period_from": "2024-05-01", "period_to": "2026-04-30"},
        "medium": {"medium": "paper"},
    }
    assert sent.wants_paper
    assert sent.people.get().reveal("name") == "Zoé Canary-Quill"


def test_what_the_clause_asks_for_comes_back_once_with_everything_kept(visitor: Visitor) -> None:
    response = visitor.fill(ACCOUNTING, role="subject", name="Zoé", email="zoe@example.org")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Date of signature: the policy asks for this." in page
    assert 'value="zoe@example.org"' in page
    assert "Send now without it; we will ask you for it" in page
    assert not SubjectRequest.objects.exists()


def test_formality_never_blocks_asking(visitor: Visitor) -> None:
    sent = visitor.ask(ACCOUNTING, role="subject", name="Z", email="z@example.org", anyway="1")
    assert sent.missing == ["signed", "dated", "time_period"]
    assert "You can add this on your private page" in visitor.open(visitor.at("sent/"))


def test_half_a_period_is_no_period(visitor: Visitor) -> None:
    sent = visitor.ask(**{**FULL, "period_to": "", "anyway": "1"})
    assert sent.missing == ["time_period"]


@pytest.mark.parametrize(
    "typed",
    [
        "+351 912 345 678 ext. 12",
        "01 23 45 67 89 poste 12",
        "01 23 45 67 89 / 06 12 34 56 78",
        "٠٦١٢٣٤٥٦٧٨",
        "mobile: 06.12.34.56.78 (after six)",
    ],
)
def test_a_telephone_number_is_taken_as_people_write_it(visitor: Visitor, typed: str) -> None:
    sent = visitor.ask(ACCOUNTING, **{**FULL, "phone": typed})
    assert sent.people.get().unseal("phone") == typed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, NO_WAY),
        ({"email": "zoe at home"}, "Enter an e-mail address like name@example.org."),
        ({"email": "zoe@exam\u200bple.org"}, "Type the address instead of pasting it."),
        ({"email": "zoe@[127.0.0.1]"}, "Mail is not sent to the number of a computer."),
        ({"email": "zoe@example"}, "The part after the @ lacks its ending."),
        ({"email": "zoë@example.org"}, "Our mail program writes to addresses with the letters a"),
        ({"phone": "call me"}, "Enter a telephone number in digits"),
        ({"name": " "}, "Enter your full name."),
        ({"role": ""}, "Say who is asking."),
        ({"role": "emperor"}, "“Who is asking?”: this is not one of the answers offered."),
        ({"role": "parent"}, "Enter the name of the person the data is about."),
        ({"dated_on": "2026-02-31"}, "Enter a date that exists"),
        ({"period_from": "2026-05-01"}, "The last day lies before the first."),
    ],
)
def test_what_makes_an_answer_impossible_is_said_beside_its_field(
    visitor: Visitor, typed: dict[str, str], sentence: str
) -> None:
    response = visitor.fill(ACCOUNTING, **{**FULL, "anyway": "1", **typed})
    page = response.content.decode()
    assert page.count(sentence) == 2  # in the list of problems, and beside the field
    assert "<title>Error:" in page
    assert 'aria-invalid="true"' in page
    assert not SubjectRequest.objects.exists()


def test_a_postal_address_alone_is_a_way_to_answer(visitor: Visitor) -> None:
    sent = visitor.ask(**{**FULL, "email": "", "postal_address": "7 rue du Serin, Lyon"})
    assert "A receipt goes to the postal address you gave." in visitor.open(visitor.at("sent/"))
    assert (
        OutboxMessage.objects.get(reference=sent.reference, kind="acknowledgement").medium
        == "letter"
    )


def test_a_parent_asks_for_a_child(visitor: Visitor) -> None:
    sent = visitor.ask(**{**FULL, "role": "parent", "about_name": "Pip Canary-Quill"})
    people = {person.part: person.reveal("name") for person in sent.people.all()}
    assert people == {"subject": "Pip Canary-Quill", "requester": "Zoé Canary-Quill"}


def test_somebody_who_reports_a_child_need_not_know_its_name(visitor: Visitor) -> None:
    sent = visitor.ask(
        "/imo/report-child/",
        role="third_party",
        name="Rae Wren",
        email="rae@example.org",
        anyway="1",
    )
    assert sent.role == "third_party"
    assert sent.people.get(part="subject").reveal("name") == "Name not known"


def test_the_same_form_sent_twice_is_one_request(visitor: Visitor) -> None:
    form = {"form_token": visitor.token(ACCOUNTING), **FULL}
    visitor.client.post(ACCOUNTING, form)
    first = SubjectRequest.objects.get()
    visitor.time.shift(timedelta(minutes=1))
    visitor.client.post(ACCOUNTING, form)
    page = visitor.open(visitor.at("sent/"))
    assert SubjectRequest.objects.get() == first
    assert first.reference in page
    assert "This form was sent before, and it counts once." in page


def test_a_new_form_is_a_new_request(visitor: Visitor) -> None:
    assert visitor.ask().reference != visitor.ask().reference


def test_a_forged_token_sends_nothing_and_says_what_to_do(visitor: Visitor) -> None:
    response = visitor.client.post(ACCOUNTING, {"form_token": "forged", **FULL})
    page = response.content.decode()
    assert "This form was open for too long. Please send it again." in page
    assert 'value="zoe.canary@example.org"' in page
    assert not SubjectRequest.objects.exists()


def test_the_token_of_one_right_is_none_for_another(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/paper-copy/")
    visitor.client.post(ACCOUNTING, {"form_token": token, **FULL})
    assert not SubjectRequest.objects.exists()


def test_what_a_machine_fills_in_at_once_is_asked_again(visitor: Visitor) -> None:
    token = visitor.token(ACCOUNTING)
    visitor.time.shift(timedelta(minutes=-2))
    response = visitor.client.post(ACCOUNTING, {"form_token": token, **FULL})
    assert "That was sent very fast. Please send it again." in response.content.decode()
    visitor.time.shift(timedelta(seconds=3))
    assert visitor.client.post(ACCOUNTING, {"form_token": token, **FULL}).status_code == 302


def test_the_field_that_only_robots_fill_stops_them(visitor: Visitor) -> None:
    response = visitor.fill(ACCOUNTING, website="http://spam.example", **FULL)
    assert "Leave the field" in response.content.decode()
    assert not SubjectRequest.objects.exists()


def test_a_picture_is_kept_with_the_request(visitor: Visitor) -> None:
    sent = visitor.ask(**FULL, documents=[picture(), picture()])
    assert sent.attachments.count() == 2


def test_a_guardian_is_asked_for_the_authority_and_may_send_without_it(visitor: Visitor) -> None:
    guardian = FULL | {"role": "guardian", "about_name": "Cleo Canary-Quill"}
    sent = visitor.ask(**guardian, authority_documents=[picture()])
    assert [each.about for each in sent.attachments.all()] == ["authority"]
    assert not visitor.ask(**guardian).attachments.exists()


def test_who_asks_for_themselves_after_all_proves_no_authority(visitor: Visitor) -> None:
    sent = visitor.ask(**FULL, authority_documents=[picture()])
    assert [each.about for each in sent.attachments.all()] == [""]


def test_a_file_of_another_kind_is_refused_with_its_name(visitor: Visitor) -> None:
    page_of_web = SimpleUploadedFile("letter.pdf", b"<html>", "application/pdf")
    response = visitor.fill(ACCOUNTING, **FULL, documents=[page_of_web])
    page = response.content.decode()
    assert "letter.pdf: Only PDF, JPEG, PNG and HEIC files can be sent." in page
    assert "Please choose your files again" in page
    assert not SubjectRequest.objects.exists()


def test_where_many_files_are_looked_at_nothing_typed_is_lost_and_it_says_when_to_come_back(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "LINE", inspecting.Line(0, 0, 0.0))
    response = visitor.fill(ACCOUNTING, **FULL, documents=[picture()])
    page = response.content.decode()
    assert "Please send them again in a minute." in page
    assert "Please choose your files again" in page
    assert FULL["name"] in page
    assert not SubjectRequest.objects.exists()
    monkeypatch.undo()
    assert visitor.ask(**FULL, documents=[picture()]).attachments.count() == 1


def test_too_many_files_are_refused(visitor: Visitor) -> None:
    response = visitor.fill(ACCOUNTING, **FULL, documents=[picture() for _ in range(6)])
    assert "Send at most five files at once." in response.content.decode()


def test_an_opt_out_asks_for_no_birthday_and_no_document(visitor: Visitor) -> None:
    page = visitor.open("/indigomed/revoke-authorisation/")
    assert 'name="born_on"' not in page
    assert 'name="documents"' not in page
    assert 'name="authority_documents"' not in page
    assert 'name="may_use_contact_held"' not in page


def test_who_may_be_reached_through_the_contact_held_says_so_without_a_reason(
    visitor: Visitor,
) -> None:
    assert not visitor.ask().may_use_contact_held
    assert visitor.ask(**FULL, may_use_contact_held="on").may_use_contact_held


def test_a_signature_by_hand_is_printed_as_a_letter(visitor: Visitor) -> None:
    Organisation.objects.filter(slug="indigomed").update(accepts_electronic_signatures=False)
    assert 'name="signature"' not in visitor.open(ACCOUNTING)
    typed = {name: value for name, value in FULL.items() if name not in ("signature", "dated_on")}
    sent = visitor.ask(**typed)
    assert sent.missing == ["signed", "dated"]
    page = visitor.open(visitor.at("sent/"))
    assert visitor.at("paper/") in page
    letter = visitor.open(visitor.at("paper/"))
    assert "25 rue Tronchet – 75008 Paris – France" in letter
    assert "1 May 2024" in letter
    assert sent.reference in letter


COPY = "/indigomed/copy/"


def test_a_copy_to_somebody_else_is_asked_for_with_a_signature_where_a_law_gives_it(
    visitor: Visitor,
) -> None:
    """45 CFR 164.524(c)(3)(ii): in writing, signed, with the person and the place."""
    assert 'name="destination"' not in visitor.open(COPY)
    Organisation.objects.filter(slug="indigomed").update(flags=["hipaa_covered_entity"])
    page = visitor.open(COPY)
    assert "name that person and the place, and sign below" in page
    typed = {**FULL, "destination": "Dr. Ann Lee, 5 Elm Street, Chicago"}
    unsigned = {name: value for name, value in typed.items() if name != "signature"}
    asked = visitor.fill(COPY, **unsigned).content.decode()
    assert "To send a copy to somebody else we need your signature" in asked
    sent = visitor.ask(COPY, **typed)
    assert sent.values()["destination"] == {"destination": "Dr. Ann Lee, 5 Elm Street, Chicago"}


def test_a_signature_that_only_the_law_wants_is_not_told_of_as_the_policys(
    visitor: Visitor,
) -> None:
    Organisation.objects.filter(slug="img").update(
        regimes=["hipaa"], flags=["hipaa_covered_entity"]
    )
    page = visitor.open("/img/access/")
    assert "Only if a copy is to go to somebody else." in page
    assert "The policy asks for a signed and dated request." not in page
    assert "The policy asks for a signed and dated request." in visitor.open(COPY)


def test_where_no_typed_signature_counts_a_copy_to_somebody_else_is_signed_on_paper(
    visitor: Visitor,
) -> None:
    """45 CFR 164.524(c)(3)(ii), of a right whose clause wants no signature itself."""
    Organisation.objects.filter(slug="img").update(
        regimes=["hipaa"], flags=["hipaa_covered_entity"], accepts_electronic_signatures=False
    )
    typed = {"role": "subject", "name": "Zoé Canary-Quill", "email": "zoe.canary@example.org"}
    page = "/img/access/"
    assert visitor.ask(page, **typed, country="US").missing == []
    sent = visitor.ask(page, **typed, country="US", destination="Dr. Ann Lee, 5 Elm Street")
    assert sent.missing == ["signed"]
    assert visitor.at("paper/") in visitor.open(visitor.at("sent/"))


def test_what_is_typed_can_run_nowhere(visitor: Visitor) -> None:
    response = visitor.fill(ACCOUNTING, name="<script>alert(1)</script>", email="x")
    assert "<script>alert(1)" not in response.content.decode()


def test_a_paper_copy_needs_a_postal_address_and_no_choice_of_how(visitor: Visitor) -> None:
    url = "/indigomed/paper-copy/"
    assert 'name="wants_paper"' not in visitor.open(url)
    typed = {"role": "subject", "name": "Zoé Canary-Quill", "email": "zoe.canary@example.org"}
    page = visitor.fill(url, **typed)
    assert "To answer on paper we need a postal address." in page.content.decode()
    assert visitor.ask(url, **typed, postal_address="7 rue du Serin\n69000 Lyon").wants_paper


def test_the_private_page_names_the_files_that_arrived(visitor: Visitor) -> None:
    visitor.ask(documents=picture(), **FULL)
    visitor.client.post(visitor.at("reply/"), {"text": "", "documents": picture()})
    assert "Files that you sent: photo.png, photo.png" in visitor.status()


def test_the_form_says_from_when_can_be_listed_and_takes_an_earlier_period(
    visitor: Visitor,
) -> None:
    assert "We can list from 1 May 2024." in visitor.open(ACCOUNTING)
    visitor.ask(**FULL | {"period_from": "2019-01-01"})
    said = "We can list from 1 May 2024. What lies before that day is not listed."
    assert said in visitor.open(visitor.at("sent/"))
    assert said in visitor.status()


@pytest.mark.parametrize(
    ("slug", "way"),
    [
        ("marketing-opt-out", {"email": "zoe.canary@example.org"}),
        ("phone-consent-withdrawal", {"phone": "+1 312 555 0199"}),
    ],
)
def test_an_opt_out_needs_the_address_and_nothing_else(
    visitor: Visitor, slug: str, way: dict[str, str]
) -> None:
    """16 CFR 316.5; 47 CFR 64.1200(a)(10)."""
    page = visitor.open(f"/imo/{slug}/")
    [address] = way.values()
    for field in ("name", "role"):
        assert f'name="{field}"' in page
    assert page.count("(optional)") >= 2
    sent = visitor.ask(f"/imo/{slug}/", **way)
    person = sent.people.get()
    assert (person.role, person.reveal("name")) == ("subject", address)
    # Ten business days from 1 May 2026, a Friday.
    law = sent.deadlines.get(purpose="opt_out")
    assert law.due_on == date(2026, 5, 15)


def test_an_opt_out_without_an_address_is_asked_for_one_and_for_no_name(visitor: Visitor) -> None:
    page = visitor.fill("/imo/marketing-opt-out/").content.decode()
    assert NO_WAY in page
    assert "Enter your full name." not in page
    assert "Say who is asking." not in page
