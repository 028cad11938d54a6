"""Two offices that nobody outside may tell apart: the same bands, and not one exact count in common.

Whatever leaves the house must read the same in both, once what is random is struck out. A figure that was not
published can hide in a word, a tooltip, the length of a bar, the order of rows or the size of a sealed blob: if it
differs between the two, the channel differs. So nothing here knows what a leak looks like.
"""

from __future__ import annotations

import contextlib
import io
import logging
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.routing import Rule as Route

from portal.audit import report_file_pdf
from portal.audit.export import public_files
from portal.clock import FixedClock
from portal.config import SECRET_BYTES, Settings, load_settings
from portal.crypto.atrest import AtRest
from portal.extensions import Base, db
from portal.factory import create_public_app, create_staff_app
from portal.findings import service as findings
from portal.ledger.log import Log
from portal.reports.outputs import WRITERS
from portal.web.runtime import unit_of_work
from tests import support
from tests.postgres import fresh_database
from tests.rounds import close, code_all, report, tabulate
from tests.support import ORIGIN, PASSWORD, Office, build_office
from tests.web.staff.steps import send

Channels = dict[str, str]
"""Name of a channel -> all that can be read from it, without what is random."""

CID = "thu-2026"
RANDOM = (
    re.compile(r"(<span>[0-9a-f]{4}</span>\s*)+"),  # a digest as it is shown for reading out
    re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{43}=|(?<![\w+/-])[A-Za-z0-9_-]{43}(?![\w-])"),  # 32 bytes in base64
    re.compile(r"(?=[\w+/.-]*[A-Z])(?=[\w+/.-]*[a-z])(?=[\w+/.-]*[0-9])[A-Za-z0-9+/_.-]{26,}={0,2}"),
    re.compile(r"[0-9a-f]{8,}"),
    re.compile(r"#+"),
)
VALUES: Mapping[str, tuple[Any, ...]] = {
    "cid": (CID,), "name": (f"units-{CID}",), "subject": (CID,), "code": ("C1", "D1"), "version": (1,),
    "kind": ("units", *WRITERS), "listed": ("categories", "units"),
}  # fmt: skip
RANDOM_COLUMNS = {"password", "wrapped", "leaf_index"}
"""Salts and hashes of passwords, and the places to which comments are shuffled."""
NO_PAGES = ("static", "security.", "enrol.", "language.")
"""Endpoints of the sign-in, and the files of the build."""


def struck(text: str) -> str:
    """The text without digests, keys, proofs and tokens."""
    for pattern in RANDOM:
        text = pattern.sub("#", text)
    return text


def differing(one: Channels, other: Channels) -> dict[str, tuple[str, str]]:
    """Channels by which somebody could tell the two apart, with what stands where they part."""
    found = {}
    for name in sorted({*one, *other}):
        here, there = one.get(name, "nothing"), other.get(name, "nothing")
        if here != there:
            pairs = zip(here, there, strict=False)
            at = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(here), len(there)))
            found[name] = (here[max(at - 60, 0) : at + 60], there[max(at - 60, 0) : at + 60])
    return found


# --- what can be read of a file ---


def read(name: str, data: bytes) -> Channels:
    """A file by what it is, part by part."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(f"{name}!{entry}", archive.read(entry)) for entry in archive.namelist()]
        return {key: text for part in parts for key, text in read(*part).items()}
    if data.startswith(b"%PDF"):
        return read_pdf(name, data)
    try:
        return {name: struck(data.decode())}
    except UnicodeDecodeError:
        return {name: data.hex()}


def read_pdf(name: str, data: bytes) -> Channels:
    """Words, drawn lines, alternative texts and metadata, and what is attached."""
    reader = PdfReader(io.BytesIO(data))
    found = {f"{name}!words": struck("\n".join(page.extract_text() for page in reader.pages))}
    drawn = [_drawn(page.get_contents().get_data()) for page in reader.pages]
    found[f"{name}!drawn"] = "\n".join(drawn)
    said = [line for _, line in report_file_pdf.read(data).alternatives]
    said += [f"{key}={value}" for key, value in (reader.metadata or {}).items()]
    found[f"{name}!strings"] = struck("\n".join(said))
    for attached, files in reader.attachments.items():
        for number, content in enumerate(files):
            found |= read(f"{name}!{attached}{number}", content)
    return found


def _drawn(content: bytes) -> str:
    """Geometry only: which glyphs stand for a digest is as random as the digest."""
    without_text = re.sub(rb"\bBT\b.*?\bET\b", b"", content, flags=re.DOTALL)
    return "\n".join(re.findall(r"(?:-?[0-9.]+\s+)+(?:re|cm|[mlcvy])(?=\s)", without_text.decode("latin-1")))


# --- an office, and all that leaves it ---


def settings_of(folder: Path) -> Settings:
    """A fresh instance, its secrets the same in every office."""
    made = {f"PORTAL_{name.upper()}": random.Random(name).randbytes(size).hex() for name, size in SECRET_BYTES.items()}
    base = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "log.example.org/gop-y"}
    return load_settings({**base, "PORTAL_TOTP": "optional", "PORTAL_OPEN_RATE": "0", **made, **fresh_database()})


class House:
    """One instance with its two apps and a consultation whose every comment was coded."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self.settings, self.clock = settings_of(folder), clock
        self.log = Log.from_seed(self.settings.log_origin, self.settings.secret.log_key)
        self.atrest = AtRest([self.settings.secret.instance_key])
        self.public: Flask = create_public_app(self.settings, clock)
        with self.public.app_context():
            db.create_all()
        self.staff: Flask = create_staff_app(self.settings, clock)
        self.office = Office()
        self.committee: FlaskClient = self.staff.test_client()

    def walk(self, codings: tuple[dict[str, Any], ...]) -> Channels:
        """From the opening to an approved report, reading along all the way."""
        with self.staff.app_context(), unit_of_work() as session:
            self.office = build_office(session, self.log, self.clock)
            row = close(session, self.log, self.clock, self.office, comments=len(codings))
            code_all(session, self.log, self.atrest, row, codings)
        self._sign_in()
        found = self._pages("before")
        answer = send(self.committee, f"/findings/{CID}/publish")
        assert answer.location == f"/findings/{CID}", answer.location
        with self.staff.app_context(), unit_of_work() as session:
            tabulate(session, self.log, self.atrest, "units", CID, today=self.clock.today())
            report(session, self.log, self.clock, self.atrest, findings.get(session, CID))
        return found | self._pages("after") | self._kept()

    def _sign_in(self) -> None:
        page = self.committee.get("/login").get_data(as_text=True)
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        form = {"email": "committee@example.org", "password": PASSWORD, "csrf_token": token}
        assert self.committee.post("/login", data=form).status_code == 302

    def _pages(self, when: str) -> Channels:
        """Every address of both apps that answers to somebody without an account, and to the committee."""
        found: Channels = {}
        public = self.public.test_client()
        public.environ_base["HTTP_ORIGIN"] = ORIGIN
        for rule, address in addresses(self.public):
            found |= self._get(public, f"{when} {rule.endpoint} {address}", address)
        for language in ("vi", "en"):
            self.committee.get(f"/language/{language}")
            for rule, address in addresses(self.staff):
                if language == "vi" or "report." not in address:
                    found |= self._get(self.committee, f"{when} {rule.endpoint} {address} {language}", address)
        return found

    @staticmethod
    def _get(client: FlaskClient, name: str, address: str) -> Channels:
        answer = client.get(address)
        if answer.status_code != 200:
            return {f"{name} refused": f"{answer.status_code} {struck(answer.headers.get('Location', ''))}"}
        heads = "\n".join(f"{key}: {struck(value)}" for key, value in answer.headers if key != "Content-Length")
        return {f"{name} heads": heads, **read(name, answer.get_data())}

    def _kept(self) -> Channels:
        """The audit bundle without openings, and the store as somebody sees it who has no key of the instance."""
        found: Channels = {}
        nothing = Path(self.settings.instance) / "nothing"
        nothing.mkdir()
        with self.staff.app_context(), unit_of_work() as session:
            for name, data in public_files(session, self.log, nothing):
                found |= _tile(name, data) if name.startswith("log/tile") else read(f"bundle {name}", data)
            for table in Base.metadata.sorted_tables:
                rows = session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
                lines = [" ".join(f"{key}={cell(key, value)}" for key, value in row.items()) for row in rows]
                found[f"store {table.name}"] = "\n".join(lines)
        return found


def _tile(name: str, data: bytes) -> Channels:
    """Leaves are read with their lengths; hashes of leaves are only so many."""
    return {f"bundle {name}": struck(data.decode("latin-1")) if "/entries/" in name else f"{len(data)} bytes"}


def cell(key: str, value: Any) -> str:
    """A stored value as somebody sees it who has no key of the instance."""
    if key in RANDOM_COLUMNS:
        return "#"
    return f"{len(value)} bytes" if isinstance(value, bytes) else struck(str(value))


def addresses(app: Flask) -> Iterator[tuple[Route, str]]:
    """Every GET route with each value that its parts can have here."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(NO_PAGES):
                yield from ((rule, address) for address in _filled(app, rule))


def _filled(app: Flask, rule: Route) -> Iterator[str]:
    made: list[dict[str, Any]] = [{}]
    for part in sorted(rule.arguments):
        values = VALUES.get(part, (1,))
        made = [{**one, part: value} for one in made for value in values]
    for values in made:
        yield app.url_for(rule.endpoint, **values)


@contextlib.contextmanager
def overheard() -> Iterator[io.StringIO]:
    """All that is logged or printed meanwhile."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


class Dice:
    """Stands for ``secrets`` where the test's office is built: the same keys in every office, in the same order."""

    def __init__(self) -> None:
        self.token_bytes = random.Random(5).randbytes


def inhabit(folder: Path, clock: FixedClock, codings: tuple[dict[str, Any], ...]) -> Channels:
    """Every channel of an office whose comments were coded so."""
    with overheard() as heard, pytest.MonkeyPatch.context() as patch:
        patch.setattr(support, "secrets", Dice())
        found = House(folder, clock).walk(codings)
    return {**found, "what was logged": struck(heard.getvalue())}
