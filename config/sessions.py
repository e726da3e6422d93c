"""Django's sessions in the database, written once for each page that changes them."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import get_random_string


class SessionStore(DatabaseStore):
    """What was saved already is not saved again.

    Django writes a session when it gets a new name, and once more at the end of the page, after it
    has looked whether the name is free. The page that takes in a request saves its session in the
    same commit; the second writing would be a commit of its own with nothing new in it.
    """

    _written: tuple[str | None, bytes] | None = None

    def create(self) -> None:
        # 32 random characters are free; were they not, the INSERT would fail and the page with it.
        # So nobody looks, and no savepoint is needed to try again.
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self.create_model_instance(self._get_session(no_load=True)).save(force_insert=True)  # type: ignore[attr-defined]
        self.modified, self._written = True, self._state()

    def save(self, must_create: bool = False) -> None:
        if must_create or self._state() != self._written:
            super().save(must_create)
            self._written = self._state()

    def _state(self) -> tuple[str | None, bytes]:
        held: dict[str, Any] = self._get_session()  # type: ignore[attr-defined]
        return self.session_key, self.serializer().dumps(held)
