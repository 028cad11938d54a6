"""What must hold of a consultation's readers: keys that came after the opening, and words that nothing is left to read.

A reader is told by keys alone. A key that replaces another is the same person's, so both are one *line*: its word may
come with either key, and is asked for only while one of them is active.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.audit.rounds import Document, Round

# Takes a broken rule's name and the leaf that broke it.
Broken = Callable[[str, int], None]


class ReaderRules:
    """The rules on readers. ``keys``: the newest action on each key id, which grows as the log is read."""

    def __init__(self, broken: Broken, keys: Mapping[str, str]) -> None:
        self._broken, self._keys = broken, keys

    def active(self, kid: str) -> bool:
        """Whether the log has shown that key and no revocation of it."""
        return self._keys.get(kid) == "add"

    def reader(self, index: int, document: Document, current: Round) -> None:
        """A key to which comments are sealed again. Whoever has no key there yet may come only before publication."""
        kid, replaces = str(document["kid"]), str(document["replaces"])
        if not self.active(kid):
            self._broken("reader-key-not-in-log", index)
        if not replaces and current.state == "published":
            self._broken("reader-while-published", index)
        if kid in current.lines:
            self._broken("reader-twice", index)
            return
        if replaces and replaces not in current.lines:
            self._broken("reader-replaces-no-reader", index)
        current.lines[kid] = current.lines.get(replaces, kid)

    def reading(self, index: int, document: Document, current: Round) -> None:
        """A reader's word that nothing is left which that key can open."""
        if document["kid"] not in current.lines:
            self._broken("reading-by-no-reader", index)
        if document["kid"] in current.done:
            self._broken("reading-twice", index)
        current.done.add(document["kid"])

    def silent(self, current: Round) -> bool:
        """Whether a reader with an active key has not given its word."""
        asked = {line for kid, line in current.lines.items() if self.active(kid)}
        return bool(asked - {current.lines.get(kid) for kid in current.done})
