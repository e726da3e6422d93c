"""The form of one right.

Formality never blocks asking. What the clause demands and is missing comes back once, with a
second button that sends all the same (``anyway``); only malformed values, and what makes an
answer impossible, stop a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dsr.policies.kinds import ADDRESS_ALONE, Audience, Kind, MayWrite
from dsr.policies.law_words import law_in_words
from dsr.policies.models import Right
from dsr.policies.particulars import particulars
from dsr.policies.services import law_that_passes_on
from dsr.requests.deadlines.preview import country_decides, law_is_elsewhere
from dsr.requests.states import ACTS_FOR_ANOTHER, Channel
from dsr.requests.submission.ages import age_question
from dsr.requests.submission.given import PersonGiven, Submission

from .ages import with_doors
from .asking import FOR_ANOTHER, ROLES, Asked, CommonFields, asked_by, not_needed
from .countries import UNSAID, place_name
from .days import DayField
from .fields import as_json, field_of, said

NO_WAY_TO_ANSWER = gettext_lazy(
    "Give one way to answer you: an e-mail address, a postal address or a telephone number."
)


WHOSE: dict[str, str | Promise] = {
    "name": gettext_lazy("Yours, also if you ask for a child or for somebody else."),
    "email": gettext_lazy("Yours, also if you ask for somebody else: what we write goes there."),
    "postal_address": gettext_lazy(
        "Yours, also if you ask for somebody else: letters go there. It need not be the home of "
        "the person the data is about."
    ),
    "phone": gettext_lazy("Yours, also if you ask for somebody else."),
    "born_on": gettext_lazy(
        "If you ask for a child or somebody else: the child’s or that person’s, not yours. It "
        "tells people of the same name apart."
    ),
    "account": gettext_lazy(
        "The account of the person the data is about: the user name, or the e-mail address used."
    ),
    "signature": gettext_lazy("Your own, also if you ask for somebody else."),
    "child_name": gettext_lazy("The child’s, not yours. What you know is enough."),
    "child_born_on": gettext_lazy("The child’s."),
    "new_email": gettext_lazy("Of the person the data is about."),
    "new_phone": gettext_lazy("Of the person the data is about."),
    "contact_how_where": gettext_lazy(
        "For the person the data is about. For example only by post, or at work."
    ),
}


class RequestForm(CommonFields):
    """Built from a right. ``soft`` maps fields to what the clause asks for and is missing.

    A door changes the words by ``labels`` and ``roles``. ``asks_once`` is false where somebody
    copies what came by letter: then nothing that is missing comes back.
    """

    asks_once: ClassVar[bool] = True
    # The name of the page of another right, where one is the right door instead.
    door: ClassVar[str] = "portal:ask"
    # None: as the organisation says. Who copies a signed letter says True.
    takes_signatures: ClassVar[bool | None] = None
    roles: ClassVar[Mapping[str, str | Promise]] = ROLES
    labels: ClassVar[Mapping[str, str | Promise]] = {}
    # Said where somebody may ask for another: of the two it is always clear who is meant.
    whose: ClassVar[Mapping[str, str | Promise]] = WHOSE

    def __init__(self, right: Right, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right = right
        self.organisation = right.reading.version.policy.organisation
        self.soft: dict[str, str] = {}
        # What even a letter is asked about once, because one of two things said must be wrong.
        self.asked_back: set[str] = set()
        self.asked = dict(asked_by(right))
        # Not asked where it would not count: then there is a letter to print and sign afterwards.
        if not self._typed_signature_counts():
            self.asked = {c: s for c, s in self.asked.items() if c not in ("signed", "dated")}
        self._ask_particulars()
        if self._address_is_enough:
            self.fields["name"].required = self.fields["role"].required = False
        for name in not_needed(right, self.asked):
            self.fields.pop(name, None)
        self._say_it_in_words()
        self.order_fields(self._order())

    def _typed_signature_counts(self) -> bool:
        if self.takes_signatures is None:
            return bool(self.organisation.accepts_electronic_signatures)
        return self.takes_signatures

    def _ask_particulars(self) -> None:
        for particular in particulars(self.asked):
            alone = particular.help if len(particular.fields) == 1 else ""
            for spec in particular.fields:
                self.fields[spec.name] = field_of(
                    spec, alone, asked=self.asked[particular.code] == "must"
                )

    def _order(self) -> list[str]:
        """As on the page, so that problems are listed in the order in which one meets them."""
        ours = list(self.base_fields)
        split = ours.index("may_write")
        content = [field.name for asked in self.content for field in asked.fields]
        return [*ours[:split], *content, *ours[split:]]

    def _say_it_in_words(self) -> None:
        if self.can_be_for_another:
            for name, whose in self.whose.items():
                if name in self.fields:
                    self.fields[name].help_text = str(whose)
        law = law_that_passes_on(self.organisation, self.right.kind)
        if law is not None and "destination" in self.fields:
            self.fields["destination"].help_text = law.words_of_passing_on(get_language() or "en")
        if isinstance(role := self.fields.get("role"), forms.ChoiceField):
            role.choices = [(each, self.roles[each]) for each in self.right.who_may_ask]
        for name, label in self.labels.items():
            if name in self.fields:
                self.fields[name].label = cast("str", label)

    # What the page shows.

    def shown(self) -> Iterator[Asked]:
        for particular in particulars(self.asked):
            fields = [self[spec.name] for spec in particular.fields]
            yield Asked(particular, self.asked[particular.code], fields)

    @property
    def content(self) -> list[Asked]:
        return [asked for asked in self.shown() if not asked.particular.formal]

    @property
    def formal(self) -> list[Asked]:
        return [asked for asked in self.shown() if asked.particular.formal]

    @property
    def signs_by_hand(self) -> bool:
        """The clause wants a signature, and the organisation takes none that is typed."""
        return "signed" in self.right.must and "signed" not in self.asked

    @property
    def only_soft(self) -> bool:
        """Whether the second button would send it."""
        return bool(self.soft) and set(self.errors) <= set(self.soft)

    @property
    def can_be_for_another(self) -> bool:
        return bool(FOR_ANOTHER.intersection(self.right.who_may_ask))

    # What was typed.

    @property
    def confirmed(self) -> bool:
        """The second button was pressed: what was asked about is meant."""
        return "anyway" in self.data

    @property
    def role_given(self) -> str:
        # With one role there is no field, and what a browser adds to the form is not looked at.
        roles: list[str] = self.right.who_may_ask
        said = "" if len(roles) == 1 else str(self.cleaned_data.get("role", ""))
        # Where a role is not demanded, an address without one asks for itself.
        return said or (roles[0] if self._address_is_enough or len(roles) == 1 else "")

    @property
    def _address_is_enough(self) -> bool:
        return self.right.kind in ADDRESS_ALONE

    @property
    def for_another(self) -> bool:
        return self.role_given in FOR_ANOTHER

    @property
    def paper_wanted(self) -> bool:
        said = (self.cleaned_data.get("wants_paper"), self.cleaned_data.get("medium"))
        return "paper" in said or self.right.kind == Kind.PAPER_COPY

    def missing(self) -> list[str]:
        """Codes of what the clause demands and this request does not say."""
        return [asked.particular.code for asked in self._missed()]

    def submission(self, **given: Any) -> Submission:
        """What is submitted, of a valid form; ``given`` adds what the form does not know."""
        typed = self.cleaned_data
        asker = self._asker()
        values: dict[str, Any] = {
            "right": self.right,
            "channel": Channel.FORM,
            "role": self.role_given,
            "subject": self._somebody_else() if self.for_another else asker,
            "requester": asker if self.for_another else None,
            "language": self._language(),
            "particulars": said(particulars(self.asked), typed),
            "country": typed.get("country", ""),
            "wants_paper": self.paper_wanted,
            "may_write": typed.get("may_write", ""),
            "may_use_contact_held": typed.get("may_use_contact_held", False),
            "age_confirmed": self.confirmed,
            **self._files(),
        }
        return Submission(**(values | given))

    def _files(self) -> dict[str, Any]:
        other, authority = (
            tuple(self.cleaned_data.get(name, ())) for name in ("documents", "authority_documents")
        )
        # Who asks for themselves after all has sent a file like any other.
        if self.role_given not in ACTS_FOR_ANOTHER:
            other, authority = other + authority, ()
        return {"files": other, "authority_files": authority}

    def _asker(self) -> PersonGiven:
        typed = self.cleaned_data
        return PersonGiven(
            # Where no name is demanded, the address that asks is who asks.
            name=typed["name"] or typed["email"] or typed["phone"] or _("Name not known"),
            # The form asks for one birthday, the subject's: it tells namesakes apart.
            born_on="" if self.for_another else as_json(typed.get("born_on")),
            email=typed["email"],
            phone=typed["phone"],
            postal_address=typed["postal_address"],
        )

    def _somebody_else(self) -> PersonGiven:
        """Whom it is about; somebody who reports a child may not know the name."""
        typed = self.cleaned_data
        return PersonGiven(
            name=typed.get("about_name") or typed.get("child_name") or _("Name not known"),
            born_on=as_json(typed.get("born_on") or typed.get("child_born_on")),
        )

    def _language(self) -> str:
        """The language of the page, where the organisation writes it, else the organisation's."""
        # Mails and letters go out in it, so it is one that the organisation writes.
        language = get_language() or ""
        if language in self.organisation.languages:
            return language
        return str(self.organisation.default_language)

    # Checking.

    def clean(self) -> dict[str, Any]:
        self._check_writing()
        given = (self.cleaned_data.get(n) for n in ("email", "postal_address", "phone"))
        reachable = any(given) or self._writes_nothing()
        # Whoever mistyped an address has given one: the mistake is said, not that none is there.
        if not reachable and not {"email", "phone"} & set(self.errors):
            self.add_error("email", NO_WAY_TO_ANSWER)
        self._check_whom()
        self._check_days()
        self._check_country()
        self._check_age()
        self._look_for_what_is_missing()
        self._check_passing_on()
        # Said once, then let through: what is missing never stops a request (promise A16).
        if not self.confirmed:
            for name, sentence in self.soft.items():
                if self.asks_once or name in self.asked_back:
                    self.add_error(name, sentence)
        return self.cleaned_data

    def _writes_nothing(self) -> bool:
        return "may_write" in self.fields and self.cleaned_data.get("may_write") == MayWrite.NONE

    def _check_writing(self) -> None:
        """Soft: who leaves it open is asked once, and then nothing is written to them."""
        if "may_write" not in self.fields:
            return
        way, needed = self.cleaned_data.get("may_write"), ""
        if not way:
            self.soft["may_write"] = _(
                "Say whether it is safe to write to you. If you leave it open, nothing is sent."
            )
        elif way == MayWrite.EMAIL:
            needed = "email"
        elif way == MayWrite.POST:
            needed = "postal_address"
        if needed and not self.cleaned_data.get(needed) and needed not in self.errors:
            self.soft[needed] = _("%(what)s: without it nothing can be sent to you.") % {
                "what": self.fields[needed].label
            }

    def _check_whom(self) -> None:
        # Not of a third party: who reports a child may not know its name.
        acts = self.role_given in ACTS_FOR_ANOTHER and "about_name" in self.fields
        if acts and not self.cleaned_data.get("about_name"):
            self.add_error("about_name", _("Enter the name of the person the data is about."))

    def _check_days(self) -> None:
        first, last = self.cleaned_data.get("period_from"), self.cleaned_data.get("period_to")
        if first and last and first > last:
            self.add_error("period_to", _("The last day lies before the first. Enter a later day."))
        # Soft: a slip is worth a question, and no day keeps anybody from asking.
        for name, field in self.fields.items():
            if not isinstance(field, DayField) or field.asks:
                continue
            day = self.cleaned_data.get(name)
            if day and (problem := field.impossible(day)):
                self.soft[name] = problem

    def _check_age(self) -> None:
        """As the service will: here the sentence comes with links, and beside all others."""
        name = "born_on" if "born_on" in self.fields else "child_born_on"
        born = self.cleaned_data.get(name)
        if not born or name in self.soft:
            return
        # Who copies a letter has its day; a visitor asks today.
        on = self.cleaned_data.get("received_on") or self.organisation.today(timezone.now())
        question = age_question(self.right, self.role_given, born, on)
        if question is None:
            return
        sentence = with_doors(question, self.right, self.door)
        if question.final:
            self.add_error(name, sentence)
        else:
            self.soft[name] = sentence
            self.asked_back.add(name)

    def _check_country(self) -> None:
        country = self.cleaned_data.get("country")
        # What she would rather not say is no country, and is not asked again.
        if country == UNSAID:
            self.cleaned_data["country"] = ""
        if country == UNSAID or "country" not in self.fields:
            return
        today = self.organisation.today(timezone.now())
        if not country and country_decides(self.right, today):
            self.soft["country"] = _(
                "Choose where you live: it decides whether a law says by when you must have an "
                "answer."
            )
        elif country and law_is_elsewhere(self.right, country, today):
            self.soft["country"] = _(
                "This right is for %(people)s, and you chose %(country)s. There no law that we "
                "know of sets a day for the answer. Choose where you live, or send it as it is."
            ) % {
                "people": Audience(self.right.audience_code).label,
                "country": place_name(country),
            }

    def _check_passing_on(self) -> None:
        """45 CFR 164.524(c)(3)(ii): in writing and signed. Soft: it can be signed on paper."""
        signed = self.cleaned_data.get("signature") or "signature" not in self.fields
        law = law_that_passes_on(self.organisation, self.right.kind)
        if law and law.passing_on and self.cleaned_data.get("destination") and not signed:
            self.soft["signature"] = _(
                "To send a copy to somebody else we need your signature (%(article)s)."
            ) % {"article": law_in_words(law.passing_on.source.title)}

    def _missed(self) -> Iterator[Asked]:
        for asked in self.shown():
            if asked.strength == "must" and not asked.particular.said(self.cleaned_data):
                yield asked

    def _look_for_what_is_missing(self) -> None:
        for asked in self._missed():
            empty = [f for f in asked.fields if not self.cleaned_data.get(f.name)]
            # Where any one field says it, one sentence suffices.
            for field in empty if asked.particular.needs_all else empty[:1]:
                # What is malformed is not missing, and has its own sentence already.
                if field.name not in self.errors:
                    self.soft[field.name] = _("%(what)s: the policy asks for this.") % {
                        "what": field.label
                    }
        # Soft as well: without a postal address the answer still waits on the private page.
        if self.paper_wanted and not self.cleaned_data.get("postal_address"):
            self.soft["postal_address"] = _("To answer on paper we need a postal address.")
