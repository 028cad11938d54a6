"""The file of the witness policy: what is read from it, and the sentences that stop a start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.config import ConfigError
from portal.ledger.opening import open_log
from portal.tlog.cosignature import CosignerSigner
from portal.tlog.keys import SignerKey

ONE = CosignerSigner("witness.example/one", bytes(range(32))).verifier


def opened(settings, text: str | bytes, name: str = "policy"):
    raw = text if isinstance(text, bytes) else text.encode()
    (settings.instance / name).write_bytes(raw)
    return open_log(replace(settings, witness_policy=name))


def test_without_a_file_the_log_has_no_witness(settings, log) -> None:
    assert open_log(settings) == log
    assert (log.policy.witnesses, log.policy.quorum, log.policy.logs) == ((), "none", (log.signer.verifier,))


def test_the_policy_is_read_from_the_instance_folder_or_a_path(settings, log, tmp_path) -> None:
    text = f"# ours\nlog {log.vkey}\nwitness one {ONE} http://127.0.0.1:8003/w\nquorum one\n"
    found = opened(settings, text)
    assert [(item.name, item.key, item.url) for item in found.policy.witnesses] == [
        ("one", ONE, "http://127.0.0.1:8003/w")
    ]
    assert found.policy.quorum == "one" and found.signer == log.signer
    assert open_log(replace(settings, witness_policy=str(tmp_path / "policy"))).policy == found.policy


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "no tlog-policy"),
        (b"quorum \xff\n", "not UTF-8"),
        ("log {log}\nwitness one {one} ftp://x/\nquorum one\n", "address of witness one"),
        ("log {log}\nwitness one {one} http://x y\nquorum one\n", "no tlog-policy"),
        ("log {log}\nwitness one {one} http://x:99999/\nquorum one\n", "address of witness one"),
        ("witness one {one}\nquorum one\n", "Add the line: log {log}"),
        ("log {log}\nwitness one {one}\nquorum two\n", "no tlog-policy"),
    ],
)
def test_a_wrong_file_stops_the_start_with_a_sentence(settings, log, text, sentence) -> None:
    given = text if isinstance(text, bytes) else text.format(log=log.vkey, one=ONE)
    with pytest.raises(ConfigError) as refusal:
        opened(settings, given)
    assert sentence.format(log=log.vkey) in str(refusal.value)


def test_a_missing_file_and_too_many_witnesses_stop_the_start(settings, log) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        open_log(replace(settings, witness_policy="nowhere"))
    many = [CosignerSigner(f"w/{n}", bytes([n]) * 32).verifier for n in range(33)]
    lines = [f"witness w{n} {key}\n" for n, key in enumerate(many)]
    with pytest.raises(ConfigError, match="more than 32"):
        opened(settings, f"log {log.vkey}\n{''.join(lines)}quorum none\n")
    assert len(opened(settings, f"log {log.vkey}\n{''.join(lines[:32])}quorum none\n").policy.witnesses) == 32


def test_another_log_is_refused_with_the_line_to_add(settings, log) -> None:
    stranger = SignerKey("other.example", bytes(range(32))).verifier
    with pytest.raises(ConfigError, match="Add the line"):
        opened(settings, f"log {stranger}\nquorum none\n")
