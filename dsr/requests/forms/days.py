"""Days that people type: which make sense for what is asked, and which are asked back about.

A browser writes the year 0026 for somebody who types 26; a slip of one figure moves every deadline
by years. What cannot be is refused beside its field; what can be but hardly is comes back once and
is taken when it is sent again unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.days.words import day_words
from dsr.requests.errors import FIRST_DAY

DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Span:
    """Days that make sense, in years before and days after today; ``likely`` days before today are
    taken without a question, and none are where it is None."""

    years_back: int
    days_ahead: int = 1
    likely: int | None = None

    def bounds(self, today: date) -> tuple[date, date]:
        first = date(today.year - self.years_back, 1, 1)
        return max(first, FIRST_DAY), today + timedelta(days=self.days_ahead)

    def is_likely(self, day: date, today: date) -> bool:
        return self.likely is None or day >= today - timedelta(days=self.likely)


# One day ahead: today has begun elsewhere. Who knows the organisation's own day says it exactly.
BORN: Final = Span(years_back=130)
HAPPENED: Final = Span(years_back=10, likely=120)
SIGNED: Final = Span(years_back=20)
# Records are asked for of a whole life, and of the months to come as well.
PERIOD: Final = Span(years_back=130, days_ahead=731)
SET_BY_OTHERS: Final = Span(years_back=1, days_ahead=5 * 366)
# An old power of attorney may have ended long ago, and a new one may end with a life.
VALID: Final = Span(years_back=100, days_ahead=100 * 366)


class DayInput(forms.DateInput):
    """The browser's own date field; what is sent is always ISO 8601.

    ``again`` is the day that is asked back about, which goes along hidden; ``sent_again`` the one
    that came along.
    """

    input_type = "date"

    def __init__(self, span: Span) -> None:
        # A date field of a browser shows no other form: what was typed before would look lost.
        super().__init__(format=DAY)
        self.span = span
        self.again = self.sent_again = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        first, last = self.span.bounds(timezone.localdate())
        context["widget"]["attrs"] |= {"min": first.isoformat(), "max": last.isoformat()}
        return context

    def render(self, name: str, *args: Any, **options: Any) -> SafeString:
        field = super().render(name, *args, **options)
        if not self.again:
            return field
        hidden = '{}<input type="hidden" name="{}-again" value="{}">'
        return format_html(hidden, field, name, self.again)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        self.sent_again = str(data.get(f"{name}-again", ""))
        return super().value_from_datadict(data, files, name)


class DayField(forms.DateField):
    """A day within a span. ``asks`` is false where the form asks itself (the public one)."""

    widget: DayInput

    def __init__(self, *, span: Span, asks: bool = True, **options: Any) -> None:
        wrong = gettext_lazy("Enter a date that exists, for example 2026-05-31.")
        messages = {"invalid": wrong} | options.pop("error_messages", {})
        super().__init__(
            widget=DayInput(span), input_formats=[DAY], error_messages=messages, **options
        )
        self.span, self.asks = span, asks

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is None or not self.asks:
            return day
        if problem := self.impossible(day):
            raise ValidationError(problem, code="impossible")
        if (
            not self.span.is_likely(day, timezone.localdate())
            and self.widget.sent_again != day.isoformat()
        ):
            self.widget.again = day.isoformat()
            raise ValidationError(
                _("%(day)s is long ago. If it is the real day, send the form again as it is.")
                % {"day": day_words(day)},
                code="unlikely",
            )
        return day

    def impossible(self, day: date) -> str:
        """Why this day makes no sense here; empty where it does."""
        first, last = self.span.bounds(timezone.localdate())
        if first <= day <= last:
            return ""
        if day.year < 1000:
            return _("Write the year with four figures, such as 2026.")
        return _("Enter a day from %(first)s to %(last)s.") % {
            "first": day_words(first),
            "last": day_words(last),
        }


def day_field(span: Span, **options: Any) -> DayField:
    return DayField(span=span, **options)
