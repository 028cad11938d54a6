"""Every page of every app: scripts and style sheets of the one build, under integrity, and nothing inline."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.audit.watch.page import read_page
from portal.cli.assets import DIST, served_files
from portal.config import ConfigError
from portal.web.assets import load_assets
from portal.web.runtime import unit_of_work
from tests.ballots.support import open_with_ballots, two_issuers
from tests.web.issuer.conftest import Desk, desk, engine, issuer, issuer_app, locked, passphrase, today
from tests.web.issuer.test_desk import begin, import_roster
from tests.web.public.support import Page, publish
from tests.web.staff.steps import ROLES

__all__ = ["desk", "engine", "issuer", "issuer_app", "locked", "passphrase", "today"]

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TAG = re.compile(r"<(script|link)\b([^>]*)>")


def walk(client: FlaskClient, start: str = "/") -> Iterator[tuple[str, bytes]]:
    """Every page that links lead to, without ever sending a form."""
    waiting, known = [start], {start}
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code == 302 and answer.location.startswith("/"):
            waiting.append(answer.location)
            continue
        if answer.mimetype != "text/html":
            continue
        assert answer.status_code == 200, (path, answer.status_code)
        data = answer.get_data()
        yield path, data
        for link in re.findall(rb'<a\b[^>]*\bhref="(/[^"#]*)', data):
            found = html.unescape(link.decode())
            if found not in known and not found.startswith(("/static/", "/language/")):
                known.add(found)
                waiting.append(found)


def check(path: str, data: bytes, built: dict[str, str]) -> int:
    """Nothing inline, nothing from elsewhere, and each script and sheet of the build; how many there were."""
    page = Page(data.decode())
    assert not page.inline and not page.all("style"), path
    assert not [name for _, attrs in page.elements for name in attrs if name == "style" or name.startswith("on")], path
    sheets = [link for link in page.all("link") if link.get("rel") != "icon"]
    assert {link["rel"] for link in sheets} == {"stylesheet"}, path
    for item in (*sheets, *page.all("script")):
        assert built[item.get("src") or item.get("href") or ""] == item["integrity"], path
        assert item["crossorigin"] == "anonymous", path
    for item in page.all("link"):
        assert item["href"] in built, path
    return len(sheets) + len(page.all("script"))


@pytest.fixture(scope="module")
def built() -> dict[str, str]:
    """Integrity by address."""
    return {f"/static/{asset.file}": asset.integrity for asset in load_assets(DIST).files.values()}


def test_every_public_page_carries_integrity(
    public: FlaskClient, staff_app: Flask, office, log, clock, atrest, tmp_path, built
) -> None:
    # given consultations that take comments, issue ballots and are published
    publish(staff_app, log, clock, atrest, office)
    with staff_app.app_context(), unit_of_work() as session:
        open_with_ballots(session, log, clock, two_issuers(tmp_path, clock))
    # when every page in both languages is read
    seen = {path: check(path, data, built) for path, data in walk(public)}
    # then each carries the integrity of the build, and is written as plainly as those who watch demand
    assert [fault for _, data in walk(public) for fault in read_page(data, "/static/").faults] == []
    assert {"/", "/en/", "/results/thu-2026", "/c/phieu-2026/collect", "/en/receipt", "/en/log"} <= set(seen)


@pytest.mark.parametrize("role", ROLES)
def test_every_staff_page_carries_integrity(
    staff_app: Flask, office, log, clock, atrest, sign_in, built, role: str
) -> None:
    # given an office with a published consultation, and somebody of that role
    publish(staff_app, log, clock, atrest, office)
    client = staff_app.test_client()
    check("/login", client.get("/login").get_data(), built)
    sign_in(client, role)
    # when every page that links lead to is read; then each carries the integrity of the build
    seen = {path: check(path, data, built) for path, data in walk(client)}
    assert len(seen) >= 3, seen


def test_every_page_of_an_issuers_desk_carries_integrity(desk: Desk, issuer_app: Flask, today, built) -> None:
    # given the door of a desk, and an open one with a round whose roster was read
    begin(desk, today)
    import_roster(desk)
    check("/desk/unlock", issuer_app.test_client().get("/desk/unlock").get_data(), built)
    # when every page that links lead to is read; then each carries the integrity of the same build
    seen = {path: check(path, data, built) for path, data in walk(desk.client, "/desk/")}
    assert len(seen) >= 4, seen


def test_pages_of_errors_carry_integrity(public: FlaskClient, staff: FlaskClient, built) -> None:
    for client in (public, staff):
        answer = client.get("/nothing-here")
        assert answer.status_code == 404
        check("/nothing-here", answer.get_data(), built)


def test_scripts_and_sheets_are_written_by_one_macro() -> None:
    # given every template; then the only script and style sheet elements are those of the macro with the integrity
    found = {}
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        tags = [tag for tag, more in TAG.findall(text) if tag == "script" or 'rel="icon"' not in more]
        if tags or "<style" in text:
            found[str(path.relative_to(TEMPLATES))] = tags
    assert found == {"_macros/assets.html": ["link", "script"]}
    macro = (TEMPLATES / "_macros" / "assets.html").read_text("utf-8")
    assert macro.count("integrity=") == macro.count('crossorigin="anonymous"') == 2


def test_every_served_file_has_a_name_in_the_log() -> None:
    # given the folder that is served; then each file of it is one that is logged, the list of files included
    served = served_files(DIST)
    names = {asset.sha256 for asset in served.values()}
    assert len(served) == len(list(DIST.iterdir())) == len(names)
    kinds = {name.rpartition(".")[2] for name in served}
    assert {"js", "css", "woff2", "svg", "txt", "json"} == kinds


def test_no_app_starts_with_another_folder_than_the_build(tmp_path) -> None:
    # given a copy of the build; when a file is added, missing or changed; then it is refused with what to do
    def copy(name: str) -> Path:
        return Path(shutil.copytree(DIST, tmp_path / name))

    assert load_assets(copy("good")).files == load_assets(DIST).files
    files = json.loads((DIST / "manifest.json").read_text("utf-8"))
    script = files["pages/submit.js"]["file"]
    (copy("more") / "sw.js").write_text("")
    (copy("less") / script).unlink()
    (copy("other") / script).write_bytes((DIST / script).read_bytes() + b"\n")
    for name in ("more", "less", "other"):
        with pytest.raises(ConfigError, match="make build"):
            load_assets(tmp_path / name)
