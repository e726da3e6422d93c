"""The text of a policy with its clauses marked, without a single character of it changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool
    first: bool = False


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Cut a text at the borders of the spans; overlapping spans become one mark."""
    cut: list[Piece] = []
    position = 0
    for start, end in merged(spans):
        cut.append(Piece(text[position:start], marked=False))
        cut.append(Piece(text[start:end], marked=True, first=len(cut) == 1))
        position = end
    cut.append(Piece(text[position:], marked=False))
    return [piece for piece in cut if piece.text]


def paragraphs(text: str, spans: Iterable[Span]) -> list[str]:
    """The words of clauses; sentences that follow each other on one line are read as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        last = joined[-1][1] if joined else start
        between = text[last:start]
        goes_on = start < last or (between and not between.strip() and "\n" not in between)
        if joined and goes_on:
            joined[-1] = (joined[-1][0], max(end, last))
        else:
            joined.append((start, end))
    return [text[start:end] for start, end in joined]


def merged(spans: Iterable[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
