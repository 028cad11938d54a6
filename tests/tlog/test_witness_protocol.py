"""The texts of tlog-witness, and the client against servers that behave badly in every way."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner
from portal.tlog.errors import InvalidSignature, MalformedAnswer, MalformedRequest, TlogError
from portal.tlog.note import Signature, sign_note
from portal.tlog.witness import (
    MAX_BODY,
    AddCheckpoint,
    Conflict,
    Cosigned,
    Garbled,
    Refused,
    Unreachable,
    accept_cosignatures,
    format_signatures,
    format_size,
    parse_signatures,
    parse_size,
    request_cosignature,
)
from tests.tlog.support import LOG_KEY, MemoryLog, vectors

VECTORS = vectors("witness")
LOG = MemoryLog.of(300)
NOTE = LOG.checkpoint()
REQUEST = AddCheckpoint(123, tuple(LOG.tree.consistency_proof(123)), NOTE)
BODY = str(REQUEST)
ED = CosignerSigner("w.example/1", bytes([1] * 32))
MLDSA = MldsaCosignerSigner("w.example/1", bytes([2] * 32))
LINES = sign_note(NOTE.text, ED.at(7), MLDSA.at(7)).signatures
ROOT = "A" * 43 + "="


def test_the_examples_of_the_specification_parse() -> None:
    case = VECTORS["request"]
    request = AddCheckpoint.parse(case["body"])
    assert (request.old_size, len(request.proof)) == (case["old"], case["hashes"])
    assert (request.origin, request.size) == (case["origin"], case["size"])
    assert len(request.checkpoint_note.signatures) == 2
    assert str(request) == case["body"]

    answer = VECTORS["answer"]
    signatures = parse_signatures(answer["body"])
    assert [one.name for one in signatures] == answer["names"]
    assert format_signatures(signatures) == answer["body"]


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_requests_are_an_inverse_pair(old: int, proof: list[bytes]) -> None:
    request = AddCheckpoint(old, tuple(proof), NOTE)

    assert AddCheckpoint.parse(str(request)) == AddCheckpoint.parse(str(request).encode()) == request


@given(st.integers(0, 2**63 - 1))
def test_sizes_are_an_inverse_pair(size: int) -> None:
    assert parse_size(format_size(size)) == parse_size(format_size(size).encode()) == size


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("old 123", "Old 123"),
        ("old 123", "old"),
        ("old 123", "old  123"),
        ("old 123", "old 0123"),
        ("old 123", "old +123"),
        ("old 123", "old -1"),
        ("old 123", "old 123 "),
        ("old 123", "old 9223372036854775808"),
        ("old 123", "\nold 123"),
        ("old 123\n", "old 123\n\n"),
        ("old 123\n", "old 123\r\n"),
        ("old 123\n", "old 123\nAAAA\n"),
        ("old 123\n", f"old 123\n{ROOT[:-2]}B=\n"),
        ("old 123\n", f"old 123\n{ROOT} \n"),
        ("old 123\n", "old 123\n" + f"{ROOT}\n" * 64),
        ("\n\nlog.", "\nlog."),
        ("\n\nlog.", "\n\n\nlog."),
        ("\n300\n", "\n0300\n"),
        ("\n300\n", "\n"),
        ("\n300\n", "\n0\nAAAA\n"),
        ("log.example.org/gop-y\n300", "log.example.org/promise\n300"),
        ("— ", "- "),
    ],
)
def test_other_texts_are_no_request(old: str, new: str) -> None:
    assert old in BODY
    with pytest.raises(MalformedRequest):
        AddCheckpoint.parse(BODY.replace(old, new))


@pytest.mark.parametrize("raw", ["", "\n\n", "old 0\n\n", "old 0\n\n\n\n", b"\xff", f"old 0\n\n{NOTE.text}"])
def test_fragments_are_no_request(raw: str | bytes) -> None:
    with pytest.raises(MalformedRequest):
        AddCheckpoint.parse(raw)


@given(st.integers(0, len(BODY.encode()) - 1), st.binary(max_size=3))
def test_a_changed_request_is_canonical_or_refused(at: int, put: bytes) -> None:
    raw = BODY.encode()
    changed = raw[:at] + put + raw[at + 1 :]
    try:
        assert str(AddCheckpoint.parse(changed)).encode() == changed
    except TlogError as refusal:
        assert isinstance(refusal, MalformedRequest)


def test_a_wrong_root_of_an_empty_tree_is_read_so_that_a_witness_can_name_it() -> None:
    note = sign_note(f"{LOG_KEY.name}\n0\n{ROOT}\n", LOG_KEY)

    assert AddCheckpoint.parse(str(AddCheckpoint(0, (), note))).size == 0


def test_requests_that_no_log_makes_cannot_be_built() -> None:
    for old, proof, note in [
        (-1, (), NOTE),
        (2**63, (), NOTE),
        (0, (bytes(31),), NOTE),
        (0, (bytes(32),) * 64, NOTE),
        (0, (), sign_note("no checkpoint\n", LOG_KEY)),
    ]:
        with pytest.raises(MalformedRequest):
            AddCheckpoint(old, proof, note)


@pytest.mark.parametrize(
    "body", ["", "\n", str(LINES[0]), f"{LINES[0]}\n\n", f"x\n{LINES[0]}\n", f"{LINES[0]}\r\n", b"\xff"]
)
def test_other_texts_are_no_signature_lines(body: str | bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_signatures(body)


@pytest.mark.parametrize(
    "body", ["", "7", "7\n\n", "07\n", " 7\n", "-7\n", "seven\n", "9223372036854775808\n", b"\xff\n"]
)
def test_other_texts_are_no_size(body: str | bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_size(body)


def test_cosignatures_are_accepted_from_the_asked_keys_only() -> None:
    keys = [ED.verifier, MLDSA.verifier]
    stranger = sign_note(NOTE.text, CosignerSigner("s.example/w", bytes(32)).at(7)).signatures[0]

    assert accept_cosignatures(NOTE, (stranger, *LINES), keys) == LINES
    assert accept_cosignatures(NOTE, (*LINES, LINES[0]), keys) == LINES
    assert accept_cosignatures(NOTE, LINES, keys[:1]) == LINES[:1]
    assert accept_cosignatures(NOTE, (stranger,), keys) == ()


def test_false_and_timeless_cosignatures_are_refused() -> None:
    false = Signature(LINES[0].name, LINES[0].key_id, LINES[0].value[:-1] + b"\0")
    with pytest.raises(InvalidSignature):
        accept_cosignatures(NOTE, (false,), [ED.verifier])
    for signer in (ED, MLDSA):
        timeless = sign_note(NOTE.text, signer.at(0)).signatures
        with pytest.raises(MalformedAnswer):
            accept_cosignatures(NOTE, timeless, [signer.verifier])


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """One connection on a free port: its request is read whole, then ``answer`` does as it likes."""
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _address = listener.accept()
        with connection:
            data = b""
            while len(data.partition(b"\r\n\r\n")[2]) < len(BODY.encode()):
                data += connection.recv(65536)
            seen.append(data)
            try:
                answer(connection)
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/witness/", seen
    finally:
        listener.close()
        thread.join(5)


def says(status: str, body: bytes, content_type: str = "text/plain", length: int | None = None) -> Callable[..., None]:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length or len(body)}\r\n\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


SIZE = "text/x.tlog.size"
GOOD = format_signatures(LINES).encode()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says("200 OK", GOOD), Cosigned(LINES)),
        (says("409 Conflict", b"42\n", SIZE), Conflict(42)),
        (says("409 Conflict", b"42\n"), Garbled(409)),
        (says("409 Conflict", b"042\n", SIZE), Garbled(409)),
        (says("200 OK", b"welcome\n"), Garbled(200)),
        (says("200 OK", GOOD + b"x" * MAX_BODY), Garbled(200)),
        (says("200 OK", GOOD, length=len(GOOD) + 1), Unreachable("IncompleteRead")),
        (says("400 Bad Request", b""), Refused(400)),
        (says("403 Forbidden", b"no"), Refused(403)),
        (says("404 Not Found", b"no"), Refused(404)),
        (says("422 Unprocessable Entity", b"no"), Refused(422)),
        (says("301 Moved Permanently", b"", "text/plain\r\nLocation: http://127.0.0.1:1/"), Refused(301)),
        (says("500 Broken", GOOD), Refused(500)),
        (lambda connection: connection.sendall(b"SSH-2.0-x\r\n"), Unreachable("BadStatusLine")),
        (lambda connection: None, Unreachable("RemoteDisconnected")),
    ],
)
def test_each_answer_is_told_apart(answer: Callable[[socket.socket], None], expected: object) -> None:
    with server(answer) as (url, seen):
        found = request_cosignature(url, REQUEST, timeout=5)

    assert found == expected and type(found) is type(expected)
    assert seen[0].startswith(b"POST /witness/add-checkpoint HTTP/1.1\r\n") and seen[0].endswith(BODY.encode())


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _number in range(100):
        connection.sendall(b"X: y\r\n")
        time.sleep(0.05)


def test_a_witness_that_drips_or_is_silent_holds_nobody() -> None:
    for answer in (drip, lambda connection: time.sleep(2)):
        with server(answer) as (url, _seen):
            begun = time.monotonic()
            found = request_cosignature(url, REQUEST, timeout=0.3)
            assert isinstance(found, Unreachable)
            assert time.monotonic() - begun < 1.5


def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert request_cosignature(f"http://127.0.0.1:{port}", REQUEST, 1) == Unreachable("ConnectionRefusedError")


@pytest.mark.parametrize(
    "url", ["", "ftp://w.example/", "w.example/w", "http://", "http://a@w.example", "http://w/?q", "http://w:x/"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError):
        request_cosignature(url, REQUEST, 1)
