"""Every parser of what strangers bring, for the fuzzer: how it is called, how it may refuse, what to begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.crypto.ballot import parse_ballot
from portal.crypto.envelope import parse_envelope
from portal.crypto.errors import CryptoError
from portal.crypto.message import parse_message, parse_sealed
from portal.crypto.payload import parse_payload
from portal.crypto.statements import read_terms
from portal.errors import PortalError
from portal.findings.publication import parse_publication
from portal.issuing.roster_file import read_roster
from portal.ledger.events import BadLeaf, decode
from portal.reports.findings_file import parse_findings_json
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.note import parse_note
from portal.tlog.policy import parse_policy
from portal.tlog.proof import LogProof
from portal.tlog.tiles import decode_bundle, decode_tile


@dataclass(frozen=True)
class Target:
    """``run`` takes the bytes; ``refusals`` are the errors that it may raise; ``seeds``: files of vectors."""

    run: Callable[[bytes], object]
    refusals: tuple[type[BaseException], ...]
    seeds: tuple[str, ...]


SEALED, LOGGED = (CryptoError,), (TlogError,)
TARGETS = {
    "envelope": Target(parse_envelope, SEALED, ("crypto/envelope-python.json", "crypto/envelope-js.json")),
    "payload": Target(parse_payload, SEALED, ("crypto/payload.json",)),
    "message": Target(parse_message, SEALED, ("crypto/message-python.json",)),
    "sealed message": Target(parse_sealed, SEALED, ("crypto/message-python.json",)),
    "ballot": Target(parse_ballot, SEALED, ("crypto/ballot.json",)),
    "terms": Target(read_terms, SEALED, ("crypto/ballot.json",)),
    "note": Target(parse_note, LOGGED, ("tlog/c2sp.json",)),
    "checkpoint": Target(lambda data: Checkpoint.parse(parse_note(data).text), LOGGED, ("tlog/c2sp.json",)),
    "proof": Target(lambda data: LogProof.parse(data.decode("utf-8", "replace")), LOGGED, ("tlog/c2sp.json",)),
    "policy": Target(parse_policy, LOGGED, ("tlog/witness.json",)),
    "tile": Target(lambda data: decode_tile(data[1:], data[0] if data else 1), LOGGED, ()),
    "bundle": Target(lambda data: decode_bundle(data[1:], data[0] if data else 1), LOGGED, ()),
    "leaf": Target(decode, (BadLeaf,), ("ledger/leaves.json",)),
    "roster": Target(lambda data: read_roster(data, "r.csv"), (), ()),
    "workbook": Target(lambda data: read_roster(b"PK\x03\x04" + data, "r.xlsx"), (), ()),
    "publication": Target(parse_publication, (PortalError,), ("findings/files.json",)),
    "findings.json": Target(parse_findings_json, (PortalError, TlogError), ("findings/files.json",)),
}
