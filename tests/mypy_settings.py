"""Settings for the type checker, which needs the models and no server."""

import os

os.environ.setdefault("DSR_MODE", "trial")

from config.settings import *  # noqa: F403
