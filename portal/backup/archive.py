"""The backup file: a tar archive of an instance, compressed, then sealed to an offline key (``portal.crypto.stream``).

::

    manifest.json            {"v", "revision", "origin", "size", "root", "files"}
    files/<path>             the instance folder's settings, policy and secrets
    rows/<table>/<part>      one line of JSON a row (``portal.backup.tables``), at most 1 000 rows a part
    end.json                 rows by table: without it, the backup is not whole

``size`` and ``root`` are those of the newest checkpoint: whoever restores compares them with what witnesses hold.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

from sqlalchemy import Connection, Table

from portal.backup import tables
from portal.crypto.errors import CannotOpen, EnvelopeError
from portal.crypto.stream import Opener, Sealer

PART_ROWS = 1000
COMPRESSION = 1  # envelopes are ciphertext; what can be made smaller is made so at little cost
Progress = Callable[[int], None]


class BadBackup(Exception):
    """Not a backup, not whole, altered, or sealed to another key; the text says which, and carries no content."""


@dataclass(frozen=True)
class Manifest:
    """What the backup is of. ``root``: hexadecimal; ``files``: paths in the instance folder, sorted."""

    revision: str
    origin: str
    size: int
    root: str
    files: tuple[str, ...]
    v: int = 1


def write(
    sink: BinaryIO,
    public: bytes,
    connection: Connection,
    manifest: Manifest,
    *,
    files: Mapping[str, bytes],
    progress: Progress = lambda _rows: None,
) -> dict[str, int]:
    """Write the backup of what ``connection`` sees; returns how many rows each table has."""
    sealer = Sealer(sink, public)
    counts: dict[str, int] = {}
    with _packer(sealer) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
        _add(archive, "manifest.json", _json(asdict(manifest)))
        for path in manifest.files:
            _add(archive, f"files/{path}", files[path])
        for table in tables.tables(connection):
            counts[table.name] = 0
            found = tables.rows(connection, table)
            while batch := list(islice(found, PART_ROWS)):
                part = f"rows/{table.name}/{counts[table.name] // PART_ROWS:08d}"
                _add(archive, part, b"".join(map(tables.encode_row, batch)))
                counts[table.name] += len(batch)
                progress(len(batch))
        _add(archive, "end.json", _json(counts))
    sealer.close()
    return counts


class Reader:
    """A backup being read, front to back: first ``manifest`` and ``files``, then :meth:`fill`."""

    def __init__(self, source: BinaryIO, seed: bytes) -> None:
        try:
            plain = cast(BinaryIO, Opener(source, seed))
            self._archive = tarfile.open(fileobj=plain, mode="r|gz")  # noqa: SIM115 (read until the source ends)
            self._members = self._read()
            name, data = next(self._members)
            self.manifest = _manifest(name, data)
            self.files: dict[str, bytes] = {}
            for path in self.manifest.files:
                name, data = next(self._members)
                if name != f"files/{path}":
                    raise BadBackup("files are missing")
                self.files[path] = data
        except StopIteration as error:
            raise BadBackup("the file ends too early") from error
        except (EnvelopeError, CannotOpen) as error:
            raise BadBackup(str(error)) from error
        except tarfile.TarError as error:
            raise BadBackup("not the archive of a backup") from error

    def fill(self, connection: Connection, progress: Progress = lambda _rows: None) -> dict[str, int]:
        """Put every row into the empty tables; returns how many each has. Nothing is committed here."""
        found = {table.name: table for table in tables.tables(connection)}
        counts = dict.fromkeys(found, 0)
        for name, data in self._members:
            if name == "end.json":
                self._finish(data, counts)
                tables.set_counters(connection, found.values())
                return counts
            table = self._table(name, found)
            put = tables.put(connection, table, _lines(data, table))
            counts[table.name] += put
            progress(put)
        raise BadBackup("the file ends too early")

    def _table(self, name: str, found: Mapping[str, Table]) -> Table:
        kind, _, rest = name.partition("/")
        table = found.get(rest.partition("/")[0])
        if kind != "rows" or table is None:
            raise BadBackup("a table that this schema does not have")
        return table

    def _finish(self, data: bytes, counts: Mapping[str, int]) -> None:
        if json.loads(data) != counts:
            raise BadBackup("rows are missing")
        if next(self._members, None) is not None:
            raise BadBackup("something follows the end")

    def _read(self) -> Iterator[tuple[str, bytes]]:
        try:
            for member in self._archive:
                handle = self._archive.extractfile(member)
                if handle is None:
                    raise BadBackup("not the archive of a backup")
                yield member.name, handle.read()
        except (EnvelopeError, CannotOpen) as error:
            raise BadBackup(str(error)) from error
        except (tarfile.TarError, EOFError, OSError) as error:
            raise BadBackup("the file ends too early or was altered") from error


def _lines(data: bytes, table: Table) -> Iterator[tables.Row]:
    try:
        for line in data.splitlines():
            yield tables.decode_row(line, table)
    except (ValueError, tables.UnknownValue) as error:
        raise BadBackup("a row of another form") from error


def _manifest(name: str, data: bytes) -> Manifest:
    try:
        document = json.loads(data)
        found = Manifest(**{**document, "files": tuple(document["files"])})
    except (ValueError, TypeError, KeyError) as error:
        raise BadBackup("not the archive of a backup") from error
    outside = [path for path in found.files if {"", ".."} & set(path.split("/"))]
    if name != "manifest.json" or found.v != 1 or outside:
        raise BadBackup("made by a newer release, or not a backup")
    return found


def _packer(sealer: Sealer) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=cast(BinaryIO, sealer), mode="wb", compresslevel=COMPRESSION, mtime=0)


def _json(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, indent=1).encode()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))
