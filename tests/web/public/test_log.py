"""The log's endpoints as an independent reader sees them: C2SP paths, bytes that verify, and nothing personal."""

from __future__ import annotations

import gzip

from flask import Flask
from flask.testing import FlaskClient

from portal.ledger import events
from portal.ledger.log import Log
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hashes, tree_head
from portal.tlog.note import parse_note
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
        entry for path in bundle_paths(checkpoint.size) for entry in decode_bundle(fetch(public, path), path.width)
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


def test_a_bundle_is_compressed_for_whoever_asks(public: FlaskClient, published: Office) -> None:
    size = Checkpoint.parse(parse_note(fetch(public, "checkpoint")).text).size
    for path in bundle_paths(size):
        plain = public.get(f"/log/{path}")
        packed = public.get(f"/log/{path}", headers={"Accept-Encoding": "gzip, identity"})
        # then the bytes are the same, once unpacked, and both say so to caches
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.get_data()) == plain.get_data()
        assert len(packed.get_data()) < len(plain.get_data())
        for answer in (plain, packed):
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["Cache-Control"] == IMMUTABLE
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert int(answer.headers["Content-Length"]) == len(answer.get_data())
    # and hashes, which do not compress, are sent as they are; so is a bundle to whoever refuses gzip
    tile = public.get(f"/log/{next(tile_paths(size))}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in tile.headers
    refused = public.get(f"/log/{path}", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert refused.get_data() == plain.get_data()


def test_a_head_says_what_a_get_would(public: FlaskClient, published: Office) -> None:
    size = Checkpoint.parse(parse_note(fetch(public, "checkpoint")).text).size
    for path in ("checkpoint", "vkey", *tile_paths(size), *bundle_paths(size)):
        asked, got = public.head(f"/log/{path}"), public.get(f"/log/{path}")
        assert (asked.status_code, asked.get_data()) == (200, b"")
        for name in ("Content-Length", "Content-Type", "Cache-Control"):
            assert asked.headers[name] == got.headers[name], (path, name)
    assert public.head("/log/tile/0/999").status_code == 404


def test_what_may_change_is_not_cached(public: FlaskClient, published: Office) -> None:
    for path in ("checkpoint", "vkey"):
        answer = public.get(f"/log/{path}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    # a tile that is not there yet will be
    assert public.get("/log/tile/0/999").headers["Cache-Control"] == "no-store"


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
