"""Days and times in English that Django itself writes, as in the administration.

Times have 24 hours, so that a sentence may end with one and noon is never in doubt.
"""

from dsr.days.place import here
from dsr.days.words import day_format


class OfThePlace(str):
    """A format for which Django asks once and keeps: it is decided each time that it is used."""

    def __str__(self) -> str:
        return str.__str__(self).replace("DAY", day_format("en", here()))


TIME_FORMAT = "H:i"
DATE_FORMAT = OfThePlace("DAY")
# With the name of the zone.
DATETIME_FORMAT = OfThePlace("DAY, H:i e")
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
