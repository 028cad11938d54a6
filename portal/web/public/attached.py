"""The body of a comment with files, read so that nothing large is taken before it is known to be welcome.

::

    u32be length | the JSON of a comment without files, and "files": [SHA-256 of each] | sealed file | sealed file ...

The first part is small. By it alone the comment is judged (consultation, ballot, room); only then are the files read,
each as long as its own head says. What is refused is still read to its end, and dropped, as long as it is no longer
than a post may be: a connection that is cut while a browser sends would lose the words that say why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from portal.crypto.attachment import TAG_SIZE, head_length, read_head
from portal.crypto.errors import AttachmentError
from portal.errors import Conflict, Invalid, PortalError

FIRST_MAX = 64 * 1024
CHUNK = 64 * 1024


def read_first(stream: IO[bytes]) -> bytes:
    """The JSON part; refuses one that is missing or too long."""
    length = int.from_bytes(_exactly(stream, 4, "body-malformed"), "big")
    if length > FIRST_MAX:
        raise Invalid("body-malformed")
    return _exactly(stream, length, "body-malformed")


def read_files(stream: IO[bytes], consultation: str, hashes: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The sealed files, each of which has the hash that was announced; nothing may follow the last."""
    files = tuple(_file(stream, consultation, sha256) for sha256 in hashes)
    if stream.read(1):
        raise Invalid("attachment-malformed")
    return files


def _file(stream: IO[bytes], consultation: str, sha256: bytes) -> bytes:
    """A head that does not fit ends the reading there: no length is believed that is not one of a few."""
    start = _exactly(stream, 6, "attachment-malformed")
    try:
        head = start + _exactly(stream, head_length(start) - 6, "attachment-malformed")
        named, size = read_head(head)
    except AttachmentError:
        raise Invalid("attachment-malformed") from None
    if named != consultation:
        raise Conflict("envelope-other-consultation")
    data = head + _exactly(stream, size + TAG_SIZE, "attachment-malformed")
    if hashlib.sha256(data).digest() != sha256:
        raise Invalid("attachment-malformed")
    return data


def _exactly(stream: IO[bytes], length: int, code: str) -> bytes:
    """So many bytes, however they arrive; refuses when they end before."""
    parts, missing = [], length
    while missing and (part := stream.read(min(missing, CHUNK))):
        parts.append(part)
        missing -= len(part)
    if missing:
        raise Invalid(code)
    return b"".join(parts)


@contextmanager
def drained(stream: IO[bytes]) -> Iterator[None]:
    """Whatever refuses the body, let its sender come to the end of it."""
    try:
        yield
    except PortalError:
        while stream.read(CHUNK):
            pass
        raise
