"""A bundle read in place: the ZIP file of the auditor's desk, never unpacked to disk.

It comes from those who are being checked, so nothing in it is believed: names, sizes and offsets are looked at before
any byte is inflated, and no file is inflated past its stated size. Files that overlap (the trick of bombs that pack
terabytes into megabytes) are refused, so the work is bounded by 1 032 times the bundle's size, which is what deflate
reaches at most, and the memory by the largest file that is asked for.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from os import SEEK_END
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from portal.audit.bundle import FOLDER
from portal.audit.source import Directory, Missing, Source, Unusable, Web, limit_of

MALFORMED = "bundle-malformed"
HEADER_SIZE = 30
ENCRYPTED, UTF8 = 0x1, 0x800
"""Bits of a file's flags (PKWARE APPNOTE 6.3.10, section 4.4.4)."""
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True)
class Bundle:
    """The ZIP file at ``path``. Reading raises :class:`Unusable` ``bundle-malformed`` for any other than ours."""

    path: Path

    def read(self, name: str) -> bytes:
        """The file's bytes."""
        archive, entries = self._opened
        entry = entries.get(name)
        if entry is None:
            raise Missing(name)
        if entry.file_size > limit_of(name):
            raise Unusable("file-too-large", name)
        try:
            with archive.open(entry) as file:
                data = file.read(entry.file_size + 1)  # its checksum is compared when the end is met
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise Unusable(MALFORMED, name) from error
        if len(data) != entry.file_size:
            raise Unusable(MALFORMED, name)
        return data

    def names(self) -> Iterator[str]:
        """Every file in it."""
        return iter(sorted(self._opened[1]))

    @cached_property
    def _opened(self) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
        try:
            archive = zipfile.ZipFile(self.path)
            with self.path.open("rb") as file:
                return archive, _checked(archive.infolist(), file)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise Unusable(MALFORMED, str(error)) from error


def _checked(listed: list[zipfile.ZipInfo], file: BinaryIO) -> dict[str, zipfile.ZipInfo]:
    """The entries by their names below the folder; raises ValueError for what a bundle does not hold."""
    size = file.seek(0, SEEK_END)
    found: dict[str, zipfile.ZipInfo] = {}
    end = 0
    for entry in sorted(listed, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise ValueError("files overlap")
        called = entry.orig_filename.encode("utf-8" if entry.flag_bits & UTF8 else "cp437")
        end = entry.header_offset + HEADER_SIZE + len(called) + entry.compress_size
        file.seek(entry.header_offset + HEADER_SIZE)
        # Whoever goes by another of its names would see another file than we do.
        if file.read(len(called)) != called or entry.filename != entry.orig_filename:
            raise ValueError("a file has two names")
        name = _name(entry)
        if name in found:
            raise ValueError("a file stands there twice")
        if entry.compress_type not in METHODS or entry.flag_bits & ENCRYPTED:
            raise ValueError("a file is encrypted or packed in another way")
        found[name] = entry
    if end > size:
        raise ValueError("a file ends after the bundle")
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename)
    inside = len(path.parts) > 1 and path.parts[0] == FOLDER and ".." not in path.parts
    if entry.is_dir() or str(path) != entry.filename or not inside:
        raise ValueError("a name is not that of a file below the bundle's folder")
    return str(path.relative_to(FOLDER))


def open_source(target: str) -> Source:
    """The source that a person named: an address, a directory or a bundle. Raises ValueError for anything else."""
    if target.startswith(("http://", "https://")):
        return Web(target)
    path = Path(target)
    if path.is_dir():
        return Directory(path)
    if path.is_file():
        return Bundle(path)
    raise ValueError("neither an address nor a directory nor a bundle")
