"""A mirror behind Python's plain web server, read by our verifier, by Go's tile client and by tlog-scales.

``tlog-scales`` (PyPI) is Python like us and shares no line with us: its own tile paths, tree, notes and proofs.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from sqlalchemy.orm import Session
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import MLDSA44CosignatureSigner, PlainEd25519Signer, Vkey
from tlog_scales.tlog import Checkpoint as TheirCheckpoint
from tlog_scales.tlog import ConsistencyProof, ConsistencyProofInvalid, InclusionProof, InclusionProofInvalid

from portal.audit.mirror import mirror
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.cosignature import Cosigner, MldsaCosigner, parse_cosigner_key
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.note import sign_note
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree
from tests.audit.conftest import static, walked  # noqa: F401
from tests.interop.test_go import program  # noqa: F401
from tests.rounds import CODINGS
from tests.tlog.support import MemoryLog


@contextmanager
def plain_server(root: Path) -> Iterator[str]:
    """Python's own web server on that folder, on loopback; its address."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split("(")[1].split("/)")[0]
        finally:
            process.kill()


@pytest.fixture
def served(walked: Session, log: Log, static: Path, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    """A whole instance's mirror; the log has grown since it was written."""
    root = tmp_path / "mirror"
    mirror(walked, log, static, root)
    ledger.append(walked, log, [ledger.read_leaf(walked, 0)])
    with plain_server(root) as address:
        yield address


@pytest.mark.interop
def test_our_verifier_finds_everything_in_a_mirror(served: str, log: Log) -> None:
    command = [sys.executable, "-m", "portal", "audit", "verify", served, "--key", log.vkey, "--json"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["failures"]) == (0, []), done.stdout
    assert verdict["size"] > 2 * len(CODINGS)


@pytest.mark.interop
def test_go_follows_a_mirror(served: str, program: Path) -> None:  # noqa: F811
    done = subprocess.run([program, "fetch", f"{served}/log"], capture_output=True, check=False, text=True, timeout=120)
    assert (done.returncode, done.stdout[:3]) == (0, "ok "), done.stderr


def test_tlog_scales_follows_a_mirror(served: str, walked: Session, log: Log) -> None:  # noqa: F811
    reader = TilesReader(HttpBackend(f"{served}/log"))
    point = reader.get_checkpoint()
    # then its reading of the checkpoint, its signature and its root from our tiles agree with ours
    point.verify(Vkey.from_string(log.vkey))
    ours = ledger.open_tree(walked, point.size)
    assert (point.origin, point.root_hash) == (log.origin, ours.root) == (log.origin, reader.calculate_root_hash())
    # and each entry, with the proof that it makes from our tiles and the one that we make
    for index in range(point.size):
        leaf = leaf_hash(reader.get_entry(index))
        made = reader.get_inclusion_proof(index, point.size)
        made.check(leaf, point.root_hash)
        assert made.node_hashes == ours.inclusion_proof(index)
        assert leaf == ours.leaf(index)


SIZE = 70_000  # the size of the specification's example: three levels, each with a partial tile
LOG = MemoryLog.of(SIZE)
SIZES = [1, 2, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 69_999, 70_000]


def test_its_proofs_are_ours_and_it_accepts_and_refuses_as_we_do() -> None:
    tree = LOG.tree
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, SIZE - 1]:
        proof = InclusionProof(index, SIZE, tree.inclusion_proof(index))
        proof.check(tree.leaf(index), tree.root)
        with pytest.raises(InclusionProofInvalid):
            replace(proof, leaf_index=(index + 1) % SIZE).check(tree.leaf(index), tree.root)
        with pytest.raises(InclusionProofInvalid):
            replace(proof, node_hashes=proof.node_hashes[:-1]).check(tree.leaf(index), tree.root)


@pytest.mark.parametrize(("old", "new"), list(itertools.combinations(SIZES, 2)))
def test_our_consistency_proofs_hold_there(old: int, new: int) -> None:
    small, large = TileTree(old, LOG.read_tile), TileTree(new, LOG.read_tile)
    proof = ConsistencyProof(old, new, large.consistency_proof(old))
    proof.check(small.root, large.root)
    with pytest.raises(ConsistencyProofInvalid):
        proof.check(large.root, small.root)


def test_a_note_signed_there_opens_here_and_the_other_way_round() -> None:
    ours = SignerKey("log.example.org/gop-y", bytes(range(32)))
    signer = PlainEd25519Signer(ours.name, ours.seed)
    assert signer.vkey.serialize() == str(ours.verifier)
    theirs = TheirCheckpoint.make_signed(ours.name, SIZE, LOG.tree.root, [signer]).serialize()
    assert str(LOG.checkpoint()) == theirs
    assert open_checkpoint(theirs, ours.verifier).checkpoint.root == LOG.tree.root


def test_the_checkpoint_of_a_proof_file_is_read_there() -> None:
    proof = LogProof(3, tuple(LOG.tree.inclusion_proof(3)), LOG.checkpoint())
    point = TheirCheckpoint.from_text(str(proof.checkpoint))
    point.verify(Vkey.from_string(str(SignerKey("log.example.org/gop-y", bytes(range(32))).verifier)))
    InclusionProof(proof.index, point.size, list(proof.path)).check(LOG.tree.leaf(3), point.root_hash)


@pytest.mark.parametrize("made", [Cosigner, MldsaCosigner])
def test_our_cosignatures_verify_there(made: type[Cosigner] | type[MldsaCosigner]) -> None:
    witness = made("witness.example/w1", bytes(range(32)), 1_700_000_000)
    note = sign_note(LOG.checkpoint().text, witness, existing=LOG.checkpoint().signatures)
    point, key = TheirCheckpoint.from_text(str(note)), Vkey.from_string(str(witness.verifier))
    point.verify(key)
    # and they are of this checkpoint and of no other
    with pytest.raises(InvalidSignature):
        replace(point, size=point.size + 1).verify(key)


def test_a_cosignature_made_there_opens_here() -> None:
    signer = MLDSA44CosignatureSigner("witness.example/w1", bytes(range(32)))
    log = LOG.checkpoint()
    point = TheirCheckpoint.from_text(str(log))
    line = signer.sign(point).serialize()
    key = parse_cosigner_key(signer.vkey.serialize())
    opened = open_checkpoint(f"{log}{line}\n", SignerKey("log.example.org/gop-y", bytes(range(32))).verifier, [key])
    assert opened.note.signed_by(key)
