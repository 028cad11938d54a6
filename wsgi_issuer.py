"""WSGI entry point of an issuer: ``portal issuer serve`` runs it, in one process (the desk's sittings live there)."""

import sys

from portal.config import ConfigError
from portal.issuer_factory import create_issuer_app
from portal.issuing.config import load_issuer_settings
from portal.issuing.restored import check_restored

try:
    settings = load_issuer_settings()
    if settings.env == "test":
        raise ConfigError("PORTAL_ISSUER_ENV=test is for tests and is never served.")
    check_restored(settings.instance)
    app = create_issuer_app(settings)
except ConfigError as error:
    sys.exit(f"portal: {error}")
