"""Static files: small on the wire, the same bytes when unpacked, never kept on the visitor's device."""

from __future__ import annotations

import gzip
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.web.runtime import KEY
from tests.support import Office
from tests.web.public.support import Page

SUBMIT_PAGE_MAX = 100 * 1024


def test_every_built_file_is_served_with_the_bytes_of_the_manifest(public: FlaskClient, public_app: Flask) -> None:
    for asset in public_app.extensions[KEY].assets.files.values():
        plain = public.get(f"/static/{asset.file}")
        packed = public.get(f"/static/{asset.file}", headers={"Accept-Encoding": "gzip"})
        body = packed.get_data()
        unpacked = gzip.decompress(body) if packed.headers.get("Content-Encoding") == "gzip" else body
        assert plain.status_code == packed.status_code == 200
        assert plain.get_data() == unpacked == Path(public_app.static_folder or "", asset.file).read_bytes()
        assert plain.mimetype == packed.mimetype


def test_scripts_and_styles_are_packed_only_for_those_who_can_unpack(public: FlaskClient, public_app: Flask) -> None:
    script = public_app.extensions[KEY].assets["pages/submit.js"].file
    for accepted, packed in (("gzip, br", True), ("gzip;q=0", False), ("br", False), ("", False)):
        answer = public.get(f"/static/{script}", headers={"Accept-Encoding": accepted})
        assert (answer.headers.get("Content-Encoding") == "gzip") is packed, accepted
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_nothing_outside_the_build_folder_is_served(public: FlaskClient) -> None:
    for path in ("../src/css/base.css", "%2e%2e/build.mjs", "nothing.js"):
        assert public.get(f"/static/{path}").status_code == 404


def test_pages_are_packed_and_answers_to_posts_are_not(public: FlaskClient, office: Office) -> None:
    accept = {"Accept-Encoding": "gzip"}
    packed, plain = public.get("/how", headers=accept), public.get("/how")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert "Content-Encoding" not in plain.headers
    lookup = public.post("/receipt/lookup", json={"locator": "A" * 43}, headers=accept)
    assert lookup.status_code == 200
    assert "Content-Encoding" not in lookup.headers


def test_the_submit_page_is_light(public: FlaskClient, public_app: Flask, office: Office) -> None:
    # given a browser that unpacks gzip; when it loads the page with all that it uses, fonts and the worker included
    def weight(path: str) -> int:
        answer = public.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        return len(answer.get_data())

    assets = public_app.extensions[KEY].assets.files
    page = Page(public.get("/c/thu-2026").get_data(as_text=True))
    paths = {str(item.get("src") or item.get("href")) for item in page.all("script") + page.all("link")}
    paths |= {f"/static/{asset.file}" for asset in assets.values() if asset.file.endswith(".woff2")}
    paths |= {f"/static/{assets['workers/seal.js'].file}", "/c/thu-2026", "/c/thu-2026/sealing.json"}
    # then all of it stays under the figure of design.md
    weights = {path: weight(path) for path in paths}
    assert len(paths) >= 8
    assert sum(weights.values()) <= SUBMIT_PAGE_MAX, weights
