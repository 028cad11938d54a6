"""What a verifier must remember of every leaf, kept in files without a name so that memory does not grow with the log.

Python's own sqlite3 serves as a disk-backed set (a database named "" lies in a temporary file, and in memory while it
is small); it has nothing to do with an instance's database. All of it is hashes that stand in the public log.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence

HASH_SIZE = 32
BUCKETS = 256
# Hashes that wait in memory before they are written: 2 MiB.
BUFFER = 64 * 1024
CACHE_KIB = 8 * 1024

_SCHEMA = """
CREATE TABLE spent (value BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE coding (
    place INTEGER NOT NULL, slot INTEGER NOT NULL, revision INTEGER NOT NULL, commitment BLOB NOT NULL,
    PRIMARY KEY (place, slot)
) WITHOUT ROWID;
CREATE TABLE erased (place INTEGER PRIMARY KEY);
"""


class Scratch:
    """Nullifiers, codings and erasures. It goes with the object: nothing stays on the disk."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")  # one transaction that is never committed: no write waits for the disk

    def spend(self, nullifier: bytes) -> bool:
        """Remember a nullifier; False when it was spent before."""
        return self._new("INSERT OR IGNORE INTO spent VALUES (?)", nullifier)

    def erase(self, place: int) -> bool:
        """Remember that the leaf at ``place`` was erased; False when it was before."""
        return self._new("INSERT OR IGNORE INTO erased VALUES (?)", place)

    def coding(self, place: int, slot: int) -> tuple[int, bytes] | None:
        """Revision and commitment (32 bytes) of the newest coding in that slot of the comment at ``place``."""
        query = "SELECT revision, commitment FROM coding WHERE place = ? AND slot = ?"
        found = self._database.execute(query, (place, slot)).fetchone()
        return (int(found[0]), bytes(found[1])) if found else None

    def slots(self, place: int) -> set[int]:
        """The slots of the comment at ``place`` that hold a coding."""
        found = self._database.execute("SELECT slot FROM coding WHERE place = ?", (place,))
        return {int(slot) for (slot,) in found}

    def code(self, place: int, slot: int, revision: int, commitment: bytes) -> int:
        """Remember a coding as the slot's newest; returns the revision that it had before, 0 for none."""
        found = (place, slot, revision, commitment)
        if self._database.execute("INSERT OR IGNORE INTO coding VALUES (?, ?, ?, ?)", found).rowcount == 1:
            return 0
        before = self.coding(place, slot)
        self._database.execute("REPLACE INTO coding VALUES (?, ?, ?, ?)", found)
        return before[0] if before else 0

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def _new(self, statement: str, value: bytes | int) -> bool:
        return self._database.execute(statement, (value,)).rowcount == 1


class Digests:
    """Hashes that must all differ. Adding is cheap; whether one stood twice is told at the end, by :meth:`twice`.

    Each hash goes to the bucket of its first byte, and once more to a list in the order of the leaves, which is read
    only when a hash stood twice. A bucket is in memory only while it is looked through: of 100 000 000 leaves, 40 MB.
    """

    def __init__(self) -> None:
        self._waiting = [bytearray() for _ in range(BUCKETS)]
        self._parts: list[list[tuple[int, int]]] = [[] for _ in range(BUCKETS)]
        self._held = 0
        self._buckets = tempfile.TemporaryFile(prefix="portal-audit-")  # noqa: SIM115 - kept until close()
        self._ordered = tempfile.TemporaryFile(prefix="portal-audit-")  # noqa: SIM115 - kept until close()
        self._ranges: list[tuple[int, int]] = []

    def add(self, digest: bytes, place: int) -> None:
        """One hash (32 bytes) and the index of its leaf."""
        self.add_all([digest], place)

    def add_all(self, digests: Sequence[bytes], start: int) -> None:
        """Hashes of consecutive leaves, of which ``start`` is the first."""
        waiting = self._waiting
        for digest in digests:
            waiting[digest[0]] += digest
        self._ordered.write(b"".join(digests))
        if self._ranges and sum(self._ranges[-1]) == start:
            self._ranges[-1] = (self._ranges[-1][0], self._ranges[-1][1] + len(digests))
        else:
            self._ranges.append((start, len(digests)))
        self._held += len(digests)
        if self._held >= BUFFER:
            self._write()

    def twice(self) -> Iterator[int]:
        """The leaves whose hash stood in an earlier leaf, in their order."""
        again: set[bytes] = set()
        for number in range(BUCKETS):
            data = self._bucket(number)
            hashes = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
            if len(set(hashes)) < len(hashes):
                again |= {digest for digest, count in Counter(hashes).items() if count > 1}
        if again:
            yield from self._places(again)

    def close(self) -> None:
        """Give the files back."""
        self._buckets.close()
        self._ordered.close()

    def _places(self, again: set[bytes]) -> Iterator[int]:
        """The second and later leaves of each of those hashes."""
        seen: set[bytes] = set()
        self._ordered.seek(0)
        for start, count in self._ranges:
            for place in range(start, start + count):
                digest = self._ordered.read(HASH_SIZE)
                if digest in seen:
                    yield place
                elif digest in again:
                    seen.add(digest)

    def _write(self) -> None:
        for number, waiting in enumerate(self._waiting):
            self._parts[number].append((self._buckets.tell(), len(waiting)))
            self._buckets.write(waiting)
            waiting.clear()
        self._held = 0

    def _bucket(self, number: int) -> bytes:
        parts = []
        for start, length in self._parts[number]:
            self._buckets.seek(start)
            parts.append(self._buckets.read(length))
        return b"".join([*parts, bytes(self._waiting[number])])
