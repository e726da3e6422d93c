"""Why an answer is no, and what is open to who does not agree: on page and letter alike."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from dsr.policies.authorities import Authority, responsible
from dsr.requests import grounds
from dsr.requests.laws import home_of, laws_binding
from dsr.requests.models import SubjectRequest
from dsr.requests.states import EndingGround, Ground
from dsr.vault.addresses import readable


@dataclass(frozen=True, slots=True)
class Way:
    """One way that is open: to whom, how they are reached, and what to know of it."""

    title: str
    lines: tuple[str, ...]
    url: str = ""
    note: str = ""
    # us, authority, court, review; empty of a hint that names nobody.
    kind: str = ""
    # Name or title and telephone number of somebody are among the lines.
    has_contact: bool = False

    @property
    def in_one_line(self) -> str:
        said = ", ".join(each for each in (self.title, *self.lines, self.url) if each)
        return f"{said}. {self.note}" if self.note else said


def ways(subject_request: SubjectRequest, ground: str = "") -> list[Way]:
    """To the organisation, to a review, to the authorities, to a court; in the reader's language.

    ``ground``: of a refusal; what can be reviewed says how.

    GDPR Art. 12(4), 77 and 79; DPA 2018, s. 164A; 45 CFR 164.524(d)(2)(iii).
    """
    laws = {each.slug for each in laws_binding(subject_request)}
    home = home_of(subject_request)
    seat = subject_request.organisation.country
    found = [_authority(each) for each in responsible(laws, home, seat)] or [
        Way(_("Complain to the data protection authority of your country, where there is one"), ())
    ]
    us = _to_us(subject_request)
    return [us, *_review(subject_request, ground), *found, *_court(laws, home)]


def in_letter(subject_request: SubjectRequest, ground: str = "") -> list[str]:
    """The ways as lines of a letter, in the requester's language."""
    with override(subject_request.language):
        return [each.in_one_line for each in ways(subject_request, ground)]


def _review(subject_request: SubjectRequest, ground: str) -> list[Way]:
    """45 CFR 164.524(a)(4): by a licensed professional who had no part in the denial."""
    if not ground or not grounds.is_reviewable(subject_request, ground):
        return []
    return [
        Way(
            _("Have the refusal reviewed"),
            (),
            note=_(
                "Write to us that you want it. A licensed health professional who had no part in "
                "the refusal looks at it anew, and we do what she decides."
            ),
            kind="review",
        )
    ]


def why(subject_request: SubjectRequest, ground: str) -> str:
    """The recorded ground as the person reads it; "" where nothing was refused."""
    if by_law := grounds.why(subject_request, ground):
        return by_law
    code = ground.removeprefix("exception:")
    if code != ground:
        # In the words of the policy or law from which the exception comes.
        texts = {
            item["code"]: item["text"]
            for item in subject_request.right.exceptions_in(get_language() or "en")
        }
        return str(texts.get(code, ""))
    for listed in (Ground, EndingGround):
        if ground in listed.values:
            return str(listed(ground).label)
    return ""


def _to_us(subject_request: SubjectRequest) -> Way:
    organisation = subject_request.organisation
    lines = [
        *address_lines(organisation.legal_name, organisation.postal_address),
        readable(organisation.contact_email),
        organisation.contact_title,
        organisation.phone,
    ]
    reference = _("Name the reference %(reference)s.") % {"reference": subject_request.reference}
    title = _("Write to us: %(name)s") % {"name": organisation.legal_name}
    return Way(
        title,
        tuple(each for each in lines if each),
        note=reference,
        kind="us",
        has_contact=bool(organisation.contact_title and organisation.phone),
    )


def address_lines(name: str, address: str) -> list[str]:
    """An address without the name, which stands above it already."""
    lines = [each.strip() for each in address.splitlines() if each.strip()]
    alike = name.strip().casefold()
    return lines[1:] if lines and lines[0].casefold() == alike else lines


def _authority(authority: Authority) -> Way:
    language = (get_language() or "en")[:2]
    return Way(
        _("Complain to the authority: %(name)s") % {"name": authority.named(language)},
        tuple(each for each in (*authority.address, authority.phone) if each),
        authority.url,
        authority.noted(language),
        kind="authority",
    )


def _court(laws: set[str], home: str) -> list[Way]:
    if "gdpr" in laws:
        return [
            Way(
                _("Go to court"),
                (),
                note=_(
                    "In the country where you live or where we are established (GDPR Art. 79). "
                    "You need not have complained to an authority before."
                ),
                kind="court",
            )
        ]
    if laws & {"uk-gdpr", "uk-gdpr-2018"}:
        note = _("For an order to comply (DPA 2018, s. 167).")
        return [Way(_("Go to court"), (), note=note, kind="court")]
    if home == "CH":
        note = _("Before the civil courts (FADP Art. 32).")
        return [Way(_("Go to court"), (), note=note, kind="court")]
    return []
