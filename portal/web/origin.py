"""Cross-site posts are refused by the browser's own word; the public app has no cookie to forge with."""

from __future__ import annotations

from collections.abc import Collection

from flask import request

from portal.config import Settings
from portal.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(settings: Settings) -> None:
    """The public app's posts come from its own pages."""
    check_same_origin(settings.public_origins)


def check_same_origin(origins: Collection[str]) -> None:
    """Refuse a state-changing request that a page of another origin made, or that does not say where it comes from.

    Fetch Metadata (``Sec-Fetch-Site``) is believed first; older browsers send ``Origin``.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise Forbidden("cross-site")
        return
    named = request.headers.get("Origin", "")
    if named not in origins and named != f"{request.scheme}://{request.host}":
        raise Forbidden("cross-site")
