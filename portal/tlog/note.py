"""Signed notes and their keys (https://c2sp.org/signed-note).

A note is a text that ends in a newline, a blank line, and one line for each signature::

    — <key name> base64(key id, 4 bytes || signature)

The text counts for nothing until :func:`open_note` has found a trusted key's signature on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.tlog.encoding import CONTROL, decode_base64, encode_base64, is_unicode
from portal.tlog.errors import AmbiguousKey, InvalidSignature, MalformedNote, UnverifiedNote
from portal.tlog.keys import KEY_ID_SIZE, is_name

SIGNATURE_PREFIX = "\u2014 "

# The specification asks for at least 16; a log with its witnesses stays far below this.
MAX_SIGNATURES = 100


class Verifier(Protocol):
    """What :func:`open_note` trusts: a key of any signature type. Name and id together single it out."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether this key made ``signature`` (without the key id) over the note's text."""
        ...


class Signer(Protocol):
    """What :func:`sign_note` signs with."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def sign(self, text: str) -> bytes:
        """The signature over the note's text, without the key id."""
        ...


@dataclass(frozen=True)
class Signature:
    """A signature line: the key's name and id (4 bytes), and the bytes that follow the id."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{SIGNATURE_PREFIX}{self.name} {encode_base64(self.key_id + self.value)}"


@dataclass(frozen=True)
class Note:
    """A note that was parsed and not verified: treat ``text`` as a stranger's words."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)


@dataclass(frozen=True)
class OpenedNote:
    """A note's text, the signatures by trusted keys (at least one; each was verified), and those by unknown keys."""

    text: str
    verified: tuple[Signature, ...]
    unknown: tuple[Signature, ...]

    def signed_by(self, key: Verifier) -> bool:
        """Whether that key is among the signers."""
        return any((one.name, one.key_id) == (key.name, key.key_id) for one in self.verified)

    def require(self, key: Verifier) -> None:
        """Raise :class:`UnverifiedNote` unless that key, and not only another trusted one, signed."""
        if not self.signed_by(key):
            raise UnverifiedNote("the key that must have signed the note did not")


def sign_note(text: str, *signers: Signer, existing: Iterable[Signature] = ()) -> Note:
    """The note of that text with the existing signatures, then the signers' in order."""
    check_text(text)
    made = [Signature(signer.name, signer.key_id, signer.sign(text)) for signer in signers]
    again = {(one.name, one.key_id) for one in made}
    kept = [one for one in existing if (one.name, one.key_id) not in again]
    if not 1 <= len(kept) + len(made) <= MAX_SIGNATURES:
        raise MalformedNote("a note has 1..100 signatures")
    return Note(text, (*kept, *made))


def parse_note(raw: str | bytes) -> Note:
    """The parts of a note, none of them verified; ``str()`` gives back exactly what was parsed."""
    content = _decode(raw)
    split = content.rfind("\n\n")
    text, lines = content[: split + 1], content[split + 2 :].split("\n")
    if split < 0 or lines.pop() != "":
        raise MalformedNote("a note is a text, a blank line and signature lines, each ended by a newline")
    check_text(text)
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise MalformedNote("a note has 1..100 signatures")
    return Note(text, tuple(map(_parse_signature, lines)))


def open_note(raw: str | bytes | Note, trusted: Sequence[Verifier]) -> OpenedNote:
    """Parse and verify. One false signature by a trusted key refuses the note; unknown keys' lines are set aside.

    Raises :class:`MalformedNote`, :class:`InvalidSignature`, :class:`UnverifiedNote` (no trusted key signed) or
    :class:`AmbiguousKey`.
    """
    note = raw if isinstance(raw, Note) else parse_note(raw)
    known = {(key.name, key.key_id): key for key in trusted}
    if len(known) != len(trusted):
        raise AmbiguousKey("two trusted keys share a name and an id")
    verified, unknown = [], []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            unknown.append(signature)
        elif key.verifies(note.text, signature.value):
            verified.append(signature)
        else:
            raise InvalidSignature("a signature line names a trusted key, but that key did not make it")
    if not verified:
        raise UnverifiedNote("no trusted key signed the note")
    return OpenedNote(note.text, tuple(verified), tuple(unknown))


def check_text(text: str) -> None:
    """A note's text is UTF-8 without control characters, and ends in a newline."""
    if not text.endswith("\n") or CONTROL.search(text):
        raise MalformedNote("a text ends in a newline and has no other control character")
    if not is_unicode(text):
        raise MalformedNote("not Unicode text")


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(SIGNATURE_PREFIX).partition(" ")
    if not line.startswith(SIGNATURE_PREFIX) or not space or not is_name(name):
        raise MalformedNote("not a signature line")
    value = decode_base64(encoded, MalformedNote)
    if len(value) <= KEY_ID_SIZE:
        raise MalformedNote("a signature follows the key id")
    return Signature(name, value[:KEY_ID_SIZE], value[KEY_ID_SIZE:])


def _decode(raw: str | bytes) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedNote("not UTF-8") from error
