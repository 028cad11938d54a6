"""Cosignatures of both kinds for the browser's half: ``python -m tests.tlog.witness_vectors`` writes them again.

ML-DSA-44 signs with fresh randomness (FIPS 204, hedged), so the file is checked by verification and not for equality.
Node has no ML-DSA-44 yet: there the browser's code is held to the exact ``message`` that is signed; a browser that has
it verifies the signatures themselves (tests/browser/test_proof.py).
"""

from __future__ import annotations

import json
from typing import Any

from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner
from portal.tlog.cosigned import ed25519_message, mldsa_message
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.note import sign_note
from portal.tlog.proof import LogProof
from tests.tlog.support import VECTORS, MemoryLog

LEAF = '{"consultation":"thu","envelope_sha256":"' + "1" * 64 + '","type":"submission","v":1}'
LOG = SignerKey("log.example.org/gop-y", bytes(range(32)))
ED = CosignerSigner("witness.example/ed", bytes([41]) * 32)
PQ = MldsaCosignerSigner("witness.example/ml-dsa/nhân-chứng", bytes([42]) * 32)
KINDS = ("ed25519", "ml-dsa-44")
TIMES = (1_700_000_000, 0, (1 << 63) - 1)


def build() -> dict[str, Any]:
    """The whole document."""
    log = MemoryLog.of(6)
    log.append([LEAF.encode()])
    checkpoint = Checkpoint(LOG.name, log.size, log.tree.root)
    assert log.tree.leaf(6) == leaf_hash(LEAF.encode())
    note = sign_checkpoint(checkpoint, LOG)
    cosigned = sign_note(note.text, ED.at(TIMES[0]), PQ.at(TIMES[0]), existing=note.signatures)
    return {
        "source": "written by python -m tests.tlog.witness_vectors",
        "log": str(LOG.verifier),
        "leaf": LEAF,
        "proof": str(LogProof(6, tuple(log.tree.inclusion_proof(6)), cosigned)),
        "checkpoint": note.text,
        "keys": {"ed25519": str(ED.verifier), "ml-dsa-44": str(PQ.verifier)},
        "cosignatures": [_one(kind, checkpoint, note.text, time) for kind in KINDS for time in TIMES],
        "policy": f"log {LOG.verifier}\nwitness ed {ED.verifier}\nwitness pq {PQ.verifier}\n"
        "group both all ed pq\nquorum both\n",
    }


def _one(kind: str, checkpoint: Checkpoint, text: str, time: int) -> dict[str, Any]:
    signer = ED if kind == "ed25519" else PQ
    message = ed25519_message(checkpoint, time) if signer is ED else mldsa_message(PQ.name, checkpoint, time)
    return {"kind": kind, "time": str(time), "message": message.hex(), "signature": signer.at(time).sign(text).hex()}


if __name__ == "__main__":
    text = json.dumps(build(), ensure_ascii=False, indent=1) + "\n"
    (VECTORS / "witness-python.json").write_text(text, encoding="utf-8")
