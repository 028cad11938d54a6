"""A log that can lie, a witness over real HTTP, and what a log's client does with its answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from portal.audit.witness import Witness
from portal.audit.witness_disk import Disk
from portal.audit.witness_folder import KINDS, WitnessFolder
from portal.audit.witness_server import WitnessServer
from portal.clock import FixedClock
from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.cosignature import parse_cosigner_key
from portal.tlog.keys import SignerKey
from portal.tlog.note import Note
from portal.tlog.tiles import TileTree
from portal.tlog.witness import PATH, AddCheckpoint
from tests.tlog.support import LOG_KEY, MemoryLog, entries

NAME = "witness.example/thanh-tra"
MOMENT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


@dataclass
class Log:
    """A log with its key; ``history`` tells two logs of one key apart, which is what a split view is."""

    key: SignerKey = LOG_KEY
    history: bytes = b""
    store: MemoryLog = field(default_factory=MemoryLog)

    def grow(self, size: int) -> Log:
        self.store.append([self.history + entry for entry in entries(size)[self.store.size :]])
        return self

    def fork(self, at: int, history: bytes) -> Log:
        """Another history from that size on, under the same key."""
        store = MemoryLog()
        store.append(self.store.entries[:at])
        return Log(self.key, history, store)

    def note(self, size: int | None = None) -> Note:
        tree = TileTree(self.store.size if size is None else size, self.store.read_tile)
        return sign_checkpoint(Checkpoint(self.key.name, tree.size, tree.root), self.key)

    def proof(self, old: int, size: int | None = None) -> tuple[bytes, ...]:
        return tuple(TileTree(self.store.size if size is None else size, self.store.read_tile).consistency_proof(old))

    def request(self, old: int, size: int | None = None, proof: Sequence[bytes] | None = None) -> AddCheckpoint:
        return AddCheckpoint(old, self.proof(old, size) if proof is None else tuple(proof), self.note(size))


def make_folder(path: Path, *keys: SignerKey, kind: str = "both") -> WitnessFolder:
    folder = WitnessFolder(path)
    seeds = [bytes([number + 1] * 32) for number in range(len(KINDS[kind]))]
    folder.make(NAME, kind, seeds, [str(key.verifier) for key in keys or (LOG_KEY,)], Disk())
    return folder


def clock() -> FixedClock:
    return FixedClock(MOMENT)


def cosigner_keys(folder: WitnessFolder) -> list:
    return [parse_cosigner_key(str(signer.verifier)) for signer in folder.signers()]


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str


@dataclass
class Client:
    """HTTP to a witness, with nothing of our own client in it."""

    port: int

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, response.getheader("Content-Type", ""), response.read().decode())
        finally:
            connection.close()

    def add(self, request: AddCheckpoint | str | bytes) -> Answer:
        raw = request if isinstance(request, bytes) else str(request).encode()
        return self.send("POST", PATH, raw)


@contextmanager
def served(witness: Witness) -> Iterator[Client]:
    """The witness on a free port of this machine."""
    server = WitnessServer(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Client(server.server_address[1])
    finally:
        server.stop(5)
        thread.join(5)
        witness.close()
