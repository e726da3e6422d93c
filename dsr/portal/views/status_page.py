"""The private page of a request, and what its holder can do there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr.policies.particulars import particulars
from dsr.portal.guarding import find_link, one_too_many, put_on, status_of, upload_refusal
from dsr.portal.session import end_session, open_session, with_session
from dsr.portal.status_page import letter_of, page_of
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import conversation, correction, ending
from dsr.requests.errors import RequestError, TooMany
from dsr.requests.forms import FilesField, put_refusal, text_field
from dsr.requests.forms.asking import Asked
from dsr.requests.forms.fields import field_of, said
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from dsr.requests.services.rate_limits import WRITING
from dsr.vault.services import open_file


class ReplyForm(forms.Form):
    """What a requester adds later: a message, files."""

    text = text_field(6, 5000, label=gettext_lazy("Your message"), required=False)
    documents = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB each."),
        required=False,
    )


class CompletingForm(forms.Form):
    """The particulars that are missing, and nothing else."""

    def __init__(self, subject_request: SubjectRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = subject_request.organisation.accepts_electronic_signatures
        # A signature by hand comes on paper: a field for it could never be filled in.
        by_hand = () if typed else ("signed", "dated")
        self.missing = particulars(c for c in subject_request.missing if c not in by_hand)
        for particular in self.missing:
            alone = particular.help if len(particular.fields) == 1 else ""
            for spec in particular.fields:
                self.fields[spec.name] = field_of(spec, alone, asked=True)

    @property
    def content(self) -> list[Asked]:
        return [
            Asked(each, "must", [self[spec.name] for spec in each.fields])
            for each in self.missing
            if each.fields
        ]

    def particulars(self) -> dict[str, dict[str, Any]]:
        return said(self.missing, self.cleaned_data)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking opens nothing: mail scanners look at links. Only the button does."""
    found = find_link(request, token, timezone.now())
    if found is None:
        raise Http404
    if request.method != "POST":
        organisation = found.subject_request.organisation
        return render(request, "portal/link.html", {"organisation": organisation})
    open_session(request, found)
    return redirect("portal:status")


@require_safe
@with_session
def status(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    return _page(request, subject_request, ReplyForm())


def _page(request: HttpRequest, subject_request: SubjectRequest, form: ReplyForm) -> HttpResponse:
    context: dict[str, Any] = page_of(subject_request, timezone.now())
    status = status_of(form)
    return render(request, "portal/status.html", context | {"form": form}, status=status)


@require_POST
@with_session
def reply(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    at = timezone.now()
    refused = upload_refusal(request, at) or _writes_too_much(request, subject_request, at)
    # Looking into files is work that a refused visit does not get.
    form = ReplyForm(request.POST, None if refused else request.FILES)
    put_on(form, refused)
    if form.is_valid():
        try:
            conversation.reply(
                subject_request.pk,
                text=form.cleaned_data["text"],
                documents=form.cleaned_data["documents"],
                actor=REQUESTER,
                at=at,
            )
        except RequestError as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("Your message was sent."))
            return redirect("portal:status")
    return _page(request, subject_request, form)


def _writes_too_much(
    request: HttpRequest, subject_request: SubjectRequest, at: datetime
) -> TooMany | None:
    return one_too_many(request, WRITING, at, request=str(subject_request.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def withdraw(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            ending.withdraw(subject_request.pk, actor=REQUESTER, at=timezone.now())
        except RequestError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your request is withdrawn."))
        return redirect("portal:status")
    return render(request, "portal/withdraw.html", page_of(subject_request, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@with_session
def complete(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    """Add what the policy asks for and the request did not say."""
    form = CompletingForm(subject_request, request.POST if request.method == "POST" else None)
    # Only what would be written is counted: a slip in the form is no message.
    if form.is_valid():
        put_on(form, _writes_too_much(request, subject_request, timezone.now()))
    if form.is_valid():
        try:
            correction.complete(
                subject_request.pk,
                particulars=form.particulars(),
                actor=REQUESTER,
                at=timezone.now(),
            )
        except RequestError as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("Thank you, it was added to your request."))
            return redirect("portal:status")
    context = page_of(subject_request, timezone.now()) | {"form": form}
    return render(request, "portal/complete.html", context, status=status_of(form))


@require_safe
@with_session
def paper(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    """The request as a letter to be signed by hand."""
    context = page_of(subject_request, timezone.now())
    return render(request, "portal/paper.html", context | {"letter": letter_of(subject_request)})


@require_safe
@with_session
def letter(request: HttpRequest, subject_request: SubjectRequest, message: int) -> FileResponse:
    """The letter of an answer, as a file to keep."""
    found = get_object_or_404(
        subject_request.messages.filter(from_requester=False, letter__isnull=False), pk=message
    )
    assert found.letter is not None
    content = open_file(found.letter)
    return FileResponse(
        content, as_attachment=True, filename=content.name, content_type=found.letter.content_type
    )


@require_POST
@with_session
def new_link(request: HttpRequest, subject_request: SubjectRequest) -> HttpResponse:
    """Make a further private link and show it this once; it is kept nowhere else."""
    if refused := _writes_too_much(request, subject_request, timezone.now()):
        messages.error(request, str(refused))
        return redirect("portal:status")
    context = page_of(subject_request, timezone.now())
    token = links.issue(subject_request, at=timezone.now())
    address = request.build_absolute_uri(reverse("portal:link", args=[token]))
    return render(request, "portal/new_link.html", context | {"address": address})


@login_not_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return redirect("portal:ended")


@login_not_required
@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/ended.html")
