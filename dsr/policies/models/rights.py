from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dsr.policies.kinds import (
    FOUR_EYES,
    IN_CONFIDENCE,
    LIGHT,
    PERIOD_UNITS,
    PROVEN,
    UNITS,
    Audience,
    Checked,
    Cost,
    Kind,
    Level,
)
from dsr.policies.models.organisations import Department
from dsr.policies.models.policies import Reading


def _both_or_none(name: str) -> Q:
    """Amount and unit go together. (A CHECK that comes out as NULL passes: say isnull.)"""
    none = Q(**{f"{name}_amount__isnull": True, f"{name}_unit": ""})
    stated = Q(**{f"{name}_amount__isnull": False, f"{name}_amount__gte": 1})
    return none | (stated & Q(**{f"{name}_unit__in": PERIOD_UNITS}))


class Translated(models.Model):
    """What people read, with translations: {"fr": {"title": ..., "summary": ...}}."""

    translations = models.JSONField(_("translations"), default=dict, blank=True)

    class Meta:
        abstract = True

    def in_language(self, field: str, language: str) -> str:
        """The text of a field in a language, or as the catalogue has it in English."""
        # `fr-ca` falls back to `fr`, and what has no translation to the catalogue's English.
        words = self.translations.get(language) or self.translations.get(language[:2], {})
        return str(words.get(field) or getattr(self, field))

    def here(self, field: str) -> str:
        """The text of a field in the language of whoever reads the page."""
        return self.in_language(field, get_language() or "en")


class Right(Translated):
    """What a version grants, under one reading; the law may grant it beside the policy."""

    # A reading that nobody used is forgotten with all that it says.
    reading = models.ForeignKey(Reading, models.CASCADE, related_name="rights")
    position = models.PositiveSmallIntegerField(_("position"))
    slug = models.SlugField(_("short name"))
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("in plain words"))
    # Copied into the row with their places: a reading must stand without its file.
    clauses = models.JSONField(_("clauses"), default=list, blank=True)
    audience = models.CharField(_("for whom"), max_length=200)
    audience_code = models.CharField(_("audience"), max_length=24, choices=Audience)
    who_may_ask = models.JSONField(_("who may ask"), default=list)
    period_amount = models.PositiveIntegerField(_("period"), null=True, blank=True)
    period_unit = models.CharField(_("unit"), max_length=12, choices=UNITS, blank=True)
    must = models.JSONField(_("must contain"), default=list, blank=True)
    should = models.JSONField(_("should contain"), default=list, blank=True)
    may = models.JSONField(_("may contain"), default=list, blank=True)
    never = models.JSONField(_("must never be asked"), default=list, blank=True)
    channels = models.JSONField(_("channels"), default=list, blank=True)
    fee = models.CharField(_("fee"), max_length=200, blank=True)
    # The words of `fee` as a program compares them; empty where the text says nothing.
    cost = models.CharField(_("cost"), max_length=12, choices=Cost, blank=True)
    # In full years, of the person the data is about: for whom alone the text grants it.
    age_from = models.PositiveSmallIntegerField(_("from this age"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("to this age"), null=True, blank=True)
    look_back_amount = models.PositiveIntegerField(_("look-back"), null=True, blank=True)
    look_back_unit = models.CharField(_("unit"), max_length=12, choices=UNITS, blank=True)
    exceptions = models.JSONField(_("exceptions"), default=list, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+"
    )
    identity_level = models.PositiveSmallIntegerField(_("identity"), choices=Level)
    two_people = models.BooleanField(_("two people decide"))
    must_grant = models.BooleanField(
        _("reasonable requests are granted"),
        default=False,
        help_text=_("The text promises it: refusing needs a reason of its own."),
    )
    note = models.TextField(_("note on the reading"), blank=True)
    law = models.CharField(_("law"), max_length=40, blank=True)
    law_article = models.CharField(_("article"), max_length=60, blank=True)
    law_source = models.CharField(_("source"), max_length=300, blank=True)
    law_checked = models.CharField(_("checked"), max_length=12, choices=Checked, blank=True)
    # Until then it is nobody's right yet, and is not offered.
    law_starts_on = models.DateField(_("in force from"), null=True, blank=True)

    class Meta:
        verbose_name = _("right")
        verbose_name_plural = _("rights")
        ordering = ["reading", "position"]
        # Once more in the database, for whatever does not come through a catalogue file.
        constraints = [
            models.UniqueConstraint(fields=["reading", "slug"], name="right_slug_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="right_kind_known"),
            models.CheckConstraint(
                condition=Q(audience_code__in=Audience.values), name="right_audience_known"
            ),
            models.CheckConstraint(
                # 0 days is a period: at once, ending on the day itself.
                condition=_both_or_none("period")
                | Q(period_amount__isnull=False, period_amount=0, period_unit="day"),
                name="right_period",
            ),
            models.CheckConstraint(condition=_both_or_none("look_back"), name="right_look_back"),
            models.CheckConstraint(
                condition=Q(cost__in=["", *Cost.values]), name="right_cost_known"
            ),
            models.CheckConstraint(
                condition=Q(age_from=None) | Q(age_to=None) | Q(age_to__gte=F("age_from")),
                name="right_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(identity_level__in=Level.values), name="right_level_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(PROVEN), identity_level=0),
                name="right_never_without_a_check",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(LIGHT), identity_level__gt=1),
                name="right_never_too_much_proof",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(FOUR_EYES), two_people=False),
                name="right_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(law="", law_article="", law_source="", law_checked="")
                | Q(law__gt="", law_article__gt="", law_checked__in=Checked.values),
                name="right_law_complete",
            ),
            # What no clause carries is not the policy's; a law's right rests on its article.
            models.CheckConstraint(
                condition=Q(law__gt="") | ~Q(clauses=[]), name="right_rests_on_a_clause"
            ),
        ]

    def __str__(self) -> str:
        return self.here("title")

    @property
    def period(self) -> dict[str, Any] | None:
        return _amount(self.period_amount, self.period_unit)

    @property
    def look_back(self) -> dict[str, Any] | None:
        return _amount(self.look_back_amount, self.look_back_unit)

    @property
    def ages(self) -> dict[str, int | None] | None:
        if self.age_from is None and self.age_to is None:
            return None
        return {"from": self.age_from, "to": self.age_to}

    @property
    def in_confidence(self) -> bool:
        """Whether who asks may have somebody to hide it from: a contact of their own, or people
        who must not receive something."""
        asked = {*self.must, *self.should, *self.may}
        return self.kind in IN_CONFIDENCE or "recipients" in asked

    def is_for_age(self, years: int) -> bool:
        """Whether the text grants it for somebody who is so many full years old."""
        too_young = self.age_from is not None and years < self.age_from
        too_old = self.age_to is not None and years > self.age_to
        return not too_young and not too_old

    def exceptions_in(self, language: str) -> list[dict[str, str]]:
        """Code and text of each exception, in a language where it is there."""
        words = self.translations.get(language) or self.translations.get(language[:2], {})
        translated = words.get("exceptions", {})
        return [
            {"code": each["code"], "text": translated.get(each["code"], each["text"])}
            for each in self.exceptions
        ]

    def strength(self, particular: str) -> str:
        """must, should, may, never, or "" where the text says nothing."""
        strengths = ("must", "should", "may", "never")
        return next((name for name in strengths if particular in getattr(self, name)), "")


class InformationItem(Translated):
    """Something the text says that is shown and not asked for: a complaint route, a pointer."""

    reading = models.ForeignKey(Reading, models.CASCADE, related_name="information")
    position = models.PositiveSmallIntegerField(_("position"))
    slug = models.SlugField(_("short name"))
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("text"))
    clauses = models.JSONField(_("clauses"), default=list, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("information")
        verbose_name_plural = _("information")
        ordering = ["reading", "position"]
        constraints = [
            models.UniqueConstraint(fields=["reading", "slug"], name="information_slug_once"),
        ]

    def __str__(self) -> str:
        return self.here("title")


def _amount(amount: int | None, unit: str) -> dict[str, Any] | None:
    return None if amount is None else {"amount": amount, "unit": unit}
