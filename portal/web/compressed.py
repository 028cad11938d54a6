"""Compressing answers whose bytes never change, for clients that ask for it."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Response, request

# Entry bundles that readers ask for again: at most 32 of them, some hundred kilobytes each.
KEPT = 32


def compressed(data: bytes, mimetype: str) -> Response:
    """An answer of ``data``, gzipped where the client accepts that (RFC 9110 section 12.5.3).

    For public bytes only: the length of what is compressed tells something of it.
    """
    if request.accept_encodings.quality("gzip") > 0:
        response = Response(_gzipped(data), mimetype=mimetype)
        response.content_encoding = "gzip"
    else:
        response = Response(data, mimetype=mimetype)
    response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=KEPT)
def _gzipped(data: bytes) -> bytes:
    """The same bytes for the same content: no time and no file name in the header."""
    return gzip.compress(data, mtime=0)
