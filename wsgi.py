"""WSGI entry point: ``gunicorn wsgi:app`` (or, better, ``portal serve``)."""

import gc
import sys

from portal.config import ConfigError, load_settings
from portal.factory import create_wsgi

try:
    settings = load_settings()
    if settings.env == "test":
        raise ConfigError("PORTAL_ENV=test is for tests and is never served.")
    app = create_wsgi(settings)
except ConfigError as error:
    sys.exit(f"portal: {error}")
# What is loaded by now stays: walking it again and again would stop whoever asks meanwhile for a tenth of a second.
gc.collect()
gc.freeze()
