"""A witness (https://c2sp.org/tlog-witness): it cosigns a log's checkpoint when the tree extends all that it cosigned
before, and never otherwise.

::

    witness = Witness(WitnessFolder(path), SystemClock(zone))
    reply = witness.add_checkpoint(body)            # status, content type and text of the HTTP answer

What must hold at every moment, whatever crashes: for one log, no two checkpoints bear this witness's cosignature of
which neither tree is a prefix of the other, and their times grow with their sizes. So the state is durable before a
cosignature leaves, and one lock for each log covers the look at the old state and the writing of the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from portal.audit.witness_disk import Disk
from portal.audit.witness_evidence import INCONSISTENT, ROLLED_BACK, SPLIT_VIEW, Evidence, keep
from portal.audit.witness_folder import WitnessError, WitnessFolder, origin_hash
from portal.audit.witness_state import Held, LogState, open_states
from portal.clock import Clock
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.cosignature import MldsaCosignerSigner
from portal.tlog.cosigned import MAX_VECTOR
from portal.tlog.errors import (
    ConsistencyError,
    InvalidSignature,
    MalformedRequest,
    OldSizeTooLarge,
    TlogError,
    UnverifiedNote,
    WrongEmptyRoot,
)
from portal.tlog.merkle import EMPTY_ROOT, verify_consistency
from portal.tlog.note import OpenedNote, Signature, open_note, sign_note
from portal.tlog.witness import SIGNATURES_TYPE, SIZE_TYPE, AddCheckpoint, format_signatures, format_size

# The same checkpoint asked for again within this time gets the cosignature that was made: strangers can replay a
# request, and each new cosignature costs a write to the disk.
SAME_SECONDS = 60
# A clock may be set back by this much, and time stands still meanwhile; by more, and the operator must look.
SLACK_SECONDS = 60

PLAIN = "text/plain; charset=utf-8"

STATUSES: dict[type[TlogError], HTTPStatus] = {
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    OldSizeTooLarge: HTTPStatus.BAD_REQUEST,
    InvalidSignature: HTTPStatus.FORBIDDEN,
    UnverifiedNote: HTTPStatus.FORBIDDEN,
    WrongEmptyRoot: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConsistencyError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: HTTPStatus
    text: str
    content_type: str = PLAIN


UNKNOWN_LOG = Reply(HTTPStatus.NOT_FOUND, "this witness does not know the log\n")
NO_CHECKPOINT = Reply(HTTPStatus.NOT_FOUND, "this witness cosigned no checkpoint of that log\n")
BROKEN = Reply(HTTPStatus.INTERNAL_SERVER_ERROR, "this witness needs its operator\n")


class Witness:
    """A witness at work in its folder. Safe for many threads; one process for each folder."""

    def __init__(
        self,
        folder: WitnessFolder,
        clock: Clock,
        disk: Disk | None = None,
        notice: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """Raises :class:`WitnessError` unless every key and every log's state can be trusted. ``notice`` is told what
        the operator should see; no sentence names who sent a request."""
        self._folder, self._clock, self._disk, self.notice = folder, clock, disk or Disk(), notice
        self._signers = folder.signers()
        self._own = tuple(signer.verifier for signer in self._signers)
        self._logs = open_states(folder, self._own, self._disk)
        self._check_origins()
        self._lock = folder.lock()
        try:
            for log in self._logs.values():
                log.load()
        except BaseException:
            self.close()
            raise
        self._hashes = {origin_hash(origin): log for origin, log in self._logs.items()}

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def add_checkpoint(self, body: bytes) -> Reply:
        """``POST <submission prefix>/add-checkpoint``. Checks follow the order of the specification's text."""
        try:
            request = AddCheckpoint.parse(body)
            log = self._logs.get(request.origin)
            if log is None:
                return UNKNOWN_LOG
            opened = open_note(request.checkpoint_note, log.keys)
            if request.old_size > request.size:
                raise OldSizeTooLarge("the old size is larger than the checkpoint's")
            with log.lock:
                return self._decide(log, request, opened)
        except tuple(STATUSES) as refusal:
            return Reply(STATUSES[type(refusal)], f"{refusal}\n")
        except (WitnessError, OSError) as error:
            why = str(error) if isinstance(error, WitnessError) else f"The disk failed: {error.strerror}."
            self.notice(why)
            return BROKEN

    def checkpoint(self, hashed_origin: str) -> Reply:
        """``GET <monitoring prefix>/<origin hash>/checkpoint``: what was cosigned last, with all signatures on it."""
        log = self._hashes.get(hashed_origin)
        held = log.held if log else None
        return Reply(HTTPStatus.OK, str(held.note)) if held else NO_CHECKPOINT

    def _decide(self, log: LogState, request: AddCheckpoint, opened: OpenedNote) -> Reply:
        """With the log's lock held, from the look at the state to its replacement."""
        if not log.certain:
            log.load()
        self._check_memory(log, request)
        self._watch_for_fork(log, request, opened)
        if request.old_size != log.size:
            return Reply(HTTPStatus.CONFLICT, format_size(log.size), SIZE_TYPE)
        checkpoint = self._extending(log, request, opened)
        time = self._time(log)
        if log.held and log.held.note.text == opened.text and time - log.held.time < SAME_SECONDS:
            return _cosigned(log.held.cosignatures)
        note = sign_note(opened.text, *(signer.at(time) for signer in self._signers), existing=opened.verified)
        held = Held(checkpoint, note, note.signatures[-len(self._signers) :], time)
        log.record(held)
        return _cosigned(held.cosignatures)

    def _extending(self, log: LogState, request: AddCheckpoint, opened: OpenedNote) -> Checkpoint:
        """The checkpoint, if its tree has the cosigned one as a prefix; raises what is wrong, after keeping it."""
        if request.size == 0 and not opened.text.startswith(str(Checkpoint(log.origin, 0, EMPTY_ROOT))):
            raise WrongEmptyRoot("not the root of the empty tree")
        checkpoint = Checkpoint.parse(opened.text)
        try:
            verify_consistency(log.size, log.root, checkpoint.size, checkpoint.root, request.proof)
        except ConsistencyError:
            if 0 < log.size < checkpoint.size:
                self._keep(INCONSISTENT, log, request)
            raise
        return checkpoint

    def _watch_for_fork(self, log: LogState, request: AddCheckpoint, opened: OpenedNote) -> None:
        """Keep two roots of one size that the log signed, whatever the rest of the request deserves as an answer."""
        if request.size == log.size > 0 and Checkpoint.parse(opened.text).root != log.root:
            self._keep(SPLIT_VIEW, log, request)

    def _check_memory(self, log: LogState, request: AddCheckpoint) -> None:
        """A later checkpoint with a cosignature of our own means that the folder is an old copy."""
        mine = {(key.name, key.key_id): key for key in self._own}
        note = request.checkpoint_note
        for one in note.signatures:
            key = mine.get((one.name, one.key_id))
            if key and request.size > log.size and key.verifies(note.text, one.value):
                self._keep(ROLLED_BACK, log, request)
                raise WitnessError(
                    f"The state of the log {log.origin} is older than a checkpoint that this witness cosigned: "
                    "it was restored from an old copy, and cosigns nothing until that is put right (docs/witness.md)."
                )

    def _time(self, log: LogState) -> int:
        """The present, never before a time that was signed: "as of" that time, nothing larger had been seen."""
        now = int(self._clock.now().timestamp())
        last = log.held.time if log.held else 1
        if now < last - SLACK_SECONDS:
            raise WitnessError("The clock is behind the last cosignature; nothing is cosigned until it is right.")
        return max(now, last)

    def _keep(self, kind: str, log: LogState, request: AddCheckpoint) -> None:
        held = log.held.note if log.held else None
        evidence = Evidence(kind, log.keys, int(self._clock.now().timestamp()), held, request)
        try:
            fresh = keep(self._folder.evidence, evidence, self._disk)
        except OSError as error:  # the answer is a refusal all the same
            self.notice(f"Evidence about the log {log.origin} ({kind}) could not be kept: {error.strerror}.")
            return
        if fresh:
            self.notice(f"Evidence about the log {log.origin} was kept: {kind}, evidence/{evidence.name}.")

    def _check_origins(self) -> None:
        mldsa = any(isinstance(signer, MldsaCosignerSigner) for signer in self._signers)
        for origin in self._logs:
            if mldsa and len(origin.encode()) > MAX_VECTOR:
                raise WitnessError(f"The log {origin} has a name too long for ML-DSA-44: use an Ed25519 witness.")


def _cosigned(signatures: tuple[Signature, ...]) -> Reply:
    return Reply(HTTPStatus.OK, format_signatures(signatures), SIGNATURES_TYPE)
