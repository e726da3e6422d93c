"""Facts that laws name and a person states: with a question, a fee, an extension, of a request.

A fact is written by its law and name, ``gdpr:large_quantity``; whoever states it is on record
beside it. A clock stops or moves only for what its own law names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from dsr.policies.regimes import SEEN, Fact, Regime
from dsr.requests.errors import BadInput
from dsr.requests.laws import in_words, laws_binding
from dsr.requests.models import SubjectRequest


def by_law(regime: Regime, needs: Iterable[str]) -> list[str]:
    """What a pause or an extension needs, as it is compared with what was stated."""
    return [each if each in SEEN else f"{regime.slug}:{each}" for each in needs]


def offered(subject_request: SubjectRequest, asked: str) -> list[tuple[str, str]]:
    """The facts that the laws of a request name for an occasion (``clarification``, ``extension``,
    ``request``), with the sentence that is stated."""
    return [
        (code := f"{law.slug}:{name}", words(code))
        for law, name, _fact in _known(subject_request, asked)
    ]


def checked(subject_request: SubjectRequest, asked: str, given: Collection[str]) -> list[str]:
    """The facts stated, each once. Raises BadInput on ``facts`` for one that no law here names."""
    known = {f"{law.slug}:{name}" for law, name, _fact in _known(subject_request, asked)}
    if unknown := set(given) - known:
        raise BadInput(
            {
                "facts": _("No law of this request names the fact “%(fact)s”. Leave it out.")
                % {"fact": min(unknown)}
            }
        )
    return sorted(set(given))


def words(stated: str) -> str:
    """What was stated, as a sentence in the reader's language."""
    return in_words(stated, "facts")


def with_stated(text: str, stated: object) -> str:
    """A line of history, and what was stated with it."""
    said = [words(str(each)) for each in stated] if isinstance(stated, list | tuple) else []
    if not said:
        return text
    return _("%(what)s. Stated with it: %(facts)s") % {"what": text, "facts": "; ".join(said)}


def _known(subject_request: SubjectRequest, asked: str) -> list[tuple[Regime, str, Fact]]:
    return [
        (law, name, fact)
        for law in laws_binding(subject_request)
        for name, fact in law.facts.items()
        if fact.asked == asked and _matters(law, name, subject_request, asked)
    ]


def _matters(law: Regime, name: str, subject_request: SubjectRequest, asked: str) -> bool:
    """Whether a duty of this kind of request depends on it: what changes nothing is not asked."""
    kind = subject_request.kind
    duties = [each for each in law.duties if kind in each.kinds]
    if asked == "request":
        granted = any(kind in each.kinds and each.fact == name for each in law.must_grant)
        return granted or any(name in each.when for each in duties)
    if asked == "extension":
        return any(each.extension and name in each.extension.needs for each in duties)
    return any(
        name in effect.needs and effect.admitted_for(kind)
        for each in duties
        for effect in each.pauses
        if effect.reason == asked
    )
