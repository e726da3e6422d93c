"""Texts that people begin with: nothing goes out that still has a gap of ours in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from dsr.requests import answer_texts
from dsr.requests.deeds import decision, ending
from dsr.requests.deeds.decision import Proposal
from dsr.requests.drafts import gaps
from dsr.requests.errors import BadInput
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach

FRENCH = Path(__file__).parents[2] / "dsr/locale/fr/LC_MESSAGES/django.po"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("outcome", ["granted", "partly_granted", "refused", "nothing_held"])
def test_an_answer_with_a_gap_is_not_proposed(desk: Desk, outcome: str, language: str) -> None:
    asked = reach(desk, "in_progress")
    asked.language = language
    text = answer_texts.answer(asked, outcome)
    assert "[" in text
    given = Proposal(outcome=outcome, answer=text)
    with pytest.raises(BadInput) as refused:
        decision.propose(asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version)
    assert list(refused.value.fields) == ["answer"]
    assert re.search(r"\[.+\]", refused.value.fields["answer"])
    assert not asked.decisions.exists()


def test_an_ending_with_a_gap_is_refused_at_its_text(desk: Desk) -> None:
    asked = reach(desk, "in_progress")
    given = ending.EndingProposal(
        ending="out_of_scope",
        ground="not_covered",
        text="This right does not reach what you ask, because [say why, in plain words].",
    )
    with pytest.raises(BadInput) as refused:
        ending.propose_ending(asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version)
    assert refused.value.fields == {
        "text": "Fill in or take out what stands in brackets: [say why, in plain words]"
    }


@pytest.mark.parametrize(
    "text",
    [
        "[Say what was done, and what is enclosed.]",
        "[say  what was\ndone]",
        "[SAY WHAT WAS DONE: we sent it]",
        "Passed on to [name] on [day].",
        "[dites pourquoi, en mots simples]",
    ],
)
def test_a_gap_is_known_however_it_was_changed(text: str) -> None:
    assert gaps(text)


@pytest.mark.parametrize(
    "text", ["He wrote “recieved” [sic].", "[...]", "[1] see below", "[day 3]"]
)
def test_brackets_of_people_are_theirs(text: str) -> None:
    assert gaps(text) == []


def test_every_gap_in_the_texts_is_known_in_every_language() -> None:
    """Of texts that were never declared to be starting texts too."""
    words = re.findall(r'(?:msgid|msgstr) "((?:[^"\\]|\\.)*)"', FRENCH.read_text(encoding="utf-8"))
    found = [gap for text in words for gap in re.findall(r"\[[\w ,.’-]{3,}\]", text)]
    assert len(found) > 12
    assert [gap for gap in found if not gaps(gap)] == []


def test_the_gaps_are_those_of_all_languages_whatever_is_spoken_now() -> None:
    with translation.override("fr"):
        assert gaps("[say which part]") == ["[say which part]"]


def test_a_text_without_gaps_goes_on(desk: Desk) -> None:
    asked = reach(desk, "in_progress")
    given = Proposal(
        outcome="granted", answer="Here is what you asked for [two pages].", given_as="text"
    )
    decision.propose(asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version)
    assert asked.decisions.count() == 1
