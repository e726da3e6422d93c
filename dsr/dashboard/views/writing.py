"""The pages on which an answer or an ending is written: nothing that was typed or chosen is lost.

Beside the deed's own button they have further ones that show the form again: begin with a text, put
back what was written, add files, take one out. Each has an address of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from dsr.dashboard.deed_forms import DeedForm
from dsr.dashboard.views.deed import DeedView
from dsr.requests import answer_texts
from dsr.requests.deeds import ending
from dsr.requests.deeds.enclosures import enclose, remove_enclosure
from dsr.requests.errors import RequestError, Stale
from dsr.requests.forms import put_refusal
from dsr.requests.models import SubjectRequest

KEPT = "kept"
BETWEEN = "\n\n----------\n\n"


@dataclass(frozen=True, slots=True)
class Texts:
    """Which field says for what the text is, which holds it, and the texts to begin with."""

    choice: str
    field: str
    of: Callable[[SubjectRequest], dict[str, str]]


ANSWERS = Texts("outcome", "answer", answer_texts.answers)
TEXTS = {
    "propose": ANSWERS,
    "decide_alone": ANSWERS,
    "propose_ending": Texts("ending", "text", ending.texts),
}


class WritingView(DeedView):
    """As the page of any deed; files that were chosen are kept when the deed is refused."""

    def not_judged(self) -> HttpResponse:
        form = self.form(self.request.POST, self.request.FILES)
        form.full_clean()
        return self.again(form, _of(form, "files"))

    def refuse(self, form: DeedForm) -> HttpResponse:
        return self.again(form, form.errors)

    def again(
        self, form: DeedForm, errors: Any = None, changed: QueryDict | None = None
    ) -> HttpResponse:
        """The form as it was filled in, with the files that were chosen taken in already."""
        errors = dict(errors or {})
        kept = False
        try:
            kept = self._take_in(form)
        except Stale:
            return self.stale(form)
        except RequestError as refused:
            put_refusal(form, refused)
            errors |= form.errors
        if changed is not None:
            form.data = changed
        self.subject_request = self.find()
        again = self.form(form.with_version(self.subject_request.version, self.at))
        again.full_clean()
        again.errors.clear()
        again.errors.update(errors)
        lost = [name for name in self.request.FILES if not (kept and name == "files")]
        return self.show(again, files_lost=bool(lost), kept=again.data.get(KEPT, ""))

    def _take_in(self, form: DeedForm) -> bool:
        files = form.cleaned_data.get("files") if form.is_bound else None
        if not files or "version" not in form.cleaned_data:
            return False
        enclose(self.subject_request.pk, files=files, actor=self.user, at=self.at, seen=form.seen)
        return True

    def show(self, form: DeedForm, status: int = 200, **more: Any) -> HttpResponse:
        more.setdefault("kept", form.data.get(KEPT, "") if form.is_bound else "")
        more["it_texts"] = f"dashboard:{self.deed.code}_text"
        more["it_files"] = f"dashboard:{self.deed.code}_files"
        return super().show(form, status, **more)


class _Beside(WritingView):
    """A further button of such a page."""

    def get(self, request: HttpRequest, reference: str, **address: Any) -> HttpResponse:
        self.subject_request = self.find()
        self._permitted()
        # The address of a button that was opened by itself, such as by going back.
        return redirect(f"dashboard:{self.deed.code}", reference)

    def post(self, request: HttpRequest, reference: str, **address: Any) -> HttpResponse:
        self.subject_request, self.address = self.find(), address
        self._permitted()
        form = self.form(request.POST, request.FILES)
        form.full_clean()
        return self.do(form, request.POST.copy())

    def do(self, form: DeedForm, typed: QueryDict) -> HttpResponse:
        raise NotImplementedError


class TextView(_Beside):
    """Begin with a text, or put back what was there; the one never costs the other."""

    def do(self, form: DeedForm, typed: QueryDict) -> HttpResponse:
        texts = TEXTS[self.deed.code]
        starts = texts.of(self.subject_request)
        written, kept = typed.get(texts.field, ""), typed.get(KEPT, "")
        if "put_back" in typed:
            typed[texts.field] = kept
            typed[KEPT] = "" if _is_among(written, starts) else written
        elif (begin := typed.get("begin", "")) in starts:
            typed[texts.field], typed[texts.choice] = starts[begin], begin
            if not _is_among(written, starts):
                typed[KEPT] = BETWEEN.join(each for each in (kept, written) if each.strip())
        return self.again(form, form.errors and _of(form, "files"), typed)


class FilesView(_Beside):
    """Add the files that were chosen, or take one out."""

    def do(self, form: DeedForm, typed: QueryDict) -> HttpResponse:
        errors = _of(form, "files")
        number = typed.get("remove", "")
        if number.isdecimal() and len(number) < 10 and "version" in form.cleaned_data:
            try:
                changed = remove_enclosure(
                    self.subject_request.pk,
                    enclosure_id=int(number),
                    actor=self.user,
                    at=self.at,
                    seen=form.seen,
                )
            except Stale:
                return self.stale(form)
            except RequestError as refused:
                form.errors.clear()
                put_refusal(form, refused)
                return self.again(form, form.errors)
            form.cleaned_data["version"] = changed.version
        return self.again(form, errors)


def _of(form: DeedForm, name: str) -> dict[str, Any]:
    return {name: form.errors[name]} if name in form.errors else {}


def _is_among(written: str, starts: dict[str, str]) -> bool:
    """Whether nobody wrote it: nothing, or a starting text as it was."""
    plain = " ".join(written.split())
    return not plain or any(plain == " ".join(each.split()) for each in starts.values())
