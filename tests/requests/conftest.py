"""A small cast of obviously invented people, at a desk with the three real policies."""

from __future__ import annotations

import pytest

from tests.cast import Desk, the_same_desk


@pytest.fixture
def desk(db: None) -> Desk:
    """Every table as on a fresh site with the catalogue loaded and four people at the desk."""
    return the_same_desk()
