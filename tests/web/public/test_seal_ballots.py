"""`portal seal` where ballots are needed: one of a file, or of two half-cards, goes with the sealed comment."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from portal.cli.seal import seal
from portal.cli.sealing_file import BadSealingFile, read_sealing
from portal.clock import FixedClock
from portal.crypto import collecting
from portal.crypto.ballot import CARD, COLLECTED, parse_ballot
from portal.crypto.crockford import encode_code
from portal.crypto.encoding import b64url_decode
from portal.ledger.log import Log
from portal.web.runtime import unit_of_work
from tests.ballots.support import (
    CONSULTATION,
    NAMES,
    close_issuing,
    collect,
    draw_cards,
    move_to,
    open_with_ballots,
    two_issuers,
)
from tests.support import Office
from tests.web.public.support import Page, parsed

TEXT = "Văn bản để quá hạn nhiều ngày."


@dataclass
class Desk:
    """Somebody's own computer: sealing.json, a ballot file, and half-cards on paper."""

    folder: Path
    sealing: dict[str, Any]
    cards: list[dict[str, bytes]]

    @property
    def file(self) -> Path:
        return self.folder / "ballots.json"

    def run(self, *options: str, name: str = "comment.sealed") -> Result:
        (self.folder / "sealing.json").write_text(json.dumps(self.sealing), "utf-8")
        arguments = [str(self.folder / "sealing.json"), "--topic", "conduct", "--output", str(self.folder / name)]
        return CliRunner().invoke(seal, [*arguments, *options], input=TEXT.encode())

    def sealed(self, name: str = "comment.sealed") -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / name).read_bytes())
        return found

    def halves(self, number: int = 0) -> list[str]:
        pairs = [f"{issuer}={encode_code(code).lower()}" for issuer, code in self.cards[number].items()]
        return [part for pair in pairs for part in ("--card", pair)]


@pytest.fixture
def desk(public: FlaskClient, staff_app: Flask, office: Office, log: Log, clock: FixedClock, tmp_path: Path) -> Desk:
    pair = two_issuers(tmp_path, clock, cards=3)
    with staff_app.app_context(), unit_of_work() as session:
        row = open_with_ballots(session, log, clock, pair)
        held, cards = collect(pair, "CB001"), draw_cards(pair, "CB002")
        close_issuing(session, log, clock, pair)
        move_to(clock, row.opens)
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "ballots.json").write_bytes(collecting.write_file(CONSULTATION, held))
    return Desk(folder, parsed(public.get(f"/c/{CONSULTATION}/sealing.json")), cards)


def upload(public: FlaskClient, desk: Desk, name: str = "comment.sealed") -> tuple[int, str]:
    data = {"file": (io.BytesIO((desk.folder / name).read_bytes()), "comment.sealed")}
    answer = public.post(f"/en/c/{CONSULTATION}/sealed-file", data=data)
    return answer.status_code, Page(answer.get_data(as_text=True)).text


def test_a_ballot_of_the_file_goes_with_the_comment_and_is_taken(public: FlaskClient, desk: Desk) -> None:
    made = desk.run("--ballots", str(desk.file))
    assert made.exit_code == 0, made.output
    assert "use another one next time" in made.stderr
    # then the file holds the first ballot, bound to this very envelope
    found = desk.sealed()
    spent = parse_ballot(b64url_decode(found["ballot"]))
    _, held = collecting.read_file(desk.file.read_bytes())
    assert (spent.kind, spent.parts[0].signatures) == (COLLECTED, held[0].signatures)
    status, page = upload(public, desk)
    assert (status, "Your sealed comment was received" in page) == (201, True)
    # and the ballot serves no second comment, but the next one of the file does
    assert desk.run("--ballots", str(desk.file), name="again.sealed").exit_code == 0
    assert upload(public, desk, "again.sealed")[0] == 409
    assert desk.run("--ballots", str(desk.file), "--number", "2", name="second.sealed").exit_code == 0
    assert upload(public, desk, "second.sealed")[0] == 201


def test_two_half_cards_make_a_ballot_in_any_order(public: FlaskClient, desk: Desk) -> None:
    assert desk.run(*desk.halves()).exit_code == 0
    assert parse_ballot(b64url_decode(desk.sealed()["ballot"])).kind == CARD
    assert upload(public, desk)[0] == 201
    first, second = desk.halves(1)[1::2]
    assert desk.run("--card", second, "--card", first, name="second.sealed").exit_code == 0
    assert upload(public, desk, "second.sealed")[0] == 201


def test_without_a_ballot_that_fits_no_file_is_written(desk: Desk) -> None:
    _, held = collecting.read_file(desk.file.read_bytes())
    (desk.folder / "other.json").write_bytes(collecting.write_file("khac-2026", held))
    half = tuple(replace(one, signatures=one.signatures[:1]) for one in held)
    (desk.folder / "half.json").write_bytes(collecting.write_file(CONSULTATION, half))
    (desk.folder / "no.json").write_text("{}", "utf-8")
    file, cards = ["--ballots", str(desk.file)], desk.halves()
    mistyped = cards[1][:-1] + ("2" if cards[1][-1] != "2" else "3")
    for options, words in (
        ([], "only with one ballot"),
        ([*file, *cards], "only with one ballot"),
        ([*file, "--number", "0"], "the file holds 3 ballots"),
        ([*file, "--number", "4"], "the file holds 3 ballots"),
        (["--ballots", str(desk.folder / "other.json")], "for another consultation: khac-2026"),
        (["--ballots", str(desk.folder / "half.json")], "a signature of each issuer"),
        (["--ballots", str(desk.folder / "no.json")], "cannot be read"),
        (cards[:2], f"{NAMES[1]} (Nơi cấp phiếu {NAMES[1]})"),
        ([*cards[:2], *cards[:2]], "one half-card of each issuer"),
        (["--card", "cong-doan=" + cards[1].partition("=")[2], *cards[2:]], "one half-card of each issuer"),
        (["--card", mistyped, *cards[2:]], "a symbol was copied wrongly"),
        ([*cards, "--number", "1"], "half-cards have none"),
    ):
        refused = desk.run(*options)
        assert refused.exit_code == 1, options
        assert words in refused.stderr, (options, refused.stderr)
        assert not (desk.folder / "comment.sealed").exists()


def test_an_open_consultation_leaves_ballots_alone(public: FlaskClient, desk: Desk) -> None:
    desk.sealing = parsed(public.get("/c/thu-2026/sealing.json"))
    refused = desk.run("--ballots", str(desk.file))
    assert (refused.exit_code, "needs no ballot: keep yours" in refused.stderr) == (1, True)
    assert desk.run().exit_code == 0
    assert set(desk.sealed()) == {"envelope", "locator_hash"}


def test_issuers_that_the_log_does_not_name_are_refused(desk: Desk) -> None:
    assert list(read_sealing(json.dumps(desk.sealing).encode()).issuers) == list(NAMES)
    for lie in (
        lambda d: d["settings"]["ballots"]["issuers"].pop(),
        lambda d: d["settings"]["ballots"]["issuers"].reverse(),
        lambda d: d["settings"]["ballots"]["issuers"][0].update(name="Nơi khác"),
        lambda d: d["settings"].update(ballot_mode="open"),
        lambda d: d["settings"].pop("ballots"),
    ):
        forged = copy.deepcopy(desk.sealing)
        lie(forged)
        with pytest.raises(BadSealingFile):
            read_sealing(json.dumps(forged).encode())
    # the digest of the settings is what stands in the log
    leaf = json.loads(desk.sealing["consultation_leaf"]["leaf"])
    assert leaf["settings_sha256"] == hashlib.sha256(rfc8785.dumps(desk.sealing["settings"])).hexdigest()
