"""Hashed assets and their integrity values, as the browser build wrote them down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from portal.config import ConfigError


@dataclass(frozen=True)
class Asset:
    """One built file: hashed name, subresource integrity (sha384), SHA-256 in hex, size in bytes."""

    file: str
    integrity: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Assets:
    """The build's manifest."""

    folder: Path
    files: dict[str, Asset]

    def __getitem__(self, name: str) -> Asset:
        return self.files[name]


def load_assets(folder: Path) -> Assets:
    """Read ``manifest.json``, or say how to make it."""
    path = folder / "manifest.json"
    if not path.exists():
        raise ConfigError("The browser bundle is missing: run `make build` (or `npm ci && npm run build`).")
    table = json.loads(path.read_text("utf-8"))
    return Assets(folder, {name: Asset(**entry) for name, entry in table.items()})
