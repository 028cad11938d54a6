"""Uploaded files, and those in an uploaded ZIP, within bounds that hold whatever an archive says of itself.

A ZIP comes from outside: no name in it becomes a path, nothing is read beyond the bounds, and an archive within an
archive is a file like any other (which is then malformed).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.errors import Invalid

FILE_MOST = 256 * 1024
"""Bytes of one file. A ``findings.json`` with every row and a deep proof has about 20 kB."""
FILES_MOST = 500
UPLOAD_MOST = 16 * 1024 * 1024
NAME_MOST = 80
ZIP_MARK = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
ENTRY_MARK = b"PK\x01\x02"
"""Begins each entry of an archive's list, which is counted before anything is made of it."""


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name for people (no path), and its bytes; None when it is larger than any may be."""

    name: str
    data: bytes | None


def unpack(files: Iterable[tuple[str, bytes]]) -> list[Upload]:
    """Each file, those of ZIP archives one by one, in their order.

    :raises Invalid: for more than :data:`FILES_MOST` files, more than :data:`UPLOAD_MOST` bytes, or an archive that
        cannot be read: then nothing of the upload is taken.
    """
    found: list[Upload] = []
    room = UPLOAD_MOST
    for name, data in files:
        for upload in _members(name, data) if data.startswith((ZIP_MARK, EMPTY_ZIP)) else [_one(name, data)]:
            found.append(upload)
            room -= len(upload.data or b"")
            if len(found) > FILES_MOST:
                raise Invalid("consolidation-too-many-files", most=FILES_MOST)
            if room < 0:
                raise Invalid("consolidation-upload-large", most=UPLOAD_MOST // 2**20)
    return found


def _one(name: str, data: bytes) -> Upload:
    return Upload(_named(name), data if len(data) <= FILE_MOST else None)


def _members(archive: str, data: bytes) -> Iterator[Upload]:
    if data.count(ENTRY_MARK) > FILES_MOST:
        raise Invalid("consolidation-too-many-files", most=FILES_MOST)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for info in packed.infolist():
                if info.is_dir():
                    continue
                with packed.open(info) as member:
                    # One byte more than a file may have: what the archive says of its size is only its word.
                    yield _one(info.filename, member.read(FILE_MOST + 1))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Invalid("consolidation-archive-broken", name=_named(archive)) from error


def _named(name: str) -> str:
    """The last part of a name, without what could turn or break a line."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:NAME_MOST] or "?"
