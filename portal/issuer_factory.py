"""The issuer's application factory: wiring only."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask
from flask_wtf import CSRFProtect

from portal.clock import Clock, SystemClock
from portal.config import ROOT
from portal.issuing.config import IssuerSettings
from portal.issuing.desk_lock import DeskLock
from portal.issuing.store import open_store
from portal.web import declared, errors, headers, issuer, strokes
from portal.web.assets import load_assets
from portal.web.bucket import GlobalBucket, KeyedBuckets
from portal.web.issuer import claims
from portal.web.issuer.runtime import IssuerRuntime, bind
from portal.web.issuer.sittings import Sittings

OWN_CLAIMS = 6
"""Claims of one person that are answered in a minute: nobody uses up what all share."""


def create_issuer_app(settings: IssuerSettings, clock: Clock | None = None) -> Flask:
    """The app of one issuer. Its store must stand (``portal issuer init``), and its process must be the only one."""
    app = Flask(
        "portal.issuer",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static",
    )
    app.config["TESTING"] = settings.env == "test"
    app.config.update(session_options(settings))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    bind(app, issuer_runtime(settings, clock or SystemClock(ZoneInfo(settings.time_zone))))
    errors.install(app)
    if settings.env == "demo":
        app.before_request(declared.only_this_machine)
    issuer.install(app)
    strokes.install(app, claims.STROKE)
    CSRFProtect(app).exempt(claims.blueprint)
    headers.install_for(app, (settings.address,), wasm=False)
    return app


def issuer_runtime(settings: IssuerSettings, clock: Clock) -> IssuerRuntime:
    """The views' collaborators."""
    return IssuerRuntime(
        settings=settings,
        clock=clock,
        engine=open_store(settings.database_url),
        assets=load_assets(ROOT / "static" / "dist"),
        sittings=Sittings(DeskLock(settings.instance), clock, settings.session_minutes),
        signing=GlobalBucket(settings.claim_rate, clock),
        own_signing=KeyedBuckets(min(OWN_CLAIMS, settings.claim_rate), clock),
    )


def session_options(settings: IssuerSettings) -> dict[str, object]:
    """The desk's cookie: for its own pages alone, and named after the issuer, for two may share a host name."""
    return {
        "SECRET_KEY": settings.secret.session_key,
        "SESSION_COOKIE_NAME": f"issuer_{settings.issuer}",
        "SESSION_COOKIE_PATH": "/desk",
        "SESSION_COOKIE_SECURE": settings.address.startswith("https://"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        # The token lives as long as the sitting, which ends by itself; a referrer is never sent (see headers).
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }
