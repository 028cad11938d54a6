"""Built assets and pages, compressed where the visitor's browser can unpack them: light over a slow circuit.

Compression gives something away only where a secret stands beside what an attacker chose (BREACH). Built files are the
same for everyone, and the pages of this app hold no secret, no token and nothing of the visitor. Answers to posts are
never compressed: a receipt's answer has one size. Files are not cached either: a folder of cached scripts on an office
computer would say that its user has been here.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory

SHRINKS = frozenset({".js", ".css", ".svg", ".json", ".txt"})
PAGES = frozenset({"text/html", "application/json"})
SMALL = 1024
"""Bytes under which a page gains nothing."""


@lru_cache(maxsize=128)
def _shrunk(path: Path, _changed: int) -> bytes:
    """The file's bytes, gzipped without a name or a time in the header, so that each build gives the same bytes."""
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)


def _unpacks() -> bool:
    """Whether the visitor's browser takes gzip (``gzip;q=0`` says no)."""
    return request.accept_encodings["gzip"] > 0


def send(filename: str) -> Response:
    """One file of the build folder, or 404."""
    folder = str(current_app.static_folder)
    response = send_from_directory(folder, filename, conditional=False, etag=False)
    response.headers.pop("Last-Modified", None)
    path = Path(folder) / filename
    if path.suffix not in SHRINKS:
        return response
    response.direct_passthrough = False
    if _unpacks():
        response.set_data(_shrunk(path, path.stat().st_mtime_ns))
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def shrink_page(response: Response) -> Response:
    """Compress a page or a public document (keys and proofs, with a cosignature of each witness); the rest passes."""
    if request.method != "GET" or response.mimetype not in PAGES or response.content_encoding:
        return response
    response.vary.add("Accept-Encoding")
    if _unpacks() and response.content_length is not None and response.content_length >= SMALL:
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.content_encoding = "gzip"
    return response


def install(app: Flask) -> None:
    """Serve the app's static folder through :func:`send`; addresses stay those of Flask's own static view."""
    app.view_functions["static"] = send
    app.after_request(shrink_page)
