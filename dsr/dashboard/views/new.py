"""Entering what came by letter, telephone, mail or in person, with its real day of receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.dashboard import words
from dsr.dashboard.views.base import StaffView
from dsr.policies.kinds import Asker, MayWrite
from dsr.policies.models import Organisation, Right
from dsr.policies.services import rights_offered
from dsr.requests.errors import BadInput
from dsr.requests.forms import HAPPENED, FilesField, RequestForm, day_field
from dsr.requests.forms.countries import choices_after
from dsr.requests.models import SubjectRequest
from dsr.requests.services.staffing import staffed
from dsr.requests.states import Channel
from dsr.requests.submission import intake

# All but our own form, which requesters fill in themselves.
BY_OTHER_WAYS = [
    (str(channel), channel.label)
    for channel in (Channel.POST, Channel.EMAIL, Channel.PHONE, Channel.IN_PERSON, Channel.WEB)
]

WAYS: list[tuple[str, str | Promise]] = [
    (MayWrite.EMAIL, gettext_lazy("Only by e-mail, to the address below")),
    (MayWrite.POST, gettext_lazy("Only by letter, to the address below")),
    (MayWrite.NONE, gettext_lazy("Not at all; they come back to their private page")),
]

HELP: Mapping[str, str | Promise] = {
    "country": gettext_lazy("It decides which laws apply besides the policy."),
    "may_use_contact_held": gettext_lazy("Only where they said so."),
    "authority_documents": gettext_lazy(
        "A birth certificate, an order of a court, a mandate and the like. PDF, JPEG, PNG or HEIC."
    ),
    "may_write": gettext_lazy(
        "Only as they said it; never ask why. If you leave it open, nothing is written to them."
    ),
    "signature": gettext_lazy("The name under the letter."),
    "dated_on": gettext_lazy("The day written on the letter."),
}


WHOSE: Mapping[str, str | Promise] = {
    "email": gettext_lazy("Of who asks, not of the child or person they ask for."),
    "postal_address": gettext_lazy("Of who asks, not of the child or person they ask for."),
    "phone": gettext_lazy("Of who asks, not of the child or person they ask for."),
    "born_on": gettext_lazy("Of the child or person whom the data is about."),
    "account": gettext_lazy("Of the child or person whom the data is about."),
}


class RecordForm(RequestForm):
    """The form of a right as staff copy a letter into it: nothing that is missing comes back."""

    # A letter is taken as it came: what it lacks is asked for later, never refused (promise A16).
    asks_once: ClassVar[bool] = False
    door: ClassVar[str] = "dashboard:enter"
    whose: ClassVar[Mapping[str, str | Promise]] = WHOSE
    takes_signatures: ClassVar[bool | None] = True
    roles: ClassVar[Mapping[str, str | Promise]] = {str(asker): asker.label for asker in Asker}
    labels: ClassVar[Mapping[str, str | Promise]] = {
        "name": gettext_lazy("Full name of who asks"),
        "country": gettext_lazy("Where they live"),
        "authority_documents": gettext_lazy("Proof of authority that came with it"),
        "wants_paper": gettext_lazy("How do they want the answer?"),
        "may_use_contact_held": gettext_lazy("They let us write to the contact that we hold"),
        "may_write": gettext_lazy("Is it safe to write to them?"),
        "signature": gettext_lazy("Signed by"),
    }

    channel = forms.ChoiceField(
        label=gettext_lazy("How did it arrive?"),
        choices=BY_OTHER_WAYS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say how it arrived.")},
    )
    received_on = day_field(
        HAPPENED,
        label=gettext_lazy("Day on which it arrived"),
        help_text=gettext_lazy("The real day, not today’s: every deadline is counted from it."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the answer"))
    scan = FilesField(
        label=gettext_lazy("The letter or mail itself"),
        help_text=gettext_lazy("A scan or print. PDF, JPEG, PNG or HEIC, at most 10 MB each."),
        required=False,
    )
    # Made with the page: the same form sent twice is one request (promise C).
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `scan` takes its place: of two fields for files one would be used by chance.
        self.fields.pop("documents", None)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        if isinstance(country := self.fields.get("country"), forms.ChoiceField):
            # A letter may not say where somebody lives, and a guess would choose the laws.
            country.choices = choices_after(gettext_lazy("Not known"))
        if isinstance(way := self.fields.get("may_write"), forms.ChoiceField):
            way.choices = WAYS
        names = dict(settings.LANGUAGES)
        language.choices = [(code, names.get(code, code)) for code in self.organisation.languages]
        for name, text in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = str(text)
        # Browsers would offer the details of whoever sits there.
        for name in ("name", "email", "phone", "postal_address"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


def reaches(view: StaffView, right: Right) -> bool:
    """Whether a request by this right would be seen by who enters it: departments divide."""
    limit = view.reach[right.reading.version.policy.organisation_id]
    return limit is None or right.department_id == limit


def _named(slug: str, organisation: Organisation, on: date) -> Iterator[Right]:
    return (each for each in rights_offered(organisation, on) if each.slug == slug)


class ChooseRight(StaffView):
    """First of all: which right is it?"""

    needs = Permission.RECORD
    section = "dashboard:new"

    def get(self, request: HttpRequest) -> HttpResponse:
        groups = [(each, self._rights(each)) for each in self.organisations]
        return self.page(
            "dashboard/new_choose.html", {"groups": [pair for pair in groups if pair[1]]}
        )

    def _rights(self, organisation: Organisation) -> list[Right]:
        offered = rights_offered(organisation, organisation.today(self.at))
        return [each for each in offered if reaches(self, each)]


class EnterRequest(StaffView):
    """The form of one right, with the real day of receipt."""

    needs = Permission.RECORD
    section = "dashboard:new"

    def get(self, request: HttpRequest, organisation: str, right: str) -> HttpResponse:
        found = self._right(self.organisation(organisation), right)
        owner = found.reading.version.policy.organisation
        return self._show(
            RecordForm(found, initial={"key": uuid4(), "language": owner.default_language})
        )

    def post(self, request: HttpRequest, organisation: str, right: str) -> HttpResponse:
        found = self._right(self.organisation(organisation), right)
        if "in_language" in request.POST:
            return self.in_language(
                lambda: self._show(RecordForm(found, request.POST).not_judged())
            )
        form = RecordForm(found, request.POST, request.FILES)
        if form.is_valid() and (made := self._submit(form)):
            return self.back_to(
                "dashboard:request", _("The request is entered."), reference=made.reference
            )
        return self._show(form)

    def shown_again(self, request: HttpRequest, organisation: str, right: str) -> HttpResponse:
        found = self._right(self.organisation(organisation), right)
        return self._show(RecordForm(found, request.POST).not_judged())

    def _submit(self, form: RecordForm) -> SubjectRequest | None:
        typed = form.cleaned_data
        key: UUID = typed["key"]
        submission = form.submission(
            right=self._in_force(form.right, typed["received_on"]),
            channel=typed["channel"],
            received_on=typed["received_on"],
            language=typed["language"],
            files=tuple(typed["scan"]),
            submission_key=key,
        )
        try:
            return intake.submit(submission, actor=self.user, at=self.at)
        except BadInput as error:
            # A value that this form does not show can be told only above it.
            for name, sentence in error.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
            return None

    def _in_force(self, right: Right, on: date) -> Right:
        """The policy as it stood on the day of receipt judges the request."""
        organisation = right.reading.version.policy.organisation
        # Where nothing was in force on that day, today's reading is the nearest there is.
        return next(_named(right.slug, organisation, on), right)

    def _right(self, organisation: Organisation, slug: str) -> Right:
        found = next(_named(slug, organisation, organisation.today(self.at)), None)
        if found is None or not reaches(self, found):
            raise Http404
        return found

    def _show(self, form: RecordForm) -> HttpResponse:
        right = form.right
        return self.page(
            "dashboard/new.html",
            {
                "form": form,
                "right": right,
                "organisation": form.organisation,
                "source": words.source(right),
                "policy_language": right.reading.version.policy.language,
                "files_lost": bool(self.request.FILES),
                "staffed": staffed(right),
                "crumbs": [
                    {"name": _("Enter a request"), "url": words.url("dashboard:new")},
                    {"name": str(right)},
                ],
            },
        )
