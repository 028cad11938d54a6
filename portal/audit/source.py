"""Where a verifier reads from: a portal's address, a directory that ``portal audit export`` wrote, or a bundle.

All answer the same relative names: ``log/checkpoint``, ``log/vkey``, ``log/tile/...`` (C2SP tlog-tiles),
``results/<consultation>/findings.json`` and, in what is given to auditors only, ``openings.json``. A bundle is the ZIP
file of such a directory (:mod:`portal.audit.archive`).
"""

from __future__ import annotations

import http.client
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

OPENINGS = "openings.json"
MIB = 1024 * 1024
LIMIT = 64 * MIB
# An entry bundle has at most 256 entries of 65 535 bytes, each after two bytes of length: 16 MiB.
OPENINGS_LIMIT = 1024 * MIB


class Missing(Exception):
    """The source has nothing under that name."""


class Unusable(Missing):
    """What stands there cannot be read at all. ``name``: of the failure, such as ``unreachable``."""

    def __init__(self, name: str, where: str) -> None:
        super().__init__(where)
        self.name = name


class Source(Protocol):
    """Bytes by relative name."""

    def read(self, name: str) -> bytes:
        """The bytes under ``name``, or :class:`Missing`."""


@runtime_checkable
class Listing(Source, Protocol):
    """A source that knows everything it holds."""

    def names(self) -> Iterator[str]:
        """The relative name of every file, in an order that is always the same."""


def limit_of(name: str) -> int:
    """The most bytes that a file of that name is read of."""
    return OPENINGS_LIMIT if name == OPENINGS else LIMIT


@dataclass(frozen=True)
class Directory:
    """A directory of files."""

    root: Path
    _inside: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def read(self, name: str) -> bytes:
        """The file's bytes. What a link leads to outside of the directory is not there."""
        folder, _, last = name.rpartition("/")
        path = self.root / folder / last
        if last == ".." or not self._is_inside(folder):
            raise Missing(name)
        try:
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode) and self._holds(path):
                found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise Missing(name)
            if found.st_size > limit_of(name):
                raise Unusable("file-too-large", name)
            return path.read_bytes()
        except (OSError, ValueError) as error:  # the latter for a name that no file can have
            raise Missing(name) from error

    def names(self) -> Iterator[str]:
        """Every file below it."""
        for folder, folders, files in os.walk(self.root):
            folders.sort()
            place = Path(folder).relative_to(self.root).as_posix()
            for name in sorted(files):
                yield name if place == "." else f"{place}/{name}"

    def _is_inside(self, folder: str) -> bool:
        """Asked once for each folder: to resolve the path of each file takes longer than to read a tile."""
        known = self._inside.get(folder)
        if known is None:
            known = self._inside[folder] = self._holds(self.root / folder)
        return known

    def _holds(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root.resolve())


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
        """The answer's body. 404 and 410 are :class:`Missing`; everything else but 200 is ``unreachable``."""
        try:
            answer, body = self._ask(name)
        except ValueError as error:
            raise Missing(name) from error  # a name that no address can have
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unusable("unreachable", name) from error
        if answer.status in {http.client.NOT_FOUND, http.client.GONE}:
            raise Missing(name)
        if answer.status != http.client.OK:
            raise Unusable("unreachable", f"{name}, status {answer.status}")
        if len(body) > limit_of(name):
            self._connection.close()
            raise Unusable("file-too-large", name)
        return body

    def _ask(self, name: str) -> tuple[http.client.HTTPResponse, bytes]:
        """Once more on a new connection, when a kept one turns out to be closed."""
        for last in (False, True):
            try:
                self._connection.request("GET", f"{self._prefix}/{name}", headers={"User-Agent": "portal-audit"})
                answer = self._connection.getresponse()
                return answer, answer.read(limit_of(name) + 1)
            except (ConnectionError, http.client.RemoteDisconnected):
                self._connection.close()
                if last:
                    raise
        raise AssertionError("not reached")
