"""Asking an issuer's web address for what it signed; the answer is a stranger's bytes until its signature is verified.

No redirect is followed and no proxy asked. Every failure is the same refusal, ``issuer-unreachable``, which names
neither the address nor what went wrong: whoever may enter an address must not be able to look around with it.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from portal.ballots.issuers import ORIGIN
from portal.errors import Conflict, Invalid

TIMEOUT = 10.0
"""Seconds for the whole of it, from the name's look-up to the last byte."""
LIMIT = 64 * 1024 * 1024
"""Most bytes of a statement."""
HEADERS = {"Accept": "application/json", "User-Agent": "portal"}


def fetch_terms(address: str, consultation: str) -> bytes:
    """The terms that the issuer at that origin publishes for that consultation (a short name), unverified."""
    return _fetch(address, f"/rounds/{consultation}/terms.json")


def fetch_closing(address: str, consultation: str) -> bytes:
    """The issuer's list, unverified; it is there after the last day of collecting."""
    return _fetch(address, f"/rounds/{consultation}/closing.json")


def _fetch(address: str, path: str) -> bytes:
    connection = _connection(address)
    answers: SimpleQueue[bytes | None] = SimpleQueue()
    opened: list[socket.socket] = []
    # A thread, because a server that drips bytes begins a socket's own timeout anew with each of them.
    Thread(target=lambda: answers.put(_read(connection, path, opened)), daemon=True).start()
    try:
        body = answers.get(timeout=TIMEOUT)
    except Empty:
        body = None
        for used in opened:
            with suppress(OSError):
                used.shutdown(socket.SHUT_RDWR)
    if body is None:
        raise Conflict("issuer-unreachable")
    return body


def _connection(address: str) -> HTTPConnection:
    if not ORIGIN.fullmatch(address):
        raise Invalid("issuer-address-malformed")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Invalid("issuer-address-malformed") from None
    if not host:
        raise Invalid("issuer-address-malformed")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(host, port, timeout=TIMEOUT)


def _read(connection: HTTPConnection, path: str, opened: list[socket.socket]) -> bytes | None:
    """The body of an answer 200 within the limit, or None; ``opened`` is given the socket, to hang up."""
    try:
        connection.connect()
        opened.append(connection.sock)
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        if answer.status != HTTPStatus.OK:
            return None
        body = answer.read(LIMIT + 1)
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return body if len(body) <= LIMIT else None
