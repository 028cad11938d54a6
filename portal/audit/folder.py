"""A folder that readers never find half-written: files come by renaming, and only one process writes at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWN = ".writer"
"""Holds the lock and the file being written; a web server need not serve it."""

READABLE, ENTERABLE = 0o644, 0o755  # everything here is public, whatever the process's umask


class FolderBusy(Exception):
    """Another process is writing to the folder."""


class Folder:
    """Files by relative name below ``root``, which is made when it is not there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._unsettled: set[Path] = set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only writer, or raise :class:`FolderBusy`. The lock ends with the process, however it ends."""
        self._make(self.root / OWN)
        lock = os.open(self.root / OWN / "lock", os.O_CREAT | os.O_RDWR, READABLE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise FolderBusy from None
        finally:
            os.close(lock)

    def read(self, name: str) -> bytes | None:
        """The file's bytes, or None where there is none."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> bool:
        """Let the file have these bytes; returns whether it had others or none. It lasts after :meth:`settle`."""
        if self.read(name) == data:
            return False
        path, fresh = self.root / name, self.root / OWN / "new"
        self._make(path.parent)
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), READABLE)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._unsettled.add(path.parent)
        return True

    def remove(self, path: Path) -> int:
        """Remove a folder of files below this one; returns how many files."""
        files = list(path.iterdir())
        for file in files:
            file.unlink()
        path.rmdir()
        return len(files)

    def settle(self) -> None:
        """What was written so far outlasts a loss of power."""
        for path in self._unsettled:
            place = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(place)
            finally:
                os.close(place)
        self._unsettled.clear()

    def _make(self, path: Path) -> None:
        if path.is_dir():
            return
        self._make(path.parent)
        path.mkdir(exist_ok=True)
        path.chmod(ENTERABLE)
        self._unsettled.add(path.parent)
