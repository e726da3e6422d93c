"""Which fields a right needs: what its clause asks, never what it forbids, nothing beyond.

Data that are not needed are not asked for (GDPR Art. 5(1)(c)): a field that a right can do without
is left out of its form rather than left empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsr.policies.kinds import Asker, Audience, Kind, Level, MayWrite
from dsr.policies.models import Right
from dsr.policies.particulars import Particular
from dsr.policies.services import law_that_passes_on
from dsr.requests.states import ACTS_FOR_ANOTHER
from dsr.vault.plain_forms import PlainForm

from .countries import asked_of_requesters
from .days import BORN, day_field
from .fields import FilesField, email_field, phone_field, text_field

# A third party speaks of somebody else as well, but claims no authority that could be proved.
FOR_ANOTHER = ACTS_FOR_ANOTHER | {Asker.THIRD_PARTY}
# Audiences that only a place can tell; of the others nothing depends on where somebody lives.
PLACE_MATTERS = frozenset(Audience) - {Audience.ANYONE, Audience.USERS, Audience.MINORS}

ROLES: dict[str, str | Promise] = {
    Asker.SUBJECT: _("The data is about me"),
    Asker.MINOR: _("The data is about me, and I am between 13 and 17"),
    Asker.PARENT: _("I am a parent of the child the data is about"),
    Asker.GUARDIAN: _("I am the legal guardian of the person the data is about"),
    Asker.AGENT: _("I act for the person the data is about, who gave me authority"),
    Asker.HEIR: _("I am an heir or the partner of the person, who has died"),
    Asker.DOCTOR: _("I am a doctor whom the person named"),
    Asker.THIRD_PARTY: _("I am somebody else"),
}


class CommonFields(PlainForm):
    """What every form begins and ends with, before `not_needed` is taken away.

    The right's own particulars come in between, and everything but who asks may stay empty.
    """

    role = forms.ChoiceField(
        label=_("Who is asking?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who is asking.")},
    )
    name = text_field(
        label=_("Your full name"),
        error_messages={"required": _("Enter your full name.")},
        autocomplete="name",
    )
    about_name = text_field(label=_("Full name of the person the data is about"), required=False)
    # Asked for and never demanded: whoever has it at hand need not be asked twice (promise A16).
    authority_documents = FilesField(
        label=_("What shows that you may act for the person"),
        help_text=_(
            "Parents: the birth certificate. Guardians: the order of the court. Agents and "
            "doctors: the mandate or power of attorney, which says what for. Heirs: the death "
            "certificate and the certificate of inheritance. PDF, JPEG, PNG or HEIC, at most 10 MB "
            "each. You can also send it later."
        ),
        required=False,
    )
    born_on = day_field(
        BORN,
        asks=False,
        label=_("Date of birth of the person the data is about"),
        help_text=_("It tells people of the same name apart."),
        required=False,
    )
    # May stay unsaid: without a place the policy's own clock runs all the same.
    country = forms.ChoiceField(
        label=_("Where do you live?"),
        help_text=_(
            "If you ask for somebody else: where that person lives. It decides which laws protect "
            "besides the policy, and by when there must be an answer."
        ),
        choices=asked_of_requesters,
        required=False,
    )
    # Before any address: what is typed below is written to only as this says.
    may_write = forms.ChoiceField(
        label=_("Is it safe to write to you?"),
        help_text=_(
            "Somebody else may read your mail or open your letters. You need not say why. A "
            "message names neither what you asked nor of whom."
        ),
        widget=forms.RadioSelect,
        choices=[
            (MayWrite.EMAIL, _("Yes, by e-mail to the address that I give here")),
            (MayWrite.POST, _("Only by letter to the postal address that I give here")),
            (MayWrite.NONE, _("No, write nothing; I come back to my private page myself")),
        ],
        required=False,
    )
    email = email_field(label=_("E-mail address"), required=False)
    postal_address = text_field(
        3,
        500,
        label=_("Postal address"),
        required=False,
        autocomplete="street-address",
    )
    phone = phone_field(label=_("Telephone number"), required=False)
    # Asked before any mail and without a reason: somebody else may read there (promise A5).
    may_use_contact_held = forms.BooleanField(
        label=_("You may also write to the contact that you already hold for the person"),
        help_text=_(
            "A message there can confirm that the request is genuine. Leave this empty if "
            "somebody else could read it; you need not say why."
        ),
        required=False,
    )
    wants_paper = forms.ChoiceField(
        label=_("How do you want the answer?"),
        widget=forms.RadioSelect,
        choices=[
            ("", _("On my private page, with a mail that says it is there")),
            ("paper", _("On paper, by post")),
        ],
        required=False,
    )
    documents = FilesField(
        label=_("Files to add"),
        help_text=_(
            "PDF, JPEG, PNG or HEIC, at most 10 MB each. Please send no identity document now: "
            "we ask for proof only when it is needed, and say what to black out."
        ),
        required=False,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """One particular on the page, with its fields and how strongly the text asks for it."""

    particular: Particular
    strength: str
    fields: list[forms.BoundField]

    @property
    def is_optional(self) -> bool:
        return self.strength != "must"


def asked_by(right: Right) -> Iterator[tuple[str, str]]:
    """Code and strength of what the form asks, strongest first."""
    for strength in ("must", "should", "may"):
        for code in getattr(right, strength):
            # Whatever comes by the form is in writing.
            # What the text forbids to ask stays out, whoever else asks for it (promise A15).
            if code not in right.never and code != "written":
                yield code, strength
    for code in _to_pass_on(right):
        yield code, "may"


def _to_pass_on(right: Right) -> Iterator[str]:
    """To whom a copy is to go besides, and the signature that this takes."""
    named = {*right.must, *right.should, *right.may, *right.never}
    organisation = right.reading.version.policy.organisation
    if law_that_passes_on(organisation, right.kind) is not None:
        yield from (code for code in ("destination", "signed") if code not in named)


def not_needed(right: Right, asked: dict[str, str]) -> Iterator[str]:
    """Fields that this right leaves out: an opt-out asks for no birthday and no document."""
    organisation = right.reading.version.policy.organisation
    # A question with one answer is none.
    if len(right.who_may_ask) == 1:
        yield "role"
    if not FOR_ANOTHER.intersection(right.who_may_ask) or "child" in asked:
        yield "about_name"
    if not ACTS_FOR_ANOTHER.intersection(right.who_may_ask):
        yield "authority_documents"
    # They tell people apart, and where a stranger's asking does no harm nobody has to be.
    if right.identity_level < Level.REASONABLE:
        yield from ("may_use_contact_held", "documents", "authority_documents")
        # Who says to be a minor, or for whom a text names ages, is asked from when.
        by_age = right.ages is not None or Asker.MINOR in right.who_may_ask
        if not by_age or "child" in asked:
            yield "born_on"
    elif "child" in asked:
        yield "born_on"
    # A place decides which law applies: where none could, it would be collected for nothing.
    if not organisation.regimes and right.audience_code not in PLACE_MATTERS:
        yield "country"
    if not right.in_confidence:
        yield "may_write"
    if "medium" in asked or right.kind == Kind.PAPER_COPY:
        yield "wants_paper"
