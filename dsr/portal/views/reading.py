"""Reading what was released: ask for a code, enter it, take the letter as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dsr.portal.again import shown_again_by
from dsr.portal.forms import CodeForm, ReplyForm
from dsr.portal.guarding import one_too_many
from dsr.portal.session import with_session
from dsr.requests.errors import RequestError
from dsr.requests.models import PrivateSession
from dsr.requests.services import reading
from dsr.requests.services.rate_limits import CODES
from dsr.vault.models import SealedFile
from dsr.vault.services import open_file

from .status_page import show, shown_again


@shown_again_by(shown_again)
@require_POST
@with_session
def code(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """Send a code to the contact on file, for this browser."""
    at, asked = timezone.now(), session.subject_request
    refused: RequestError | None = one_too_many(request, CODES, at, request=str(asked.pk))
    if refused is None:
        try:
            reading.ask_code(session, at=at)
        except RequestError as error:
            refused = error
    if refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("A code is on its way to the e-mail address that we hold for you.")
        )
    return redirect("portal:status", asked.reference)


@shown_again_by(shown_again)
@require_POST
@with_session
def enter(request: HttpRequest, session: PrivateSession) -> HttpResponse:
    """The code opens the answer in this browser."""
    form, at = CodeForm(request.POST), timezone.now()
    if form.is_valid():
        try:
            tried = reading.enter_code(session, form.cleaned_data["code"], at=at)
        except RequestError as error:
            form.add_error("code", str(error))
        else:
            if tried.opened:
                return redirect("portal:status", session.subject_request.reference)
            form.add_error("code", tried.sentence)
    # Without something to open the page has no field beside which the sentence could stand.
    if not reading.locked(session, at):
        messages.error(request, str(form.errors["code"][0]))
        return redirect("portal:status", session.subject_request.reference)
    return show(request, session, ReplyForm(), form)


@shown_again_by(shown_again)
@require_POST
@with_session
def letter(request: HttpRequest, session: PrivateSession, message: int) -> HttpResponseBase:
    """The letter of an answer, as a file to keep. By POST: each one taken is counted."""
    try:
        found = reading.take_letter(session, message, at=timezone.now())
    except RequestError as error:
        messages.error(request, str(error))
        return redirect("portal:status", session.subject_request.reference)
    if found is None:
        raise Http404
    return _attached(found)


@shown_again_by(shown_again)
@require_POST
@with_session
def file(request: HttpRequest, session: PrivateSession, enclosure: int) -> HttpResponseBase:
    """A file of an answer, to keep. By POST: each one taken is counted."""
    try:
        found = reading.take_file(session, enclosure, at=timezone.now())
    except RequestError as error:
        messages.error(request, str(error))
        return redirect("portal:status", session.subject_request.reference)
    if found is None:
        raise Http404
    return _attached(found)


def _attached(found: SealedFile) -> FileResponse:
    """Saved and never shown in the window, whatever is in it."""
    content = open_file(found)
    return FileResponse(
        content, as_attachment=True, filename=content.name, content_type=found.content_type
    )
