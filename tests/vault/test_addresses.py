"""One form of an address, in which it is mailed, found and counted; or a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dsr.vault.address_fields import AddressField
from dsr.vault.addresses import (
    AddressRefused,
    canonical,
    canonical_or_blank,
    indexed,
    mailbox,
    readable,
)


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        pytest.param("nora@example.org", "nora@example.org", id="as most are"),
        pytest.param("nora@faß-probe.example", "nora@xn--fa-probe-rya.example", id="sharp s"),
        pytest.param("nora@faß.example", "nora@xn--fa-hia.example", id="sharp s stays"),
        pytest.param("nora@XN--FA-HIA.example", "nora@xn--fa-hia.example", id="already coded"),
        pytest.param("nora@fass.example", "nora@fass.example", id="another domain"),
        pytest.param("nora@βόλος.example", "nora@xn--nxasmm1c.example", id="final sigma stays"),
        pytest.param("nora@bu\u0308ro.example", "nora@xn--bro-hoa.example", id="decomposed"),
        pytest.param("nora@b\u00fcro.example", "nora@xn--bro-hoa.example", id="composed"),
        pytest.param("nora@EXAMPLE.Org", "nora@example.org", id="capitals of a domain"),
        pytest.param("Nora.V@example.org", "Nora.V@example.org", id="capitals before the @ stay"),
        pytest.param("nora@ｅxample．org", "nora@example.org", id="full-width domain and dot"),
        pytest.param("nora@example。org", "nora@example.org", id="ideographic dot"),
        pytest.param("nora@example｡org", "nora@example.org", id="half-width dot"),
        pytest.param("nora+img@example.org", "nora+img@example.org", id="a tag stays"),
        pytest.param("o'neil_{x}=1@example.org", "o'neil_{x}=1@example.org", id="odd and allowed"),
        pytest.param("nora@example.org\u200f", "nora@example.org", id="mark of direction"),
        pytest.param("\ufeffnora@example.org", "nora@example.org", id="byte order mark in front"),
        pytest.param("\u00a0nora@example.org\u200b ", "nora@example.org", id="blanks of all kinds"),
        pytest.param("\u00adnora@example.org\u2060", "nora@example.org", id="hyphen and joiner"),
        pytest.param("\u202anora@example.org\u202c\n", "nora@example.org", id="embedding, line"),
        pytest.param("\u3164nora@example.org\ufe0f\x00", "nora@example.org", id="filler, NUL"),
        pytest.param("x" * 64 + "@example.org", "x" * 64 + "@example.org", id="64 before the @"),
    ],
)
def test_every_spelling_of_an_address_has_one_form(typed: str, form: str) -> None:
    assert canonical(typed) == form


INVISIBLE = (
    "There is a blank or an invisible character inside this address. "
    "Type the address instead of pasting it."
)
ALONE = (
    "Enter the address alone, like name@example.org, "
    "without quotation marks, brackets, commas or a name."
)
DOT = "A dot stands at an end of this address, beside the @, or twice. Take it out."
LETTERS = (
    "Our mail program writes to addresses with the letters a to z before the @ only. "
    "Give another e-mail address, or another way to reach you."
)
LONG = (
    "This address is too long: at most 64 characters before the @, and 254 in all. "
    "Give another one."
)
NUMBER = (
    "Mail is not sent to the number of a computer. Enter an address with a name after the @, "
    "like name@example.org."
)
ENDING = "The part after the @ lacks its ending. Enter all of it, like name@example.org."
DOMAIN = (
    "What stands after the @ is no name that mail can be sent to. "
    "Compare it with the address letter by letter."
)
GENERAL = "Enter an e-mail address like name@example.org."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("nora@exam\u200bple.org", INVISIBLE, id="zero width"),
        pytest.param("nora@example\u200f.org", INVISIBLE, id="mark of direction"),
        pytest.param("no\u00adra@example.org", INVISIBLE, id="soft hyphen"),
        pytest.param("nora\u00a0@example.org", INVISIBLE, id="no-break blank before the @"),
        pytest.param("nora@\ufeffexample.org", INVISIBLE, id="byte order mark after the @"),
        pytest.param("nora@exa\u200dmple.org", INVISIBLE, id="joiner"),
        pytest.param("nora@exa\u202emple.org", INVISIBLE, id="what turns the rest around"),
        pytest.param("nora@exa\u034fmple.org", INVISIBLE, id="grapheme joiner"),
        pytest.param("nora@exa\ufe0fmple.org", INVISIBLE, id="variation selector"),
        pytest.param("nora@exa\u3164mple.org", INVISIBLE, id="filler, a letter to Unicode"),
        pytest.param("nora v@example.org", INVISIBLE, id="blank"),
        pytest.param("nora@example.org\nBcc: eve@example.org", INVISIBLE, id="line break"),
        pytest.param("nora\x00@example.org", INVISIBLE, id="NUL"),
        pytest.param('"nora"@example.org', ALONE, id="quoted"),
        pytest.param('"nora v"@example.org', ALONE, id="quoted blank"),
        pytest.param("nora(home)@example.org", ALONE, id="comment"),
        pytest.param("nora@(home)example.org", ALONE, id="comment in the domain"),
        pytest.param("Nora <nora@example.org>", ALONE, id="with a name"),
        pytest.param("nora@example.org,eve@example.org", ALONE, id="two"),
        pytest.param("nora@example.org;", ALONE, id="semicolon"),
        pytest.param("mailto:nora@example.org", ALONE, id="link"),
        pytest.param("nora\\@example.org", ALONE, id="backslash"),
        pytest.param("nora..v@example.org", DOT, id="two dots"),
        pytest.param(".nora@example.org", DOT, id="dot in front"),
        pytest.param("nora.@example.org", DOT, id="dot before the @"),
        pytest.param("nora@.example.org", DOT, id="dot after the @"),
        pytest.param("nora@example.org.", DOT, id="end of a sentence"),
        pytest.param("nora@example..org", DOT, id="two dots in the domain"),
        pytest.param("nora@example.。org", DOT, id="two dots of two kinds"),
        pytest.param("zoë@example.org", LETTERS, id="diaeresis"),
        pytest.param("用户@example.org", LETTERS, id="Chinese"),
        pytest.param("nоra@example.org", LETTERS, id="a Cyrillic o"),
        pytest.param("\u212aate@example.org", LETTERS, id="Kelvin sign"),
        pytest.param("x" * 65 + "@example.org", LONG, id="65 before the @"),
        pytest.param("n" * 8 + "@" + "x" * 60 + (".x" * 93), LONG, id="255 in all"),
        pytest.param("n@" + "ü" * 5000 + ".example", LONG, id="thousands"),
        pytest.param("nora@[127.0.0.1]", NUMBER, id="literal"),
        pytest.param("nora@[IPv6:::1]", NUMBER, id="literal of version 6"),
        pytest.param("nora@127.0.0.1", NUMBER, id="number"),
        pytest.param("nora@example.0x7f", NUMBER, id="hexadecimal number"),
        pytest.param("nora@１２７.０.０.１", NUMBER, id="full-width number"),
        pytest.param("nora@localhost", ENDING, id="this computer"),
        pytest.param("nora@example", ENDING, id="no dot"),
        pytest.param("nora@-example.org", DOMAIN, id="hyphen in front"),
        pytest.param("nora@ex_ample.org", DOMAIN, id="underscore"),
        pytest.param("nora@☃.example", DOMAIN, id="symbol"),
        pytest.param("nora@a․example", DOMAIN, id="one dot leader"),
        pytest.param("nora@xn--zz.example", DOMAIN, id="a code of nothing"),
        pytest.param("nora@ab--c.example", DOMAIN, id="hyphens of a code"),
        pytest.param("nora@" + "x" * 64 + ".org", DOMAIN, id="a label of 64"),
        pytest.param("nora@\ud800.example", DOMAIN, id="half a character"),
        pytest.param("nora＠example.org", GENERAL, id="full-width at"),
        pytest.param("nora@home@example.org", GENERAL, id="two at"),
        pytest.param("nora at home", GENERAL, id="words"),
        pytest.param("nora", GENERAL, id="no at"),
        pytest.param("@example.org", GENERAL, id="nothing before"),
        pytest.param("nora@", GENERAL, id="nothing after"),
        pytest.param("\u200b", GENERAL, id="nothing that can be seen"),
    ],
)
def test_what_is_no_address_is_refused_with_what_to_do(typed: str, sentence: str) -> None:
    with translation.override("en"), pytest.raises(AddressRefused) as refused:
        canonical(typed)
    assert str(refused.value) == sentence


def test_an_address_may_be_left_out() -> None:
    assert [canonical_or_blank(nothing) for nothing in ("", "  ", "\u200b\ufeff\n")] == ["", "", ""]


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("nora@example.org", id="plain"),
        pytest.param("NORA@example.org", id="capitals"),
        pytest.param("nora+a@example.org", id="a tag"),
        pytest.param("nora+a+b@example.org", id="two tags"),
        pytest.param('"nora"@example.org', id="quoted"),
        pytest.param('"no\\ra"@example.org', id="quoted letter by letter"),
        pytest.param("nora(home)@example.org", id="a comment"),
        pytest.param("nora@EXAMPLE．org", id="another dot"),
        pytest.param("\u200bnora@example.org", id="pasted"),
    ],
)
def test_one_mailbox_is_one_to_a_limit_however_it_is_written(typed: str) -> None:
    assert mailbox(typed) == "nora@example.org"


def test_the_host_that_ignores_dots_has_one_mailbox_under_both_names() -> None:
    assert mailbox("no.r.a+x@googlemail.com") == mailbox("nora@gmail.com") == "nora@gmail.com"
    assert mailbox("no.ra@example.org") != mailbox("nora@example.org")


def test_a_tag_without_a_name_is_not_everybodys_mailbox() -> None:
    assert mailbox("+a@example.org") == "+a@example.org"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("nora@example.org", "nora@example.org", id="plain"),
        pytest.param("privacy@IMG.example", "privacy@IMG.example", id="as a policy writes it"),
        pytest.param(
            "nora@xn--fa-hia.example", "nora@faß.example (nora@xn--fa-hia.example)", id="letters"
        ),
        pytest.param(
            "a@xn--80ak6aa92e.com", "a@аррӏе.com (a@xn--80ak6aa92e.com)", id="a look-alike"
        ),
        pytest.param("not an address", "not an address", id="no address"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_people_read_the_letters_and_the_form_that_is_mailed(address: str, shown: str) -> None:
    assert readable(address) == shown


def test_a_form_gives_the_one_form_and_keeps_what_was_refused() -> None:
    assert AddressField().clean(" nora@faß.example\u200f") == "nora@xn--fa-hia.example"
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        AddressField().clean("nora@exam\u200bple.org")
    assert refused.value.messages == [INVISIBLE]


# A machine that is busy is no fault of what is generated.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What people type, and what those who look for a gap do.
PIECES = st.text(
    st.sampled_from('aZkß\u017f\u212a\u0130ıü\u0308σς.．。+-_"()<>[]@ \u200b\u200d\u200f\u00ad:1xn')
    | st.characters(),
    max_size=12,
)
ADDRESSES = st.one_of(
    PIECES,
    st.builds("{}@{}.example".format, PIECES, PIECES),
    st.builds("n.{}+x@{}".format, PIECES, PIECES),
    st.emails(),
)


def form_of(typed: str) -> str:
    try:
        return canonical(typed)
    except AddressRefused:
        return ""


@UNHURRIED
@given(ADDRESSES)
@example("nora@faß.example")
@example("a@xn--fa-hia.example")
def test_the_form_of_a_form_is_itself(typed: str) -> None:
    if form := form_of(typed):
        assert canonical(form) == form
        assert form.isascii()
        assert form.isprintable()
        # As the mail library reads it: the same, and no second recipient.
        assert form.count("@") == 1


@UNHURRIED
@given(ADDRESSES)
def test_what_has_one_form_is_one_entry_of_the_index_and_one_mailbox(typed: str) -> None:
    if form := form_of(typed):
        assert indexed(typed) == indexed(form) == indexed(indexed(typed))
        assert mailbox(typed) == mailbox(form) == mailbox(indexed(form))
        assert mailbox(mailbox(typed)) == mailbox(typed)


@UNHURRIED
@given(ADDRESSES)
def test_the_entry_of_the_index_never_leaves_the_domain(typed: str) -> None:
    if form := form_of(typed):
        assert indexed(typed).rpartition("@")[2] == form.rpartition("@")[2]


@UNHURRIED
@given(ADDRESSES)
def test_what_is_refused_is_never_found_as_an_address(typed: str) -> None:
    if not form_of(typed):
        assert form_of(indexed(typed)) == ""


@UNHURRIED
@given(st.emails())
def test_what_is_typed_with_letters_is_read_with_letters(typed: str) -> None:
    if form := form_of(typed):
        assert form_of(readable(form).partition(" ")[0]) == form
