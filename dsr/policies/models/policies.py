from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dsr.days.bounds import DaysWithin
from dsr.policies.models.organisations import Organisation

# Labels go into the audit chain, which takes short lower-case codes only.
version_label = RegexValidator(
    r"^[a-z0-9][a-z0-9_.:-]{0,39}$", _("Small letters, digits, and . _ : - only.")
)


class Policy(models.Model):
    """A text that an organisation publishes, through all its versions."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="policies")
    slug = models.SlugField(_("short name"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    source_url = models.URLField(_("published at"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["organisation", "slug"]

    def __str__(self) -> str:
        return self.title


class PolicyVersion(models.Model):
    """The text in force from a day. It never changes once a request depends on it."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    label = models.CharField(_("label"), max_length=40, validators=[version_label])
    # A text that prints no day has none: we do not make one up.
    effective_on = models.DateField(
        _("day printed in the text"),
        null=True,
        blank=True,
        help_text=_("Empty if none is."),
        validators=[DaysWithin(first=1970, ahead=5)],
    )
    in_force_from = models.DateField(
        _("in force from"),
        null=True,
        blank=True,
        help_text=_("Empty: as far back as we know."),
        validators=[DaysWithin(first=1970, ahead=5)],
    )
    # Written by `put_in_order` alone: a version ends on the day on which the next begins.
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True, editable=False)
    text = models.TextField(_("text"))
    text_sha256 = models.CharField(_("SHA-256 of the text"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["policy", F("in_force_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(fields=["policy", "label"], name="policy_version_label_once"),
            models.UniqueConstraint(
                fields=["policy", "in_force_from"],
                # Two open beginnings are as much a contradiction as two equal days.
                nulls_distinct=False,
                name="policy_version_day_once",
            ),
            models.CheckConstraint(
                condition=Q(superseded_on__isnull=True)
                | Q(in_force_from__isnull=True)
                | Q(superseded_on__gt=F("in_force_from")),
                name="policy_version_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(text_sha256__regex=r"^[0-9a-f]{64}$"),
                name="policy_version_sha256_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} ({self.label})"


class Reading(models.Model):
    """How we read a version. Reading it better makes a new one; requests keep theirs."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="readings")
    number = models.PositiveIntegerField(_("number"))
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    # Of what it says: a comment in the file makes no new reading.
    content_sha256 = models.CharField(_("SHA-256 of what it says"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"))
    # Set by the first request; from then on the database refuses every change.
    used_at = models.DateTimeField(_("first used by a request"), null=True, blank=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="reading_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.number}"
