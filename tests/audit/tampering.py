"""The hands of a portal that lies: it holds the log's key and everything that the office knows, but no witness's key.

It changes a leaf and then makes all that it can fit again: the numbers by which leaves name each other, commitments to
codings (the office knows what they open to), tiles, root, checkpoint, proofs of publications, and the openings.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.ledger import events
from portal.moderation import redaction
from tests.audit.ballot_log import dump
from tests.audit.rich import Rich
from tests.audit.support import Files, is_proven, log_names, relogged

Tag = tuple[str, int]
Numbered = list[tuple[int, bytes]]
"""Leaves with the index that they had; -1 for one that is new."""

Change = Callable[[Numbered], Numbered]


def tag_of(data: bytes) -> Tag:
    """Type and version of a leaf."""
    leaf = json.loads(data)
    return leaf["type"], leaf["v"]


def places_of(entries: list[bytes], tag: Tag) -> list[int]:
    """Where leaves of that type stand."""
    return [place for place, data in enumerate(entries) if tag_of(data) == tag]


def lied(rich: Rich, change: Change) -> Files:
    """The export of a history that was changed, and made to fit as far as the office can."""
    after = change(list(enumerate(rich.entries)))
    moved = {old: new for new, (old, _) in enumerate(after) if old >= 0}
    openings = json.loads(rich.files["openings.json"])
    fitted = [_refitted(data, moved, openings) for _, data in after]
    for opening in openings["consultations"].values():
        for item in opening["codings"]:
            item["submission"] = moved.get(item["submission"], item["submission"])
        opening["codings"].sort(key=lambda item: item["submission"])
    files = {**rich.files, "openings.json": dump_canonical(openings)}
    for name in filter(is_proven, files):
        file = json.loads(files[name])
        file["leaf"] = _refitted(file["leaf"].encode(), moved, openings).decode()
        files[name] = dump_canonical(file)
    made = relogged(files, rich.log, lambda _entries: fitted)
    there = log_names(len(fitted))
    return {name: data for name, data in made.items() if name in there or not name.startswith("log/")}


def _refitted(data: bytes, moved: dict[int, int], openings: dict[str, Any]) -> bytes:
    """A leaf that names others by their new indexes."""
    try:
        leaf = json.loads(data)
        kind = leaf["type"]
    except ValueError:
        return data
    if kind == "erasure":
        leaf["leaf"] = moved.get(leaf["leaf"], leaf["leaf"])
    elif kind == "finding":
        leaf["checkpoint_size"] = moved.get(leaf["checkpoint_size"], leaf["checkpoint_size"])
    elif kind == "redaction":
        leaf["submission"] = moved.get(leaf["submission"], leaf["submission"])
    elif kind == "coding":
        leaf = _recoded(leaf, moved, openings)
    return dump_canonical(leaf)


def _recoded(leaf: dict[str, Any], moved: dict[int, int], openings: dict[str, Any]) -> dict[str, Any]:
    """A coding under the new index of its comment; only what the newest revision opens to is handed out."""
    where, old = leaf["consultation"], leaf["submission"]
    new = moved.get(old, old)
    for item in openings["consultations"].get(where, {"codings": []})["codings"]:
        document = {**item, "consultation": where, "submission": old}
        del document["salt"]
        salt = bytes.fromhex(item["salt"])
        if item["submission"] == old and commit(salt, document).hex() == leaf["commitment"]:
            leaf["commitment"] = commit(salt, {**document, "submission": new}).hex()
    return {**leaf, "submission": new}


# --- changes ---


def altered(place: int, key: str) -> Change:
    """One value of a leaf is another one of its kind."""

    def change(leaves: Numbered) -> Numbered:
        leaf = json.loads(leaves[place][1])
        return [*leaves[:place], (place, dump({**leaf, key: another(leaf[key], key)})), *leaves[place + 1 :]]

    return change


def malformed(place: int) -> Change:
    """A leaf has a key that is not declared."""

    def change(leaves: Numbered) -> Numbered:
        data = dump_canonical({**json.loads(leaves[place][1]), "note": "x"})
        return [*leaves[:place], (place, data), *leaves[place + 1 :]]

    return change


def cut(place: int) -> Change:
    """A leaf ends before its end."""
    return lambda leaves: [*leaves[:place], (place, leaves[place][1][:-1]), *leaves[place + 1 :]]


def dropped(place: int) -> Change:
    """A leaf is left out."""
    return lambda leaves: [*leaves[:place], *leaves[place + 1 :]]


def doubled(place: int) -> Change:
    """A leaf stands twice, one after the other."""
    return lambda leaves: [*leaves[: place + 1], (-1, leaves[place][1]), *leaves[place + 1 :]]


def again(place: int) -> Change:
    """A leaf is added a second time at the end."""
    return lambda leaves: [*leaves, (-1, leaves[place][1])]


def moved_to(place: int, there: int) -> Change:
    """A leaf stands elsewhere."""

    def change(leaves: Numbered) -> Numbered:
        rest = [*leaves[:place], *leaves[place + 1 :]]
        at = there % (len(rest) + 1)
        return [*rest[:at], leaves[place], *rest[at:]]

    return change


def swapped(one: int, other: int) -> Change:
    """Two leaves have changed places, and nothing that names them follows."""

    def change(leaves: Numbered) -> Numbered:
        found = list(leaves)
        found[one], found[other] = (one, leaves[other][1]), (other, leaves[one][1])
        return found

    return change


def rolled_back(place: int) -> Change:
    """The log ends before that leaf."""
    return lambda leaves: leaves[:place]


def another(value: Any, key: str) -> Any:
    """Another value of the same shape."""
    if isinstance(value, int):
        return value - 1 if key == "approvals" else value + 1
    if key == "table":
        return f"{value[:-1]}x"
    if isinstance(value, list):
        return ["00" * 16] if key == "keys" else [*value[:-1], "zz-khac"]
    if value in {"add", "revoke", "open", "close"}:
        return {"add": "revoke", "revoke": "add", "open": "close", "close": "open"}[value]
    if key == "list":
        return {"categories": "units", "units": "categories"}[value]
    if value in redaction.RIGHTS:
        return {"mask": "removal", "removal": "mask", "paraphrase": "mask"}[value]
    if events.HASH(value) or events.KID.fullmatch(value):
        return ("0" if value[0] != "0" else "1") + value[1:]
    if len(value) == 10 and value[4] == "-":
        return (date.fromisoformat(value) + timedelta(days=1)).isoformat()
    if len(value) > 40:
        raw = b64url_decode(value)
        return b64url_encode(raw[:-1] + bytes([raw[-1] ^ 1]))
    return "khac" if events.SLUG.fullmatch(value) else value + "x"
