"""Hashed assets and their integrity values, as the browser build wrote them, and only when its files lie there whole.

The public app, the staff app and an issuer's desk all serve one build; none starts with a folder that is another.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from portal.config import ConfigError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Asset:
    """One built file: hashed name, subresource integrity (sha384), SHA-256 in hex, size in bytes."""

    file: str
    integrity: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Assets:
    """The build's manifest; ``listed`` are its own bytes."""

    folder: Path
    files: dict[str, Asset]
    listed: bytes

    def __getitem__(self, name: str) -> Asset:
        return self.files[name]


def load_assets(folder: Path) -> Assets:
    """Read ``manifest.json``, or say how to make it.

    Raises :class:`ConfigError` when a file is missing, is not of the bytes that the manifest names, or is not named:
    whatever lies in the folder is served, and whatever is served has a leaf in the log.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise ConfigError("The browser bundle is missing: run `make build` (or `npm ci && npm run build`).")
    listed = path.read_bytes()
    files = {name: Asset(**entry) for name, entry in json.loads(listed).items()}
    if {file.name for file in folder.iterdir()} != {MANIFEST, *(asset.file for asset in files.values())}:
        raise ConfigError("The browser bundle lacks files or has others beside its own: run `make build` again.")
    if not all(_is_whole(folder / asset.file, asset) for asset in files.values()):
        raise ConfigError("A file of the browser bundle is not the one that was built: run `make build` again.")
    return Assets(folder, files, listed)


def _is_whole(path: Path, asset: Asset) -> bool:
    data = path.read_bytes()
    integrity = f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode('ascii')}"
    return (asset.integrity, asset.sha256, asset.size) == (integrity, hashlib.sha256(data).hexdigest(), len(data))
