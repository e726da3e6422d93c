"""Wires the rooms together: settings, URLs, servers, Celery. No room imports it."""

import gc

# Read before everything else of the program. What is imported stays: to look through it for
# garbage at every 700th new object, as is the default, takes a fifth of each start.
gc.set_threshold(10_000)
