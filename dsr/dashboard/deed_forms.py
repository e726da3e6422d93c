"""The form of a deed, made from its declaration. Forms check shape; services decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from dsr.accounts.models import User
from dsr.requests.deeds.declaration import Deed
from dsr.requests.deeds.inputs import Opening
from dsr.requests.models import SubjectRequest
from dsr.vault.plain_forms import PlainForm


class DeedForm(PlainForm):
    """Carries the version of the request that the person saw, and when they opened the page."""

    # Compared with the locked row: a page left open never acts on a request that has moved on.
    version = forms.IntegerField(widget=forms.HiddenInput)
    # For the words of a stale page alone: whoever changes it only sees another list of happenings.
    opened = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(
        self,
        deed: Deed[Any],
        subject_request: SubjectRequest,
        user: User,
        data: Any = None,
        files: Any = None,
        *,
        at: datetime,
        query: Mapping[str, Any] | None = None,
        auto_id: str = "id_%s",
    ) -> None:
        self.deed, self.subject_request, self.user, self.at = deed, subject_request, user, at
        super().__init__(data, files, auto_id=auto_id, initial=self._initial(query or {}))
        # Made for each request anew: choices depend on it, and on who looks.
        for asked in deed.asks():
            self.fields |= asked.make(subject_request, user)

    def _initial(self, query: Mapping[str, Any]) -> dict[str, Any]:
        # In the organisation's zone: around midnight the server's day is not the legal one.
        today: date = self.subject_request.organisation.today(self.at)
        opening = Opening(self.subject_request, today, query)
        begun = {asked.name: asked.begin(opening) for asked in self.deed.asks() if asked.begin}
        return begun | {"version": self.subject_request.version, "opened": self.at.isoformat()}

    @property
    def seen(self) -> int:
        return int(self.cleaned_data["version"])

    def given(self, address: Mapping[str, Any]) -> Any:
        """The input of the deed, from what was typed and what stands in the address of the page."""
        values = {}
        for asked in self.deed.asks():
            if asked.from_address:
                # The address wins over what was posted: no hidden field points at another row.
                values[asked.name] = address[asked.name]
            # What this request does not ask keeps the default of the input.
            elif not asked.optional or asked.name in self.fields:
                values[asked.name] = asked.collect(self.subject_request, self)
        return self.deed.input(**values)

    def with_version(self, version: int, at: datetime) -> Any:
        """What was typed, as if the page had been opened just now."""
        assert isinstance(self.data, QueryDict)
        # A copy, because what was posted cannot be changed.
        again = self.data.copy()
        again["version"], again["opened"] = str(version), at.isoformat()
        return again


SHOWN_AT_ONCE = 3  # rows; more are folded away


def grouped(form: DeedForm) -> dict[str, Any]:
    """The fields that belong together in rows (``detail_1``, ``unique_1``), and all the others.

    ``more`` are the rows that are folded away, open where one of them is filled in or wrong.
    """
    rows: dict[str, list[forms.BoundField]] = {}
    others: list[forms.BoundField] = []
    for field in form.visible_fields():
        number = field.name.rpartition("_")[2]
        (rows.setdefault(number, []) if number.isdigit() else others).append(field)
    shown = list(rows.values())
    more = shown[SHOWN_AT_ONCE:]
    used = any(field.errors or field.value() for row in more for field in row)
    return {"rows": shown[:SHOWN_AT_ONCE], "more": more, "more_used": used, "others": others}
