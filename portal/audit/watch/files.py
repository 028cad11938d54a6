"""Built files: the list of them that the portal serves, their bytes, and what scripts and style sheets refer to."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MANIFEST = "manifest.json"
_FILE = re.compile(r"[a-z0-9-]+-[0-9A-Za-z]{8,12}\.[a-z0-9]+")
_HEX = re.compile(r"[0-9a-f]{64}")
_INTEGRITY = re.compile(r"sha384-[A-Za-z0-9+/]{64}")
_KEYS = {"file", "integrity", "sha256", "size"}

_WORKER = re.compile(r'file:"([^"]*)",integrity:"([^"]*)"')
_WORKER_NAME = re.compile(r"workers-[a-z]+-[0-9a-f]+\.js")
_URL = re.compile(r"""url\(\s*["']?([^"')]*)["']?\s*\)""")
_SERVICE = re.compile(r"service[\s_-]*worker", re.IGNORECASE)
# import("crypto") is what @hpke/common tries where there is no WebCrypto: a name that no browser resolves.
_FROM_TEXT = re.compile(
    r"""\beval\(|\bnew Function\b|\bimportScripts\b|\bimport\((?!"crypto"\))|document\.write|sourceMappingURL"""
)
_STATIC_IMPORT = re.compile(r"""(?:^|[;}\s])(?:import|export)\b[^;"'()]*?\bfrom\s*["']|(?:^|[;}\s])import\s*["']""")


class ManifestMalformed(ValueError):
    """The list of built files is not one."""


@dataclass(frozen=True)
class BuiltFile:
    """One line of the list: hashed file name, subresource integrity (sha384), SHA-256 in hex, size in bytes."""

    file: str
    integrity: str
    sha256: str
    size: int

    def is_of(self, data: bytes) -> bool:
        """Whether these are its bytes, by every digest that it states."""
        return (self.integrity, self.sha256, self.size) == (
            integrity_of(data),
            hashlib.sha256(data).hexdigest(),
            len(data),
        )


def integrity_of(data: bytes) -> str:
    """The value of an ``integrity`` attribute (https://www.w3.org/TR/SRI/)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode('ascii')}"


@dataclass(frozen=True)
class Manifest:
    """The list of built files, by name before hashing, and its own bytes."""

    data: bytes
    files: dict[str, BuiltFile]


def parse_manifest(data: bytes) -> Manifest:
    """The list; raises :class:`ManifestMalformed`."""
    try:
        document = json.loads(data)
        files = {str(name): _entry(entry) for name, entry in document.items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise ManifestMalformed("not a list of built files") from error
    if len({built.file for built in files.values()}) != len(files):
        raise ManifestMalformed("one file under two names")
    return Manifest(data, files)


def _entry(entry: Any) -> BuiltFile:
    if not isinstance(entry, dict) or set(entry) != _KEYS or type(entry["size"]) is not int:
        raise ManifestMalformed("not the keys of a built file")
    for name, pattern in (("file", _FILE), ("integrity", _INTEGRITY), ("sha256", _HEX)):
        if not isinstance(entry[name], str) or not pattern.fullmatch(entry[name]):
            raise ManifestMalformed(f"a malformed {name}")
    return BuiltFile(**entry)


@dataclass(frozen=True)
class Referred:
    """What a script or a style sheet loads by itself: a file, its kind, and the digest it demands of a worker."""

    file: str
    kind: str
    integrity: str = ""


def references(kind: str, data: bytes) -> tuple[list[Referred], list[str]]:
    """What a ``script`` or ``style`` refers to, and the names of what it may not hold.

    A search of the text: the bytes themselves are bound by the log and by anybody's own build. It raises the alarm at
    once where somebody logged a build that does what no build of the portal does.
    """
    text = data.decode("utf-8", "replace")
    if kind == "style":
        named = [Referred(name.removeprefix("./"), "font") for name in _URL.findall(text)]
        outside = ["foreign-origin"] if "@import" in text or any(":" in one.file for one in named) else []
        return [one for one in named if ":" not in one.file], outside
    workers = [Referred(file, "empty", integrity) for file, integrity in _WORKER.findall(text)]
    bare = set(_WORKER_NAME.findall(text)) - {one.file for one in workers}
    return workers, [*_alarms(text), *(["integrity-missing"] if bare else [])]


def _alarms(text: str) -> Iterator[str]:
    if _SERVICE.search(text):
        yield "service-worker"
    if _FROM_TEXT.search(text) or _STATIC_IMPORT.search(text):
        yield "code-from-text"
