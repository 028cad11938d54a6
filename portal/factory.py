"""Application factories: wiring only."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from portal.accounts import security
from portal.clock import Clock, SystemClock
from portal.config import ROOT, Settings, load_settings
from portal.crypto.atrest import AtRest
from portal.extensions import configure_database, csrf
from portal.ledger.opening import open_log
from portal.web import access, errors, headers, locale, public, staff
from portal.web.assets import load_assets
from portal.web.runtime import Runtime, bind

BODY_MAX = 64 * 1024


def _runtime(settings: Settings, clock: Clock | None, *, staff_app: bool) -> Runtime:
    secrets = settings.secret
    return Runtime(
        settings=settings,
        clock=clock or SystemClock(ZoneInfo(settings.time_zone)),
        log=open_log(settings),
        assets=load_assets(ROOT / "static" / "dist"),
        atrest=AtRest([secrets.instance_key]) if staff_app else None,
    )


def _bare_app(name: str, settings: Settings) -> Flask:
    app = Flask(
        name,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static",
    )
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.config["TESTING"] = settings.env == "test"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    configure_database(app, settings)
    errors.install(app)
    if settings.demo:
        app.before_request(access.only_this_machine)
    return app


def create_public_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The app for submitters and the public: no cookie, no session, no secret key."""
    app = _bare_app("portal.public", settings)
    bind(app, _runtime(settings, clock, staff_app=False))
    locale.install(app, staff=False)
    public.install(app, settings)
    headers.install(app, settings, wasm=False)  # around everything, for not all is answered by Flask
    return app


def create_staff_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The app for moderators, the committee, auditors and administrators."""
    app = _bare_app("portal.staff", settings)
    secrets = settings.secret
    https = bool(settings.staff_origins) and all(o.startswith("https://") for o in settings.staff_origins)
    app.config.update(
        SECRET_KEY=secrets.secret_key,
        SESSION_COOKIE_NAME="portal_staff",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_minutes),
        # The token lives as long as the session, which ends by itself; a referrer is never sent (see headers).
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    bind(app, _runtime(settings, clock, staff_app=True))
    csrf.init_app(app)
    security.install(app, settings)
    access.declare(app, "security", access.PUBLIC)
    headers.install(app, settings, wasm=True)
    locale.install(app, staff=True)
    staff.install(app)
    return app


def create_wsgi(settings: Settings | None = None) -> Flask:
    """What a WSGI server runs: the app or apps that ``PORTAL_APP`` names."""
    settings = settings or load_settings()
    if settings.app == "staff":
        app = create_staff_app(settings)
        nothing = headers.hardened(_nothing, settings.staff_origins, wasm=False)
        app.wsgi_app = DispatcherMiddleware(nothing, {"/staff": app.wsgi_app})  # type: ignore[method-assign]
        return app
    app = create_public_app(settings)
    if settings.app == "all":
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/staff": create_staff_app(settings).wsgi_app})  # type: ignore[method-assign]
    return app


def _nothing(_environ, start_response):  # type: ignore[no-untyped-def]
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"Not Found"]
