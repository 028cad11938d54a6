"""What a verifier must remember of every leaf, kept in files without a name so that memory does not grow with the log.

Python's own sqlite3 serves as a disk-backed set (a database named "" lies in a temporary file, and in memory while it
is small); it has nothing to do with an instance's database. All of it is hashes that stand in the public log.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

HASH_SIZE = 32
PLACE_SIZE = 8
BUCKETS = 256
# How much waits in memory for each bucket before it is written: 256 buckets of 8 KiB are 2 MiB.
BUFFER = 8 * 1024
CACHE_KIB = 8 * 1024

_SCHEMA = """
CREATE TABLE spent (value BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE coding (place INTEGER PRIMARY KEY, revision INTEGER NOT NULL, commitment BLOB NOT NULL);
CREATE TABLE erased (place INTEGER PRIMARY KEY);
"""


class Scratch:
    """Nullifiers, codings and erasures. It goes with the object: nothing stays on the disk."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.executescript(_SCHEMA)

    def spend(self, nullifier: bytes) -> bool:
        """Remember a nullifier; False when it was spent before."""
        return self._new("INSERT OR IGNORE INTO spent VALUES (?)", nullifier)

    def erase(self, place: int) -> bool:
        """Remember that the leaf at ``place`` was erased; False when it was before."""
        return self._new("INSERT OR IGNORE INTO erased VALUES (?)", place)

    def coding(self, place: int) -> tuple[int, bytes] | None:
        """Revision and commitment (32 bytes) of the newest coding of the comment at ``place``."""
        found = self._database.execute("SELECT revision, commitment FROM coding WHERE place = ?", (place,)).fetchone()
        return (int(found[0]), bytes(found[1])) if found else None

    def code(self, place: int, revision: int, commitment: bytes) -> bool:
        """Remember a coding; False when the comment had one before, which is replaced."""
        first = self.coding(place) is None
        self._database.execute("INSERT OR REPLACE INTO coding VALUES (?, ?, ?)", (place, revision, commitment))
        return first

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def _new(self, statement: str, value: bytes | int) -> bool:
        return self._database.execute(statement, (value,)).rowcount == 1


class Digests:
    """Hashes that must all differ. Adding is cheap; whether one stood twice is told at the end, by :meth:`twice`.

    A hash and its leaf go to the bucket of the hash's first byte; a bucket is held in memory only while it is looked
    through, so that 100 000 000 leaves take some 40 MB there.
    """

    def __init__(self) -> None:
        self._waiting = [bytearray() for _ in range(BUCKETS)]
        self._parts: list[list[tuple[int, int]]] = [[] for _ in range(BUCKETS)]
        self._file: IO[bytes] | None = None

    def add(self, digest: bytes, place: int) -> None:
        """One hash (32 bytes) and the index of its leaf."""
        waiting = self._waiting[digest[0]]
        waiting += digest
        waiting += place.to_bytes(PLACE_SIZE)
        if len(waiting) >= BUFFER:
            self._write(digest[0])

    def add_all(self, digests: Sequence[bytes], start: int) -> None:
        """Hashes of consecutive leaves, of which ``start`` is the first."""
        waiting, full = self._waiting, set()
        for place, digest in enumerate(digests, start):
            bucket = waiting[digest[0]]
            bucket += digest + place.to_bytes(PLACE_SIZE)
            if len(bucket) >= BUFFER:
                full.add(digest[0])
        for number in full:
            self._write(number)

    def twice(self) -> Iterator[int]:
        """The leaves whose hash stood in an earlier leaf, bucket by bucket."""
        step = HASH_SIZE + PLACE_SIZE
        for number in range(BUCKETS):
            data = self._bucket(number)
            hashes = [data[at : at + HASH_SIZE] for at in range(0, len(data), step)]
            if len(set(hashes)) == len(hashes):
                continue
            seen: set[bytes] = set()
            for nth, digest in enumerate(hashes):
                if digest in seen:
                    yield int.from_bytes(data[nth * step + HASH_SIZE : (nth + 1) * step])
                seen.add(digest)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def _write(self, number: int) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="portal-audit-")  # noqa: SIM115 - kept until close()
        waiting = self._waiting[number]
        self._parts[number].append((self._file.seek(0, 2), len(waiting)))
        self._file.write(waiting)
        waiting.clear()

    def _bucket(self, number: int) -> bytes:
        parts = []
        for start, length in self._parts[number]:
            assert self._file is not None
            self._file.seek(start)
            parts.append(self._file.read(length))
        return b"".join([*parts, bytes(self._waiting[number])])
