"""The demonstration's witnesses: two processes on this machine, each with a folder and a key of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.audit.witness_disk import Disk
from portal.audit.witness_folder import WitnessFolder, make_seeds
from portal.cli.init import write_private
from portal.config import ROOT, Settings
from portal.ledger.log import Log
from portal.ledger.opening import open_log
from portal.tlog.policy import Policy, PolicyGroup, PolicyWitness

POLICY = "witness-policy"
SLUGS = ("thanh-tra", "cong-doan")
FIRST_PORT = 3
"""After the portal's port and its two issuers'."""


@dataclass(frozen=True)
class Standby:
    """A witness of the demonstration. The port stays, whatever port the portal is served on later."""

    name: str
    folder: Path
    port: int


def prepare_witnesses(settings: Settings, *, port: int) -> list[Standby]:
    """A folder for each witness and the policy that asks for both; what stands is kept. ``port``: the portal's.

    None for a demonstration that was made before there were witnesses.
    """
    if settings.witness_policy != POLICY:
        return []
    if not (settings.instance / POLICY).exists():
        log = Log.from_seed(settings.log_origin, settings.secret.log_key)
        named = [_make(settings, log, slug, port + place) for place, slug in enumerate(SLUGS, start=FIRST_PORT)]
        both = PolicyGroup("both", len(named), tuple(one.name for one in named))
        write_private(settings.instance / POLICY, str(Policy("both", log.policy.log_lines, tuple(named), (both,))))
    witnesses = open_log(settings).policy.witnesses
    return [Standby(one.name, folder_of(settings, one.name), urlsplit(one.url).port or 80) for one in witnesses]


def folder_of(settings: Settings, slug: str) -> Path:
    """Where a witness of the demonstration lives."""
    return settings.instance / f"witness-{slug}"


def _make(settings: Settings, log: Log, slug: str, port: int) -> PolicyWitness:
    folder = WitnessFolder(folder_of(settings, slug))
    folder.make(f"gop-y.example.org/{slug}", "ed25519", make_seeds("ed25519"), [log.vkey], Disk())
    (signer,) = folder.signers()
    return PolicyWitness(slug, signer.verifier, f"http://127.0.0.1:{port}")


@contextmanager
def witnesses_up(witnesses: Sequence[Standby]) -> Iterator[None]:
    """Each witness as a process of its own. They listen within seconds; the ticker asks again where that is late."""
    started = []
    for one in witnesses:
        command = [sys.executable, "-m", "portal", "audit", "witness", "serve", str(one.folder)]
        command += ["--port", str(one.port)]
        started.append(subprocess.Popen(command, cwd=ROOT))  # noqa: S603
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)
