"""The demonstration's witnesses: real processes, whose ports stay where the policy names them."""

from __future__ import annotations

import stat
import time

from portal.cli.assets import record_assets
from portal.cli.context import database, open_log
from portal.cli.demo import prepare
from portal.cli.demo_witnesses import SLUGS, folder_of, prepare_witnesses, witnesses_up
from portal.cli.witnessing import Round, ask_witnesses
from portal.extensions import db
from portal.ledger.cosignatures import standing
from tests.browser.served import free_ports


def test_they_cosign_from_the_first_start_and_keep_their_ports(tmp_path, monkeypatch) -> None:
    # given the demonstration's settings and nothing else
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "demo"))
    settings, port = prepare(), free_ports(5)
    made = prepare_witnesses(settings, port=port)
    assert [(one.name, one.port) for one in made] == [(SLUGS[0], port + 3), (SLUGS[1], port + 4)]
    assert all(stat.S_IMODE(folder_of(settings, slug).stat().st_mode) == 0o700 for slug in SLUGS)
    # when they are started and asked
    record_assets(settings)
    with witnesses_up(made):
        heard: Round = {}
        for _ in range(100):
            heard |= ask_witnesses(settings, open_log(settings))
            if {said.status for said in heard.values()} == {200}:
                break
            time.sleep(0.1)
    # then both have cosigned, and a later start on another port finds them where they were
    log = open_log(settings)
    with database(settings):
        newest = standing(db.session(), log.policy, log).newest
    assert newest and newest.holds and newest.cosigned == SLUGS
    assert {name: said.status for name, said in heard.items()} == dict.fromkeys(SLUGS, 200)
    assert prepare_witnesses(settings, port=port + 100) == made


def test_a_demonstration_from_before_has_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "demo"))
    prepare()
    toml = tmp_path / "demo" / "portal.toml"
    toml.write_text(toml.read_text("utf-8").replace('witness_policy = "witness-policy"\n', ""), "utf-8")
    assert prepare_witnesses(prepare(), port=8000) == []
