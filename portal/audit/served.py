"""The files served to browsers against the log's newest ``asset`` leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from portal.audit.source import Missing, Source, Unusable
from portal.audit.verdict import Verdict

MANIFEST = "manifest.json"
FOLDER = "static/"


def check_served(source: Source, assets: Mapping[str, Mapping[str, Any]], verdict: Verdict) -> set[str] | None:
    """Name what differs between manifest, files and leaves; returns the names of the files that may lie there.

    ``assets``: the newest leaf of each name. The manifest itself has one, so that nothing can be left out of it. None
    is returned when the log names no file at all, so that none can be held against it.
    """
    if not assets:
        verdict.skipped.append("served files: the log names none")
        return None
    data = source.read(FOLDER + MANIFEST)
    own = assets.get(MANIFEST)
    if own is None:
        verdict.fail("asset-manifest-not-logged", MANIFEST)
    elif not _is(own, data):
        verdict.fail("asset-manifest-not-as-logged", MANIFEST)
    try:
        manifest = dict(json.loads(data))
        files = {str(name): (str(entry["file"]), entry["sha256"], entry["size"]) for name, entry in manifest.items()}
    except (ValueError, KeyError, TypeError, RecursionError):
        verdict.fail("asset-manifest-malformed")
        return {MANIFEST}
    for name, (file, *stated) in sorted(files.items()):
        if failure := _fault(source, file, stated, assets.get(name)):
            verdict.fail(failure, name)
    verdict.checked.append(f"served files ({len(files)})")
    return {MANIFEST, *(file for file, *_ in files.values())}


def _fault(source: Source, file: str, stated: list[Any], leaf: Mapping[str, Any] | None) -> str:
    try:
        served = source.read(FOLDER + file)
    except Unusable:
        raise
    except Missing:
        return "asset-missing"
    if leaf is None:
        return "asset-not-logged"
    same = stated == [hashlib.sha256(served).hexdigest(), len(served)] and _is(leaf, served)
    return "" if same else "asset-not-as-logged"


def _is(leaf: Mapping[str, Any], data: bytes) -> bool:
    return (leaf["sha256"], leaf["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
