"""Every parser of a stored or sent format: what it reads it writes back byte for byte; damage is refused by name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.crypto import ballot, canonical, statements
from portal.crypto.errors import BallotError, CryptoError, StatementError
from portal.ledger import events
from portal.ledger.events import BadLeaf
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner, parse_cosigner_key
from portal.tlog.errors import (
    MalformedAnswer,
    MalformedBundle,
    MalformedCheckpoint,
    MalformedKey,
    MalformedNote,
    MalformedPath,
    MalformedPolicy,
    MalformedPromise,
    MalformedProof,
    MalformedRequest,
)
from portal.tlog.keys import SignerKey, VerifierKey
from portal.tlog.note import parse_note, sign_note
from portal.tlog.paths import parse_path
from portal.tlog.policy import parse_policy
from portal.tlog.promise import Promise
from portal.tlog.proof import LogProof
from portal.tlog.tiles import decode_bundle, encode_bundle
from portal.tlog.witness import AddCheckpoint, format_signatures, format_size, parse_signatures, parse_size
from tests.ballots.statements import HandIssuer
from tests.ledger.test_events import SAMPLES
from tests.mutations import mutations
from tests.tlog.support import LOG_KEY, MemoryLog

EXAMPLES = int(os.environ.get("PORTAL_EXAMPLES", "150"))
HASH = bytes(range(32))
LOG = MemoryLog.of(300)
COSIGNED = sign_note(
    LOG.checkpoint().text, LOG_KEY, CosignerSigner("w.example/1", HASH).at(7), MldsaCosignerSigner("w2", HASH).at(8)
)
ISSUER = HandIssuer("thanh-tra", 1)
POLICY = f"""log {LOG_KEY.verifier}
witness A {CosignerSigner("w.example/1", HASH).verifier} https://w.example
witness B {MldsaCosignerSigner("w2", HASH).verifier}
group G 2 A B
quorum G
"""


def loose(data: bytes) -> str:
    """Text of any bytes: what is not UTF-8 becomes what no text may hold."""
    return data.decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Format:
    """``read`` and ``write`` are inverse on everything that ``read`` takes; it refuses the rest by ``refusals``."""

    valid: tuple[bytes, ...]
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]
    refusals: tuple[type[Exception], ...]


def text(value: object) -> bytes:
    return str(value).encode()


COLLECTED = ballot.collected("thu-2026", HASH, [bytes(256), bytes(256)], HASH).encode()
CARD = ballot.card("thu-2026", {"thanh-tra": bytes(10), "van-phong": bytes(10)}, HASH).encode()
PROOF = LogProof(7, tuple(LOG.tree.inclusion_proof(7)), COSIGNED, b"extra")
REQUEST = AddCheckpoint(123, tuple(LOG.tree.consistency_proof(123)), LOG.checkpoint())
FORMATS = {
    "note": Format((text(COSIGNED),), parse_note, text, (MalformedNote,)),
    "checkpoint": Format(
        (text(Checkpoint("log.example.org", 7, HASH)), text(Checkpoint("log.example.org", 7, HASH, ("more",)))),
        lambda data: Checkpoint.parse(loose(data)), text, (MalformedCheckpoint,),
    ),
    "promise": Format(
        (text(Promise("log.example.org", HASH, date(2026, 11, 30))),),
        lambda data: Promise.parse(loose(data)), text, (MalformedPromise,),
    ),
    "proof": Format((text(PROOF), text(LogProof(0, (), LOG.checkpoint()))), LogProof.parse, text, (MalformedProof,)),
    "path": Format(
        (b"tile/0/x001/x234/067", b"tile/3/000.p/9", b"tile/entries/x001/000.p/255"),
        lambda data: parse_path(loose(data)), text, (MalformedPath,),
    ),
    "verifier key": Format(
        (text(LOG_KEY.verifier),), lambda data: VerifierKey.parse(loose(data)), text, (MalformedKey,)
    ),
    "signer key": Format(
        (LOG_KEY.reveal().encode(),), lambda data: SignerKey.parse(loose(data)),
        lambda key: key.reveal().encode(), (MalformedKey,),
    ),
    "cosigner key": Format(
        (text(CosignerSigner("w", HASH).verifier), text(MldsaCosignerSigner("w", HASH).verifier)),
        lambda data: parse_cosigner_key(loose(data)), text, (MalformedKey,),
    ),
    "add-checkpoint": Format((text(REQUEST),), AddCheckpoint.parse, text, (MalformedRequest,)),
    "signature lines": Format(
        (format_signatures(COSIGNED.signatures).encode(),), parse_signatures,
        lambda lines: format_signatures(lines).encode(), (MalformedAnswer,),
    ),
    "size": Format((b"20852163\n", b"0\n"), parse_size, lambda size: format_size(size).encode(), (MalformedAnswer,)),
    "bundle": Format(
        (encode_bundle([b"", b"a", b"bcd"]),), lambda data: decode_bundle(data, 3), encode_bundle, (MalformedBundle,)
    ),
    "leaf": Format(
        tuple(events.encode(kind, version=version, **values) for (kind, version), values in SAMPLES.items()),
        events.decode,
        lambda leaf: events.encode(leaf["type"], version=leaf["v"], **{k: leaf[k] for k in leaf if k not in "type v"}),
        (BadLeaf,),
    ),
    "ballot": Format((COLLECTED, CARD), ballot.parse_ballot, lambda found: found.encode(), (BallotError,)),
    "canonical JSON": Format(
        (b'{"a":[1,true,null,{"b":"\xc3\xa1"}],"c":"x"}',), canonical.parse_canonical, canonical.dump_canonical,
        (CryptoError,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_valid_bytes_come_back_as_they_were(name: str) -> None:
    one = FORMATS[name]
    for valid in one.valid:
        assert one.write(one.read(valid)) == valid


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_whatever_is_read_is_canonical_and_the_rest_is_refused_by_name(name: str, data: st.DataObject) -> None:
    one = FORMATS[name]
    wounded = data.draw(mutations(data.draw(st.sampled_from(one.valid))) | st.binary(max_size=60))
    try:
        found = one.read(wounded)
    except one.refusals:
        return
    assert one.write(found) == wounded


@settings(max_examples=EXAMPLES, deadline=None)
@given(mutations(POLICY.encode()))
def test_a_damaged_policy_is_read_as_it_is_written_or_refused(wounded: bytes) -> None:
    try:
        policy = parse_policy(wounded)
    except MalformedPolicy:
        return
    assert parse_policy(bytes(policy)) == policy


TERMS, CLOSING = ISSUER.terms(), ISSUER.closing(3)


@settings(max_examples=EXAMPLES, deadline=None)
@given(mutations(TERMS), mutations(CLOSING))
def test_a_damaged_statement_says_what_was_signed_or_is_refused(terms: bytes, closing: bytes) -> None:
    key = ISSUER.signer.verifier
    with suppress(StatementError):
        assert statements.read_terms(terms) == statements.read_terms(TERMS)
    with suppress(StatementError):
        assert statements.read_closing(closing, key) == statements.read_closing(CLOSING, key)


@pytest.mark.parametrize("field", ["name_vi", "name_en", "address"])
def test_half_a_surrogate_pair_in_terms_is_refused_by_name(field: str) -> None:
    document = json.loads(TERMS)
    document["about"][field] = "\ud800" + document["about"][field]
    with pytest.raises(StatementError):
        statements.read_terms(json.dumps(document).encode())


CORES = [
    b'{"cards":0,"consultation":"\\ud800","issued":[],"issuer":"thanh-tra"}',
    b'{"cards":0,"consultation":"a1","issued":[],"issuer":"\\ud800"}',
    b'{"cards":0,"consultation":"a1","issued":["\\ud800"],"issuer":"b1"}',
    b'{"cards":1e400,"consultation":"a1","issued":[],"issuer":"b1"}',
    b'{"cards":' + b"9" * 5000 + b',"consultation":"a1","issued":[],"issuer":"b1"}',
    b"[]",
    b"3",
    b"[" * 100_000,
]


@pytest.mark.parametrize("core", CORES, ids=range(len(CORES)))
def test_statements_that_break_careless_readers_are_refused_by_name(core: bytes) -> None:
    for whole in (b'{"core":%b,"signature":"","type":"issuer-closing","v":1}' % core, core):
        with pytest.raises(StatementError):
            statements.read_closing(whole, ISSUER.signer.verifier)
