"""Built assets, compressed where the visitor's browser can unpack them: a page must stay light over a slow circuit.

The bodies are the same for everyone and hold no secret, so compressing them gives nothing away (RFC 7457 section 2.6
is about secrets compressed together with what an attacker chose). They are not cached: a folder of cached scripts on
an office computer would say that its user has been here.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory

SHRINKS = frozenset({".js", ".css", ".svg", ".json", ".txt"})


@lru_cache(maxsize=128)
def _shrunk(path: Path, _changed: int) -> bytes:
    """The file's bytes, gzipped without a name or a time in the header, so that each build gives the same bytes."""
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)


def send(filename: str) -> Response:
    """One file of the build folder, or 404."""
    response = send_from_directory(str(current_app.static_folder), filename, conditional=False, etag=False)
    path = Path(str(current_app.static_folder)) / filename
    if path.suffix not in SHRINKS:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0:
        return response
    response.direct_passthrough = False
    response.set_data(_shrunk(path, path.stat().st_mtime_ns))
    response.content_encoding = "gzip"
    return response


def install(app: Flask) -> None:
    """Serve the app's static folder through :func:`send`; addresses stay those of Flask's own static view."""
    app.view_functions["static"] = send
