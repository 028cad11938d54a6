"""The vectors that hold the browser's half to ours: ``python -m tests.tlog.browser_vectors`` writes them again.

Everything follows from fixed keys and leaves, so the file changes only when a format does. Each refusal names the error
class; the browser's code is the same name in kebab case.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from typing import Any

from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.cosignature import Cosigner
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import EMPTY_ROOT, leaf_hash
from portal.tlog.note import sign_note
from portal.tlog.promise import Promise, sign_promise
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree
from tests.tlog.support import LOG_KEY, OTHER_KEY, VECTORS, MemoryLog

LEAF = '{"consultation":"góp-ý","n":7,"type":"submission","v":1}'
SIZES = [1, 2, 3, 7, 8, 9, 255, 256, 257, 300]
STRANGER = SignerKey("elsewhere.example/log", LOG_KEY.seed)
WITNESS = Cosigner("witness.example/w", bytes(range(2, 34)), time=1_679_315_147)


def build() -> dict[str, Any]:
    """The whole document."""
    log = MemoryLog.of(300)
    log.append([LEAF.encode()])
    note = log.checkpoint()
    promise = sign_promise(Promise(LOG_KEY.name, leaf_hash(LEAF.encode()), date(2026, 11, 30)), LOG_KEY)
    proof = LogProof(300, tuple(log.tree.inclusion_proof(300)), note)
    cosigned = sign_note(note.text, WITNESS, existing=note.signatures)
    return {
        "source": "written by python -m tests.tlog.browser_vectors",
        "vkey": str(LOG_KEY.verifier),
        "leaf": LEAF,
        "inclusion": [_inclusion(log, index, size) for size in SIZES for index in sorted({0, size // 2, size - 1})],
        "checkpoint": {"note": str(cosigned), "size": 301, "root": _b64(log.tree.root), "unknown": WITNESS.name},
        "empty_checkpoint": str(sign_checkpoint(Checkpoint(LOG_KEY.name, 0, EMPTY_ROOT), LOG_KEY)),
        "promise": {"note": str(promise), "latest": "2026-11-30"},
        "proof": {"text": str(proof), "index": 300},
        "refused": {
            "vkey": _bad_vkeys(),
            "checkpoint": _bad_checkpoints(log, str(note), str(promise)),
            "promise": _bad_promises(str(promise), str(note)),
            "proof": _bad_proofs(log, proof),
        },
    }


def _inclusion(log: MemoryLog, index: int, size: int) -> dict[str, Any]:
    tree = TileTree(size, log.read_tile)
    proof = [_b64(value) for value in tree.inclusion_proof(index)]
    return {"index": index, "size": size, "leaf": _b64(tree.leaf(index)), "proof": proof, "root": _b64(tree.root)}


def _bad_vkeys() -> list[list[str]]:
    good = str(LOG_KEY.verifier)
    texts = [
        "",
        good + "\n",
        good.upper(),
        good[:-1],
        good.replace("gop-y", "gop y"),
        good.replace("gop-y", "gop-z"),
        str(WITNESS.verifier),
        LOG_KEY.reveal(),
    ]
    return [["MalformedKey", text] for text in texts]


def _bad_checkpoints(log: MemoryLog, good: str, promise: str) -> list[list[str]]:
    root = _b64(log.tree.root)
    texts = [
        f"{LOG_KEY.name}\n0301\n{root}\n",
        f"{LOG_KEY.name}\n\n{root}\n",
        f"{LOG_KEY.name}\n301\n{root[:-1]}\n",
        f"{LOG_KEY.name}\n301\n{root[:40]}\n",
        f"{LOG_KEY.name}\n301\n{root}\n\nx\n",
        f"{LOG_KEY.name}\n301\n",
        f"{LOG_KEY.name}\n0\n{root}\n",
        f"\n301\n{root}\n",
    ]
    refused = [["MalformedCheckpoint", str(sign_note(text, LOG_KEY))] for text in texts]
    return [
        *refused,
        ["MalformedCheckpoint", promise],
        ["WrongOrigin", str(sign_note(f"another.example/log\n301\n{root}\n", LOG_KEY))],
        ["InvalidSignature", good.replace("\n301\n", "\n302\n")],
        ["UnverifiedNote", str(sign_note(f"{LOG_KEY.name}\n301\n{root}\n", OTHER_KEY))],
        ["UnverifiedNote", str(sign_note(f"{LOG_KEY.name}\n301\n{root}\n", STRANGER))],
        *(["MalformedNote", text] for text in _bad_notes(good)),
    ]


def _bad_notes(good: str) -> list[str]:
    return [
        "",
        good[:-1],
        good + "\n",
        good.partition("\n\n")[0] + "\n",
        good.replace("\n301\n", "\n301\r\n"),
        good.replace("\n301\n", "\n301\t\n"),
        good.replace("\u2014 ", "- "),
        good.replace("gop-y ", "gop-y  "),
        good.replace("gop-y ", "gop+y "),
        good[:-3] + "\n",
        good.partition("\n\n")[0] + "\n\n\u2014 name AAAAAA==\n",
        good + "".join(f"\u2014 name{number} AAAAAAA=\n" for number in range(100)),
    ]


def _bad_promises(good: str, checkpoint: str) -> list[list[str]]:
    leaf = _b64(leaf_hash(LEAF.encode()))
    texts = [
        f"{LOG_KEY.name}/promise\n{leaf}\n2026-11-31\n",
        f"{LOG_KEY.name}/promise\n{leaf}\n20261130\n",
        f"{LOG_KEY.name}/promise\n{leaf}\n0000-01-01\n",
        f"{LOG_KEY.name}/promise\n{leaf[:40]}\n2026-11-30\n",
        f"{LOG_KEY.name}/promise\n{leaf}\n2026-11-30\nx\n",
        f"{LOG_KEY.name}/promise\n{leaf}\n",
        f"{LOG_KEY.name}/promise/promise\n{leaf}\n2026-11-30\n",
        f"/promise\n{leaf}\n2026-11-30\n",
    ]
    return [
        *(["MalformedPromise", str(sign_note(text, LOG_KEY))] for text in texts),
        ["MalformedPromise", checkpoint],
        ["WrongOrigin", str(sign_note(f"another.example/log/promise\n{leaf}\n2026-11-30\n", LOG_KEY))],
        ["InvalidSignature", good.replace("2026-11-30", "2027-11-30")],
        ["UnverifiedNote", str(sign_note(good.partition("\n\n")[0] + "\n", OTHER_KEY))],
    ]


def _bad_proofs(log: MemoryLog, proof: LogProof) -> list[list[str]]:
    good, path = str(proof), proof.path
    unsigned = sign_checkpoint(Checkpoint(LOG_KEY.name, 301, log.tree.root), OTHER_KEY)
    texts = [
        "",
        good.replace("@v1", "@v2"),
        good.replace("index 300\n", ""),
        good.replace("index 300", "index 0300"),
        good.replace("index 300", "index -1"),
        good.replace("index 300", "extra \nindex 300"),
        good.replace("index 300", "extra QQ\nindex 300"),
        good.replace("index 300\n", "index 300\n\n"),
        good.replace("index 300\n", "index 300\nAAAA\n"),
        good.replace("index 300\n", "index 300\n" + f"{'A' * 43}=\n" * 63),
        good.replace("\u2014 ", "- "),
        str(proof).partition("\n\n")[0] + "\n\n" + str(sign_note("words\n", LOG_KEY)),
    ]
    return [
        *(["MalformedProof", text] for text in texts),
        ["InclusionError", good.replace("index 300", "index 299")],
        ["InclusionError", good.replace("index 300", "index 301")],
        ["InclusionError", str(LogProof(300, path[:-1], proof.checkpoint))],
        ["InclusionError", str(LogProof(300, (*path, path[0]), proof.checkpoint))],
        ["InclusionError", str(LogProof(0, tuple(log.tree.inclusion_proof(0)), proof.checkpoint))],
        ["InclusionError", str(LogProof(300, tuple(reversed(path)), proof.checkpoint))],
        ["InvalidSignature", good.replace("\n301\n", "\n302\n")],
        ["UnverifiedNote", str(LogProof(300, path, unsigned))],
    ]


def _b64(value: bytes) -> str:
    return b64encode(value).decode()


def text() -> str:
    """The file's content."""
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (VECTORS / "browser.json").write_text(text(), encoding="utf-8")
