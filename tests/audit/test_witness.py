"""A witness over real HTTP: every status of tlog-witness, what it keeps as evidence, and how its time runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal.audit.witness import SAME_SECONDS, Witness
from portal.audit.witness_disk import Disk
from portal.audit.witness_evidence import Evidence, kept
from portal.audit.witness_folder import WitnessFolder, origin_hash
from portal.clock import FixedClock
from portal.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from portal.tlog.cosignature import CosignerSigner, cosigned_at
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import EMPTY_ROOT
from portal.tlog.note import Note, Signature, sign_note
from portal.tlog.witness import AddCheckpoint, Conflict, Cosigned, accept_cosignatures, parse_signatures
from portal.tlog.witness import request_cosignature as ask
from tests.audit.witnessing import MOMENT, NAME, Client, Log, clock, cosigner_keys, make_folder, served
from tests.tlog.support import LOG_KEY, OTHER_KEY

SIZE_TYPE = "text/x.tlog.size"
MONITORED = f"/{origin_hash(LOG_KEY.name)}/checkpoint"


@pytest.fixture()
def folder(tmp_path) -> WitnessFolder:
    return make_folder(tmp_path / "witness")


@pytest.fixture()
def time() -> FixedClock:
    return clock()


@pytest.fixture()
def said() -> list[str]:
    return []


@pytest.fixture()
def client(folder, time, said) -> Iterator[Client]:
    with served(Witness(folder, time, notice=said.append)) as client:
        yield client


def pieces(folder: WitnessFolder) -> list[Evidence]:
    return [piece for _path, piece in kept(folder.evidence)]


def test_a_log_that_grows_is_cosigned_at_each_size(folder, client) -> None:
    # given a witness that never saw the log
    log, old = Log(), 0
    for size in (0, 1, 7, 256, 300, 300):
        # when it is asked with the right proof
        answer = client.add(log.grow(size).request(old))
        # then it cosigns with both keys, now, and the whole note opens
        assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8")
        signatures = accept_cosignatures(log.note(), parse_signatures(answer.body), cosigner_keys(folder))
        assert len(signatures) == 2 and {len(one.value) for one in signatures} == {72, 2428}
        assert {cosigned_at(one.value) for one in signatures} == {int(MOMENT.timestamp())}
        old = size


def test_the_portals_client_and_the_witness_understand_each_other(client) -> None:
    # given a log of which the witness holds 5 leaves
    log, url = Log().grow(5), f"http://127.0.0.1:{client.port}"
    assert isinstance(ask(url, log.request(0), 5), Cosigned)
    # when a client that knows nothing asks, and then follows what it is told
    log.grow(9)
    told = ask(url, log.request(0), 5)
    assert told == Conflict(5)
    # then it gets the cosignature
    assert isinstance(ask(url, log.request(told.size), 5), Cosigned)


@pytest.mark.parametrize("kind", ["ed25519", "ml-dsa-44"])
def test_one_kind_of_cosignature_is_a_choice(tmp_path, kind) -> None:
    folder = make_folder(tmp_path / "witness", kind=kind)
    with served(Witness(folder, clock())) as client:
        (line,) = parse_signatures(client.add(Log().grow(3).request(0)).body)
    assert len(line.value) == {"ed25519": 72, "ml-dsa-44": 2428}[kind]


@pytest.mark.parametrize("body", [b"", b"old 0\n\n", b"\xff", b"old 00\n\nx\n1\n\n"])
def test_400_for_what_is_no_request(client, body) -> None:
    assert client.add(body).status == 400


def test_400_for_an_old_size_above_the_checkpoints(client) -> None:
    log = Log().grow(5)
    assert client.add(AddCheckpoint(6, (), log.note())).status == 400


def test_403_without_the_logs_signature(client) -> None:
    log = Log().grow(5)
    good = log.note().signatures[0]
    false = Signature(good.name, good.key_id, good.value[:-1] + bytes([good.value[-1] ^ 1]))
    stranger = sign_note(log.note().text, OTHER_KEY)
    for note in (stranger, Note(stranger.text, (false,)), Note(stranger.text, (*stranger.signatures, false))):
        assert client.add(AddCheckpoint(0, (), note)).status == 403
    # and a signature by a key that it does not know takes nothing away
    assert client.add(AddCheckpoint(0, (), Note(stranger.text, (*stranger.signatures, good)))).status == 200


def test_404_for_a_log_that_it_does_not_know(client) -> None:
    assert client.add(Log(SignerKey("elsewhere.example/log", bytes(32))).grow(5).request(0)).status == 404


def test_409_tells_the_size_that_it_holds(client, folder) -> None:
    log = Log().grow(9)
    # given nothing yet: the size is zero
    assert client.add(log.request(4)) == replace(
        client.add(log.request(4)), status=409, content_type=SIZE_TYPE, body="0\n"
    )
    client.add(log.request(0))
    # then older and other old sizes conflict, a lagging checkpoint and one with a broken proof among them
    log.grow(20)
    for request in (log.request(0), log.request(8), log.request(0, 5), log.request(5, 5), log.request(10, proof=[])):
        answer = client.add(request)
        assert (answer.status, answer.content_type, answer.body) == (409, SIZE_TYPE, "9\n")
    assert pieces(folder) == []


def test_422_for_an_empty_tree_with_a_root(client) -> None:
    # given checkpoints of size zero, one of which has another root than the empty tree
    wrong = sign_note(str(Checkpoint(LOG_KEY.name, 1, bytes(32))).replace("\n1\n", "\n0\n"), LOG_KEY)
    right = sign_checkpoint(Checkpoint(LOG_KEY.name, 0, EMPTY_ROOT), LOG_KEY)
    # then
    assert client.add(AddCheckpoint(0, (), wrong)).status == 422
    assert client.add(AddCheckpoint(0, (), right)).status == 200
    assert client.add(AddCheckpoint(0, (), right)).status == 200


def test_422_for_a_proof_where_none_belongs(client, folder) -> None:
    log = Log().grow(5)
    assert client.add(log.request(0, proof=[bytes(32)])).status == 422
    assert client.add(log.request(0)).status == 200
    assert client.add(log.request(5, proof=[bytes(32)])).status == 422
    # and that says nothing against the log
    assert pieces(folder) == []


def test_422_for_a_proof_that_does_not_hold_and_the_evidence_is_kept(client, folder, said) -> None:
    # given a log of 5 leaves that was cosigned
    log = Log().grow(5)
    client.add(log.request(0))
    log.grow(9)
    # when it comes with broken proofs, twice the same
    for proof in ([], log.proof(5)[:-1], log.proof(5)[:-1]):
        assert client.add(log.request(5, proof=proof)).status == 422
    # then one piece is kept, which does not prove a fork by itself
    (piece,) = pieces(folder)
    assert (piece.kind, piece.sizes) == ("inconsistent", (5, 9))
    assert piece.stands() and not piece.proves_fork()
    assert len(said) == 1 and "inconsistent" in said[0]
    # and the right proof is cosigned all the same
    assert client.add(log.request(5)).status == 200


def test_a_split_view_is_refused_and_the_evidence_proves_it(client, folder, said) -> None:
    # given a portal that shows two histories, which part after 4 leaves
    seen = Log().grow(4)
    hidden = seen.fork(4, b"hidden").grow(9)
    seen.grow(9)
    assert client.add(seen.request(0)).status == 200
    # when the other history of the same size is brought, with whatever old size
    answers = [client.add(hidden.request(9)), client.add(hidden.request(4)), client.add(hidden.request(0))]
    # then it is never cosigned, and one piece of evidence convicts the log by its own signatures
    assert [answer.status for answer in answers] == [422, 409, 409]
    (piece,) = pieces(folder)
    assert piece.proves_fork() and piece.stands() and piece.sizes == (9, 9)
    assert len(said) == 1 and "split-view" in said[0]
    # and further on the hidden history has no proof that holds
    hidden.grow(12)
    assert client.add(hidden.request(9)).status == 422
    assert {piece.kind for piece in pieces(folder)} == {"split-view", "inconsistent"}
    assert all(piece.stands() for piece in pieces(folder))
    # while the witness still stands by what it saw
    assert client.add(seen.grow(10).request(9)).status == 200


def test_evidence_that_was_touched_does_not_stand(client, folder) -> None:
    # given evidence of a split view
    seen = Log().grow(4)
    client.add(seen.request(0))
    client.add(Log(history=b"hidden").grow(4).request(4))
    ((path, piece),) = kept(folder.evidence)
    assert Evidence.parse(str(piece)) == piece and path.name == piece.name
    # when it is falsified
    for old, new in (
        ("split-view", "inconsistent"),
        ("split-view", "rumour"),
        ('"v": 1', '"v": 2'),
        ("old 4", "old  4"),
    ):
        assert old in str(piece)
        path.write_text(str(piece).replace(old, new), "utf-8")
        # then it is unreadable or does not stand
        (found,) = pieces(folder)
        assert found is None or not found.proves_fork()
    # and two times the same checkpoint proves nothing
    same = replace(piece, request=seen.request(4))
    assert not same.stands()
    assert not replace(piece, keys=(OTHER_KEY.verifier,)).stands()


def test_the_latest_cosigned_checkpoint_is_served_to_monitors(client, folder) -> None:
    # given a witness that never cosigned, and one that did
    assert client.send("GET", MONITORED).status == 404
    assert client.send("GET", f"/{'0' * 64}/checkpoint").status == 404
    log = Log().grow(5)
    lines = parse_signatures(client.add(log.request(0)).body)
    # then the note has the log's signature and the very lines that were returned
    answer = client.send("GET", MONITORED)
    assert answer.status == 200
    opened = open_checkpoint(answer.body, LOG_KEY.verifier, cosigner_keys(folder))
    assert opened.checkpoint.size == 5
    assert opened.note.verified[1:] == lines and not opened.note.unknown
    # and a refused one changes nothing
    client.add(Log(history=b"x").grow(8).request(5))
    assert client.send("GET", MONITORED) == answer


def test_strangers_signatures_are_not_passed_on(client) -> None:
    log = Log().grow(5)
    stranger = CosignerSigner("stranger.example/w", bytes(32))
    note = sign_note(log.note().text, stranger.at(5), existing=log.note().signatures)
    assert client.add(AddCheckpoint(0, (), note)).status == 200
    assert "stranger" not in client.send("GET", MONITORED).body


def test_twenty_at_once_agree_on_one_history(client, folder) -> None:
    # given a log of 4 leaves that was cosigned, and twenty continuations of it, half of them of a fork
    seen = Log().grow(4)
    client.add(seen.request(0))
    hidden = seen.fork(4, b"hidden").grow(30)
    seen.grow(30)
    requests = [(seen if number % 2 else hidden).request(4, 10 + number) for number in range(20)]
    answers: list = [None] * 20
    gate = threading.Barrier(20)

    def ask_one(number: int) -> None:
        gate.wait()
        answers[number] = client.add(requests[number])

    # when all are asked for at the same moment
    threads = [threading.Thread(target=ask_one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    # then one was first, and every other is told its size
    cosigned = [number for number, answer in enumerate(answers) if answer.status == 200]
    assert len(cosigned) == 1
    held = str(requests[cosigned[0]].size)
    assert {(answer.status, answer.body) for answer in answers if answer.status != 200} == {(409, f"{held}\n")}
    assert f"\n{held}\n" in client.send("GET", MONITORED).body


class CountingDisk(Disk):
    """Counts what is written."""

    def __init__(self) -> None:
        self.writes = 0

    def replace(self, path, content) -> None:
        self.writes += 1
        super().replace(path, content)


def test_a_replayed_request_costs_no_cosignature_and_no_write(folder, time) -> None:
    # given a checkpoint that was cosigned
    disk, log = CountingDisk(), Log().grow(5)
    with served(Witness(folder, time, disk)) as client:
        first = client.add(log.request(0))
        writes = disk.writes
        # when anybody sends it again and again
        time.advance(seconds=SAME_SECONDS - 1)
        again = [client.add(log.request(5)) for _number in range(20)]
        # then they get what was made
        assert again == [first] * 20 and disk.writes == writes
        # and a minute later the witness speaks anew, once
        time.advance(seconds=1)
        fresh = client.add(log.request(5))
        assert fresh.status == 200 and fresh != first and disk.writes == writes + 1
        assert client.add(log.request(5)) == fresh
        # while a new checkpoint is never made to wait
        assert client.add(log.grow(6).request(5)).body not in (first.body, fresh.body)


def test_time_never_runs_backwards(folder, time, said) -> None:
    # given a cosignature
    log = Log().grow(5)
    with served(Witness(folder, time, notice=said.append)) as client:
        client.add(log.request(0))
        # when the clock is set back a little
        time.advance(seconds=-30)
        answer = client.add(log.grow(6).request(5))
        # then time stands still
        assert {cosigned_at(one.value) for one in parse_signatures(answer.body)} == {int(MOMENT.timestamp())}
        # and when it is set back a lot, the operator is needed
        time.advance(hours=-1)
        assert client.add(log.grow(7).request(6)).status == 500
        assert "clock" in said[0]
        time.advance(hours=2)
        assert client.add(log.request(6)).status == 200


def test_logs_do_not_touch_one_another(tmp_path) -> None:
    other = SignerKey("other.example/log", bytes([5] * 32))
    with served(Witness(make_folder(tmp_path / "w", LOG_KEY, other), clock())) as client:
        assert client.add(Log().grow(5).request(0)).status == 200
        assert client.add(Log(other).grow(3).request(0)).status == 200
        assert client.add(Log(other).grow(4).request(0)).body == "3\n"


def test_a_log_that_changes_its_key_goes_on(tmp_path) -> None:
    # given a witness that knows the old and the new key of a log
    old, new = Log().grow(5), Log(OTHER_KEY).grow(8)
    assert old.key.name == new.key.name
    with served(Witness(make_folder(tmp_path / "w", LOG_KEY, OTHER_KEY), clock())) as client:
        # then one history is cosigned under both
        assert client.add(old.request(0)).status == 200
        assert client.add(new.request(5)).status == 200


def test_its_name_is_the_keys(client) -> None:
    assert all(one.name == NAME for one in parse_signatures(client.add(Log().grow(5).request(0)).body))
