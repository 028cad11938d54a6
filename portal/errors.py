"""Named refusals. This module knows nothing of HTTP: ``portal.web.errors`` maps codes to statuses and words."""

from __future__ import annotations


class PortalError(Exception):
    """A refusal with a stable code, such as ``consultation-closed``.

    ``code`` is what ``portal.web.errors`` looks up; ``detail`` holds only harmless figures for the message (a limit, a
    count), never content, an id, a receipt or an address.
    """

    code = "refused"

    def __init__(self, code: str | None = None, **detail: int | str) -> None:
        self.code = code or type(self).code
        self.detail = detail
        super().__init__(self.code)


class NotFound(PortalError):
    """Nothing stands at that name, or nothing that this reader may know of."""

    code = "not-found"


class Conflict(PortalError):
    """The request was well formed, but the state of things refuses it."""

    code = "conflict"


class Invalid(PortalError):
    """The input is malformed."""

    code = "invalid"


class TooMany(PortalError):
    """A limit on the rate or the number of requests was met."""

    code = "too-many"


class Forbidden(PortalError):
    """The account may not do this."""

    code = "forbidden"
