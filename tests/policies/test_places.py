"""A law and a calendar name places that exist: a slip gives nobody a law by silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr.policies.catalogue.reading import read_calendars
from dsr.policies.regimes import read_regime
from dsr.policies.strict_yaml import CatalogueError
from dsr.policies.territories import is_place


def test_a_place_is_a_country_or_a_part_of_one() -> None:
    assert all(map(is_place, ("PT", "US-CA", "GB-ALL", "FR-57")))
    assert not any(map(is_place, ("PO", "US-ZZ", "US-", "EU", "UK", "pt", "")))


def test_a_law_binds_places_that_exist(tmp_path: Path) -> None:
    law = tmp_path / "law.yaml"
    law.write_text(
        "name: Law\nfull_name: A law\napplies:\n  requester: [EEA, PO]\nsources: {}\nduties: []\n"
    )
    with pytest.raises(CatalogueError, match="“PO” is no country"):
        read_regime(law)


def test_a_calendar_file_names_places_that_exist(tmp_path: Path) -> None:
    file = tmp_path / "calendars.yaml"
    file.write_text("calendars:\n  - {slug: pt, name: Portugal, codes: [PO]}\n")
    with pytest.raises(CatalogueError, match="“PO” is no country"):
        read_calendars(file)
