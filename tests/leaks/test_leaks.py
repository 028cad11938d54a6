"""After real requests through a real server: nothing of a submitter lies in any file, table, journal, output or backup.

What is searched for was planted: an address (as a proxy passes it on), a browser's name, a cookie (of a member of the
staff who writes a comment in the same browser), the text, the receipt, and the moment, to the minute and the second.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.backup import tables
from portal.cli.context import database
from portal.config import ROOT, SECRET_BYTES
from portal.crypto import receipt
from portal.crypto.crockford import encode_code
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from tests.browser.served import free_port
from tests.hostile.flood import signed_in
from tests.powercut.site import Site, build, lookup_body

BROWSER, PROXIED = "mark-of-a-browser/7.7", "203.0.113.77"
TEXT = "Câu chữ chỉ có trong ý kiến này"
MANY = 6
SECRETS = {f"PORTAL_{name.upper()}" for name in SECRET_BYTES}


@dataclass
class Run:
    """What was planted, by name, and where everything is that was left."""

    planted: dict[str, list[bytes]]
    folders: list[Path]
    rows: bytes


def forms(word: str) -> Iterator[bytes]:
    """The ways in which a file may hold it."""
    plain = word.encode()
    yield from (plain, word.encode("utf-16-le"), plain.hex().encode(), json.dumps(word).strip('"').encode())
    for offset in range(3):  # wherever a group of three bytes begins
        coded = base64.b64encode(bytes(offset) + plain)[4 if offset else 0 :]
        yield coded[: len(coded) - len(coded) % 4 - 4]


def moments(begun: datetime, ended: datetime) -> Iterator[str]:
    """Every second of the run, and every minute in the words of either clock."""
    now = begun
    while now <= ended:
        yield str(int(now.timestamp()))
        for zone in (UTC, ZoneInfo("Asia/Ho_Chi_Minh")):
            yield from (f"{now.astimezone(zone):%Y-%m-%dT%H:%M}", f"{now.astimezone(zone):%Y-%m-%d %H:%M}")
            yield f"{now.astimezone(zone):%d/%b/%Y:%H:%M}"
        now += timedelta(seconds=1)


def head(cookie: str) -> dict[str, str]:
    """Of a request that says everything about itself."""
    return {
        "User-Agent": BROWSER, "X-Forwarded-For": PROXIED, "Forwarded": f"for={PROXIED}", "X-Real-IP": PROXIED,
        "Cookie": cookie, "Referer": f"http://{PROXIED}/", "Accept-Language": "vi", "From": "mark@example.org",
    }  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Comments written, looked up and refused; batches; a backup, restored elsewhere."""
    base = tmp_path_factory.mktemp("leaks")
    folder = base / "disk" / "office"
    folder.mkdir(parents=True)
    site = build(folder, free_port())
    site.env |= {"PORTAL_APP": "all", "PORTAL_STAFF_ORIGINS": site.env["PORTAL_PUBLIC_ORIGINS"]}
    begun, codes = datetime.now(UTC), list[str]()
    site.serve(workers=2)
    try:
        cookie = signed_in(site.port, "moderator@example.org")
        for path in ("/", f"/c/{site.office.consultation}", "/receipt", "/c/khong-co", "/static/none.js"):
            site.ask("GET", path, head=head(cookie))
        for _ in range(MANY):
            codes.append(written(site, cookie))
        site.ask(
            "POST", f"/c/{site.office.consultation}/submissions", b"{broken" + BROWSER.encode(), head(cookie)
        )
        site.see()
    finally:
        site.kill()
    ended = datetime.now(UTC)
    shutil.copytree(folder, base / "as-killed")  # journals and all
    site.judged([], at_the_end=True)
    kept = [site.log_file, base / "as-killed", *backed_up(site, base)]
    planted = {
        "browser": list(forms(BROWSER)), "address": list(forms(PROXIED)),
        "text": list(forms(TEXT)), "cookie": [cookie.split("=", 1)[1].encode()[:40]],
        "receipt": [one.encode() for one in codes], "moment": [one.encode() for one in moments(begun, ended)],
    }  # fmt: skip
    return Run(planted, [folder, *kept], everything(site))


def written(site: Site, cookie: str) -> str:
    """Seal, send, look up; returns the receipt's code."""
    envelope, raw = site.office.seal(text=TEXT)
    fields = {"envelope": envelope, "locator_hash": receipt.locator_hash(raw)}
    body = json.dumps({name: b64url_encode(value) for name, value in fields.items()}).encode()
    status, said = site.ask("POST", f"/c/{site.office.consultation}/submissions", body, head(cookie))
    assert status == 201, said
    assert site.ask("POST", "/receipt/lookup", lookup_body(receipt.locator(raw)), head(cookie))[0] == 200
    return encode_code(raw)


def backed_up(site: Site, base: Path) -> list[Path]:
    """A backup of the instance, and what it holds when it is restored."""
    commands = (
        ("backup-key", str(base / "k")),
        ("backup", str(base / "b"), "--key", str(base / "k.pub")),
        ("restore", str(base / "b"), "--key", str(base / "k")),
    )
    for command in commands:
        where = base / "clean" if command[0] == "restore" else Path(site.env["PORTAL_INSTANCE"])
        environ = {**os.environ, **site.env, "PORTAL_INSTANCE": str(where)}
        if command[0] == "restore":  # a clean machine has no secrets
            environ = {name: value for name, value in environ.items() if name not in SECRETS}
        done = subprocess.run(
            [sys.executable, "-m", "portal", *command], cwd=ROOT, env=environ, capture_output=True, check=False
        )
        assert done.returncode == 0, (command[0], done.stderr[-500:])
    return [base / "b", base / "clean"]


def everything(site: Site) -> bytes:
    """Every row of every table, as one text."""
    with database(site.settings), tables.snapshot(db.engine) as connection:
        return b"\n".join(
            tables.encode_row(row) for table in tables.tables(connection) for row in tables.rows(connection, table)
        )


def files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in ([folder] if folder.is_file() else folder.rglob("*")) if path.is_file())


def found(run: Run, name: str) -> list[str]:
    """Where something of that name is."""
    places = [path.name for path in files(run.folders) if any(word in path.read_bytes() for word in run.planted[name])]
    return places + (["tables"] if any(word in run.rows for word in run.planted[name]) else [])


@pytest.mark.parametrize("name", ["browser", "address", "text", "cookie", "receipt", "moment"])
def test_nothing_of_a_submitter_is_anywhere(run: Run, name: str) -> None:
    assert found(run, name) == []


@pytest.mark.parametrize("name", ["browser", "address", "text", "cookie", "receipt", "moment"])
def test_the_search_would_find_each_form_of_it(run: Run, name: str, tmp_path: Path) -> None:
    """The canary."""
    for n, word in enumerate(run.planted[name]):
        (tmp_path / "note").write_bytes(b"some bytes " + word + b" and more")
        assert found(Run(run.planted, [tmp_path], b""), name) == ["note"], n


def test_it_was_a_run_that_left_something(run: Run) -> None:
    assert len(list(files(run.folders))) >= 6
    assert run.rows.count(b"\n") > 30 and b"thu-2026" in run.rows
    assert any(path.name == "portal.sqlite3" and path.stat().st_size > 50_000 for path in files(run.folders))
