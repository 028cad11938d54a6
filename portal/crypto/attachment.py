"""Attachment v1: a file that goes with a comment, sealed under a key that stands in the comment's payload alone.

::

    b"PFA1" | u16be header length | header | content (size + 16 bytes)

The header is canonical JSON ``{"v", "type", "consultation", "suite", "size"}``; ``size`` is one of :data:`SIZES`, so
that a file's length is told by its bucket only. The content is AES-256-GCM of the padded file, header as associated
data; because each key is used exactly once, the nonce is twelve zero bytes.

Nothing here names the comment. The payload (version 2) holds one secret and, for each file, SHA-256 of the sealed bytes
and the file's type; each file's key is derived from the secret by its place (HKDF-SHA256, RFC 5869).
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.errors import AttachmentError, CannotOpen, CryptoError
from portal.crypto.padding import PREFIX, pad, unpad

MAGIC = b"PFA1"
SUITE_NAME = "AES-256-GCM"
SALT = b"portal/attachment/v1"
SIZES = (128 * 1024, 512 * 1024, 2 * 1024 * 1024, 10 * 1024 * 1024)
FILE_MAX = SIZES[-1] - PREFIX
COUNT_MAX = 3
TYPES = ("jpeg", "png", "pdf", "docx", "xlsx", "pptx", "odt")
SECRET_SIZE = 32
HASH_SIZE = 32
HEAD_MAX = 512
TAG_SIZE = 16
NONCE = bytes(12)
_HEADER_KEYS = {"v", "type", "consultation", "suite", "size"}


@dataclass(frozen=True)
class ParsedAttachment:
    """A sealed file's parts, not opened. ``size``: of the padded file; ``head``: the associated data."""

    consultation: str
    size: int
    head: bytes
    content: bytes


def attachment_key(secret: bytes, place: int) -> bytes:
    """The 32-byte key of the file at that place, 0 to 2; raises :class:`AttachmentError`."""
    if len(secret) != SECRET_SIZE or not 0 <= place < COUNT_MAX:
        raise AttachmentError("no such place, or not a secret")
    return HKDF(algorithm=SHA256(), length=32, salt=SALT, info=bytes([place])).derive(secret)


def bucket_of(length: int) -> int:
    """The padded size of a file of ``length`` bytes; raises :class:`AttachmentError` when no bucket holds it."""
    for size in SIZES:
        if 1 <= length <= size - PREFIX:
            return size
    raise AttachmentError("an empty file, or one that is too large")


def seal_attachment(data: bytes, *, key: bytes, consultation: str) -> bytes:
    """The file, sealed in the smallest bucket that holds it; raises :class:`AttachmentError`."""
    size = bucket_of(len(data))
    head = _encode_header(consultation, size)
    return head + AESGCM(key).encrypt(NONCE, pad(data, size), head)


def head_length(start: bytes) -> int:
    """Bytes of the head that begins so (magic, length and header); ``start`` has six bytes or more."""
    length = 6 + int.from_bytes(start[4:6], "big")
    if start[:4] != MAGIC or len(start) < 6 or length > HEAD_MAX:
        raise AttachmentError("not an attachment of version 1")
    return length


def read_head(head: bytes) -> tuple[str, int]:
    """Consultation and padded size, of a whole head; the content behind it has ``size + TAG_SIZE`` bytes."""
    try:
        document = parse_canonical(head[6:])
    except CryptoError as error:
        raise AttachmentError("the header is not canonical") from error
    if set(document) != _HEADER_KEYS or not isinstance(document["consultation"], str):
        raise AttachmentError("the header has other keys")
    size = document["size"]
    if type(size) is not int or size not in SIZES or _encode_header(document["consultation"], size) != head:
        raise AttachmentError("the header is not that of version 1")
    return document["consultation"], size


def parse_attachment(sealed: bytes) -> ParsedAttachment:
    """The parts; raises :class:`AttachmentError` unless every byte is where version 1 puts it."""
    end = head_length(sealed[:6])
    consultation, size = read_head(sealed[:end])
    if len(sealed) != end + size + TAG_SIZE:
        raise AttachmentError("the attachment's length is not that of its header")
    return ParsedAttachment(consultation, size, sealed[:end], sealed[end:])


def open_attachment(sealed: bytes, *, key: bytes, consultation: str) -> bytes:
    """The file; raises :class:`CannotOpen` when it was sealed under another key or elsewhere, or altered."""
    parsed = parse_attachment(sealed)
    if parsed.consultation != consultation:
        raise CannotOpen("sealed for another consultation")
    try:
        padded = AESGCM(key).decrypt(NONCE, parsed.content, parsed.head)
    except InvalidTag as error:
        raise CannotOpen("this key does not open it, or it was altered") from error
    return unpad(padded)


def _encode_header(consultation: str, size: int) -> bytes:
    document = {"v": 1, "type": "attachment", "consultation": consultation, "suite": SUITE_NAME, "size": size}
    body = dump_canonical(document)
    return MAGIC + len(body).to_bytes(2, "big") + body
