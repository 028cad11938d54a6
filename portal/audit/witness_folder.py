"""A witness's folder: its keys, the logs it knows, and one file for what it cosigned last of each.

::

    keys                      its secret keys, a line each (0600)
    logs                      a tlog-policy file: ``log <vkey> [<url>]`` lines and ``quorum none``
    state/<origin hash>       the checkpoint that it cosigned last, or "never cosigned"
    evidence/*.json           what a log signed and should not have (:mod:`portal.audit.witness_evidence`)
    lock                      held by the process that serves

``<origin hash>`` is the SHA-256 of the log's origin, in hexadecimal, as in the addresses of ``tlog-witness``.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from portal.audit.witness_disk import Disk
from portal.tlog.cosignature import (
    AnyCosignerSigner,
    CosignerSigner,
    MldsaCosignerSigner,
    parse_cosigner_signer,
)
from portal.tlog.errors import TlogError
from portal.tlog.policy import LogKey, Policy, PolicyLog, parse_log_key, parse_policy

NEVER = "never cosigned\n"
KINDS: dict[str, tuple[type[AnyCosignerSigner], ...]] = {
    "both": (MldsaCosignerSigner, CosignerSigner),
    "ml-dsa-44": (MldsaCosignerSigner,),
    "ed25519": (CosignerSigner,),
}


class WitnessError(Exception):
    """The folder cannot be used; the message is a sentence for the operator."""


@dataclass(frozen=True)
class WitnessFolder:
    """The places in a folder. Nothing is read or made before a method is called."""

    path: Path

    @property
    def evidence(self) -> Path:
        """The folder of evidence."""
        return self.path / "evidence"

    def state(self, origin: str) -> Path:
        """The file of that log's state."""
        return self.path / "state" / origin_hash(origin)

    def signers(self) -> tuple[AnyCosignerSigner, ...]:
        """The secret keys, all of one name."""
        try:
            keys = tuple(map(parse_cosigner_signer, _lines(self._read("keys"))))
        except TlogError as error:
            raise WitnessError(f"{self.path / 'keys'} is damaged: {error}.") from error
        if not keys or len({key.name for key in keys}) != 1:
            raise WitnessError(f"{self.path / 'keys'} is damaged: it holds no keys, or keys of several names.")
        return keys

    def logs(self) -> dict[str, tuple[LogKey, ...]]:
        """The keys of each log that is witnessed, by its origin."""
        try:
            policy = parse_policy(self._read("logs"))
        except TlogError as error:
            raise WitnessError(f"{self.path / 'logs'} is no policy file: {error}.") from error
        found: dict[str, tuple[LogKey, ...]] = {}
        for key in policy.logs:
            found[key.name] = (*found.get(key.name, ()), key)
        return found

    def make(self, name: str, kind: str, seeds: Sequence[bytes], vkeys: Sequence[str], disk: Disk) -> None:
        """Make what is missing: keys of that name and kind, the logs, a state for each. What stands is kept.

        ``seeds``: 32 secret bytes for each key of the kind. Raises :class:`WitnessError` when the folder is another
        witness's, or a key cannot be read.
        """
        for folder in (self.path, self.path / "state", self.evidence):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_keys(name, kind, seeds, disk)
        self._add_logs(vkeys, disk)

    def lock(self) -> IO[bytes]:
        """Become the one process that cosigns here; closing the file, or ending, gives the lock back."""
        handle = (self.path / "lock").open("ab")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.close()
            raise WitnessError(f"Another process works in {self.path}: a witness is served once.") from error
        return handle

    def _make_keys(self, name: str, kind: str, seeds: Sequence[bytes], disk: Disk) -> None:
        if (self.path / "keys").exists():
            if self.signers()[0].name != name:
                raise WitnessError(f"{self.path} belongs to the witness {self.signers()[0].name}.")
            return
        try:
            made = [signer(name, seed) for signer, seed in zip(KINDS[kind], seeds, strict=True)]
            text = "".join(f"{key.reveal()}\n" for key in made)
        except TlogError as error:
            raise WitnessError(f"That cannot be a witness's name: {error}.") from error
        disk.replace(self.path / "keys", text)

    def _add_logs(self, vkeys: Sequence[str], disk: Disk) -> None:
        path = self.path / "logs"
        policy = _parsed_logs(self._read("logs")) if path.exists() else Policy()
        try:
            fresh = [PolicyLog(key) for key in map(parse_log_key, vkeys) if key not in policy.logs]
            grown = Policy(log_lines=(*policy.log_lines, *fresh))
        except TlogError as error:
            raise WitnessError(f"A log's key cannot be used: {error}.") from error
        for origin in {key.name for key in grown.logs}:
            if not self.state(origin).exists():
                self._first_state(origin, origin in {key.name for key in policy.logs}, disk)
        if fresh or not path.exists():
            disk.replace(path, str(grown))

    def _first_state(self, origin: str, known: bool, disk: Disk) -> None:
        """A log that is new starts with nothing; one that was known has lost its state, which is for its operator."""
        if known:
            raise WitnessError(missing_state(origin))
        disk.replace(self.state(origin), NEVER)

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text("utf-8")
        except FileNotFoundError as error:
            raise WitnessError(f"{self.path} is no witness's folder: run `portal audit witness init`.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise WitnessError(f"{self.path / name} cannot be read.") from error


def origin_hash(origin: str) -> str:
    """SHA-256 of the origin, 64 hexadecimal digits (tlog-witness, "Monitor Retrieval Mechanism")."""
    return sha256(origin.encode()).hexdigest()


def missing_state(origin: str) -> str:
    """What an operator reads whose witness no longer knows what it cosigned."""
    return (
        f"The state of the log {origin} is missing. A witness that forgot what it cosigned may contradict itself: "
        "restore the file from the newest backup, or make a new witness with new keys (docs/witness.md)."
    )


def make_seeds(kind: str) -> list[bytes]:
    """Fresh secrets for the keys of that kind."""
    return [os.urandom(32) for _signer in KINDS[kind]]


def _parsed_logs(text: str) -> Policy:
    try:
        return parse_policy(text)
    except TlogError as error:
        raise WitnessError(f"The file of logs is no policy file: {error}.") from error


def _lines(text: str) -> list[str]:
    return text.split("\n")[:-1]
