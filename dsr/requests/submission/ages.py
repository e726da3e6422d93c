"""Whether a day of birth fits the right and the role: asked of every door by the service.

A right that its text limits at both ends is not taken for others. All else may be a slip or may be
true: it is asked back once, and then taken with a word in the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from dsr.policies.kinds import Asker, need_of
from dsr.policies.models import Right

# As the role says: “between 13 and 17”.
MINOR_FROM, OF_AGE = 13, 18


@dataclass(frozen=True, slots=True)
class AgeQuestion:
    """What does not fit; ``final`` where the right cannot be used at this age at all."""

    code: str
    sentence: str
    final: bool = False
    doors: tuple[Right, ...] = ()


def age_on(born: date, today: date) -> int:
    """Full years; who was born on 29 February has a birthday on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def age_question(right: Right, role: str, born: date | None, on: date) -> AgeQuestion | None:
    """What is to be asked of somebody born on this day, on this day; None where all is well."""
    if born is None or born > on:
        return None
    years = age_on(born, on)
    if not right.is_for_age(years):
        return AgeQuestion(
            "right",
            _(
                "“%(right)s” is for other ages: somebody born on this day is %(years)d years old. "
                "Correct the day, or ask here:"
            )
            % {"right": right.here("title"), "years": years},
            # A report may be about somebody older than was thought; a limit at both ends is one.
            final=right.age_from is not None,
            doors=tuple(_open_at(right, years)),
        )
    if sentence := _of_role(right, role, years):
        return AgeQuestion(role, sentence)
    return None


def _of_role(right: Right, role: str, years: int) -> str:
    if role == Asker.MINOR and not MINOR_FROM <= years < OF_AGE:
        return _(
            "Who asks is said to be between 13 and 17, and somebody born on this day is %(years)d "
            "years old. Correct who asks, or the day."
        ) % {"years": years}
    if role == Asker.PARENT and years >= OF_AGE:
        return _(
            "A parent is said to ask for a child, and somebody born on this day is %(years)d years "
            "old. An adult asks alone, or through somebody with a mandate or a guardian. "
            "Correct who asks, or the day."
        ) % {"years": years}
    # Where the text speaks of ages it has spoken of these.
    if role == Asker.SUBJECT and years < MINOR_FROM and not right.ages:
        return _(
            "The person is said to ask alone, and somebody born on this day is %(years)d years "
            "old. For a child a parent or guardian asks. Correct who asks, or the day."
        ) % {"years": years}
    return ""


def _open_at(right: Right, years: int) -> Iterator[Right]:
    """The other rights of the same text that serve the same need at this age."""
    for each in right.reading.rights.all():
        same = each.kind in need_of(right.kind)
        if each.pk != right.pk and not each.law and same and each.is_for_age(years):
            yield each
