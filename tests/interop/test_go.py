"""Go's ``sumdb/tlog`` and ``sumdb/note`` judge a static log that our code wrote; they share no line with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.note import open_note
from portal.tlog.promise import Promise, sign_promise
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree, bundle_paths, tile_paths
from tests.tlog.support import LOG_KEY, MemoryLog, flipped

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed (Debian: golang-go)"),
]

HERE = Path(__file__).parent
# Where Debian's golang-golang-x-mod-dev puts its sources; another system's GOPATH is searched after it.
DEBIAN_GOPATH = "/usr/share/gocode"

SIZE = 66_000  # three levels of tiles, the right edge of each partial
LEAVES = [0, 1, 255, 256, 65_535, 65_536, 65_791, 65_792, 65_999]
OLDER = [1, 2, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 65_999, 66_000]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built without any download."""
    binary = tmp_path_factory.mktemp("interop") / "interop"
    env = {
        "GOCACHE": str(binary.parent / "cache"),
        **os.environ,
        "GOPATH": os.pathsep.join(filter(None, [DEBIAN_GOPATH, os.environ.get("GOPATH")])),
        "GO111MODULE": "off",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    built = _run(["go", "build", "-o", str(binary)], cwd=HERE, env=env)
    assert built.returncode == 0, f"the Go program does not build (golang-golang-x-mod-dev?): {built.stderr}"
    return binary


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log as any web server could serve it, and the proofs that we make from its tiles."""
    root = tmp_path_factory.mktemp("log")
    log = MemoryLog.of(SIZE)
    tree, note = log.tree, log.checkpoint()
    _write(root, "vkey", str(LOG_KEY.verifier))
    _write(root, "checkpoint", str(note))
    _write(root, "promise", str(sign_promise(Promise(LOG_KEY.name, leaf_hash(b"x"), date(2026, 11, 30)), LOG_KEY)))
    for tile in tile_paths(SIZE):
        _write(root, str(tile), log.read_tile(tile.level, tile.index, tile.width))
    for bundle in bundle_paths(SIZE):
        _write(root, str(bundle), log.read_bundle(bundle.index, bundle.width))
    for index in LEAVES:
        _write(root, f"proofs/{index}.tlog-proof", str(LogProof(index, tuple(tree.inclusion_proof(index)), note)))
    for size in OLDER:
        older = Checkpoint(LOG_KEY.name, size, TileTree(size, log.read_tile).root)
        _write(root, f"older/{size}", str(sign_checkpoint(older, LOG_KEY)))
        proof = tree.consistency_proof(size)
        _write(root, f"consistency/{size}", "".join(f"{b64encode(one).decode()}\n" for one in proof))
    return root


def test_go_accepts_the_whole_log(program: Path, written: Path) -> None:
    result = _check(program, written)

    root = b64encode(MemoryLog.of(SIZE).tree.root).decode()
    assert (result.returncode, result.stdout) == (0, f"ok {SIZE} {root}\n"), result.stderr


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("vkey", "checkpoint"),
        ("checkpoint", "checkpoint"),
        ("promise", "promise"),
        ("tile/entries/000", "entries"),
        ("tile/entries/257.p/208", "entries"),
        ("tile/0/100", "tiles"),
        ("tile/0/257.p/208", "tiles"),
        ("tile/1/000", "tiles"),
        ("tile/2/000.p/1", "tiles"),
        ("proofs/65792.tlog-proof", "inclusion"),
        ("older/65537", "consistency"),
        ("consistency/1000", "consistency"),
    ],
)
def test_go_refuses_one_flipped_bit(program: Path, written: Path, name: str, step: str) -> None:
    file = written / name
    honest = file.read_bytes()
    try:
        file.write_bytes(flipped(honest, (len(honest) // 2) * 8 + 1))
        result = _check(program, written)
    finally:
        file.write_bytes(honest)

    assert result.returncode == 1
    assert result.stderr.startswith(f"{step}: ")


def test_go_misses_a_tile_that_is_not_served(program: Path, written: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(written, copy)
    (copy / "tile" / "1" / "001.p" / "1").unlink()

    result = _check(program, copy)
    assert result.returncode == 1
    assert result.stderr.startswith("tiles: ")


def test_we_open_what_go_signs_with_our_key(program: Path, tmp_path: Path) -> None:
    text = "một dòng\n\ndòng ba\n"
    file = tmp_path / "text"
    file.write_text(text, encoding="utf-8")
    signed = subprocess.run([program, "sign", LOG_KEY.reveal(), file], capture_output=True, check=True).stdout

    opened = open_note(signed, [VerifierKey.parse(str(LOG_KEY.verifier))])
    assert (opened.text, opened.unknown) == (text, ())


def _check(program: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    return _run([str(program), "check", str(directory)])


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, check=False, text=True, timeout=300, **options)


def _write(root: Path, name: str, content: str | bytes) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
