"""Wires the rooms together: settings, URLs, servers, Celery. No room imports it."""
