"""Answers of one size, so that who watches the line learns no more than that there was one.

Spaces behind JSON are no part of it (RFC 8259, section 2). The phrase beside the status, as long as each status has it,
is read by nobody (RFC 9112, section 4) and the same for all here. Over HTTP/2 there is none.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request

JSON = "application/json"
PHRASE = "Answered"
SENT_SIZE = 4096
"""Bytes of an answer to what somebody sends in: room for a leaf with its promise, or a refusal in words."""


def status_line(code: int) -> str:
    """As WSGI wants it."""
    return f"{code} {PHRASE}"


def even(response: Response, size: int) -> Response:
    """That answer, of ``size`` bytes where it is JSON."""
    if response.mimetype == JSON:
        response.set_data(response.get_data().ljust(size))
        response.status = status_line(response.status_code)
    return response


def install(app: Flask, names: Collection[str], size: int) -> None:
    """Make even all answers of the views of ``app`` that are so called in whichever language, refusals among them."""

    def make_even(response: Response) -> Response:
        name = (request.endpoint or "").rpartition(".")[2]
        return even(response, size) if name in names else response

    app.after_request(make_even)
