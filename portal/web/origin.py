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
    """Refuse a state-changing request that a page of another origin made, or that does not say where it comes from."""
    if request.method in SAFE:
        return
    site, named = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    if comes_from(site, named, origins) or (site is None and named == f"{request.scheme}://{request.host}"):
        return
    raise Forbidden("cross-site")


def comes_from(site: str | None, named: str | None, origins: Collection[str | None]) -> bool:
    """Whether these origins' own page sent it: Fetch Metadata (``Sec-Fetch-Site``) is believed first; older browsers
    send ``Origin``."""
    return site == "same-origin" if site is not None else named in origins
