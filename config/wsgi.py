"""The web application for gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Settings and apps must have been read before anything of ours is imported.
from config.startup import refuse_to_serve_wrongly  # noqa: E402

refuse_to_serve_wrongly()
