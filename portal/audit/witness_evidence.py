"""Evidence that a witness keeps: what a log signed and cannot have signed honestly, as files that prove it to others.

* ``split-view``: two checkpoints of one size with different roots, both signed by the log. Proves the fork by itself.
* ``inconsistent``: a checkpoint signed by the log, with a proof that does not lead to it from the one that the witness
  cosigned last. The proof is not signed, so whoever sent it may have spoilt it: the log must show one that holds.
* ``rolled-back``: a checkpoint that this witness itself cosigned and no longer knows. The log may be honest; the
  witness's folder was restored from an old copy.

A file is JSON: ``{"v": 1, "kind", "origin", "log", "at", "held", "request"}``, where ``log`` is the list of the log's
keys, ``at`` POSIX seconds by the witness's clock, ``held`` the checkpoint that it held (with its cosignatures) and
``request`` the refused body of ``add-checkpoint``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from portal.audit.witness_disk import Disk
from portal.audit.witness_folder import origin_hash
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import ConsistencyError, TlogError
from portal.tlog.merkle import verify_consistency
from portal.tlog.note import Note, open_note, parse_note
from portal.tlog.policy import LogKey, parse_log_key
from portal.tlog.witness import AddCheckpoint

SPLIT_VIEW = "split-view"
INCONSISTENT = "inconsistent"
ROLLED_BACK = "rolled-back"

# For one log and kind. A stranger can replay signed checkpoints with broken proofs, but not fill the disk with them.
MOST = 500

_KEYS = {"v", "kind", "origin", "log", "at", "held", "request"}


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence; ``str()`` is the file. ``held`` is ``None`` where the witness held nothing (rolled back)."""

    kind: str
    keys: tuple[LogKey, ...]
    at: int
    held: Note | None
    request: AddCheckpoint

    @property
    def name(self) -> str:
        """The file's name: the same two checkpoints make one file, however often they are sent."""
        held = self.held.text if self.held else ""
        digest = sha256(f"{held}\n{self.request.checkpoint_note.text}".encode()).hexdigest()
        return f"{origin_hash(self.request.origin)}-{self.kind}-{digest[:16]}.json"

    @property
    def sizes(self) -> tuple[int, int]:
        """The size that the witness held, and the one that it refused."""
        return (Checkpoint.parse(self.held.text).size if self.held else 0), self.request.size

    def proves_fork(self) -> bool:
        """Whether the log's own signatures, and nothing else, show that it keeps two histories."""
        if self.kind != SPLIT_VIEW or self.held is None or not all(map(self._signed, (self.held, self._note))):
            return False
        ours, theirs = Checkpoint.parse(self.held.text), Checkpoint.parse(self._note.text)
        return ours.origin == theirs.origin and ours.size == theirs.size and ours.root != theirs.root

    def stands(self) -> bool:
        """Whether the file says what its kind claims, recomputed from what it holds."""
        if self.kind == SPLIT_VIEW:
            return self.proves_fork()
        if not self._signed(self._note):
            return False
        return self.kind == ROLLED_BACK or self._proof_fails()

    def _proof_fails(self) -> bool:
        if self.held is None or not self._signed(self.held):
            return False
        ours, theirs = Checkpoint.parse(self.held.text), Checkpoint.parse(self._note.text)
        try:
            verify_consistency(ours.size, ours.root, theirs.size, theirs.root, self.request.proof)
        except ConsistencyError:
            return True
        return False

    @property
    def _note(self) -> Note:
        return self.request.checkpoint_note

    def _signed(self, note: Note) -> bool:
        try:
            open_note(note, self.keys)
        except TlogError:
            return False
        return True

    def __str__(self) -> str:
        document = {
            "v": 1,
            "kind": self.kind,
            "origin": self.request.origin,
            "log": [str(key) for key in self.keys],
            "at": self.at,
            "held": str(self.held) if self.held else None,
            "request": str(self.request),
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def parse(cls, text: str) -> Evidence:
        """The evidence of that file; raises :class:`ValueError` for anything but ``str()`` of one."""
        document = json.loads(text)
        if not isinstance(document, dict) or set(document) != _KEYS or document["v"] != 1:
            raise ValueError("not a piece of evidence")
        held = parse_note(document["held"]) if document["held"] is not None else None
        request = AddCheckpoint.parse(document["request"])
        for note in filter(None, (held, request.checkpoint_note)):
            Checkpoint.parse(note.text)
        found = cls(document["kind"], tuple(map(parse_log_key, document["log"])), document["at"], held, request)
        if found.kind not in {SPLIT_VIEW, INCONSISTENT, ROLLED_BACK} or str(found) != text:
            raise ValueError("not a piece of evidence")
        return found


def keep(folder: Path, evidence: Evidence, disk: Disk) -> bool:
    """Keep it as a file, once; returns whether it was new."""
    path = folder / evidence.name
    prefix = f"{origin_hash(evidence.request.origin)}-{evidence.kind}-"
    if path.exists() or sum(1 for _file in folder.glob(f"{prefix}*.json")) >= MOST:
        return False
    disk.replace(path, str(evidence))
    return True


def kept(folder: Path) -> Iterator[tuple[Path, Evidence | None]]:
    """Every file of evidence by name; ``None`` for one that cannot be read as such."""
    for path in sorted(folder.glob("*.json")):
        try:
            yield path, Evidence.parse(path.read_text("utf-8"))
        except (ValueError, TypeError, AttributeError):
            yield path, None
