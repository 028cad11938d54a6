"""Posted messages of a conversation, read strictly, for both apps."""

from __future__ import annotations

from typing import Any

from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CryptoError
from portal.errors import Invalid
from portal.submissions.mailbox import Posted
from portal.web.body import closed_body, natural


def read_posted(more: str) -> tuple[Posted, Any]:
    """The body ``{"message": base64url, "bucket": number, more: ...}``: the message, and what came with it."""
    body = closed_body("message", "bucket", more)
    return Posted(octets(body["message"]), natural(body["bucket"])), body[more]


def octets(value: Any) -> bytes:
    """Bytes that came as base64url, or :class:`Invalid`."""
    try:
        return b64url_decode(value)
    except (CryptoError, AttributeError, TypeError):
        raise Invalid("message-malformed") from None
