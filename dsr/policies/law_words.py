"""What laws and their articles are called in the reader's language: RGPD to whom reads French.

Rows keep the names of the files, in English; the files say what others call them.
"""

from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.policies.regimes import all_regimes


def law_in_words(named: str) -> str:
    """A law or a place in one, as a deadline or a right names it: ``GDPR Art. 12(3)``."""
    # What no file names is what staff or a policy wrote, or a text of ours.
    return _names(_language()).get(named) or (_(named) if named else "")


def article_in_words(law: str, article: str) -> str:
    """``GDPR, Art. 15``; in French ``RGPD, art. 15``."""
    # French writes it small in the middle of a line.
    if _language() == "fr" and article.startswith("Art."):
        article = f"a{article[1:]}"
    return f"{law_in_words(law)}, {article}"


@cache
def _names(language: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for regime in all_regimes().values():
        if words := regime.translations.get(language):
            said |= {regime.name: words.name, regime.full_name: words.full_name}
            said |= {regime.sources[slug].title: title for slug, title in words.sources.items()}
    return said


def _language() -> str:
    return (get_language() or "en").split("-")[0]
