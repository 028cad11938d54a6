"""Security headers of both apps.

The public app may do nothing but talk to itself; the page that collects ballots alone may reach their issuers as well,
and pages that scan codes may ask for the camera (:func:`allow_connect`, :func:`allow_camera`). The staff app alone may
compile WebAssembly (Argon2id in the worker that unwraps a moderator's key).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g

from portal.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IMMUTABLE = "public, max-age=31536000, immutable"
UNKEPT = {"cache-control", "etag"}
"""What an answer that nobody may keep does not say."""

ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
"""What may be named in a policy: an origin and nothing that could end the directive or open another."""

COMMON = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


def allow_connect(origins: Iterable[str]) -> None:
    """Let the page of this answer, and no other, send requests to those origins as well."""
    named = sorted(set(origins))
    if not all(ORIGIN.fullmatch(origin) for origin in named):
        raise ValueError("only an origin can be named in the policy")
    g.connect_origins = named


def allow_camera() -> None:
    """Let the page of this answer, and no other, ask the visitor for the camera: codes are scanned with it."""
    g.camera = True


def allow_viewer() -> None:
    """Let the page of this answer, and no other, hold the sandboxed viewer in a frame."""
    g.viewer = True


def allow_framing() -> None:
    """The answer is that viewer: a page of this origin may hold it, and it has no origin itself."""
    g.framed = True


def viewer_policy() -> str:
    """The policy of the sandboxed viewer: it draws what it is handed, and can reach nothing by any request."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "base-uri 'none'",
            "sandbox allow-scripts",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def content_security_policy(*, wasm: bool, connect: Iterable[str] = ()) -> str:
    """The policy: everything from this origin, nothing inline, no frames, no base, no plug-ins.

    ``connect``: origins that scripts may send requests to, beside this one.
    """
    script = "script-src 'self' 'wasm-unsafe-eval'" if wasm else "script-src 'self'"
    return "; ".join(
        [
            "default-src 'none'",
            script,
            "style-src 'self'",
            "img-src 'self' blob:",
            "font-src 'self'",
            " ".join(["connect-src 'self'", *connect]),
            "worker-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types portal-worker",
        ]
    )


def permissions_policy(*, camera: bool = False) -> str:
    """No device and no sensor; the camera only where the page asks for it by a button."""
    return PERMISSIONS.replace("camera=()", "camera=(self)") if camera else PERMISSIONS


def install(app: Flask, settings: Settings, *, wasm: bool) -> None:
    """Put the headers on every answer of one of the portal's apps, errors and static files included."""
    install_for(app, (*settings.public_origins, *settings.staff_origins), wasm=wasm)


def install_for(app: Flask, origins: Collection[str], *, wasm: bool) -> None:
    """Put the headers on every answer of ``app``, which is reached at ``origins``."""

    def widen(response: Response) -> Response:
        for name, value in _asked_for(wasm=wasm).items():
            response.headers[name] = value
        return response

    app.after_request(widen)
    app.wsgi_app = hardened(app.wsgi_app, origins, wasm=wasm)  # type: ignore[method-assign]


def hardened(app: WSGIApplication, origins: Collection[str], *, wasm: bool) -> Hardened:
    """That WSGI app, which is reached at ``origins``, with the headers on every answer."""
    https = bool(origins) and all(origin.startswith("https://") or origin.endswith(".onion") for origin in origins)
    return Hardened(app, wasm=wasm, https=https)


def _asked_for(*, wasm: bool) -> dict[str, str]:
    """Headers that differ from the usual, because the view asked for more."""
    given: dict[str, str] = {}
    asked = vars(g).keys() & {"connect_origins", "viewer", "framed", "camera"}
    if not asked:
        return given
    if asked & {"connect_origins", "viewer"}:
        policy = content_security_policy(wasm=wasm, connect=g.pop("connect_origins", ()))
        given["Content-Security-Policy"] = policy + ("; frame-src 'self'" if g.pop("viewer", False) else "")
    if g.pop("framed", False):
        given |= {"Content-Security-Policy": viewer_policy(), "X-Frame-Options": "SAMEORIGIN"}
    if g.pop("camera", False):
        given["Permissions-Policy"] = permissions_policy(camera=True)
    return given


class Hardened:
    """A WSGI app whose every answer has the headers: what it does not set itself, and that nothing may be kept."""

    def __init__(self, app: WSGIApplication, *, wasm: bool, https: bool) -> None:
        self._app = app
        usual = {
            **COMMON,
            "Content-Security-Policy": content_security_policy(wasm=wasm),
            "Permissions-Policy": permissions_policy(),
        }
        self._plain = [(name.lower(), (name, value)) for name, value in usual.items()]
        strict = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        self._secure = [*self._plain, (strict[0].lower(), strict)] if https else self._plain

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        wanted = self._secure if environ["wsgi.url_scheme"] == "https" else self._plain

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:
            named = {name.lower(): value for name, value in headers}
            if not named.get("cache-control", "").startswith(IMMUTABLE):
                if named.keys() & UNKEPT:
                    headers = [pair for pair in headers if pair[0].lower() not in UNKEPT]
                headers.append(("Cache-Control", "no-store"))
            headers.extend(pair for name, pair in wanted if name not in named)
            return start_response(status, headers, *fault)

        return self._app(environ, start)
