"""Writing a witness's files so that they survive a crash: all of the new content or all of the old, and known which.

The steps are methods of their own, so that tests can let the machine die between any two of them.
"""

from __future__ import annotations

import os
from pathlib import Path

TEMPORARY = ".new"


class Disk:
    """A file system that keeps what :meth:`replace` returned from, through a loss of power."""

    def replace(self, path: Path, content: str) -> None:
        """Make ``path`` hold ``content``, mode 0600; durable when this returns. Raises :class:`OSError`, after which
        the file holds the old or the new content, never a part of either."""
        fresh = path.with_name(path.name + TEMPORARY)
        self.write(fresh, content)
        self.rename(fresh, path)
        self.sync_folder(path.parent)

    def write(self, path: Path, content: str) -> None:
        """Write a temporary file and force it to the disk; one that an earlier crash left is overwritten."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content.encode())
            handle.flush()
            self.sync_file(handle.fileno())

    def sync_file(self, descriptor: int) -> None:
        """fsync of the content: before the name points at it."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """The moment from which a reader of the folder sees the new content."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """fsync of the name: without it a loss of power can bring the old content back."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
