"""Laws read otherwise than they ship, for one test: a file with some words replaced, one more, or
one less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr.policies import law_words
from dsr.policies.regimes import all_regimes, regime, versions_of
from dsr.policies.regimes.regime import DATA, read_regime


class Laws:
    """The laws that are known while a test runs."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch

    def read_otherwise(self, slug: str, *words: tuple[str, str], as_slug: str = "") -> None:
        """The file of a law with these words replaced wherever they stand; as another law where
        ``as_slug`` says so."""
        text = (DATA / f"{slug}.yaml").read_text(encoding="utf-8")
        for old, new in words:
            assert old in text, old
            text = text.replace(old, new)
        path = self.folder / f"{as_slug or slug}.yaml"
        path.write_text(text, encoding="utf-8")
        self.patch.setitem(all_regimes(), as_slug or slug, read_regime(path))
        self.forget()

    def drop(self, slug: str) -> None:
        self.patch.delitem(all_regimes(), slug)
        self.forget()

    def forget(self) -> None:
        """Whatever was remembered of the files is read again."""
        versions_of.cache_clear()
        law_words._names.cache_clear()
        regime.require_order(all_regimes())


def laws_of(folder: Path) -> Iterator[Laws]:
    with pytest.MonkeyPatch.context() as patch:
        yield Laws(folder, patch)
    versions_of.cache_clear()
    law_words._names.cache_clear()
