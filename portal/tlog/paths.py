"""Builder and strict parser of the paths under a log's prefix (https://c2sp.org/tlog-tiles).

``tile/<L>/<N>[.p/<W>]`` and ``tile/entries/<N>[.p/<W>]``: ``N`` in groups of three digits, all but the last after
an ``x``; ``.p/<W>`` for a partial tile of width 1..255. Index 1 234 067 of level 2 is ``tile/2/x001/x234/067``. For
every accepted text, ``str(parse_path(text)) == text``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.tlog.errors import MalformedPath
from portal.tlog.merkle import MAX_HEIGHT

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63

CHECKPOINT_PATH = "checkpoint"

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, order=True)
class TilePath:
    """A tile's place: ``level`` 0..63, ``index`` within the level, ``width`` 1..256 hashes (256: full)."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_LEVEL:
            raise MalformedPath("a tile's level lies in 0..63")
        _check_place(self.index, self.width)

    def __str__(self) -> str:
        return f"tile/{self.level}/{_format_place(self.index, self.width)}"


@dataclass(frozen=True, order=True)
class BundlePath:
    """An entry bundle's place: the ``index`` and ``width`` of the level-0 tile that holds its leaf hashes."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check_place(self.index, self.width)

    def __str__(self) -> str:
        return f"tile/entries/{_format_place(self.index, self.width)}"


def parse_path(text: str) -> TilePath | BundlePath:
    """What stands at that path; raises :class:`MalformedPath` for any other spelling of a place than ours."""
    match = _PATH.fullmatch(text)
    if match is None:
        raise MalformedPath("not the path of a tile or an entry bundle")
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    place = BundlePath(index, width) if match["level"] == "entries" else TilePath(int(match["level"]), index, width)
    if str(place) != text:  # a leading group "x000", or ".p/256"
        raise MalformedPath("not the canonical path of that tile or entry bundle")
    return place


def _check_place(index: int, width: int) -> None:
    if not 0 <= index < 1 << MAX_HEIGHT:
        raise MalformedPath("a tile's index lies in 0..2^63-1")
    if not 1 <= width <= TILE_WIDTH:
        raise MalformedPath("a tile's width lies in 1..256")


def _format_place(index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *leading, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    groups = "".join(f"x{group}/" for group in leading) + last
    return groups if width == TILE_WIDTH else f"{groups}.p/{width}"
