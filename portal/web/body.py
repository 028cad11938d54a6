"""Closed JSON bodies: a key that is not asked for is refused, so that a browser cannot hand over what must not come.

A passkey's PRF output, a seed or a comment's text has no place in any request; a body that carries a key more than
the view named never reaches a service.
"""

from __future__ import annotations

from typing import Any

from flask import request

from portal.errors import Invalid

NATURAL_MAX = 2**53 - 1


def closed_body(*keys: str) -> dict[str, Any]:
    """The request's JSON object with exactly those keys; raises :class:`Invalid` (``body-malformed``) otherwise."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise Invalid("body-malformed") from None
    if not isinstance(body, dict) or set(body) != set(keys):
        raise Invalid("body-malformed")
    return body


def natural(value: Any) -> int:
    """A whole number from 0 to 2^53-1 (what JSON numbers carry exactly), or :class:`Invalid`."""
    if type(value) is not int or not 0 <= value <= NATURAL_MAX:
        raise Invalid("body-malformed")
    return value
