"""The wing of the trial: all that a person needs who tries the program out, and nobody else.

An app of its own, installed in trial mode only, so that a site has none of its commands and pages.
Nothing is imported here: `bootstrap.py` stands beside this and runs before any package is there.
"""
