"""Units of a period and what counts as nonsense."""

from django.utils.translation import gettext_lazy as _

UNITS = [
    ("hour", _("hours")),
    ("day", _("days")),
    ("business_day", _("working days")),
    ("week", _("weeks")),
    ("month", _("months")),
    ("year", _("years")),
]
PERIOD_UNITS = [code for code, _label in UNITS]

# Ten years in each unit: no policy and no law that we know asks for more.
TEN_YEARS = {
    "hour": 87_600,
    "day": 3_653,
    "business_day": 2_610,
    "week": 521,
    "month": 120,
    "year": 10,
}
