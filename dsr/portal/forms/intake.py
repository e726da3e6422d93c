"""The form of one right: it asks what the clause asks, and never what the clause forbids.

Formality never blocks asking. What the clause demands and is missing comes back once, with a
second button that sends all the same (``anyway``); only malformed values, and no way to answer,
stop a request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.policies.kinds import Asker, Audience, Level
from dsr.policies.models import Organisation, Right
from dsr.policies.particulars import Particular, particulars
from dsr.portal import words
from dsr.portal.countries import COUNTRIES
from dsr.requests.states import ACTS_FOR_ANOTHER

from .fields import FilesField, day_field, email_field, field_of, phone_field, text_field

FOR_ANOTHER = ACTS_FOR_ANOTHER | {Asker.THIRD_PARTY}
PLACE_MATTERS = frozenset(Audience) - {Audience.ANYONE, Audience.USERS, Audience.MINORS}

NO_WAY_TO_ANSWER = gettext_lazy(
    "Give one way to answer you: an e-mail address, a postal address or a telephone number."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One particular on the page, with its fields and how strongly the text asks for it."""

    particular: Particular
    strength: str
    fields: list[BoundField]

    @property
    def is_optional(self) -> bool:
        return self.strength != "must"


class IntakeForm(forms.Form):
    """Built from a right. ``soft`` holds what is missing although the clause asks for it."""

    role = forms.ChoiceField(
        label=gettext_lazy("Who is asking?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who is asking.")},
    )
    name = text_field(
        label=gettext_lazy("Your full name"),
        error_messages={"required": gettext_lazy("Enter your full name.")},
    )
    about_name = text_field(
        label=gettext_lazy("Full name of the person the data is about"), required=False
    )
    born_on = day_field(
        label=gettext_lazy("Date of birth of the person the data is about"),
        help_text=gettext_lazy("It tells people of the same name apart."),
        required=False,
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Where do you live?"),
        help_text=gettext_lazy("It decides which laws protect you besides the policy."),
        choices=[("", gettext_lazy("I would rather not say")), *COUNTRIES],
        required=False,
    )
    email = email_field(label=gettext_lazy("E-mail address"), required=False)
    postal_address = text_field(3, 500, label=gettext_lazy("Postal address"), required=False)
    phone = phone_field(label=gettext_lazy("Telephone number"), required=False)
    may_use_contact_held = forms.BooleanField(
        label=gettext_lazy(
            "You may also write to the contact that you already hold for the person"
        ),
        help_text=gettext_lazy(
            "A message there can confirm that the request is genuine. Leave this empty if "
            "somebody else could read it; you need not say why."
        ),
        required=False,
    )
    wants_paper = forms.ChoiceField(
        label=gettext_lazy("How do you want the answer?"),
        widget=forms.RadioSelect,
        choices=[
            ("", gettext_lazy("On my private page, with a mail that says it is there")),
            ("paper", gettext_lazy("On paper, by post")),
        ],
        required=False,
    )
    documents = FilesField(
        label=gettext_lazy("Documents"),
        help_text=gettext_lazy(
            "PDF, JPEG or PNG. Please send no identity document now: we ask for proof only when "
            "it is needed, and tell you what to black out."
        ),
        required=False,
    )

    def __init__(self, right: Right, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right, self.organisation = right, organisation
        self.anyway = "anyway" in self.data
        self.soft: dict[str, str] = {}
        self.asked = {code: strength for strength, code in _asked(right, organisation)}
        self._ask_particulars()
        self._ask_who()
        self._leave_out_what_does_not_matter()
        for name in ("name", "role", "email"):
            if name in self.fields:
                self.fields[name].asked = True  # type: ignore[attr-defined]

    def _ask_particulars(self) -> None:
        for particular in particulars(self.asked):
            for spec in particular.fields:
                alone = particular.help if len(particular.fields) == 1 else ""
                field = self.fields[spec.name] = field_of(spec, alone)
                field.asked = self.asked[particular.code] == "must"  # type: ignore[attr-defined]

    def _ask_who(self) -> None:
        roles = self.right.who_may_ask
        if len(roles) == 1:
            del self.fields["role"]
        else:
            choices = [(role, words.ROLES[role]) for role in roles]
            self.fields["role"].choices = choices  # type: ignore[attr-defined]
        if not FOR_ANOTHER.intersection(roles) or "child" in self.asked:
            del self.fields["about_name"]

    def _leave_out_what_does_not_matter(self) -> None:
        """Never more than the right needs: an opt-out asks for no birthday and no document."""
        if self.right.identity_level < Level.REASONABLE:
            for name in ("born_on", "may_use_contact_held", "documents"):
                del self.fields[name]
        if "child" in self.asked and "born_on" in self.fields:
            del self.fields["born_on"]
        if not self.organisation.regimes and self.right.audience_code not in PLACE_MATTERS:
            del self.fields["country"]
        if "medium" in self.asked:
            del self.fields["wants_paper"]

    # What the page shows.

    @property
    def content(self) -> Iterator[Asked]:
        return (asked for asked in self._shown() if not asked.particular.formal)

    @property
    def formal(self) -> Iterator[Asked]:
        return (asked for asked in self._shown() if asked.particular.formal)

    def _shown(self) -> Iterator[Asked]:
        for particular in particulars(self.asked):
            fields = [self[spec.name] for spec in particular.fields]
            if fields:
                yield Asked(particular, self.asked[particular.code], fields)

    @property
    def has_content(self) -> bool:
        return any(self.content)

    @property
    def has_formal(self) -> bool:
        return any(self.formal)

    @property
    def signs_by_hand(self) -> bool:
        """The clause wants a signature, and the organisation takes none that is typed."""
        return "signed" in self.right.must and not self.organisation.accepts_electronic_signatures

    @property
    def only_soft(self) -> bool:
        """Whether the second button would send it."""
        return bool(self.soft) and set(self.errors) <= set(self.soft)

    # What was typed.

    @property
    def role_given(self) -> str:
        roles: list[str] = self.right.who_may_ask
        return roles[0] if len(roles) == 1 else str(self.cleaned_data.get("role", ""))

    @property
    def for_another(self) -> bool:
        return self.role_given in FOR_ANOTHER

    @property
    def paper_wanted(self) -> bool:
        return "paper" in (self.cleaned_data.get("wants_paper"), self.cleaned_data.get("medium"))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        reachable = any(data.get(name) for name in ("email", "postal_address", "phone"))
        if not reachable and not {"email", "phone"} & set(self.errors):
            self.add_error("email", NO_WAY_TO_ANSWER)
        self._check_whom()
        self._check_days()
        self._look_for_what_is_missing()
        if not self.anyway:
            for name, sentence in self.soft.items():
                self.add_error(name, sentence)
        return data

    def _check_whom(self) -> None:
        acts = self.role_given in ACTS_FOR_ANOTHER and "about_name" in self.fields
        if acts and not self.cleaned_data.get("about_name"):
            self.add_error("about_name", _("Enter the name of the person the data is about."))

    def _check_days(self) -> None:
        first, last = self.cleaned_data.get("period_from"), self.cleaned_data.get("period_to")
        if first and last and first > last:
            self.add_error("period_to", _("The last day lies before the first. Enter a later day."))

    def _look_for_what_is_missing(self) -> None:
        for asked in self._shown():
            if asked.strength == "must" and not asked.particular.said(self.cleaned_data):
                self._miss(asked)
        if self.paper_wanted and not self.cleaned_data.get("postal_address"):
            self.soft["postal_address"] = _("To answer on paper we need your postal address.")

    def _miss(self, asked: Asked) -> None:
        for field in asked.fields:
            if not self.cleaned_data.get(field.name) and field.name not in self.errors:
                self.soft[field.name] = _("%(what)s: the policy asks for this.") % {
                    "what": field.label
                }
                if not asked.particular.needs_all:
                    return


def _asked(right: Right, organisation: Organisation) -> Iterator[tuple[str, str]]:
    """Strength and code of what the form asks, strongest first; never what is forbidden."""
    for strength in ("must", "should", "may"):
        for code in getattr(right, strength):
            if code in right.never or code == "written":
                continue
            if code in ("signed", "dated") and not organisation.accepts_electronic_signatures:
                continue
            yield strength, code
