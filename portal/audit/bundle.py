"""What a verifier reads, as one ZIP file: unpacked, it is a directory for ``portal audit verify``."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from typing import IO

FOLDER = "portal-audit"
# The same files give the same bytes: ZIP cannot leave the time out, so that it is always its first day.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_zip(file: IO[bytes], files: Iterable[tuple[str, bytes]]) -> int:
    """Write the files below one folder into ``file``; returns how many."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
            count += 1
    return count
