"""Proof files (https://c2sp.org/tlog-proof): a checkpoint and the path from a leaf to its root, checked offline::

    c2sp.org/tlog-proof@v1
    extra <base64>            (only when there is extra data)
    index <decimal>
    <base64 hash>             (none or more, from the leaf's sibling to the root's child)

    <the checkpoint, verbatim>

The file does not hold the leaf: who verifies brings the data that should have been logged. ``extra`` is signed by
nobody. Files are named ``*.tlog-proof``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.tlog.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from portal.tlog.encoding import decode_base64, decode_decimal, decode_hash, encode_base64
from portal.tlog.errors import MalformedCheckpoint, MalformedNote, MalformedProof, TooFewCosignatures
from portal.tlog.merkle import HASH_SIZE, MAX_HEIGHT, MAX_SIZE, verify_inclusion
from portal.tlog.note import Note, Verifier, parse_note

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class LogProof:
    """A proof file's parts, none of them verified; ``str()`` is the file. ``path``: hashes of 32 bytes."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index < MAX_SIZE:
            raise MalformedProof("an index lies in 0..2^63-2")
        if len(self.path) > MAX_HEIGHT or any(len(value) != HASH_SIZE for value in self.path):
            raise MalformedProof("a path has at most 63 hashes of 32 bytes")
        try:
            Checkpoint.parse(self.checkpoint.text)
        except MalformedCheckpoint as error:
            raise MalformedProof("the proof holds no checkpoint") from error

    def __str__(self) -> str:
        extra = [f"extra {encode_base64(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(encode_base64, self.path)]
        return "".join(f"{line}\n" for line in lines) + f"\n{self.checkpoint}"

    @classmethod
    def parse(cls, raw: str | bytes) -> LogProof:
        """The proof of that file; raises :class:`MalformedProof` for anything but ``str()`` of one."""
        head, blank, checkpoint = _decode(raw).partition("\n\n")
        header, *lines = head.split("\n")
        if not blank or header != HEADER:
            raise MalformedProof("not a tlog-proof of version 1")
        extra = _take(lines, "extra ")
        index = _take(lines, "index ")
        if index is None or extra == "":
            raise MalformedProof("a proof has an index, and no extra line when there is no extra data")
        return cls(
            decode_decimal(index, MalformedProof),
            tuple(decode_hash(line, MalformedProof) for line in lines),
            _parse_checkpoint(checkpoint),
            decode_base64(extra, MalformedProof) if extra else b"",
        )


def verify_proof(
    proof: LogProof | str | bytes,
    leaf: bytes,
    log_key: Verifier,
    cosigners: Sequence[Verifier] = (),
    quorum: int = 0,
) -> OpenedCheckpoint:
    """Check that the leaf hash ``leaf`` stands in the log at ``proof.index``, and return the checkpoint that shows it.

    The checkpoint must be signed by ``log_key`` under its own name as origin, and by at least ``quorum`` of the
    trusted ``cosigners``. Raises :class:`MalformedProof`, :class:`portal.tlog.errors.InclusionError`,
    :class:`TooFewCosignatures`, and the refusals of :func:`portal.tlog.checkpoint.open_checkpoint`.
    """
    parsed = proof if isinstance(proof, LogProof) else LogProof.parse(proof)
    opened = open_checkpoint(parsed.checkpoint, log_key, cosigners)
    if sum(map(opened.note.signed_by, cosigners)) < quorum:
        raise TooFewCosignatures("fewer trusted cosigners than the policy demands")
    verify_inclusion(parsed.index, opened.checkpoint.size, leaf, parsed.path, opened.checkpoint.root)
    return opened


def _take(lines: list[str], prefix: str) -> str | None:
    """What follows ``prefix`` on the first line, which is then taken; ``None`` when another line stands there."""
    if lines and lines[0].startswith(prefix):
        return lines.pop(0).removeprefix(prefix)
    return None


def _parse_checkpoint(raw: str) -> Note:
    try:
        return parse_note(raw)
    except MalformedNote as error:
        raise MalformedProof("the proof holds no signed note") from error


def _decode(raw: str | bytes) -> str:
    try:
        return raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedProof("not UTF-8") from error
