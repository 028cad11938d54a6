"""Security headers of both apps.

The public app may do nothing but talk to itself. The staff app alone may compile WebAssembly (Argon2id in the worker
that unwraps a moderator's key).
"""

from __future__ import annotations

from flask import Flask, Response, request

from portal.config import Settings

IMMUTABLE = "public, max-age=31536000, immutable"

COMMON = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}


def content_security_policy(*, wasm: bool) -> str:
    """The policy: everything from this origin, nothing inline, no frames, no base, no plug-ins."""
    script = "script-src 'self' 'wasm-unsafe-eval'" if wasm else "script-src 'self'"
    return "; ".join(
        [
            "default-src 'none'",
            script,
            "style-src 'self'",
            "img-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types portal-worker",
        ]
    )


def install(app: Flask, settings: Settings, *, wasm: bool) -> None:
    """Put the headers on every answer of ``app``, errors and static files included."""
    policy = content_security_policy(wasm=wasm)
    origins = (*settings.public_origins, *settings.staff_origins)
    https = bool(origins) and all(origin.startswith("https://") or origin.endswith(".onion") for origin in origins)

    def harden(response: Response) -> Response:
        for name, value in COMMON.items():
            response.headers[name] = value
        response.headers["Content-Security-Policy"] = policy
        if https and request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if not response.headers.get("Cache-Control", "").startswith(IMMUTABLE):
            response.headers["Cache-Control"] = "no-store"
        response.headers.pop("ETag", None) if response.headers["Cache-Control"] == "no-store" else None
        return response

    app.after_request(harden)
