"""From a valid form to what the requests room takes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.policies.particulars import Particular, particulars
from dsr.requests.services.intake import PersonGiven, Submission
from dsr.requests.states import Channel

if TYPE_CHECKING:
    from .request_form import RequestForm


def submission_of(form: RequestForm, **given: Any) -> Submission:
    data = form.cleaned_data
    asker = PersonGiven(
        name=data["name"],
        born_on="" if form.for_another else _day(data.get("born_on")),
        email=data["email"],
        phone=data["phone"],
        postal_address=data["postal_address"],
    )
    values: dict[str, Any] = {
        "right": form.right,
        "channel": Channel.FORM,
        "role": form.role_given,
        "subject": _subject(data) if form.for_another else asker,
        "requester": asker if form.for_another else None,
        "language": _language(form),
        "particulars": said(particulars(form.asked), data),
        "country": data.get("country", ""),
        "wants_paper": form.paper_wanted,
        "may_use_contact_held": data.get("may_use_contact_held", False),
        "files": tuple(data.get("documents", ())),
    }
    return Submission(**(values | given))


def _subject(data: dict[str, Any]) -> PersonGiven:
    """Whom it is about; somebody who reports a child may not know the name."""
    name = data.get("about_name") or data.get("child_name") or _("Name not known")
    return PersonGiven(name=name, born_on=_day(data.get("born_on") or data.get("child_born_on")))


def _language(form: RequestForm) -> str:
    """The language of the page, where the organisation writes it, else the organisation's own."""
    language = get_language() or ""
    if language in form.organisation.languages:
        return language
    return str(form.organisation.default_language)


def said(asked: Iterable[Particular], data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The particulars that were given, as JSON values: half a period is no period."""
    return {
        particular.code: {spec.name: _plain(data.get(spec.name)) for spec in particular.fields}
        for particular in asked
        if particular.fields and particular.said(dict(data))
    }


def _plain(value: Any) -> Any:
    return _day(value) if isinstance(value, date) else value or ""


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
