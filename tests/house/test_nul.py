"""A NUL byte names nothing, wherever it stands: the answer is a 404 and never an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.dashboard.conftest import Seat, clock, desk, seat  # noqa: F401


@pytest.mark.parametrize(
    "address",
    [
        "/%00/",
        "/indigomed/%00/",
        "/s/%00/",
        "/status/%00/",
        "/?a=%00",
        "/staff/%00/",
        "/staff/requests/%00/",
        "/staff/?status=%00",
        "/staff/?page=%00&kind=access",
        "/admin/accounts/user/?q=%00",
        "/staff/account/login/?next=%00",
    ],
)
def test_a_nul_in_an_address_or_a_filter_is_a_404(
    seat: Callable[[str], Seat],  # noqa: F811
    address: str,
) -> None:
    assert seat("officer").client.get(address).status_code == 404
    assert Client().get(address).status_code == 404


@pytest.mark.django_db
def test_so_is_one_in_a_cookie() -> None:
    client = Client()
    client.cookies["session"] = "a\0b"
    assert client.get("/status/").status_code == 404
