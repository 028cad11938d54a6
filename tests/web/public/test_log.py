"""The log's endpoints as an independent reader sees them: C2SP paths, bytes that verify, and nothing personal."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from portal.ledger import events
from portal.ledger.log import Log
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hashes, tree_head
from portal.tlog.paths import BundlePath, TilePath
from portal.tlog.replay import replay
from portal.tlog.tiles import bundle_paths, decode_bundle, tile_paths
from portal.web.headers import IMMUTABLE
from tests.support import Office
from tests.web.public.support import Page, send, sequence


def fetch(client: FlaskClient, path: object) -> bytes:
    answer = client.get(f"/log/{path}")
    assert answer.status_code == 200, path
    return answer.get_data()


def test_the_checkpoint_is_the_root_over_the_entries(
    public: FlaskClient, public_app: Flask, office: Office, log: Log
) -> None:
    # given a log with keys, a consultation and comments
    for _ in range(3):
        send(public, office)
    sequence(public_app, log, office)
    # when a reader fetches it over HTTP
    checkpoint = open_checkpoint(fetch(public, "checkpoint"), VerifierKey.parse(log.vkey)).checkpoint
    entries = [
        entry
        for path in bundle_paths(checkpoint.size)
        for entry in decode_bundle(fetch(public, path), path.width)
    ]
    # then the entries give the signed root, and every one is of a declared type
    assert tree_head(leaf_hashes(entries)) == checkpoint.root
    kinds = [events.decode(entry)["type"] for entry in entries]
    assert kinds.count("submission") == 3
    assert public.get("/log/vkey").get_data(as_text=True).strip() == log.vkey


def test_tiles_agree_with_entries_and_may_be_cached(public: FlaskClient, published: Office, log: Log) -> None:
    checkpoint = open_checkpoint(fetch(public, "checkpoint"), VerifierKey.parse(log.vkey)).checkpoint
    size = checkpoint.size
    parts = replay(
        size,
        checkpoint.root,
        lambda index, width: fetch(public, BundlePath(index, width)),
        lambda level, index, width: fetch(public, TilePath(level, index, width)),
    )
    assert sum(len(part.entries) for part in parts) == size
    for path in (*tile_paths(size), *bundle_paths(size)):
        answer = public.get(f"/log/{path}")
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["Content-Type"] == "application/octet-stream"
    assert public.get("/log/checkpoint").headers["Cache-Control"] == "no-store"


def test_other_spellings_and_unknown_tiles_are_not_found(public: FlaskClient, office: Office) -> None:
    unknown = ("0/000", "0/000.p/200", "entries/000", "entries/000.p/200", "1/000.p/1", "63/000")
    malformed = ("0/000.p/0", "0/000.p/256", "0/000.p/01", "0/0", "00/000", "0/x000/000", "entries/1", "64/000")
    for path in unknown + malformed:
        assert public.get(f"/log/tile/{path}").status_code == 404, path


def test_an_earlier_partial_tile_is_still_served(
    public: FlaskClient, public_app: Flask, office: Office, log: Log
) -> None:
    before = fetch(public, "tile/0/000.p/2")
    for _ in range(3):
        send(public, office)
    sequence(public_app, log, office)
    assert fetch(public, "tile/0/000.p/2") == before


def test_an_empty_log_has_no_checkpoint(public: FlaskClient) -> None:
    assert public.get("/log/checkpoint").status_code == 404


def test_the_human_page_shows_key_checkpoint_and_counts(public: FlaskClient, office: Office, log: Log) -> None:
    text = Page(public.get("/en/log").get_data(as_text=True)).text
    assert log.vkey in text
    assert fetch(public, "checkpoint").decode().splitlines()[2] in text
    assert "Moderators' keys added or revoked" in text
