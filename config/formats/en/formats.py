"""Times in English: 24 hours, so that a sentence may end with one and noon is never in doubt."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "N j, Y, H:i"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
