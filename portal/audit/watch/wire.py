"""Requests over one kept connection, and answers byte for byte: evidence is what came over the wire.

``http.client`` alone; through a SOCKS5 proxy (RFC 1928) where one is named. It also resolves names.
"""

from __future__ import annotations

import http.client
import io
import re
import secrets
import socket
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LIMIT = 16 * 1024 * 1024
TIMEOUT = 60.0
HTTP_PORTS = {"http": 80, "https": 443}

Dial = Callable[[], socket.socket]


class Unreachable(Exception):
    """No whole answer came: refused, timed out, broken off, longer than :data:`LIMIT`, or not HTTP."""


class BadAddress(ValueError):
    """Not an address or a proxy that this can talk to; the message says why."""


@dataclass(frozen=True)
class Answer:
    """One answer. ``body``: content as a browser sees it, ``None`` where its encoding is unknown or false.

    ``raw``: every byte received, status line and header lines included.
    """

    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    raw: bytes

    def values(self, name: str) -> list[str]:
        """What header lines of that name say, in their order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The one value, or ``None`` when there is none or more than one."""
        found = self.values(name)
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Place:
    """Where a portal is served: scheme, host, port, and the path below which it lies (no slash at its end)."""

    scheme: str
    host: str
    port: int
    prefix: str

    @property
    def trustworthy(self) -> bool:
        """Whether a browser takes the origin for secure, and so sends Fetch Metadata."""
        return self.scheme == "https" or self.host in {"localhost", "127.0.0.1"} or self.host.endswith(".onion")


@dataclass(frozen=True)
class Proxy:
    """A SOCKS5 proxy."""

    host: str
    port: int


def parse_address(text: str) -> Place:
    """``http://`` or ``https://``, a host, perhaps a port and a path."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadAddress("not an address") from error
    if parts.scheme not in HTTP_PORTS or not parts.hostname:
        raise BadAddress("an address begins with http:// or https://")
    if parts.query or parts.fragment or parts.username is not None:
        raise BadAddress("an address has neither a user, a query nor a fragment")
    return Place(parts.scheme, parts.hostname, port or HTTP_PORTS[parts.scheme], parts.path.rstrip("/"))


def parse_proxy(text: str) -> Proxy:
    """``socks5h://HOST:PORT``: the ``h`` says that the proxy resolves names, as Tor does."""
    match = re.fullmatch(r"socks5h://([A-Za-z0-9.-]+):([0-9]{1,5})", text)
    if match is None or not 0 < int(match[2]) < 1 << 16:
        raise BadAddress("a proxy is written socks5h://HOST:PORT")
    return Proxy(match[1], int(match[2]))


def dial(host: str, port: int, proxy: Proxy | None) -> socket.socket:
    """A connection to the host. Through a proxy each call brings a name of its own: Tor gives each a circuit."""
    if proxy is None:
        return socket.create_connection((host, port), TIMEOUT)
    sock = socket.create_connection((proxy.host, proxy.port), TIMEOUT)
    try:
        _greet(sock)
        name = host.encode("idna")
        sock.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2))
        answer = _exactly(sock, 4)
        if answer[:2] != b"\x05\x00":
            raise OSError("the proxy cannot reach the portal")
        size = {1: 4, 4: 16, 3: 0}[answer[3]] or _exactly(sock, 1)[0]
        _exactly(sock, size + 2)
    except (OSError, KeyError, UnicodeError) as error:
        sock.close()
        raise OSError("the proxy did not open the way") from error
    return sock


def _greet(sock: socket.socket) -> None:
    """No authentication, or RFC 1929 with a random name: whoever brings another name gets another circuit from Tor."""
    sock.sendall(b"\x05\x02\x00\x02")
    version, method = _exactly(sock, 2)
    if version != 5 or method not in {0, 2}:
        raise OSError("not a SOCKS5 proxy without a password")
    if method == 2:
        name = secrets.token_hex(8).encode()
        sock.sendall(b"\x01" + (bytes([len(name)]) + name) * 2)
        if _exactly(sock, 2)[1] != 0:
            raise OSError("the proxy wants a password")


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise OSError("the proxy hung up")
        data += part
    return data


class _Kept(io.RawIOBase):
    """Passes on what it reads and keeps a copy."""

    def __init__(self, stream: Any, kept: bytearray) -> None:
        self._stream, self._kept = stream, kept

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._stream.readinto(buffer) or 0
        self._kept += memoryview(buffer)[:count]
        if len(self._kept) > LIMIT:
            raise OSError("a very long answer")
        return int(count)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer that remembers its bytes."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.kept = bytearray()
        self.fp = io.BufferedReader(_Kept(sock.makefile("rb", buffering=0), self.kept))


class _Plain(http.client.HTTPConnection):
    response_class = _Response
    way: Dial

    def connect(self) -> None:
        self.sock = self.way()


class Wire:
    """One visitor's connection to a portal; opened again when the portal closed it."""

    def __init__(self, place: Place, proxy: Proxy | None = None) -> None:
        self.place, self._proxy = place, proxy
        self._connection = _Plain(place.host, place.port)
        self._connection.default_port = HTTP_PORTS[place.scheme]
        self._connection.way = self._dial

    def get(self, path: str, headers: list[tuple[str, str]]) -> Answer:
        """Ask for a path below the portal's, with exactly these header lines after ``Host``."""
        try:
            return self._get(path, headers)
        except (OSError, http.client.HTTPException):
            self.close()
        try:  # once more: a kept connection ends whenever the server likes
            return self._get(path, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(path) from error

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _dial(self) -> socket.socket:
        sock = dial(self.place.host, self.place.port, self._proxy)
        if self.place.scheme != "https":
            return sock
        return ssl.create_default_context().wrap_socket(sock, server_hostname=self.place.host)

    def _get(self, path: str, headers: list[tuple[str, str]]) -> Answer:
        self._connection.putrequest("GET", self.place.prefix + path, skip_accept_encoding=True)
        for name, value in headers:
            self._connection.putheader(name, value)
        self._connection.endheaders()
        response = self._connection.getresponse()
        body = response.read()
        kept = tuple((str(name), str(value)) for name, value in response.headers.items())
        content = decode(body, [value for name, value in kept if name.lower() == "content-encoding"])
        return Answer(path, response.status, kept, content, bytes(response.kept))  # type: ignore[attr-defined]


def decode(body: bytes, encodings: list[str]) -> bytes | None:
    """The content of a body under its ``Content-Encoding`` lines; ``None`` for another than gzip, or a false one."""
    if not encodings:
        return body
    if [value.lower() for value in encodings] != ["gzip"]:
        return None
    inflater = zlib.decompressobj(wbits=31)
    try:
        data = inflater.decompress(body, LIMIT + 1)
    except zlib.error:
        return None
    return data if inflater.eof and not inflater.unused_data and len(data) <= LIMIT else None
