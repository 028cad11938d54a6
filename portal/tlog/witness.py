"""Asking a witness for its cosignature (https://c2sp.org/tlog-witness, "add-checkpoint"): texts of both ends, a client.

The body that a log posts to ``<submission prefix>/add-checkpoint``::

    old <size of the checkpoint that the witness cosigned last>
    <base64 hash>             (none or more: the consistency proof from there)

    <the checkpoint, signed by the log>

A witness answers with signature lines (200), or with the size that it holds (409, ``text/x.tlog.size``), from which
the log makes its next request. :func:`request_cosignature` is the only thing of this package that touches a network.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.tlog.checkpoint import Checkpoint
from portal.tlog.cosignature import AnyCosignerKey, cosigned_at
from portal.tlog.encoding import decode_decimal, decode_hash, encode_base64
from portal.tlog.errors import (
    InvalidSignature,
    MalformedAnswer,
    MalformedCheckpoint,
    MalformedNote,
    MalformedRequest,
)
from portal.tlog.merkle import EMPTY_ROOT, HASH_SIZE, MAX_HEIGHT, MAX_SIZE
from portal.tlog.note import Note, Signature, parse_note

PATH = "/add-checkpoint"
REQUEST_TYPE = "text/plain; charset=utf-8"
SIGNATURES_TYPE = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"

# A note of 100 ML-DSA-44 signatures with their names, and a proof, stay below.
MAX_BODY = 512 * 1024

_OLD = "old "


@dataclass(frozen=True)
class AddCheckpoint:
    """A request's parts, none of them verified; ``str()`` is the body. ``proof``: at most 63 hashes of 32 bytes.

    A checkpoint of size zero may state a wrong root here, because the witness must refuse that by a status of its own.
    """

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint_note: Note

    def __post_init__(self) -> None:
        if not 0 <= self.old_size <= MAX_SIZE:
            raise MalformedRequest("the old size lies in 0..2^63-1")
        if len(self.proof) > MAX_HEIGHT or any(len(value) != HASH_SIZE for value in self.proof):
            raise MalformedRequest("a consistency proof has at most 63 hashes of 32 bytes")
        _shape(self.checkpoint_note.text)

    @property
    def origin(self) -> str:
        """The checkpoint's first line: a stranger's word until the log's signature was verified."""
        return self.checkpoint_note.text.partition("\n")[0]

    @property
    def size(self) -> int:
        """The checkpoint's size: a stranger's word, too."""
        return _shape(self.checkpoint_note.text).size

    def __str__(self) -> str:
        lines = [f"{_OLD}{self.old_size}", *map(encode_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines) + str(self.checkpoint_note)

    @classmethod
    def parse(cls, raw: str | bytes) -> AddCheckpoint:
        """The request of that body; raises :class:`MalformedRequest` for anything but ``str()`` of one."""
        head, blank, note = _decode(raw, MalformedRequest).partition("\n\n")
        old, *proof = head.split("\n")
        if not blank or not old.startswith(_OLD):
            raise MalformedRequest("a request is an old size, a proof, a blank line and a checkpoint")
        return cls(
            decode_decimal(old.removeprefix(_OLD), MalformedRequest),
            tuple(decode_hash(line, MalformedRequest) for line in proof),
            _parse_note(note),
        )


def format_signatures(signatures: Sequence[Signature]) -> str:
    """The body of a witness's answer 200: a signature line each."""
    return "".join(f"{signature}\n" for signature in signatures)


def parse_signatures(raw: str | bytes) -> tuple[Signature, ...]:
    """The signatures of such a body, none of them verified; raises :class:`MalformedAnswer`."""
    try:  # the lines are those of a note, whose text does not matter here
        note = parse_note("-\n\n" + _decode(raw, MalformedAnswer))
    except MalformedNote as error:
        raise MalformedAnswer("a witness answers with signature lines") from error
    if note.text != "-\n":  # a blank line in the body: what stands before it would go unread
        raise MalformedAnswer("a witness answers with signature lines alone")
    return note.signatures


def format_size(size: int) -> str:
    """The body of a witness's answer 409: the size of the checkpoint that it cosigned last."""
    return f"{size}\n"


def parse_size(raw: str | bytes) -> int:
    """The size of such a body; raises :class:`MalformedAnswer`."""
    text = _decode(raw, MalformedAnswer)
    if not text.endswith("\n"):
        raise MalformedAnswer("a size ends in a newline")
    return decode_decimal(text[:-1], MalformedAnswer)


def accept_cosignatures(
    checkpoint: Note, signatures: Sequence[Signature], keys: Sequence[AnyCosignerKey]
) -> tuple[Signature, ...]:
    """Those of a witness's signatures that ``keys`` made over the checkpoint; lines of unknown keys are left out.

    Raises :class:`InvalidSignature` when one of the keys is named and did not sign, and :class:`MalformedAnswer` for a
    cosignature without a time ("the timestamp MUST NOT be zero").
    """
    known = {(key.name, key.key_id): key for key in keys}
    accepted = {}
    for signature in signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.verifies(checkpoint.text, signature.value):
            raise InvalidSignature("a witness's key is named by a line that it did not make")
        if cosigned_at(signature.value) == 0:
            raise MalformedAnswer("a witness's cosignature of a checkpoint states its time")
        accepted[signature.name, signature.key_id] = signature
    return tuple(accepted.values())


@dataclass(frozen=True)
class Cosigned:
    """Status 200: signature lines, not yet verified (:func:`accept_cosignatures` does that)."""

    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Conflict:
    """Status 409: the witness holds a checkpoint of that size, and wants the proof from there."""

    size: int


@dataclass(frozen=True)
class Refused:
    """Another status: 400, 403, 404, 422 as the specification gives them, or one that it does not know."""

    status: int


@dataclass(frozen=True)
class Garbled(Refused):
    """Status 200 or 409 with a body that ``tlog-witness`` does not know."""


@dataclass(frozen=True)
class Unreachable:
    """No answer in time. ``reason`` is the kind of failure and names neither addresses nor content."""

    reason: str


Answer = Cosigned | Conflict | Refused | Unreachable


def request_cosignature(url: str, request: AddCheckpoint, timeout: float) -> Answer:
    """Ask the witness whose submission prefix is ``url`` (http or https), once. No redirect is followed.

    ``timeout`` (seconds) is for connecting and again for the whole of the exchange, so that a slow witness holds
    nobody longer than twice that. Every failure to get an answer is an :class:`Unreachable`; a ``url`` that is none is
    a :class:`ValueError`.
    """
    connection, path = _connection(url, timeout)
    try:
        connection.connect()
        with _deadline(connection.sock, timeout):
            connection.request("POST", path, str(request).encode(), {"Content-Type": REQUEST_TYPE})
            response = connection.getresponse()
            body = response.read(MAX_BODY + 1)
            if response.length and len(body) <= MAX_BODY:
                raise http.client.IncompleteRead(b"")
        return _answer(response.status, response.getheader("Content-Type", ""), body)
    except (OSError, http.client.HTTPException) as error:
        return Unreachable(type(error).__name__)
    finally:
        connection.close()


def _connection(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("a witness's address is http(s)://<host>[:<port>][/<path>]")
    if parts.query or parts.fragment:
        raise ValueError("a witness's address is http(s)://<host>[:<port>][/<path>]")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname, parts.port, timeout=timeout), parts.path.rstrip("/") + PATH


@contextmanager
def _deadline(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Break the exchange off after that time: a socket's own timeout starts again with every byte that drips in."""
    late = threading.Event()

    def break_off() -> None:
        late.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was closed in between

    timer = threading.Timer(seconds, break_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if late.is_set():  # what was read until then may look whole and not be
        raise TimeoutError


def _answer(status: int, content_type: str, body: bytes) -> Answer:
    if len(body) > MAX_BODY:
        return Garbled(status)
    try:
        if status == http.client.OK:
            return Cosigned(parse_signatures(body))
        if status == http.client.CONFLICT and content_type.partition(";")[0].strip().lower() == SIZE_TYPE:
            return Conflict(parse_size(body))
    except MalformedAnswer:
        return Garbled(status)
    return Garbled(status) if status == http.client.CONFLICT else Refused(status)


def _shape(text: str) -> Checkpoint:
    """The checkpoint of that text, where the root of an empty tree is taken for the right one."""
    lines = text.split("\n")
    if len(lines) >= 4 and lines[1] == "0":
        decode_hash(lines[2], MalformedRequest)
        lines[2] = encode_base64(EMPTY_ROOT)
    try:
        return Checkpoint.parse("\n".join(lines))
    except MalformedCheckpoint as error:
        raise MalformedRequest("the request holds no checkpoint") from error


def _parse_note(raw: str) -> Note:
    try:
        return parse_note(raw)
    except MalformedNote as error:
        raise MalformedRequest("the request holds no signed note") from error


def _decode(raw: str | bytes, refusal: type[MalformedRequest | MalformedAnswer]) -> str:
    try:
        return raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError as error:
        raise refusal("not UTF-8") from error
