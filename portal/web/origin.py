"""Cross-site posts to the public app are refused by the browser's own word; there is no cookie to forge with."""

from __future__ import annotations

from flask import request

from portal.config import Settings
from portal.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(settings: Settings) -> None:
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
    own = request.host_url.rstrip("/")
    if request.headers.get("Origin", "") not in {*settings.public_origins, own}:
        raise Forbidden("cross-site")
