"""Why a date is the date: the stored trace of a deadline in sentences, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import formats
from django.utils.translation import gettext

from dsr.deadlines.explain import Formatter, explain
from dsr.deadlines.trace import Step
from dsr.requests.models import Deadline


class Localised(Formatter):
    """Days and lengths as the reader's language writes them."""

    def day(self, iso: str) -> str:
        return formats.date_format(date.fromisoformat(iso))

    def instant(self, iso: str) -> str:
        return formats.date_format(datetime.fromisoformat(iso), "DATETIME_FORMAT")


def sentences(deadline: Deadline) -> list[str]:
    steps = [Step.from_json(each) for each in deadline.trace]
    return explain(steps, Localised(gettext))
