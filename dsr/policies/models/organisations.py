import re
import unicodedata
from datetime import date, datetime, time, timedelta
from email.utils import formataddr
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsr.days.place import Place
from dsr.policies.kinds import PERIOD_UNITS, UNITS
from dsr.policies.models.calendars import WorkingCalendar
from dsr.policies.regimes import known_flags, regime_slugs
from dsr.policies.territories import is_country
from dsr.vault.address_fields import AddressColumn

# An organisation's page is at /<its short name>/: fixed addresses of the site cannot be names.
FIXED_ADDRESSES = frozenset(
    {
        *("admin", "api", "away", "ended", "find", "health", "language", "leave", "lost", "media"),
        *("o", "s", "sent", "staff", "static", "status", "trial"),
    }
)


def known_country(code: str) -> None:
    if not is_country(code):
        raise ValidationError(
            _("No country has the code “%(code)s”. Choose it by name, for example France (FR)."),
            params={"code": code},
        )


def known_zone(name: str) -> None:
    try:
        # The library raises a different error for each way in which a name can be wrong.
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        said = _("No time zone is called “%(name)s”.")
        raise ValidationError(said, params={"name": name}) from error


def folded(typed: str) -> str:
    """Without capitals and marks: “Médical” is “medical” to whoever reads an address."""
    apart = unicodedata.normalize("NFKD", typed.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def only_english() -> list[str]:
    return ["en"]


class Organisation(models.Model):
    """The controller. Its zone decides on which legal day something happened."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, validators=[known_country])
    # A zone and no offset: summer time moves midnight, and with it the legal day.
    zone = models.CharField(_("time zone"), max_length=64, validators=[known_zone])
    # Protected: without its calendar no date of the organisation could be computed.
    calendar = models.ForeignKey(WorkingCalendar, models.PROTECT, related_name="+")
    languages = models.JSONField(_("languages"), default=only_english)
    default_language = models.CharField(_("default language"), max_length=10, default="en")
    contact_email = AddressColumn(_("contact e-mail"), blank=True)
    # Of mails to somebody who has reason to hide that they asked.
    neutral_name = models.CharField(
        _("sender’s name of neutral mails"),
        max_length=60,
        blank=True,
        help_text=_(
            "For people who asked in confidence. It must not tell that it is you: for example "
            "“Post room”. Empty: the address alone."
        ),
    )
    neutral_email = AddressColumn(
        _("sender’s address of neutral mails"),
        blank=True,
        help_text=_(
            "An address of which nobody can tell that it is yours, on a domain for which your mail "
            "server may send. Empty: the address of all mails, without a name."
        ),
    )
    postal_address = models.TextField(_("postal address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    contact_title = models.CharField(
        _("name or title of the contact"),
        max_length=120,
        blank=True,
        help_text=_(
            "Whom people reach at this telephone number about a refusal: “Privacy Officer”."
        ),
    )
    accepts_electronic_signatures = models.BooleanField(
        _("accepts typed signatures"),
        default=True,
        help_text=_("If not, the form prints a letter to be signed and posted."),
    )
    sole_decisions = models.BooleanField(
        _("one person decides alone"),
        default=False,
        help_text=_("Only where there is nobody else; every record then shows it."),
    )
    # For where a policy and the law name no period; an aim, never called late as a duty.
    target_amount = models.PositiveSmallIntegerField(_("own target"), default=30)
    target_unit = models.CharField(
        _("unit of the own target"), max_length=12, choices=UNITS, default="day"
    )
    # By name and not as rows: laws ship with the program, and one that no longer does stays named.
    regimes = models.JSONField(_("laws that may apply"), default=list, blank=True)
    flags = models.JSONField(
        _("what the organisation is"),
        default=list,
        blank=True,
        help_text=_('Facts that laws ask about, as ["health_professional"].'),
    )
    staff_idle_minutes = models.PositiveSmallIntegerField(
        _("minutes until a page of staff closes"),
        default=30,
        help_text=_("Without a click, 5 to 720. Who works for several has the shortest of them."),
    )
    note = models.TextField(_("note"), blank=True)
    is_open = models.BooleanField(_("takes requests"), default=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target_amount__gte=1, target_unit__in=PERIOD_UNITS),
                name="organisation_target_makes_sense",
            ),
            models.CheckConstraint(
                condition=Q(staff_idle_minutes__gte=5, staff_idle_minutes__lte=720),
                name="organisation_staff_idle_makes_sense",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="organisation_country_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.slug in FIXED_ADDRESSES:
            said = _("“%(slug)s” is a fixed address of the site. Choose another short name.")
            raise ValidationError({"slug": said % {"slug": self.slug}})
        self._check_lists()
        if self.default_language not in self.languages:
            raise ValidationError({"default_language": _("Is not one of the languages.")})
        self._check_neutral()

    def _check_lists(self) -> None:
        """Whatever wrote them: what a law's file or a mail does not know would never apply."""
        closed = {
            "regimes": set(regime_slugs()),
            "flags": known_flags(),
            "languages": {code for code, _name in settings.LANGUAGES},
        }
        for field, known in closed.items():
            given = getattr(self, field)
            listed = isinstance(given, list) and all(isinstance(each, str) for each in given)
            unknown = set(given) - known if listed else {str(given)}
            if unknown:
                names = ", ".join(sorted(unknown))
                raise ValidationError({field: _("Unknown: %(names)s.") % {"names": names}})

    def _check_neutral(self) -> None:
        problems: dict[str, Any] = {}
        for field in ("neutral_name", "neutral_email"):
            if told := self._tells(str(getattr(self, field))):
                problems[field] = _("“%(word)s” tells whose mail it is. Choose other words.") % {
                    "word": told
                }
        # What stands before an address is a header: a line break or a bracket would end it.
        if not all(each.isprintable() and each not in '<>@",' for each in self.neutral_name):
            problems["neutral_name"] = _("Use letters, digits and blanks only.")
        if self.neutral_name and not self.neutral_email:
            problems["neutral_email"] = _("Give the address that belongs to the name.")
        if problems:
            raise ValidationError(problems)

    def _tells(self, typed: str) -> str:
        """The first word of the organisation's own names that stands in it; of four letters on."""
        said = folded(typed)
        own = (self.slug, self.name, self.legal_name)
        words = {word for each in own for word in re.split(r"[^\w]+", each) if len(word) > 3}
        # A short name is a name all the same, where it stands alone.
        alone = set(re.split(r"[^\w]+", said)) & {folded(each) for each in own}
        return next(
            (word for word in sorted(words) if folded(word) in said), next(iter(sorted(alone)), "")
        )

    @property
    def neutral_sender(self) -> str:
        """As it stands in a mail; empty where none was chosen."""
        if not self.neutral_email:
            return ""
        return formataddr((self.neutral_name, self.neutral_email))

    @property
    def place(self) -> Place:
        """How its days are written, and whose time its times are."""
        return Place(self.country, self.zone)

    def today(self, at: datetime) -> date:
        """The legal day of an instant: the date in the organisation's own zone."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def after_working_days(self, at: datetime, count: int) -> datetime:
        """The midnight at which this many whole working days have passed since an instant."""
        last = self.calendar.as_engine().add_working_days(self.today(at), count)
        return datetime.combine(last + timedelta(days=1), time.min, ZoneInfo(self.zone))


class Department(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="departments")
    slug = models.SlugField(_("short name"))
    name = models.CharField(_("name"), max_length=120)
    email = AddressColumn(_("e-mail"), blank=True)
    postal_address = models.TextField(_("postal address"), blank=True)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["organisation", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="department_slug_once"),
        ]

    def __str__(self) -> str:
        return self.name
