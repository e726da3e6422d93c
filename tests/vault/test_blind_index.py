"""Exact search by address, number and words of a name, without holding any of them."""

import threading
import time

import pytest
from django.db import connection, transaction

from dsr.vault.errors import KeyDestroyed
from dsr.vault.models import BlindToken, KeyPurpose
from dsr.vault.services import destroy, find, find_words, index, open_safe, unindex
from tests.vault.cast import AT, LATER

I1, I2 = ("i1", bytes(range(100, 132))), ("i2", bytes(range(132, 164)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "stored", "asked"),
    [
        pytest.param("email", "zoe@example.org", " Zoe@Example.ORG ", id="case and spaces"),
        pytest.param("email", "zoe@faß.example", "zoe@XN--FA-HIA.example", id="coded domain"),
        pytest.param("email", "zoe@example.org\u200f", "zoe@ｅxample．org", id="another dot"),
        pytest.param("phone", "+41 44 123 45 67", "0041-44/123.45.67", id="ways to write a number"),
        pytest.param("name_word", "Zoë Müller", "MÜLLER", id="one word of a name"),
        pytest.param("name_word", "Anne-Marie O'Neil", "marie", id="double names"),
        pytest.param("name_word", "STRASSE", "Straße", id="case folding"),
        pytest.param("name_word", "Zoe\u0308", "Zoë", id="composed and decomposed letters"),
        pytest.param("postcode", "SW1A 1AA", "sw1a 1aa", id="any other field"),
    ],
)
def test_finds(field, stored, asked):
    safe = open_safe(AT)
    index(safe, field, [stored])
    assert find(field, asked) == {safe.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "stored", "asked"),
    [
        pytest.param("email", "zoe@example.org", "ｚoe@example.org", id="full-width letter"),
        pytest.param("email", "kate@example.org", "\u212aate@example.org", id="Kelvin sign"),
        pytest.param("email", "zoe@example.org", "zое@example.org", id="Cyrillic letters"),
        pytest.param("email", "lisa@example.org", "lıſa@example.org", id="dotless i and long s"),
        pytest.param("email", "zoe@example.org", "zoe@example.or", id="a part of it"),
        pytest.param("email", "zoe@example.org", "zoe+x@example.org", id="a tag"),
        pytest.param("email", "zoe@faß.example", "zoe@fass.example", id="a sharp s is no ss"),
        pytest.param("email", "zoe@example.org", '"zoe"@example.org', id="quoted"),
        pytest.param("name_word", "Zoe Muller", "Zoe Miller", id="one of two words"),
        pytest.param("name_word", "Zoe", "", id="nothing"),
        pytest.param("phone", "+41441234567", "", id="no number"),
    ],
)
def test_does_not_find(field, stored, asked):
    index(open_safe(AT), field, [stored])
    assert find(field, asked) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("José Núñez-Émile", ["Jose", "Nunez-Emile", "Emile", "nunez emile", "NUNEZEMILE"]),
        ("José Peña", ["Jose Pena", "PEÑA josé", "Peña"]),
        ("Jürgen Müller", ["Muller", "Mueller", "Juergen Muller", "MÜLLER"]),
        ("Mueller", ["Müller", "MUELLER"]),
        ("Muller", ["Müller"]),
        ("Lars Sørensen", ["Sorensen", "Soerensen", "SØRENSEN"]),
        ("Sorensen", ["Sørensen", "Sörensen"]),
        ("Łukasz Wałęsa", ["Lukasz Walesa"]),
        ("Novak Đoković", ["Djokovic", "Dokovic"]),
        ("Þórður Æsir Bœuf", ["Thordur", "aesir", "Boeuf"]),
        ("Jörg Groß", ["Gross", "GROẞ", "Joerg GROSS"]),
        ("Áed O’Brien", ["OBrien", "O'Brien", "O Brien", "Brien", "Oʼbrien", "O`BRIEN"]),
        ("Sean OBrien", ["O'Brien", "O’Brien", "O Brien"]),
        ("Chloé D’Angelo", ["Dangelo", "d'Angelo", "Angelo"]),
        ("Jean-Luc Roux", ["Jeanluc", "Jean Luc", "jean‑luc"]),
        ("Jeanluc Roux", ["Jean-Luc"]),
        ("María de la Cruz", ["Delacruz", "de la Cruz", "Maria Cruz", "Maria Delacruz"]),
        ("Maria Delacruz", ["de la Cruz", "Maria de la Cruz"]),
        ("Mac Donald", ["MacDonald"]),
        ("Gal·la J.R. Prat", ["Galla", "Gal·la", "JR Prat", "J R Prat", "J. R. Prat"]),
        # A capital I of Turkish is no i with its dot lost, and a dotted one keeps its dot.
        ("Işık Yılmaz", ["ISIK YILMAZ", "IŞIK YILMAZ", "ışık yilmaz"]),
        ("İrem DİLEK", ["irem dilek", "Irem Dilek", "İREM"]),
        ("Γιώργος Παπάς", ["ΓΙΩΡΓΟΣ ΠΑΠΑΣ", "γιωργος", "Παπας"]),
        ("Алёна Лук’яненко", ["Алена", "Лукяненко", "ЛУК'ЯНЕНКО"]),
        ("Їжакевич Ґалаґан", ["Іжакевич", "Галаган"]),
        ("أحمد عليّ", ["احمد", "علي"]),
        ("فاطمة", ["فاطمه"]),
        ("王小明", ["王", "小明", "王 小明", "王小明"]),
        ("山田 太郎", ["山田太郎", "太郎", "山田"]),
        ("ﾔﾏﾀﾞ タロウ", ["ヤマダ", "タロウ"]),
        ("김민준", ["민준", "김 민준"]),
        ("कि़रण शर्मा", ["शर्मा"]),
        ("สมชาย ใจดี", ["ใจดี"]),
        ("Nguyễn Văn Đức", ["Nguyen Van Duc", "NGUYEN DUC"]),
    ],
)
def test_a_name_is_found_as_people_write_it(stored, typed):
    safe = open_safe(AT)
    index(safe, "name_word", [stored])
    assert [each for each in typed if find_words(each) != {safe.pk}] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Anna Meier", "Anna Maier"),
        ("O’Brien", "Byrne"),
        # Another sound and another vowel, not an accent.
        ("かな", "がな"),
        ("शर्मा", "शर्म"),
        ("José Peña", "Jos"),
        ("Anna Schmidt", "Annaschmidt"),
        ("Maria Cruz", "Maria de la Cruz"),
    ],
)
def test_another_name_is_not_found(stored, typed):
    index(open_safe(AT), "name_word", [stored])
    assert find_words(typed) == set()


PARIS, CHICAGO, LISBON = "FR", "US", "PT"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "region", "abroad"),
    [
        pytest.param("06 12 34 56 78", PARIS, "+33 6 12 34 56 78", id="France"),
        pytest.param("06.12.34.56.78", PARIS, "0033 612345678", id="two zeros lead abroad"),
        pytest.param("06 12 34 56 78", PARIS, "+33 (0)6 12 34 56 78", id="zero in brackets"),
        pytest.param("(312) 555-0123", CHICAGO, "+1 312 555 0123", id="United States"),
        pytest.param("(312) 555-0123", CHICAGO, "001 312 555 0123", id="from Europe to America"),
        pytest.param("1-312-555-0123", CHICAGO, "+13125550123", id="with the long-distance 1"),
        pytest.param("912 345 678", LISBON, "+351 912 345 678", id="Portugal"),
        pytest.param("٠٦١٢٣٤٥٦٧٨", PARIS, "+33612345678", id="Arabic digits"),
        pytest.param("06 12 34 56 78", PARIS, "tel:+33-6-12-34-56-78", id="as a link"),
        pytest.param("(312) 555-0123 ext. 5", CHICAGO, "tel:+1-312-555-0123;ext=5", id="extension"),
    ],
)
def test_national_and_international_form_of_a_number_find_each_other(typed, region, abroad):
    at_home, away = open_safe(AT), open_safe(AT)
    index(at_home, "phone", [typed], region)
    index(away, "phone", [abroad], region)
    both = {at_home.pk, away.pk}
    assert find("phone", typed, region) == find("phone", abroad, region) == both
    assert find("phone", abroad) == both  # Wherever it is asked.


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "region", "asked", "asked_in"),
    [
        pytest.param("06 12 34 56 78", CHICAGO, "+33 6 12 34 56 78", PARIS, id="read in another"),
        pytest.param("+33 6 12 34 56 78", PARIS, "06 12 34 56 78", CHICAGO, id="asked in another"),
        pytest.param("(312) 555-0123", PARIS, "+1 312 555 0123", PARIS, id="without its country"),
        pytest.param("+351 912 345 678", LISBON, "+34 912 345 678", LISBON, id="same rest only"),
        pytest.param("(312) 555-0123 x4", CHICAGO, "(312) 555-0123 x5", CHICAGO, id="extension"),
        pytest.param("01 23 45 67 89 / 06 12 34 56 78", PARIS, "01 23 45 67 78", PARIS, id="a mix"),
        pytest.param("06 12 34 56 78", PARIS, "6 12 34 56 7", PARIS, id="a part of it"),
    ],
)
def test_another_number_is_not_found(stored, region, asked, asked_in):
    index(open_safe(AT), "phone", [stored], region)
    assert find("phone", asked, asked_in) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "region", "asked"),
    [
        pytest.param("06 12 34 56 78", "", "0612345678", id="no country"),
        pytest.param("06 12 34 56 78", "AQ", "0612345678", id="country without a numbering plan"),
        pytest.param("12 34", PARIS, "1234", id="too short"),
        pytest.param("+0 12 34 56 78", PARIS, "+0 12345678", id="no country has this code"),
        pytest.param("3" * 300, PARIS, "3" * 300, id="hundreds of digits"),
    ],
)
def test_what_is_no_number_anywhere_is_found_by_its_digits(stored, region, asked):
    safe = open_safe(AT)
    index(safe, "phone", [stored], region)
    assert find("phone", asked, region) == {safe.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "typed", "region"),
    [
        # One of two in a field, with whatever stands between and around them.
        ("01 23 45 67 89 / 06 12 34 56 78", "06.12.34.56.78", PARIS),
        ("01 23 45 67 89 / 06 12 34 56 78", "+33 (0)1 23 45 67 89", PARIS),
        ("0123456789 0612345678", "06 12 34 56 78", PARIS),
        ("Dom. 01 23 45 67 89 ou portable : 06 12 34 56 78", "0033612345678", PARIS),
        ("06 12 34 56 78\n01 23 45 67 89", "01 23 45 67 89", PARIS),
        ("mobile: 06.12.34.56.78 (after six)", "06 12 34 56 78", PARIS),
        # The way abroad, wherever in the text it begins.
        ("Tel.: 0033 1 23 45 67 89", "01 23 45 67 89", PARIS),
        ("(00)33 1 23 45 67 89", "+33123456789", PARIS),
        ("(0033) 1 23 45 67 89", "+33123456789", PARIS),
        ("011 33 1 23 45 67 89", "+33 1 23 45 67 89", PARIS),
        ("011 33 1 23 45 67 89", "+33 1 23 45 67 89", CHICAGO),
        ("tel:1-23-45-67-89;phone-context=+33", "+33 1 23 45 67 89", PARIS),
        # Scripts, blanks and strokes.
        ("＋３３ １ ２３ ４５ ６７ ８９", "01 23 45 67 89", PARIS),
        ("۰۱ ۲۳ ۴۵ ۶۷ ۸۹", "01 23 45 67 89", PARIS),
        ("०१२३४५६७८९", "01 23 45 67 89", PARIS),
        ("01\u00a023\u202f45\u200967‑89", "0123456789", PARIS),
        ("\u202a01 23 45 67 89\u202c", "0123456789", PARIS),
        ("01–23–45–67–89", "0123456789", PARIS),
        ("1.312.555.0123", "(312) 555-0123", CHICAGO),
        ("030/123 45 67", "+49 30 1234567", "DE"),
        # With an extension: by the number alone, and by the same extension in other words.
        ("01 23 45 67 89 poste 12", "01 23 45 67 89", PARIS),
        ("01 23 45 67 89 poste 12", "+33 1 23 45 67 89 ext. 12", PARIS),
        ("030 1234567 Durchwahl 12", "030 1234567 x12", "DE"),
        ("(312) 555-0123 x12", "tel:+1-312-555-0123;ext=12", CHICAGO),
        ("(312) 555-0123 #12", "312-555-0123 extension 12", CHICAGO),
        # Somebody who gave no extension may have the one that is looked for.
        ("01 23 45 67 89", "01 23 45 67 89 poste 12", PARIS),
        # Too short for any number, in whatever digits.
        ("١٢٣٤", "1234", PARIS),
    ],
)
def test_a_number_is_found_in_whatever_writing_and_both_ways(stored, typed, region):
    first, second = open_safe(AT), open_safe(AT)
    index(first, "phone", [stored], region)
    assert find("phone", typed, region) == {first.pk}
    index(second, "phone", [typed], region)
    assert second.pk in find("phone", stored, region)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["", "x" * 5000, "+" * 300, "\ud800", "call me", "tel:", "ext. 12"]
)
def test_what_is_no_number_breaks_nothing_and_finds_nobody(typed):
    index(open_safe(AT), "phone", ["01 23 45 67 89"], PARIS)
    index(open_safe(AT), "phone", [typed], PARIS)
    assert find("phone", typed, PARIS) <= {BlindToken.objects.latest("pk").safe_id}


@pytest.mark.django_db
def test_a_number_is_taken_out_in_the_form_it_did_not_come_in():
    safe = open_safe(AT)
    index(safe, "phone", ["06 12 34 56 78"], PARIS)
    unindex(safe, "phone", ["+33 612345678"], PARIS)
    assert find("phone", "06 12 34 56 78", PARIS) == set()


@pytest.mark.django_db
def test_all_words_must_be_there_in_any_order():
    both, one = open_safe(AT), open_safe(AT)
    index(both, "name_word", ["Zoe Maria Müller"])
    index(one, "name_word", ["Zoe Meier"])
    assert find_words("müller zoe") == {both.pk}
    assert find_words("zoe") == {both.pk, one.pk}


@pytest.mark.django_db
def test_a_value_of_one_field_is_not_found_in_another():
    index(open_safe(AT), "email", ["zoe"])
    assert find("name_word", "zoe") == set()
    index(open_safe(AT), "name_word", ["zoe"])
    assert len(set(BlindToken.objects.values_list("token", flat=True))) == 2


@pytest.mark.django_db
def test_indexing_twice_is_indexing_once_and_adds_to_what_is_there():
    safe = open_safe(AT)
    index(safe, "email", ["zoe@example.org"])
    index(safe, "email", ["zoe@example.org", "zoe@work.example"])
    assert BlindToken.objects.filter(safe=safe).count() == 2
    unindex(safe, "email", ["zoe@example.org"])
    assert (find("email", "zoe@example.org"), find("email", "zoe@work.example")) == (
        set(),
        {safe.pk},
    )


@pytest.mark.django_db
def test_a_token_is_the_keyed_hash_that_was_agreed(settings):
    # HKDF-SHA-256 (no salt, info "blind index: email"), then HMAC-SHA-256: by hand with hashlib.
    settings.DSR_INDEX_KEYS = (I1,)
    index(open_safe(AT), "email", ["zoe@example.org"])
    token = BlindToken.objects.get()
    assert (bytes(token.token).hex(), token.key_id) == (EXPECTED_TOKEN, "i1")


EXPECTED_TOKEN = "a9f011e348621c01bd81c013aed4b2be2929f300c6755f4ecc082e7618766944"


@pytest.mark.django_db
def test_an_erased_safe_is_not_found_and_takes_no_new_tokens():
    safe = open_safe(AT)
    index(safe, "email", ["zoe@example.org"])
    destroy(safe, [KeyPurpose.CONTENT], LATER)
    assert find("email", "zoe@example.org") == set()
    with pytest.raises(KeyDestroyed):
        index(safe, "email", ["zoe@example.org"])
    assert BlindToken.objects.count() == 0


@pytest.mark.django_db
def test_destroying_identity_documents_leaves_the_search_alone():
    safe = open_safe(AT)
    index(safe, "email", ["zoe@example.org"])
    destroy(safe, [KeyPurpose.IDENTITY], LATER)
    assert find("email", "zoe@example.org") == {safe.pk}


@pytest.mark.django_db(transaction=True)
def test_no_token_slips_in_while_the_safe_is_being_erased():
    safe = open_safe(AT)
    eraser = threading.Thread(target=_erase, args=[safe])
    with transaction.atomic():
        index(safe, "email", ["zoe@example.org"])
        eraser.start()
        time.sleep(0.3)  # The eraser waits for this transaction.
        assert eraser.is_alive()
    eraser.join(timeout=10)
    assert BlindToken.objects.count() == 0


def _erase(safe):
    try:
        destroy(safe, [KeyPurpose.CONTENT], LATER)
    finally:
        connection.close()
