"""What a witness cosigned last of each log: read with suspicion, replaced durably, never forgotten.

The file of a log holds the very checkpoint that the witness gave away, with the log's signature and its own. Its own
signature therefore guards the file: one that is damaged, or was written by anybody else, does not load. Only an older
file of the same witness does, which is why a restored backup needs care (docs/witness.md).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.audit.witness_disk import Disk
from portal.audit.witness_folder import NEVER, WitnessError, WitnessFolder, missing_state
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.cosignature import AnyCosignerKey, cosigned_at
from portal.tlog.errors import TlogError
from portal.tlog.merkle import EMPTY_ROOT
from portal.tlog.note import Note, Signature, open_note
from portal.tlog.policy import LogKey


@dataclass(frozen=True)
class Held:
    """A checkpoint that the witness cosigned. ``cosignatures`` are its own, ``time`` theirs (POSIX seconds)."""

    checkpoint: Checkpoint
    note: Note
    cosignatures: tuple[Signature, ...]
    time: int


def parse_held(raw: str, origin: str, log_keys: Sequence[LogKey], own: Sequence[AnyCosignerKey]) -> Held:
    """The state of that text; raises :class:`TlogError` unless the log and this witness both signed it."""
    opened = open_note(raw, [*log_keys, *own])
    checkpoint = Checkpoint.parse(opened.text)
    mine = {(key.name, key.key_id) for key in own}
    ours = tuple(one for one in opened.verified if (one.name, one.key_id) in mine)
    if not ours or len(ours) == len(opened.verified):
        raise TlogError("a state bears the signatures of the log and of the witness")
    if checkpoint.origin != origin:
        raise TlogError("the state is another log's")
    note = Note(opened.text, (*opened.verified,))
    return Held(checkpoint, note, ours, max(cosigned_at(one.value) for one in ours))


@dataclass
class LogState:
    """One log as a witness knows it. Whoever reads ``held`` to decide, and replaces it, holds ``lock`` throughout."""

    origin: str
    keys: tuple[LogKey, ...]
    own: tuple[AnyCosignerKey, ...]
    folder: WitnessFolder
    disk: Disk
    lock: threading.Lock = field(default_factory=threading.Lock)
    held: Held | None = None
    certain: bool = False

    @property
    def size(self) -> int:
        """The size that was cosigned last; 0 when none was."""
        return self.held.checkpoint.size if self.held else 0

    @property
    def root(self) -> bytes:
        """The root that was cosigned last; that of the empty tree when none was."""
        return self.held.checkpoint.root if self.held else EMPTY_ROOT

    def load(self) -> None:
        """Read the file. What it holds is then written anew: a crash may have left a name that is not durable yet.

        Raises :class:`WitnessError` when the file is missing or damaged, :class:`OSError` when it cannot be written.
        """
        text = self.read()
        held = None if text == NEVER else self._parse(text)
        self.disk.replace(self.folder.state(self.origin), text)
        self.held, self.certain = held, True

    def look(self) -> Held | None:
        """What the file holds, for a reader who changes nothing; raises :class:`WitnessError`."""
        text = self.read()
        return None if text == NEVER else self._parse(text)

    def record(self, held: Held) -> None:
        """Make that the last one; durable when this returns. Raises :class:`OSError`, after which nobody knows which of
        the two the disk will keep: the next decision begins with :meth:`load`."""
        self.certain = False
        self.disk.replace(self.folder.state(self.origin), str(held.note))
        self.held, self.certain = held, True

    def read(self) -> str:
        """The file as it stands."""
        path = self.folder.state(self.origin)
        try:
            return path.read_text("utf-8")
        except FileNotFoundError as error:
            raise WitnessError(missing_state(self.origin)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise WitnessError(self._damaged("it cannot be read")) from error

    def _parse(self, text: str) -> Held:
        try:
            return parse_held(text, self.origin, self.keys, self.own)
        except TlogError as error:
            raise WitnessError(self._damaged(str(error))) from error

    def _damaged(self, why: str) -> str:
        path = self.folder.state(self.origin)
        return (
            f"The state of the log {self.origin} is damaged ({path}: {why}). "
            "Restore it from the newest backup, or make a new witness with new keys (docs/witness.md)."
        )


def open_states(folder: WitnessFolder, own: Sequence[AnyCosignerKey], disk: Disk) -> dict[str, LogState]:
    """A state for each log of the folder, by origin, none of them loaded; raises :class:`WitnessError`."""
    return {origin: LogState(origin, keys, tuple(own), folder, disk) for origin, keys in folder.logs().items()}
