"""Live round trips with fresh keys between portal/crypto and the browser's code, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.crypto import crockford, envelope, keys, keywrap, payload, receipt
from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.errors import CannotOpen, CryptoError
from tests.crypto.test_canonical import documents

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "@hpke").is_dir(), reason="Node and the npm packages are not installed"
)


def node(*commands: dict[str, Any]) -> list[dict[str, Any]]:
    """The browser code's answers: {"ok": value} or {"refused": code}."""
    run = subprocess.run(
        [str(NODE), "tests/js/live.mjs"],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return list(json.loads(run.stdout))


def office(count: int) -> dict[str, bytes]:
    """Fresh seeds by key id."""
    seeds = [keys.new_seed() for _ in range(count)]
    return {keys.kid_of(keys.public_key(seed)): seed for seed in seeds}


def comment() -> bytes:
    reply_key = keys.public_key(receipt.reply_seed(receipt.new_receipt()))
    return payload.build_payload(payload.Payload("thu", "conduct", "Ký duyệt mà chưa đọc kỹ.", reply_key))


@pytest.mark.parametrize("count", [1, 3, envelope.MAX_KEYS])
def test_sealed_in_python_opened_in_the_browser(count: int) -> None:
    seeds, body = office(count), comment()
    recused = sorted(seeds)[1:2]
    publics = {kid: keys.public_key(seed) for kid, seed in seeds.items()}
    sealed = envelope.seal(body, consultation="thu", recipients=publics, recused=recused)
    kids = sorted(seeds)[:3]
    answers = node(*({"do": "open", "seed": seeds[kid].hex(), "envelope": sealed.hex()} for kid in kids))
    for kid, answer in zip(kids, answers, strict=True):
        assert answer == ({"refused": "cannot-open"} if kid in recused else {"ok": body.hex()})


@pytest.mark.parametrize("count", [1, 3, envelope.MAX_KEYS])
def test_sealed_in_the_browser_opened_in_python(count: int) -> None:
    seeds, body = office(count), comment()
    recused = sorted(seeds)[1:2]
    publics = {kid: keys.public_key(seed).hex() for kid, seed in seeds.items()}
    [answer] = node(
        {"do": "seal", "payload": body.decode(), "consultation": "thu", "publics": publics, "recused": recused}
    )
    sealed = bytes.fromhex(answer["ok"])
    assert list(envelope.parse_envelope(sealed).header.keys) == sorted(seeds)
    for kid, seed in seeds.items():
        if kid in recused:
            with pytest.raises(CannotOpen):
                envelope.open_with(seed, sealed)
        else:
            assert envelope.open_with(seed, sealed) == body


def test_both_seal_to_the_same_size_and_head() -> None:
    seeds, body = office(3), comment()
    publics = {kid: keys.public_key(seed) for kid, seed in seeds.items()}
    ours = envelope.seal(body, consultation="thu", recipients=publics)
    listed = {kid: public.hex() for kid, public in publics.items()}
    [answer] = node({"do": "seal", "payload": body.decode(), "consultation": "thu", "publics": listed, "recused": []})
    theirs = bytes.fromhex(answer["ok"])
    assert len(ours) == len(theirs)
    assert envelope.parse_envelope(ours).head == envelope.parse_envelope(theirs).head


def test_more_keys_than_the_format_allows_are_refused_by_both() -> None:
    seeds = office(envelope.MAX_KEYS + 1)
    publics = {kid: keys.public_key(seed) for kid, seed in seeds.items()}
    with pytest.raises(envelope.EnvelopeError):
        envelope.seal(b"x", consultation="thu", recipients=publics)
    listed = {kid: public.hex() for kid, public in publics.items()}
    command = {"do": "seal", "payload": "x", "consultation": "thu", "publics": listed, "recused": []}
    assert node(command) == [{"refused": "envelope-error"}]


def test_wrapped_keys_cross_over() -> None:
    seed, phrase = keys.new_seed(), "Sáu từ ngẫu nhiên"
    kid = keys.kid_of(keys.public_key(seed))
    ours = keywrap.wrap(seed, phrase, kid=kid, memory_kib=8192, time_cost=1)
    opened, refused, theirs, same = node(
        {"do": "unwrap", "text": ours, "passphrase": phrase, "kid": kid},
        {"do": "unwrap", "text": ours, "passphrase": phrase.lower(), "kid": kid},
        {"do": "wrap", "seed": seed.hex(), "passphrase": phrase, "kid": kid},
        {"do": "kid", "seed": seed.hex()},
    )
    assert opened == {"ok": seed.hex()}
    assert refused == {"refused": "wrong-passphrase"}
    assert keywrap.unwrap(theirs["ok"], phrase, kid=kid) == seed
    assert same == {"ok": kid}


def test_receipts_and_codes_agree() -> None:
    raws = [receipt.new_receipt() for _ in range(20)]
    answers = node(
        *({"do": "code", "raw": raw.hex()} for raw in raws),
        *({"do": "parse", "code": crockford.encode_code(raw).lower()} for raw in raws),
        *({"do": "receipt", "raw": raw.hex()} for raw in raws),
    )
    assert [answer["ok"] for answer in answers] == [
        *(crockford.encode_code(raw) for raw in raws),
        *(raw.hex() for raw in raws),
        *([receipt.locator_hash(raw).hex(), receipt.reply_seed(raw).hex()] for raw in raws),
    ]


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(documents, min_size=40, max_size=60), st.lists(st.binary(max_size=30), min_size=40, max_size=60))
def test_canonical_json_agrees(made: list[dict[str, Any]], raw: list[bytes]) -> None:
    quoted = [b'{"a":' + item + b"}" for item in raw]
    answers = node(
        *({"do": "canonical", "document": document} for document in made),
        *({"do": "reparse", "data": item.hex()} for item in quoted),
    )
    assert answers[: len(made)] == [{"ok": dump_canonical(document).hex()} for document in made]
    for item, answer in zip(quoted, answers[len(made) :], strict=True):
        assert answer == ({"ok": item.hex()} if is_canonical(item) else {"refused": "not-canonical"})


def is_canonical(data: bytes) -> bool:
    try:
        parse_canonical(data)
    except CryptoError:
        return False
    return True


scraps = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.lists(st.just(1), max_size=1)
scraps |= st.dictionaries(st.text(max_size=2), scraps, max_size=2)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(sorted(payload.KEYS | {"v"})), scraps), min_size=60, max_size=80))
def test_payload_parsers_agree(changes: list[tuple[str, Any]]) -> None:
    document, tried = parse_canonical(comment()), []
    for name, value in changes:
        try:
            tried.append(dump_canonical({**document, name: value}))
        except CryptoError:
            continue
    answers = node(*({"do": "rebuild", "payload": item.hex()} for item in tried))
    for item, answer in zip(tried, answers, strict=True):
        try:
            expected = {"ok": payload.build_payload(payload.parse_payload(item)).hex()}
        except CryptoError:
            expected = {"refused": "payload-error"}
        assert answer == expected, item
