"""The web server: `gunicorn -c config/gunicorn.py`. The command line can overrule every line."""

from __future__ import annotations

import os
from typing import Any

# Threads share a pool of connections; it must be known before the settings are read.
os.environ.setdefault("DATABASE_POOL_SIZE", "8")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Read here, so that a site with wrong settings ends at once with its list of what is wrong; a
# worker that fails would be started again and again.
from config import settings

wsgi_app = "config.wsgi:application"
bind = f"127.0.0.1:{settings.DSR_PORT}"
# Threads, which get a request when all of it is there.
worker_class = "config.patient_worker.PatientWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
# The program is read once and shared by the workers; connections are opened after the fork.
preload_app = True
# Of each process; with the files that they bring it stays below the usual 1024 descriptors.
worker_connections = 450
timeout = 60
graceful_timeout = 8
keepalive = 5
# Paths hold tokens: no access log. Errors go through the discreet log of the settings.
accesslog = None
errorlog = "-"
loglevel = "warning"
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {"gunicorn.error": {"handlers": [], "level": "WARNING", "propagate": True}},
}
# Whose headers count is decided by TRUSTED_PROXIES, in one place.
forwarded_allow_ips = ""
limit_request_line = 4094
limit_request_fields = 60
# Otherwise it is made in the home folder and shared by all sites of the user.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Before the first fork: what was asked of the database while loading must not be shared."""
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
