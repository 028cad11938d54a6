"""Closed JSON bodies: a key that is not asked for is refused, so that a browser cannot hand over what must not come.

A passkey's PRF output, a seed or a comment's text has no place in any request; a body that carries a key more than
the view named never reaches a service. :func:`refuse_prf` looks at every request besides: a browser's
``PublicKeyCredential.toJSON()`` carries the PRF output (WebAuthn 3, section 10.1.4) with everything else.
"""

from __future__ import annotations

import json
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


def refuse_prf() -> None:
    """Refuse (``body-prf``) a request that carries a passkey's PRF output anywhere, before any view sees it."""
    if request.method == "GET":
        return
    try:
        bodies = [request.get_json(silent=True), *request.form.values()]
        found = any(map(_carries_prf, bodies))
    except RecursionError:
        raise Invalid("body-malformed") from None
    if found:
        raise Invalid("body-prf")


def _carries_prf(value: Any) -> bool:
    """Whether there is a ``prf`` that says more than that the extension is on; texts that are JSON are looked into."""
    if isinstance(value, str):
        return value.lstrip().startswith(("{", "[")) and _carries_prf(_parsed(value))
    if isinstance(value, list):
        return any(map(_carries_prf, value))
    if not isinstance(value, dict):
        return False
    prf = value.get("prf")
    says_more = prf is not None and not (isinstance(prf, dict) and set(prf) <= {"enabled"})
    return says_more or any(map(_carries_prf, value.values()))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
