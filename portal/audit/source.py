"""Where a verifier reads from: a portal's address, or a directory that ``portal audit export`` wrote.

Both answer the same relative names: ``log/checkpoint``, ``log/vkey``, ``log/tile/...`` (C2SP tlog-tiles),
``results/<consultation>/findings.json`` and, in a directory given to auditors only, ``openings.json``.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

LIMIT = 64 * 1024 * 1024


class Missing(Exception):
    """The source has nothing under that name."""


class Source(Protocol):
    """Bytes by relative name."""

    def read(self, name: str) -> bytes:
        """The bytes under ``name``, or :class:`Missing`."""


@dataclass(frozen=True)
class Directory:
    """A directory of files."""

    root: Path

    def read(self, name: str) -> bytes:
        """The file's bytes."""
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            raise Missing(name)
        return path.read_bytes()


class Web:
    """A portal's public address (http or https); one connection is kept for all requests."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address begins with http:// or https://")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=30)
        self._prefix = parts.path.rstrip("/")

    def read(self, name: str) -> bytes:
        """The answer's body; anything but 200 is :class:`Missing`."""
        try:
            self._connection.request("GET", f"{self._prefix}/{name}", headers={"User-Agent": "portal-audit"})
            answer = self._connection.getresponse()
            body = answer.read(LIMIT + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Missing(name) from error
        if answer.status != http.client.OK or len(body) > LIMIT:
            raise Missing(name)
        return body


def open_source(target: str) -> Source:
    """The source that a person named: an address or a directory."""
    if target.startswith(("http://", "https://")):
        return Web(target)
    root = Path(target)
    if not root.is_dir():
        raise ValueError("neither an address nor a directory")
    return Directory(root)
