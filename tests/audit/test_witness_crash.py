"""Crashes: whatever dies between which two steps, a witness never contradicts what it gave away before."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from portal.audit.witness import Witness
from portal.audit.witness_disk import Disk
from portal.audit.witness_evidence import kept
from portal.audit.witness_folder import WitnessError, origin_hash
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.merkle import verify_consistency
from portal.tlog.note import parse_note, sign_note
from portal.tlog.witness import AddCheckpoint
from tests.audit.witnessing import NAME, Client, Log, clock, make_folder, served
from tests.tlog.support import LOG_KEY, OTHER_KEY

STEPS = ["write", "sync_file", "rename", "sync_folder"]
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
HASH = origin_hash(LOG_KEY.name)


class Crash(BaseException):
    """The machine stops: nobody catches that."""


class FaultyDisk(Disk):
    """A disk that fails at one step of its next write, and that knows what a loss of power would leave.

    A file's content is safe once its name was: ``safe`` holds what was there at the last :meth:`sync_folder`.
    """

    def __init__(self) -> None:
        self.point: tuple[str, str] | None = None
        self.failure: BaseException = Crash()
        self.safe: dict[Path, bytes] = {}
        self.renamed: set[Path] = set()

    def _at(self, step: str, when: str) -> None:
        if self.point == (step, when):
            self.point = None
            raise self.failure

    def write(self, path: Path, content: str) -> None:
        if self.point == ("write", "after"):  # a part of it came to the disk
            path.write_text(content[: len(content) // 2], "utf-8")
        self._at("write", "before")
        self._at("write", "after")
        super().write(path, content)

    def sync_file(self, descriptor: int) -> None:
        self._at("sync_file", "before")
        super().sync_file(descriptor)
        self._at("sync_file", "after")

    def rename(self, source: Path, target: Path) -> None:
        self._at("rename", "before")
        if target.exists():
            self.safe.setdefault(target, target.read_bytes())
        self.renamed.add(target)
        super().rename(source, target)
        self._at("rename", "after")

    def sync_folder(self, folder: Path) -> None:
        self._at("sync_folder", "before")
        super().sync_folder(folder)
        for path in [path for path in self.renamed if path.parent == folder]:
            self.safe[path] = path.read_bytes()
            self.renamed.discard(path)
        self._at("sync_folder", "after")

    def lose_power(self) -> None:
        """What was renamed and whose folder was not synchronised is as it was before."""
        for path in self.renamed:
            path.write_bytes(self.safe[path])
        self.renamed.clear()


class Given:
    """Every checkpoint that left the witness with its cosignature, by answer or by monitoring."""

    def __init__(self, *histories: Log) -> None:
        self.histories = histories
        self.checkpoints: list[Checkpoint] = []

    def ask(self, witness: Witness, request: AddCheckpoint) -> int:
        reply = witness.add_checkpoint(str(request).encode())
        if reply.status == 200:
            self.checkpoints.append(Checkpoint.parse(request.checkpoint_note.text))
        self.look(witness)
        return int(reply.status)

    def look(self, witness: Witness) -> None:
        reply = witness.checkpoint(HASH)
        if reply.status == 200:
            self.checkpoints.append(Checkpoint.parse(parse_note(reply.text).text))

    def contradict(self) -> bool:
        """Whether no single history of those that were brought has them all."""
        return not any(all(map(self._in(history), self.checkpoints)) for history in self.histories)

    @staticmethod
    def _in(history: Log):
        def holds(checkpoint: Checkpoint) -> bool:
            end = Checkpoint.parse(history.note().text)
            try:
                proof = history.proof(checkpoint.size)
                verify_consistency(checkpoint.size, checkpoint.root, end.size, end.root, proof)
            except ValueError:
                return False
            return True

        return holds


def two_histories() -> tuple[Log, Log]:
    seen = Log().grow(4)
    hidden = seen.fork(4, b"hidden").grow(9)
    return seen.grow(9), hidden


def restart(folder, disk: Disk) -> Witness:
    return Witness(folder, clock(), disk)


@pytest.mark.parametrize("lost", ["process", "power", "power-after-restart"])
@pytest.mark.parametrize(("step", "when"), [*POINTS, ("none", "ever")])
def test_a_crash_at_any_step_contradicts_nothing(tmp_path, step: str, when: str, lost: str) -> None:
    # given a witness that cosigned 4 leaves and dies while it records 9, or right after it answered
    seen, hidden = two_histories()
    folder, disk, given = make_folder(tmp_path / "w"), FaultyDisk(), Given(seen, hidden)
    witness = restart(folder, disk)
    assert given.ask(witness, seen.request(0, 4)) == 200
    disk.point = (step, when)
    if step == "none":
        assert given.ask(witness, seen.request(4)) == 200
    else:
        with pytest.raises(Crash):
            given.ask(witness, seen.request(4))
    witness.close()
    # when the machine loses what was not forced to the disk, at once or as soon as the witness showed what it holds
    if lost == "power":
        disk.lose_power()
    witness = restart(folder, disk)
    given.look(witness)
    if lost == "power-after-restart":
        witness.close()
        disk.lose_power()
        witness = restart(folder, disk)
    # and the log tries the other history first, then the old one, from both sizes
    for request in (hidden.request(4), seen.request(4), hidden.request(9), seen.request(9)):
        given.ask(witness, request)
    witness.close()
    # then all that ever left fits into one history, and the witness went on working
    assert not given.contradict()
    assert given.checkpoints[-1].size == 9


@pytest.mark.parametrize(("step", "when"), POINTS)
def test_a_disk_that_fails_ends_in_500_and_a_witness_that_goes_on(tmp_path, step: str, when: str) -> None:
    # given a witness whose disk is full, or broken, for a moment
    seen, hidden = two_histories()
    folder, disk, given, said = make_folder(tmp_path / "w"), FaultyDisk(), Given(seen, hidden), []
    witness = Witness(folder, clock(), disk, said.append)
    given.ask(witness, seen.request(0, 4))
    disk.point, disk.failure = (step, when), OSError(errno.ENOSPC, "No space left on device")
    # when it must record a checkpoint
    assert given.ask(witness, seen.request(4)) == 500
    assert said == ["The disk failed: No space left on device."]
    # then nothing left, and afterwards it holds one of the two histories only
    assert {checkpoint.size for checkpoint in given.checkpoints} == {4}
    for request in (hidden.request(4), seen.request(4), seen.request(9), hidden.request(9)):
        given.ask(witness, request)
    witness.close()
    assert not given.contradict() and given.checkpoints[-1].size == 9


@pytest.mark.parametrize(("step", "when"), POINTS)
def test_evidence_that_cannot_be_kept_changes_no_answer(tmp_path, step: str, when: str) -> None:
    seen, hidden = two_histories()
    folder, disk, said = make_folder(tmp_path / "w"), FaultyDisk(), []
    witness = Witness(folder, clock(), disk, said.append)
    witness.add_checkpoint(str(seen.request(0)).encode())
    disk.point, disk.failure = (step, when), OSError(errno.EIO, "Input/output error")
    assert witness.add_checkpoint(str(hidden.request(9)).encode()).status == 422
    assert "could not be kept" in said[0]
    # and the next time it is there
    assert witness.add_checkpoint(str(hidden.request(9)).encode()).status == 422
    witness.close()
    assert [piece.proves_fork() for _path, piece in kept(folder.evidence)] == [True]


def test_a_folder_that_was_restored_from_an_old_copy_is_noticed(tmp_path) -> None:
    # given a witness that cosigned 4 and then 9 leaves, of which only the older state was restored
    seen, hidden = two_histories()
    folder, said = make_folder(tmp_path / "w"), []
    witness = Witness(folder, clock())
    witness.add_checkpoint(str(seen.request(0, 4)).encode())
    old = folder.state(LOG_KEY.name).read_text("utf-8")
    witness.add_checkpoint(str(seen.request(4)).encode())
    cosigned = parse_note(witness.checkpoint(HASH).text)
    witness.close()
    folder.state(LOG_KEY.name).write_text(old, "utf-8")
    # when the log brings a checkpoint that bears the witness's own cosignature
    witness = Witness(folder, clock(), notice=said.append)
    request = AddCheckpoint(4, seen.proof(4), cosigned)
    assert witness.add_checkpoint(str(request).encode()).status == 500
    # then the operator is told, and the checkpoint is kept as evidence
    assert any("older than a checkpoint that this witness cosigned" in sentence for sentence in said)
    ((path, piece),) = kept(folder.evidence)
    assert (piece.kind, piece.sizes, piece.stands()) == ("rolled-back", (4, 9), True)
    # and a cosignature that only claims to be the witness's stops nobody
    witness.close()
    path.unlink()
    forged = list(sign_note(hidden.note().text, OTHER_KEY).signatures)
    mine = cosigned.signatures[1]
    false = type(mine)(mine.name, mine.key_id, bytes(len(mine.value)))
    note = type(cosigned)(hidden.note().text, (*hidden.note().signatures, *forged, false))
    witness = Witness(folder, clock())
    assert witness.add_checkpoint(str(AddCheckpoint(4, hidden.proof(4), note)).encode()).status == 200
    witness.close()
    # and the operator puts the state right with the checkpoint itself
    folder.state(LOG_KEY.name).write_text(str(cosigned), "utf-8")
    witness = Witness(folder, clock())
    assert witness.add_checkpoint(str(seen.request(9)).encode()).status == 200
    witness.close()


def damaged_states() -> dict[str, object]:
    return {
        "empty": lambda text: "",
        "cut": lambda text: text[:-10],
        "flipped": lambda text: text.replace("\n9\n", "\n8\n"),
        "log's signature only": lambda text: str(Log().grow(9).note()),
        "another log's": lambda text: text.replace(LOG_KEY.name, "log.example.org/xyz"),
        "no text": lambda text: "\udcff",
    }


@pytest.mark.parametrize("damage", list(damaged_states()))
def test_a_damaged_state_stops_the_start_with_a_sentence(tmp_path, damage: str) -> None:
    # given a state that somebody or something changed
    folder = make_folder(tmp_path / "w")
    witness = Witness(folder, clock())
    witness.add_checkpoint(str(Log().grow(9).request(0)).encode())
    witness.close()
    path = folder.state(LOG_KEY.name)
    changed = damaged_states()[damage](path.read_text("utf-8"))
    path.write_bytes(changed.encode("utf-8", "surrogateescape"))
    # then the witness does not start, and says which file and what to do
    with pytest.raises(WitnessError, match=r"is damaged .*Restore it from the newest backup"):
        Witness(folder, clock())
    # and the file is left as it is
    assert path.read_bytes() == changed.encode("utf-8", "surrogateescape")
    # nor without the file
    path.unlink()
    with pytest.raises(WitnessError, match="missing"):
        Witness(folder, clock())
    # and making the folder again does not make it forget
    with pytest.raises(WitnessError, match="missing"):
        make_folder(tmp_path / "w")


def test_only_one_process_serves_a_folder(tmp_path) -> None:
    folder = make_folder(tmp_path / "w")
    first = Witness(folder, clock())
    with pytest.raises(WitnessError, match="served once"):
        Witness(folder, clock())
    first.close()
    Witness(folder, clock()).close()


PROGRAM = "from portal.cli.witness import witness; witness()"


def start(folder: Path) -> tuple[subprocess.Popen[str], Client]:
    command = [sys.executable, "-c", PROGRAM, "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    return process, Client(int(line.rpartition(":")[2]))


def test_kill_9_under_load_forgets_nothing_that_left(tmp_path) -> None:
    # given a witness process that is asked without a pause
    folder, log, old, held = make_folder(tmp_path / "w"), Log().grow(400), 0, 0
    for _round in range(3):
        process, client = start(folder.path)
        killer = threading.Timer(0.5, process.send_signal, [signal.SIGKILL])
        killer.start()
        # when it is killed somewhere in between
        while True:
            try:
                answer = client.add(log.request(old, old + 1))
            except OSError:
                break
            if answer.status == 409:
                old = int(answer.body)
            else:
                assert answer.status == 200
                held = old = old + 1
        killer.join()
        process.wait(10)
        process.stderr.close()
        # then what left stands in the folder
        with served(Witness(folder, clock())) as restarted:
            answer = restarted.send("GET", f"/{HASH}/checkpoint")
            size = Checkpoint.parse(parse_note(answer.body).text).size if answer.status == 200 else 0
        assert held <= size <= held + 1
    assert held > 3


def test_sigterm_ends_it_after_the_request_that_runs(tmp_path) -> None:
    # given a process with an idle connection
    folder, log = make_folder(tmp_path / "w"), Log().grow(5)
    process, client = start(folder.path)
    assert client.add(log.request(0)).status == 200
    begun = time.monotonic()
    # when it is told to end
    process.send_signal(signal.SIGTERM)
    # then it does, with success, at once and without a word
    assert process.wait(10) == 0
    assert process.stderr.read() == "" and time.monotonic() - begun < 5
    process.stderr.close()
    assert not (folder.path / "state" / f"{HASH}.new").exists()
    assert NAME in parse_note((folder.state(LOG_KEY.name)).read_text("utf-8")).signatures[1].name
