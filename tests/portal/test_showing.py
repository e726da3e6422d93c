from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr.portal.showing import Piece, merged, paragraphs, pieces

TEXT = "One. Two. Three.\nFour."


def test_clauses_are_marked_and_the_rest_is_left_alone() -> None:
    assert pieces(TEXT, [(5, 9)]) == [
        Piece("One. ", marked=False),
        Piece("Two.", marked=True, first=True),
        Piece(" Three.\nFour.", marked=False),
    ]


def test_clauses_that_overlap_are_one_mark() -> None:
    assert merged([(5, 16), (0, 9)]) == [(0, 16)]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([(0, 4), (5, 9)], ["One. Two."], id="neighbours on one line"),
        pytest.param([(0, 4), (10, 16)], ["One.", "Three."], id="words between them"),
        pytest.param([(10, 16), (17, 22)], ["Three.", "Four."], id="on two lines"),
        pytest.param([(0, 4), (4, 9)], ["One.", " Two."], id="no space between them"),
    ],
)
def test_neighbouring_sentences_read_as_one(
    spans: list[tuple[int, int]], expected: list[str]
) -> None:
    assert paragraphs(TEXT, spans) == expected


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair)))
)


@given(st.text(min_size=80), SPANS)
def test_not_one_character_of_the_policy_is_lost(text: str, spans: list[tuple[int, int]]) -> None:
    assert "".join(piece.text for piece in pieces(text, spans)) == text
