"""Real witnesses on loopback, and policies that name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from portal.audit.witness import Witness
from portal.audit.witness_disk import Disk
from portal.audit.witness_evidence import kept
from portal.audit.witness_folder import WitnessFolder, make_seeds
from portal.clock import SystemClock
from portal.ledger.log import Log
from portal.tlog.policy import Policy, PolicyGroup, PolicyWitness
from tests.audit.witnessing import served

GONE = "http://127.0.0.1:9"
"""Where nothing listens (the port of RFC 863)."""


@dataclass
class Standby:
    """A witness's folder. It can be served again and again, and remembers what it cosigned."""

    name: str
    folder: WitnessFolder

    @contextmanager
    def up(self) -> Iterator[PolicyWitness]:
        """Serve it on a free port; gives what a policy says of it."""
        with served(Witness(self.folder, SystemClock(UTC))) as client:
            yield self.line(f"http://127.0.0.1:{client.port}")

    def line(self, url: str = GONE) -> PolicyWitness:
        (signer,) = self.folder.signers()
        return PolicyWitness(self.name, signer.verifier, url)

    def evidence(self) -> list[str]:
        """The kinds of evidence that it kept."""
        return [piece.kind for _path, piece in kept(self.folder.evidence) if piece]


def standby(path: Path, log: Log, name: str, kind: str = "ed25519") -> Standby:
    """A new witness of that log below ``path``."""
    folder = WitnessFolder(path / name)
    folder.make(f"witness.example/{name}", kind, make_seeds(kind), [log.vkey], Disk())
    return Standby(name, folder)


def watched_by(log: Log, witnesses: Sequence[PolicyWitness], threshold: int | None = None) -> Log:
    """The log under a policy that asks for ``threshold`` of those witnesses, or for all."""
    group = PolicyGroup("enough", threshold or len(witnesses), tuple(one.name for one in witnesses))
    return replace(log, policy=Policy("enough", log.policy.log_lines, tuple(witnesses), (group,)))
