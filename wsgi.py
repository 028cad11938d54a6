"""WSGI entry point: ``gunicorn wsgi:app`` (or, better, ``portal serve``)."""

import sys

from portal.config import ConfigError
from portal.factory import create_wsgi

try:
    app = create_wsgi()
except ConfigError as error:
    sys.exit(f"portal: {error}")
