"""What the package's docstring teaches runs as it stands there."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import portal.tlog
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.keys import SignerKey
from portal.tlog.tiles import TileTree
from tests.tlog.support import LOG_KEY, MemoryLog, entries

BLOCKS = re.findall(r"::\n\n((?:    .*\n|\n)+)", portal.tlog.__doc__ or "")


def test_the_docstring_runs_and_ends_with_every_entry_seen() -> None:
    log = MemoryLog.of(300)
    stored: dict[str, bytes] = {}
    seen: list[bytes] = []
    names: dict[str, Any] = {
        "seed": LOG_KEY.seed,
        "vkey": str(SignerKey("feedback.example/log", LOG_KEY.seed).verifier),
        "entries": entries(300),
        "entry": entries(300)[7],
        "index": 7,
        "old_size": 0,
        "new_size": 300,
        "store": stored.__setitem__,
        "read_tile": log.read_tile,
        "read_bundle": log.read_bundle,
        "look_at": lambda start, part: seen.extend(part),
        "old": Checkpoint(LOG_KEY.name, 100, TileTree(100, log.read_tile).root),
        "new": Checkpoint(LOG_KEY.name, 300, log.tree.root),
    }
    assert len(BLOCKS) == 3
    for block in BLOCKS:
        exec(textwrap.dedent(block), names)

    assert seen == entries(300)
    assert set(stored) == {"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"}
