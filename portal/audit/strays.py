"""What a directory or a bundle holds besides what the log asks for: nothing in it may go unread.

An address cannot be asked for everything that it serves; what is written here is about the two that can.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.audit.source import Listing, Missing, Source
from portal.audit.verdict import Verdict
from portal.tlog.errors import MalformedPath
from portal.tlog.paths import TILE_WIDTH, BundlePath, TilePath, parse_path
from portal.tlog.tiles import HASH_SIZE, width_at

_RESULT = re.compile(r"(?:results|tables)/([^/]+)/findings\.json")
_PRIVATE = re.compile(r"results/([^/]+)/private-([^/]+)\.json")


def check_strays(
    source: Listing, verdict: Verdict, *, published: Collection[str], served: Collection[str] | None
) -> None:
    """Look at every file's name, and into the tiles that the log was not read through.

    ``published``: consultations, tables and private lists with a ``finding`` leaf; ``served``: files of the manifest,
    and itself, if the log names any.
    """
    beyond, size = 0, verdict.size
    for name in source.names():
        room, _, rest = name.partition("/")
        if found := _RESULT.fullmatch(name):
            if found[1] not in published:
                verdict.fail("publication-not-logged", found[1])
        elif found := _PRIVATE.fullmatch(name):
            if f"{found[1]}/{found[2]}" not in published:
                verdict.fail("publication-not-logged", f"{found[1]}/{found[2]}")
        elif room == "static" and served is not None and rest not in served:
            verdict.fail("asset-not-in-manifest", rest)
        elif name.startswith("log/tile/"):
            beyond += _check_tile(source, rest, size, verdict)
    if beyond:
        verdict.notices.append(f"{beyond} tiles reach beyond the checkpoint of {size} leaves; ask for the newer one")


def _check_tile(source: Source, name: str, size: int, verdict: Verdict) -> bool:
    """A tile or bundle of an older, smaller tree must begin the newest one; returns whether it is of a larger tree."""
    try:
        place = parse_path(name)
    except MalformedPath:
        verdict.fail("tile-path-malformed", name)
        return False
    width = width_at(0 if isinstance(place, BundlePath) else place.level, place.index, size)
    if place.width == width:
        return False
    if place.width > width:
        return True
    try:
        whole = source.read(f"log/{_at(place, width)}")
    except Missing:
        return False  # named already, when the log was read
    part = source.read(f"log/{name}")
    length = HASH_SIZE * place.width if isinstance(place, TilePath) else _length(whole, place.width)
    if part != whole[:length]:
        verdict.fail("tile-of-another-log", name)
    return False


def _at(place: TilePath | BundlePath, width: int) -> TilePath | BundlePath:
    if isinstance(place, BundlePath):
        return BundlePath(place.index, width)
    return TilePath(place.level, place.index, width)


def _length(bundle: bytes, width: int) -> int:
    """The bytes that the first ``width`` entries of a bundle take."""
    at = 0
    for _ in range(min(width, TILE_WIDTH)):
        at += 2 + int.from_bytes(bundle[at : at + 2])
    return at
