"""Times in French that Django itself writes, with the name of the zone."""

DATETIME_FORMAT = "j F Y, H:i e"
