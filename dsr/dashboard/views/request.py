"""The page of one request, and its files."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from dsr.accounts.roles import Permission
from dsr.dashboard import (
    access_shown,
    clocks_shown,
    mails_shown,
    on_record,
    request_page,
    words,
)
from dsr.dashboard.deed_forms import DeedForm
from dsr.dashboard.opinions_shown import opinions_of
from dsr.dashboard.standing_texts import where_it_stands
from dsr.dashboard.views.deed import RequestView
from dsr.requests import enclosures, history
from dsr.requests.available_deeds import available_deeds
from dsr.requests.chain import write_line
from dsr.requests.deadlines import look_back
from dsr.requests.deeds.assignment import assign, note
from dsr.requests.forms.countries import place_name
from dsr.requests.models import SubjectRequest
from dsr.requests.standing import stands
from dsr.requests.whole import read_whole
from dsr.vault.models import SealedFile
from dsr.vault.services import open_file

SHORT_CLAUSE = 700  # characters; longer ones are folded


class RequestPage(RequestView):
    """Everything about one request, and the deeds that are possible now for this person."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        it = self.subject_request = self._whole(self.find())
        return self.page("dashboard/request.html", self._facts(it) | self._written(it))

    def _whole(self, found: SubjectRequest) -> SubjectRequest:
        return read_whole(found, self.user)

    def _facts(self, it: SubjectRequest) -> dict[str, Any]:
        today = self.today
        version = it.right.reading.version
        return {
            "it": it,
            "crumbs": self.crumbs(),
            "today": today,
            "due": words.due_badge(it, today),
            "state": words.status_badge(it),
            "is_left": bool(it.assignee) and not it.assignee_is_there,  # type: ignore[attr-defined]
            "stands": where_it_stands(stands(it, self.at)),
            "clocks": clocks_shown.clocks_of(it, self.at),
            "deeds": available_deeds(it, self.user, self.held, today),
            "said": request_page.said(it),
            "missing": request_page.missing(it),
            "reaches": look_back.told(it),
            "people": request_page.people(it),
            "progress": words.identity_progress(it, today),
            "lowered": history.rule_in_words(it.level_lowered_by) if it.level_lowered_by else "",
            "source": words.source(it.right),
            "clause_is_short": sum(len(each["text"]) for each in it.right.clauses) < SHORT_CLAUSE,
            "language": words.language(it.language),
            "country": place_name(it.country),
            "policy_language": version.policy.language,
            "policy_url": version.policy.source_url,
            "sees_proof": self.sees_proof(it),
            "fee": request_page.fee(it),
            "access": access_shown.access(
                it, self.at, sees_code=self.may(Permission.IDENTIFY, it.organisation_id)
            ),
        }

    def _written(self, it: SubjectRequest) -> dict[str, Any]:
        return {
            "evidence": request_page.evidence(it),
            "messages_written": request_page.messages(it),
            "notes": request_page.opened(it, it.notes.all(), "text")[::-1],
            "files": (files := request_page.files(it, identity=self.sees_proof(it))),
            "mails": (mails := mails_shown.mails(it)),
            "undelivered": mails_shown.undelivered(it, mails),
            "may_record": self.may(Permission.RECORD, it.organisation_id),
            "history": history.timeline(it, {each.pk: each.name for each in files}),
            # Most requests have none, and then nothing is asked.
            "opinions": it.opinions.all()
            and opinions_of(
                it, self.at, sees_code=self.may(Permission.IDENTIFY, it.organisation_id)
            ),
            "on_record": on_record.entries(it),
            "duplicates": request_page.duplicates(it, self.user),
            "related": request_page.related(it, self.user),
            # Two forms on one page: without names of their own their fields would share ids.
            "note_form": DeedForm(note, it, self.user, at=self.at, auto_id="note_%s"),
            "assign_form": DeedForm(assign, it, self.user, at=self.at, auto_id="assign_%s"),
            **request_page.decision(it),
        }

    def sees_proof(self, it: SubjectRequest) -> bool:
        """Identity documents are for those who prove and those who approve."""
        needed = (Permission.IDENTIFY, Permission.APPROVE)
        return any(self.may(each, it.organisation_id) for each in needed)


class FileDownload(RequestPage):
    """A file, always as an attachment. By POST, because every download is a line of history."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, file_id: int) -> FileResponse:
        it = self.subject_request = self._whole(self.find())
        # The number in the address is no way around what the page does not show.
        shown = {each.pk: each for each in request_page.files(it, identity=self.sees_proof(it))}
        if file_id not in shown:
            raise Http404
        # Before the first byte, in a commit of its own: what cannot be recorded does not happen.
        with transaction.atomic():
            facts = {"file": file_id, "kind": shown[file_id].kind}
            write_line(it, "file_read", actor=self.user, at=self.at, facts=facts)
            enclosures.opened(it, file_id, by=self.user, at=self.at)
        return attachment(SealedFile.objects.select_related("safe").get(pk=file_id))


def attachment(file: SealedFile) -> FileResponse:
    """Never shown in the browser's own window: what a stranger sent is only ever saved."""
    content = open_file(file)
    return FileResponse(
        content, as_attachment=True, filename=content.name, content_type=file.content_type
    )
