"""Files that came with some of the demonstration's comments: a picture, a PDF and a Word file, cleaned as browsers do.

``demo_data/attachments.json`` holds them in base64, as the submit page's own workers gave them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import lru_cache

from portal.cli.demo_data import FOLDER
from portal.crypto.attachment import SECRET_SIZE, attachment_key, seal_attachment
from portal.crypto.payload import AttachedFile, Attachments

# Which files the comment at that place of its consultation has.
WITH_FILES = {1: ("jpeg",), 4: ("pdf", "docx"), 8: ("docx",)}


@dataclass(frozen=True)
class SealedFiles:
    """What goes into the comment's payload (None without files), and the sealed files themselves."""

    attachments: Attachments | None = None
    sealed: tuple[bytes, ...] = ()


def sealed_files(consultation: str, place: int, most: int) -> SealedFiles:
    """The files of that comment, where the consultation takes ``most``."""
    types = WITH_FILES.get(place, ())[:most]
    if not types:
        return SealedFiles()
    secret = secrets.token_bytes(SECRET_SIZE)
    sealed = tuple(
        seal_attachment(_samples()[kind], key=attachment_key(secret, at), consultation=consultation)
        for at, kind in enumerate(types)
    )
    named = [AttachedFile(hashlib.sha256(data).digest(), kind) for data, kind in zip(sealed, types, strict=True)]
    return SealedFiles(Attachments(secret, tuple(named)), sealed)


@lru_cache
def _samples() -> dict[str, bytes]:
    table = json.loads((FOLDER / "attachments.json").read_text("ascii"))
    return {kind: base64.b64decode(text) for kind, text in table.items()}
