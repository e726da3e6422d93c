"""The closed list of what a request may have to say. A right gives each its strength.

The door turns a `Particular` into form fields; what is said here does not depend on whether
the text demands it (must), asks for it (should), allows it (may) or forbids it (never).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words: TypeAlias = str | Promise

FieldType = Literal["text", "long_text", "date", "choice", "choices", "email", "phone", "name"]


@dataclass(frozen=True)
class FieldSpec:
    """One field of a form. `required_with` names a field that makes this one needed."""

    name: str
    type: FieldType
    label: Words
    choices: tuple[tuple[str, Words], ...] = ()
    help: Words = ""
    required_with: str = ""
    max_length: int = 0


@dataclass(frozen=True)
class Particular:
    """`formal` is a matter of form (written, signed, dated), not of content.

    `needs_all`: every field counts for "said"; otherwise any one does.
    """

    code: str
    label: Words
    help: Words
    fields: tuple[FieldSpec, ...]
    formal: bool = False
    needs_all: bool = False

    def said(self, answers: dict[str, object]) -> bool:
        """Whether the answers (field name to value) say this particular."""
        # The form itself is writing: there is nothing left to type.
        if not self.fields:
            return True
        given = [bool(answers.get(field.name)) for field in self.fields]
        return all(given) if self.needs_all else any(given)


def _text(code: str, label: Words, helped: Words, *, long: bool = True) -> Particular:
    kind: FieldType = "long_text" if long else "text"
    length = 4000 if long else 300
    return Particular(code, label, helped, (FieldSpec(code, kind, label, max_length=length),))


def _choice(
    code: str, label: Words, helped: Words, *choices: tuple[str, Words], several: bool = False
) -> Particular:
    kind: FieldType = "choices" if several else "choice"
    return Particular(code, label, helped, (FieldSpec(code, kind, label, choices),))


# A text that asks for "a signed, dated letter" asks for a form, not for words: these stand at the
# end of the form, above the button, and a letter satisfies them by itself.
_FORMAL = (
    Particular(
        "written",
        _("In writing"),
        _("This form counts as writing; so do a letter and an e-mail."),
        (),
        formal=True,
    ),
    Particular(
        "signed",
        _("Signature"),
        _("Type your name as you sign it."),
        (FieldSpec("signature", "name", _("Your name, as your signature"), max_length=200),),
        formal=True,
    ),
    Particular(
        "dated",
        _("Date"),
        _("The day on which you sign."),
        (FieldSpec("dated_on", "date", _("Date of signature")),),
        formal=True,
    ),
)

_WHAT = (
    Particular(
        "time_period",
        _("Time period"),
        _("From which day to which day?"),
        (
            FieldSpec("period_from", "date", _("From"), required_with="period_to"),
            FieldSpec("period_to", "date", _("To"), required_with="period_from"),
        ),
        # A look-back is counted from a window with two ends: one day alone bounds nothing.
        needs_all=True,
    ),
    _text("records", _("Which records"), _("Which records or entries do you mean?")),
    _text("reason", _("Reason"), _("Why do you ask for this?")),
    _text("correction", _("What is right"), _("What should it say instead?")),
    _text("information", _("Which information"), _("Which information do you mean?")),
    _text("details", _("Details"), _("Anything that helps us to find what you mean.")),
    _text("decision_concerned", _("Which decision"), _("Which decision was made by a computer?")),
    _text(
        "processing_concerned",
        _("Which use of your data"),
        _("Which use of your data is this about?"),
    ),
    _text("authorisation", _("Which authorisation"), _("Which authorisation or consent is meant?")),
    _text("policy_change", _("Which change"), _("Which change to the policy do you not accept?")),
    _text("disclosure", _("Which disclosure"), _("Which disclosure of your data do you mean?")),
)

# How the answer is wanted. Form and format are no mere wish: where they are readily producible,
# the requester gets them.   (HIPAA, 45 CFR 164.524(c)(2); GDPR Art. 12(3), last sentence)
_HOW = (
    _choice(
        "medium",
        _("Form of the answer"),
        _("In which form do you want the answer?"),
        ("paper", _("On paper")),
        ("electronic", _("Electronically")),
    ),
    _choice(
        "inspect_or_copy",
        _("See or copy"),
        _("Do you want to look at the records, or to have copies?"),
        ("inspect", _("Look at them")),
        ("copy", _("Have copies")),
        ("both", _("Both")),
    ),
    _choice(
        "use_or_disclosure",
        _("Use or disclosure"),
        _("What should be limited?"),
        ("use", _("The use of the information")),
        ("disclosure", _("Its disclosure to others")),
        ("both", _("Both")),
    ),
    _choice(
        "marketing_channels",
        _("Which messages"),
        _("Which messages do you no longer want?"),
        ("email", _("E-mail")),
        ("post", _("Post")),
        ("phone", _("Telephone calls")),
        ("sms", _("Text messages")),
        several=True,
    ),
    _text(
        "access_format",
        _("Format"),
        _("In which format can you read it well? For example large print, PDF, a table."),
        long=False,
    ),
    _text(
        "recipients",
        _("Who must not receive it"),
        _("Which persons or organisations should not receive the information?"),
    ),
    _text(
        "contact_how_where",
        _("How or where to reach you"),
        _("How, or at which place, should we contact you? For example only by post, or at work."),
    ),
    _text(
        "destination",
        _("To whom to send it"),
        _("To which person or organisation should the data be sent, and where?"),
    ),
)

# Data of a person, each with its type: an address is checked for its form before it is believed.
_WHO = (
    Particular(
        "lost_contact",
        _("Lost or stolen contact data"),
        _("Which contact data were lost, stolen or used by somebody else, and what is new?"),
        (
            FieldSpec("lost_contact", "long_text", _("Which contact data"), max_length=4000),
            FieldSpec("new_email", "email", _("New e-mail address")),
            FieldSpec("new_phone", "phone", _("New telephone number"), max_length=40),
        ),
    ),
    Particular(
        "phone_number",
        _("Telephone number"),
        _("Which number should no longer be called?"),
        (FieldSpec("phone_number", "phone", _("Telephone number"), max_length=40),),
    ),
    Particular(
        "child",
        _("The child"),
        # Either counts: who reports somebody else's child may not know its name.
        _("Whom is this about? What you know is enough."),
        (
            FieldSpec("child_name", "name", _("Name of the child"), max_length=200),
            FieldSpec("child_born_on", "date", _("Date of birth")),
        ),
    ),
    _text(
        "account",
        _("Account"),
        _("Which account is it: the user name, or the e-mail address used?"),
        long=False,
    ),
)

PARTICULARS: dict[str, Particular] = {
    particular.code: particular for particular in (*_FORMAL, *_WHAT, *_HOW, *_WHO)
}
# The catalogue may ask only for what is here, so every form can be made.
CODES = frozenset(PARTICULARS)


def particulars(codes: Iterable[str]) -> list[Particular]:
    """The particulars behind codes, in the order given. An unknown code is a KeyError."""
    return [PARTICULARS[code] for code in codes]


def filled(given: Mapping[str, Any] | None) -> bool:
    """Whether anything was said in the fields of a particular; an unticked box says nothing."""
    return given is not None and any(value not in ("", None, [], False) for value in given.values())
