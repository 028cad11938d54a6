"""The headers that each answer must carry, restated here so that an auditor need not take the portal's word for them.

tests/audit/watch/test_policy.py holds this against ``portal.web.headers``: the two change together or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.audit.watch.wire import Answer

PAGE_TYPE = "text/html; charset=utf-8"
DATA_TYPES = frozenset({"application/json", "text/plain; charset=utf-8", "application/octet-stream"})
FILE_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'{connect}; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types portal-worker"
)
_CONNECT = re.compile(r"(?<=; connect-src 'self')((?: [^ ;]+)*)(?=;)")
PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)
FIXED = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Headers that load, send, report or permit something. A public page has none of them.
BARRED = {
    "set-cookie": "cookie-set",
    "service-worker-allowed": "service-worker",
    "link": "header-loads-code",
    "speculation-rules": "header-loads-code",
    "origin-trial": "header-loads-code",
    "refresh": "redirected",
    "location": "redirected",
    "content-security-policy-report-only": "header-reports",
    "report-to": "header-reports",
    "reporting-endpoints": "header-reports",
    "nel": "header-reports",
    "accept-ch": "header-reports",
    "critical-ch": "header-reports",
}


def content_security_policy(connect: tuple[str, ...] = ()) -> str:
    """The public app's policy; ``connect``: the origins that the page where ballots are collected may reach."""
    return _POLICY.format(connect="".join(f" {origin}" for origin in connect))


def connects_to(answer: Answer) -> tuple[str, ...]:
    """The origins beside its own that the page's policy lets scripts send to."""
    found = _CONNECT.search(answer.header("Content-Security-Policy") or "")
    return tuple(found[1].split()) if found else ()


def check_headers(answer: Answer, *, may_connect: bool = False, may_film: bool = False) -> Iterator[tuple[str, str]]:
    """Names of what is wrong with the headers of a page, a document or a file, and which header it is.

    ``may_connect``: on this page the policy may name other origins (see :func:`connects_to`, checked elsewhere);
    ``may_film``: it may ask for the camera.
    """
    connect = connects_to(answer) if may_connect else ()
    if answer.header("Content-Security-Policy") != content_security_policy(connect):
        yield "policy-differs", "Content-Security-Policy"
    allowed = {PERMISSIONS, PERMISSIONS.replace("camera=()", "camera=(self)")} if may_film else {PERMISSIONS}
    if answer.header("Permissions-Policy") not in allowed:
        yield "header-differs", "Permissions-Policy"
    for name, value in FIXED.items():
        if answer.header(name) != value:
            yield "header-differs", name
    for name, _ in answer.headers:
        if name.lower() in BARRED:
            yield BARRED[name.lower()], name


def check_page_headers(answer: Answer, *, may_connect: bool, may_film: bool) -> Iterator[tuple[str, str]]:
    """The same for a page: HTML, and kept by nobody."""
    yield from check_headers(answer, may_connect=may_connect, may_film=may_film)
    if answer.header("Content-Type") != PAGE_TYPE:
        yield "content-type-differs", "Content-Type"
    yield from _unstored(answer)


def check_data_headers(answer: Answer) -> Iterator[tuple[str, str]]:
    """The same for what is no page: of a type that no browser executes."""
    yield from check_headers(answer)
    if answer.header("Content-Type") not in DATA_TYPES:
        yield "content-type-differs", "Content-Type"


def check_file_headers(answer: Answer) -> Iterator[tuple[str, str]]:
    """The same for a built file: the type of its name, and stored by no cache, which would betray a visit."""
    yield from check_headers(answer)
    if answer.header("Content-Type") != FILE_TYPES.get(answer.path.rpartition(".")[2]):
        yield "content-type-differs", "Content-Type"
    yield from _unstored(answer)


def _unstored(answer: Answer) -> Iterator[tuple[str, str]]:
    if answer.header("Cache-Control") != "no-store":
        yield "header-differs", "Cache-Control"
