"""An issuer's folder in one file that only an offline key opens: tar, compressed, sealed (``portal.crypto.stream``).

::

    issuer.json          {"v": 1, "type": "issuer-backup"}
    issuer.toml, secrets/<name>, the desk's lock, issuer.sqlite3
    end                  without it, the file is not whole

It holds the keys of rounds that go on, rosters and who has collected. Everything fits into memory: a roster is small.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Engine

from portal.crypto.errors import CannotOpen, EnvelopeError
from portal.crypto.stream import Opener, Sealer
from portal.issuing import restored
from portal.issuing.config import SECRET_BYTES
from portal.issuing.desk_lock import DeskLock

STORE, HEAD, END = "issuer.sqlite3", "issuer.json", "end"
ABOUT = json.dumps({"v": 1, "type": "issuer-backup"}).encode()


class BadBackup(Exception):
    """Not a backup of an issuer, not whole, altered, or sealed to another key; the text carries no content."""


def write(sink: BinaryIO, public: bytes, folder: Path, engine: Engine) -> int:
    """Seal the folder to that key (1 216 bytes) as it stands at one moment; returns how many files are in it."""
    sealer, count = Sealer(sink, public), 0
    with (
        closing(sealer),
        gzip.GzipFile(fileobj=cast(Any, sealer), mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        for name, data in _files(folder, engine):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
            count += 1
    return count - 2


def _files(folder: Path, engine: Engine) -> Iterator[tuple[str, bytes]]:
    yield HEAD, ABOUT
    for name in _names(folder):
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()
    with closing(engine.raw_connection()) as connection:
        yield STORE, cast(Any, connection.driver_connection).serialize()
    yield END, b""


def _names(folder: Path) -> list[str]:
    """The files of an issuer's folder, besides its store."""
    lock = str(DeskLock(folder).path.relative_to(folder))
    return ["issuer.toml", lock, *(f"secrets/{name}" for name in SECRET_BYTES)]


def read(source: BinaryIO, seed: bytes, folder: Path) -> list[str]:
    """Put what :func:`write` sealed into that empty folder; returns the names of the files.

    Nothing is written before all of it was opened. The store comes last, after the mark that keeps it from being
    served (:mod:`portal.issuing.restored`): whoever calls takes the mark away when no round goes on.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadBackup("the folder is not empty; nothing was changed")
    found = _opened(source, seed)
    if found.pop(HEAD, b"") != ABOUT or found.pop(END, None) is None or STORE not in found:
        raise BadBackup("this is no whole backup of an issuer")
    if not set(found) <= {STORE, *_names(folder)}:
        raise BadBackup("the backup holds a file that an issuer does not have")
    (folder / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
    restored.mark(folder)
    for name, data in sorted(found.items(), key=lambda one: one[0] == STORE):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            os.fsync(handle.fileno())
    return sorted(found)


def _opened(source: BinaryIO, seed: bytes) -> dict[str, bytes]:
    """All of it, before a byte is written: what was altered may show only at the end."""
    try:
        plain = gzip.decompress(Opener(source, seed).read())
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            return {one.name: cast(BinaryIO, archive.extractfile(one)).read() for one in archive if one.isfile()}
    except CannotOpen as error:
        raise BadBackup("this key does not open it, or it was altered") from error
    except (EnvelopeError, OSError, EOFError, tarfile.TarError) as error:
        raise BadBackup("this is no whole backup of an issuer") from error
