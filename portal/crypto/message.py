"""Message v1: one message of an anonymous conversation about a comment, the same in both directions.

::

    b"PFM1" | u16be header length | header | content (size + 16 bytes) | reply wrap (1 200) | row wrap (64)

The header is canonical JSON ``{"v", "type", "consultation", "suite", "size"}``. The content is AES-256-GCM of the
padded :class:`Message` under a fresh key that is used once, hence the zero nonce. That key is wrapped twice: by HPKE
(RFC 9180; X-Wing, HKDF-SHA256, AES-256-GCM) to the reply key of the comment's payload, and under the comment's
conversation key (:func:`portal.crypto.rowkey.row_key`), which only those hold who can read the comment. A message
carries that conversation key inside, so that the submitter answers exactly those who could read: nobody reads a
conversation who could not read the comment. Who wrote stands inside as well; the bytes have one size and one form
either way.

Beside the key the reply wrap holds 32 random bytes, of which the answer tickets are made (:func:`tickets_of`). The
portal is given the tickets' hashes with a question and a ticket with each answer: it limits answers, and learns
neither which comment is talked about nor who answers. Moderators who did not ask cannot make the tickets.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.envelope import SUITE_NAME
from portal.crypto.errors import CannotOpen, CryptoError, KeyFormatError, MessageError
from portal.crypto.keys import load_private, load_public
from portal.crypto.padding import PREFIX, pad, unpad
from portal.crypto.rowkey import KEY_SIZE, open_row, seal_row, sealed_size

MAGIC = b"PFM1"
SIZE = 8192
WRAP_SIZE = 1120 + 2 * KEY_SIZE + 16
ROW_SIZE = PREFIX + KEY_SIZE
CONTENT_SIZE = SIZE + 16
TEXT_MAX = 1000
NUMBER_MAX = 999
TICKETS = 3
SENDERS, KINDS = ("moderator", "submitter"), ("text", "close")
INFO_LABEL, TICKET_SALT = b"portal/message/v1\x00", b"portal/ticket/v1"
NONCE = bytes(12)
_KEYS = {"from", "kind", "number", "text", "key"}
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class Message:
    """What is said. ``number``: the place in the conversation, from 1, since nothing outside tells an order.

    ``sender``: of :data:`SENDERS`; ``kind``: "close" ends the conversation, by a moderator only, and its text may be
    empty. ``key``: the comment's conversation key (32 bytes).
    """

    sender: str
    number: int
    text: str
    key: bytes
    kind: str = "text"


@dataclass(frozen=True)
class Sealed:
    """A sealed message, and the answer tickets (32 bytes each) that whoever asks gives to the portal as hashes."""

    data: bytes
    tickets: tuple[bytes, ...]


@dataclass(frozen=True)
class ParsedMessage:
    """The parts, none of them opened. ``head``: magic, length and header, the associated data of everything."""

    consultation: str
    head: bytes
    content: bytes
    reply_wrap: bytes
    row_wrap: bytes


def build_message(message: Message) -> bytes:
    """The message's canonical bytes; raises :class:`MessageError`."""
    _check(message)
    document = {
        "v": 1,
        "from": message.sender,
        "kind": message.kind,
        "number": message.number,
        "text": message.text,
        "key": b64url_encode(message.key),
    }
    try:
        return dump_canonical(document)
    except CryptoError as error:
        raise MessageError("cannot be written canonically") from error


def parse_message(data: bytes) -> Message:
    """The message of those bytes; raises :class:`MessageError` for anything :func:`build_message` does not write."""
    try:
        document = parse_canonical(data)
        version = document.pop("v", None)
        if set(document) != _KEYS or type(version) is not int or version != 1:
            raise MessageError("not a message of version 1")
        key, sender = b64url_decode(document.pop("key")), document.pop("from")
        message = Message(sender=sender, key=key, **document)
    except MessageError:
        raise
    except (CryptoError, TypeError, AttributeError) as error:
        raise MessageError("not a message of version 1") from error
    _check(message)
    return message


def seal(message: Message, *, consultation: str, reply_key: bytes) -> Sealed:
    """Seal to the comment's reply key (1 216 bytes) and to those who hold the conversation key.

    An answer is sealed with the same function to the same two: its author can read it again elsewhere.
    """
    body = build_message(message)
    head = encode_head(consultation)
    _parse_head(head)  # what opening would refuse is not sealed either
    key, secret = secrets.token_bytes(KEY_SIZE), secrets.token_bytes(KEY_SIZE)
    content = AESGCM(key).encrypt(NONCE, pad(body, SIZE), head)
    try:
        wrap = _SUITE.encrypt(key + secret, load_public(reply_key), info=_info(consultation, head))
    except KeyFormatError:
        raise
    except ValueError as error:  # an X25519 point of low order: every shared secret would be zero
        raise KeyFormatError("not an X-Wing public key") from error
    return Sealed(head + content + wrap + seal_row(message.key, key, ROW_SIZE, head), tickets_of(secret))


def parse_sealed(data: bytes) -> ParsedMessage:
    """The parts; raises :class:`MessageError` unless every byte is where version 1 puts it."""
    if data[:4] != MAGIC or len(data) < 6:
        raise MessageError("not a sealed message of version 1")
    end = 6 + int.from_bytes(data[4:6], "big")
    head = data[:end]
    consultation = _parse_head(head)
    if len(data) != message_size(consultation):
        raise MessageError("the length is not that of the header")
    wrap = end + CONTENT_SIZE
    row = wrap + WRAP_SIZE
    return ParsedMessage(consultation, head, data[end:wrap], data[wrap:row], data[row:])


def open_with_reply_seed(seed: bytes, data: bytes) -> tuple[Message, tuple[bytes, ...]]:
    """The message and its answer tickets, by the submitter's seed; raises :class:`CannotOpen` for another's.

    Refused as well is what the holders of the conversation key inside could not read: what a submitter is told, every
    moderator of that key is told.
    """
    parsed = parse_sealed(data)
    try:
        keys = _SUITE.decrypt(parsed.reply_wrap, load_private(seed), info=_info(parsed.consultation, parsed.head))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("this key does not open it, or it was altered") from error
    if len(keys) != 2 * KEY_SIZE:
        raise CannotOpen("no key of this version")
    key, secret = keys[:KEY_SIZE], keys[KEY_SIZE:]
    message = _open_content(parsed, key)
    if open_row(message.key, parsed.row_wrap, parsed.head) != key:
        raise CannotOpen("the two wraps are not of one key")
    return message, tickets_of(secret)


def open_with_row(conversation_key: bytes, data: bytes) -> Message:
    """The message, by the conversation key of the comment; raises :class:`CannotOpen` for another comment's."""
    parsed = parse_sealed(data)
    message = _open_content(parsed, open_row(conversation_key, parsed.row_wrap, parsed.head))
    if message.key != conversation_key:
        raise CannotOpen("it would be answered under another key")
    return message


def message_size(consultation: str) -> int:
    """The bytes of every sealed message of that consultation."""
    return len(encode_head(consultation)) + CONTENT_SIZE + WRAP_SIZE + sealed_size(ROW_SIZE)


def tickets_of(secret: bytes) -> tuple[bytes, ...]:
    """The answer tickets of a question: HKDF-SHA256 (RFC 5869) of its secret, ``info`` being one byte, the number."""
    return tuple(
        HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=TICKET_SALT, info=bytes([place])).derive(secret)
        for place in range(TICKETS)
    )


def ticket_hash(ticket: bytes) -> bytes:
    """SHA-256 of a ticket: what the portal is given with the question."""
    return hashlib.sha256(ticket).digest()


def encode_head(consultation: str) -> bytes:
    """Magic, length and header."""
    header = {"v": 1, "type": "message", "consultation": consultation, "suite": SUITE_NAME, "size": SIZE}
    body = dump_canonical(header)
    return MAGIC + len(body).to_bytes(2, "big") + body


def _parse_head(head: bytes) -> str:
    try:
        consultation = parse_canonical(head[6:]).get("consultation")
        if not isinstance(consultation, str) or encode_head(consultation) != head:
            raise MessageError("the header is not that of version 1")
    except MessageError:
        raise
    except (CryptoError, OverflowError) as error:
        raise MessageError("the header is not canonical") from error
    return consultation


def _open_content(parsed: ParsedMessage, key: bytes) -> Message:
    try:
        padded = AESGCM(key).decrypt(NONCE, parsed.content, parsed.head)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("this key does not open it, or it was altered") from error
    return parse_message(unpad(padded))


def _check(message: Message) -> None:
    ok = (
        message.sender in SENDERS
        and message.kind in KINDS
        and (message.kind == "text" or message.sender == "moderator")
        and _is_number(message.number)
        and isinstance(message.text, str)
        and len(message.text) <= TEXT_MAX
        and (message.text != "" or message.kind == "close")
        and len(message.key) == KEY_SIZE
    )
    if not ok:
        raise MessageError("a field is missing or out of range")


def _is_number(value: Any) -> bool:
    return type(value) is int and 1 <= value <= NUMBER_MAX


def _info(consultation: str, head: bytes) -> bytes:
    return INFO_LABEL + consultation.encode() + b"\x00" + hashlib.sha256(head).digest()
