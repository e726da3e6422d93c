"""Limits of what comes in: exact, independent, kept under hashes, and not dodged by headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from dsr.requests.client_address import client_address, network_of, wider_networks
from dsr.requests.errors import TooMany
from dsr.requests.models import LimitCounter
from dsr.requests.services import rate_limits
from dsr.requests.services.rate_limits import Limit, Scope, check, crowded, is_reached, sweep
from dsr.vault.plaintext_search import search
from dsr.vault.services import keyed_hash
from tests.notifications.threads import at_once

# Twenty-three minutes before the end of its hour.
AT = datetime(2026, 5, 1, 7, 37, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = (
    Limit("test", Scope.SOURCE, 3, HOUR),
    Limit("test", Scope.TARGET, 2, HOUR),
    Limit("test", Scope.NET_48, 4, HOUR),
    Limit("test", Scope.SITE, 5, HOUR),
)
SOURCE, OTHER = "203.0.113.7", "198.51.100.9"


def tried(times: int, at: datetime = AT, **whose: str) -> list[str]:
    """What became of so many tries, one after the other."""
    answers = []
    for _number in range(times):
        try:
            crowded = check(LIMITS, at=at, **whose)
        except TooMany as refusal:
            answers.append(str(refusal))
        else:
            answers.append("to check" if crowded else "passed")
    return answers


@pytest.mark.django_db
def test_a_source_passes_as_often_as_its_limit_says_and_is_told_when_to_come_back() -> None:
    assert tried(4, source=SOURCE) == [
        *["passed"] * 3,
        "Very many messages came from your network in a short time. "
        "Please try again in 23 minutes.",
    ]


@pytest.mark.django_db
def test_the_next_window_starts_anew() -> None:
    tried(4, source=SOURCE)
    assert tried(1, datetime(2026, 5, 1, 7, 59, 59, tzinfo=UTC), source=SOURCE) == [
        "Very many messages came from your network in a short time. Please try again in 1 minute."
    ]
    assert tried(1, datetime(2026, 5, 1, 8, 0, tzinfo=UTC), source=SOURCE) == ["passed"]


@pytest.mark.django_db
def test_one_source_does_not_use_up_what_belongs_to_another() -> None:
    tried(50, source=SOURCE)
    assert tried(2, source=OTHER) == ["passed", "passed"]


@pytest.mark.django_db
def test_an_address_is_protected_from_many_sources_however_it_is_written() -> None:
    spellings = ["zoe+img@example.org", "ZOE@example.org", '"zoe"@EXAMPLE。org ']
    answers = [tried(1, source=f"203.0.113.{n}", target=t)[0] for n, t in enumerate(spellings)]
    assert answers == [
        "passed",
        "passed",
        "Very many requests named this e-mail address in a short time. "
        "Please try again in 23 minutes.",
    ]


@pytest.mark.django_db
def test_a_look_alike_address_has_a_limit_of_its_own() -> None:
    tried(2, target="zoe.k@example.org")
    assert tried(1, target="zoe.\u212a@example.org") == ["passed"]


@pytest.mark.django_db
def test_beyond_the_limit_of_the_site_all_are_taken_and_marked_and_refused_tries_do_not_count() -> (
    None
):
    assert tried(50, source=SOURCE)[3:] == [tried(1, source=SOURCE)[0]] * 47
    assert tried(3, source=OTHER) == ["passed", "passed", "to check"]
    assert tried(1, source="192.0.2.77") == ["to check"]
    assert tried(1, AT + HOUR, source=OTHER) == ["passed"]


@pytest.mark.django_db
def test_one_ipv6_provider_that_floods_marks_its_own_and_closes_nothing() -> None:
    """65,536 sources in one /48, each with its own limit."""
    sources = [f"2001:db8:1:{number:x}::/64" for number in range(6)]
    flood = [tried(1, source=each, net48="2001:db8:1::/48")[0] for each in sources[:5]]
    assert flood == [*["passed"] * 4, "to check"]
    assert crowded(at=AT) == {}
    # The fifth of the site, from elsewhere, would be marked too from here on; it is never refused.
    assert tried(1, source=OTHER, net48="2001:db8:2::/48") == ["to check"]


@pytest.mark.django_db
def test_while_the_site_is_crowded_health_can_ask_by_how_much(monkeypatch) -> None:
    monkeypatch.setattr(rate_limits, "LOST_LINK", (Limit("lost_link", Scope.SITE, 2, HOUR),))
    for _turn in range(3):
        check(rate_limits.LOST_LINK, at=AT)
    assert crowded(at=AT) == {"lost_link": 3}
    assert crowded(at=AT + HOUR) == {}


@pytest.mark.django_db
def test_what_one_limit_refuses_is_counted_by_none() -> None:
    tried(2, target="zoe@example.org")
    tried(10, source=SOURCE, target="zoe@example.org")
    assert tried(3, source=SOURCE) == ["passed"] * 3


@pytest.mark.django_db
def test_a_limit_of_one_deed_says_nothing_about_another() -> None:
    tried(3, source=SOURCE)
    check((Limit("another", Scope.SOURCE, 1, HOUR),), at=AT, source=SOURCE)


@pytest.mark.django_db
def test_looking_whether_a_limit_is_reached_counts_nothing() -> None:
    tried(2, source=SOURCE)
    assert [is_reached(LIMITS, at=AT, source=SOURCE) for _ in range(9)] == [False] * 9
    tried(1, source=SOURCE)
    assert is_reached(LIMITS, at=AT, source=SOURCE)
    assert not is_reached(LIMITS, at=AT + HOUR, source=SOURCE)


@pytest.mark.django_db(transaction=True)
def test_of_forty_tries_at_the_same_instant_exactly_as_many_pass_as_the_limit_says() -> None:
    tries: list[Callable[[], list[str]]] = [
        partial(tried, 2, source=f"203.0.113.{number % 4}") for number in range(20)
    ]
    answers = [answer for both in at_once(tries) for answer in both]
    # Four sources with three each; the first five of them before the site's limit.
    assert (answers.count("passed"), answers.count("to check")) == (5, 7)
    assert max(LimitCounter.objects.values_list("count", flat=True)) == 12


@pytest.mark.django_db(transaction=True)
def test_one_address_named_by_twenty_sources_at_once_passes_exactly_twice() -> None:
    tries: list[Callable[[], list[str]]] = [
        partial(tried, 1, source=f"203.0.113.{number}", target="zoe@example.org")
        for number in range(20)
    ]
    assert sum(answer == ["passed"] for answer in at_once(tries)) == 2


@pytest.mark.django_db
def test_neither_the_address_nor_the_network_is_kept() -> None:
    tried(1, source=SOURCE, target="zoe.canary@example.org")
    found = [place for place, _rows, hits in search([SOURCE, "zoe.canary", "203.0.113"]) if hits]
    assert found == []


@pytest.mark.django_db
def test_a_counter_is_of_no_use_to_who_guesses_addresses_without_the_key(settings) -> None:
    before = keyed_hash("limit", SOURCE)
    settings.DSR_INDEX_KEYS = (("other", b"0123456789abcdef0123456789abcdef"),)
    assert keyed_hash("limit", SOURCE) != before


@pytest.mark.django_db
def test_past_windows_are_swept_and_present_ones_stay() -> None:
    tried(1, source=SOURCE)
    assert sweep(at=AT + HOUR) == 0
    assert sweep(at=AT + 3 * HOUR) == 2
    assert not LimitCounter.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        pytest.param(0, "", "192.0.2.1", id="nobody between"),
        pytest.param(0, "10.0.0.1", "192.0.2.1", id="a header that nobody of ours wrote"),
        pytest.param(1, "203.0.113.7", "203.0.113.7", id="one proxy"),
        pytest.param(1, "10.0.0.1, 203.0.113.7", "203.0.113.7", id="one proxy, one invention"),
        pytest.param(1, "a,b,c,,203.0.113.7 ", "203.0.113.7", id="one proxy, many inventions"),
        pytest.param(2, "10.0.0.1, 203.0.113.7, 10.1.1.1", "203.0.113.7", id="two proxies"),
        pytest.param(1, "", "192.0.2.1", id="past the proxy"),
        pytest.param(2, "203.0.113.7", "192.0.2.1", id="past one of two proxies"),
    ],
)
def test_the_visitor_is_whom_our_own_proxies_vouch_for(
    proxies: int, forwarded: str, expected: str
) -> None:
    meta = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(meta, proxies) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("203.0.113.7", "203.0.113.7", id="IPv4 counts by address"),
        pytest.param("203.0.113.7:4711", "203.0.113.7", id="a port does not make another"),
        pytest.param("::ffff:203.0.113.7", "203.0.113.7", id="IPv4 written as IPv6"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="IPv6 counts by /64"),
        pytest.param("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", id="another of the same /64"),
        pytest.param("2001:db8:1:3::1", "2001:db8:1:3::/64", id="the neighbour's /64"),
        pytest.param("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64", id="IPv6 with a port"),
        pytest.param("fe80::1%eth0", "fe80::/64", id="IPv6 with a zone"),
        pytest.param("", "unknown", id="nothing"),
        pytest.param("x" * 5000, "unknown", id="rubbish"),
    ],
)
def test_a_source_is_one_customer(address: str, expected: str) -> None:
    assert network_of(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param(
            "2001:db8:1:2ff:3::6",
            {"net56": "2001:db8:1:200::/56", "net48": "2001:db8:1::/48"},
            id="IPv6 counts for the networks around it",
        ),
        pytest.param("203.0.113.7", {}, id="IPv4 for none"),
        pytest.param("rubbish", {}, id="nor what is no address"),
    ],
)
def test_the_networks_around_a_source(address: str, expected: dict[str, str]) -> None:
    assert wider_networks(address) == expected
